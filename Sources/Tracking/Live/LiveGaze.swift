import Face
import Foundation

/// Where the eyes look, frame by frame: as `GazeFit` has it, looked at through blinks by holding what was seen before them.
struct LiveGaze {
  private var angles = SIMD2<Float>.zero, weight: Float = 0
  private var openness = [RecentValues(), RecentValues()]
  private var usual = SIMD2<Float>(repeating: 0.05)

  /// Yaw and pitch in radians.
  mutating func look(_ face: FaceLandmarks, _ pose: Rigid, _ eyes: [GazeFit.Eyeball], _ camera: Camera, elapsed: Double) -> SIMD2<Float> {
    let open = GazeFit.openness(face)
    for eye in 0..<2 {
      openness[eye].append(open[eye])
      if openness[eye].total <= 12 || openness[eye].total % 25 == 0 { usual[eye] = max(openness[eye].quantile(0.5), 0.05) }
    }
    let seen = GazeFit(eyes: eyes, camera: camera).look(face, pose, openness: open, usual: usual)
    // The near past's mean as far as it is alike, so that the eyes jump at once, and nothing new from shut eyes.
    let jump = (seen.angles - angles) / 0.12, alike = seen.weight > 0 ? exp(-(jump * jump).sum()) : 1
    let kept = weight * alike * Float(exp(-0.5 * elapsed / 0.04)), total = seen.weight + kept
    guard total > 0.2 else { return angles }
    (angles, weight) = ((seen.angles * seen.weight + angles * kept) / total, min(total, 2))
    return angles
  }
}
