import Face
import Foundation

/// Where the eyes look, from the irises: the ray through an iris's middle meets the eyeball that the fitted head has there.
struct GazeFit {
  /// An eyeball in head space, its centre and the distance of the iris's middle from it, head units.
  struct Eyeball {
    var center: SIMD3<Float>
    var radius: Float
  }
  /// The subject's right eye, then the left one.
  let eyes: [Eyeball]
  let camera: Camera

  /// Landmarks 468 ... 472 are the right iris, 473 ... 477 the left.
  private static let irises = [468..<473, 473..<478]
  /// Upper lid, lower lid, and the corners, of the right eye and of the left.
  private static let lids = [(159, 145, 33, 133), (386, 374, 263, 362)]

  /// Yaw and pitch of every frame (nil where there is no pose), looked at through blinks and shaken as little as the landmarks allow.
  func gaze(_ landmarks: [FaceLandmarks?], _ poses: [Rigid?]) -> [SIMD2<Float>?] {
    let openness = landmarks.map { face in face.map(Self.openness) ?? .zero }
    let usual = (0..<2).map { eye in
      let open = zip(openness, landmarks).filter { $1 != nil }.map { $0.0[eye] }.sorted()
      return max(open.isEmpty ? 0 : open[open.count / 2], 0.05)
    }
    var raw = [SIMD2<Float>](repeating: .zero, count: landmarks.count)
    var weight = [Float](repeating: 0, count: landmarks.count)
    for i in landmarks.indices {
      guard let face = landmarks[i], let pose = poses[i] else { continue }
      (raw[i], weight[i]) = look(face, pose, openness: openness[i], usual: [usual[0], usual[1]])
    }
    return landmarks.indices.map { i in
      guard poses[i] != nil else { return nil }
      // The near frames' mean, as wide as it takes to find open eyes.
      for reach in [1, 3, 6, 12, 50] {
        var sum = SIMD2<Float>.zero
        var total: Float = 0
        for j in max(0, i - reach)...min(raw.count - 1, i + reach) {
          let w = weight[j] * exp(-Float((i - j) * (i - j)) / Float(reach * reach) * 1.2)
          sum += raw[j] * w
          total += w
        }
        if total > 0.2 { return sum / total }
      }
      return .zero
    }
  }

  /// How far lids are open over the eyes' length, right then left.
  static func openness(_ f: FaceLandmarks) -> SIMD2<Float> {
    func length(_ a: Int, _ b: Int) -> Float {
      let d = f[a] - f[b]
      return (d * d).sum().squareRoot()
    }
    func share(_ p: (Int, Int, Int, Int)) -> Float { length(p.0, p.1) / max(length(p.2, p.3), 1) }
    return [share(lids[0]), share(lids[1])]
  }

  /// Yaw and pitch of a frame from both eyes, and how much they say; `usual` is how open the eyes mostly are.
  func look(_ face: FaceLandmarks, _ pose: Rigid, openness: SIMD2<Float>, usual: SIMD2<Float>) -> (angles: SIMD2<Float>, weight: Float) {
    var sum = SIMD2<Float>.zero, weight: Float = 0
    for eye in 0..<2 {
      // Half closed lids hide the iris, and its place is guessed.
      let open = min(1, max(0, (openness[eye] / usual[eye] - 0.35) / 0.35))
      guard open > 0, let look = look(face, eye, pose) else { continue }
      sum += look.angles * open * look.trust
      weight += open * look.trust
    }
    return weight > 0 ? (sum / weight, weight) : (.zero, 0)
  }

  /// Yaw and pitch of one eye, and how far it can be trusted: an eye at the far side of a turned head is seen from its edge.
  private func look(_ face: FaceLandmarks, _ eye: Int, _ pose: Rigid) -> (angles: SIMD2<Float>, trust: Float)? {
    var pixel = SIMD2<Float>.zero
    for k in Self.irises[eye] { pixel += face[k] / 5 }
    let seen = camera.inHead(pose)
    let origin = seen.position
    let direction = normalized(seen.unproject(pixel, depth: 1) - origin)
    let ball = eyes[eye]
    let middle = dot(ball.center - origin, direction)
    let nearest = origin + direction * middle - ball.center
    let square = ball.radius * ball.radius - dot(nearest, nearest)
    // A ray that misses the ball takes the place where it comes nearest.
    let hit = nearest - direction * max(square, 0).squareRoot()
    let v = normalized(hit)
    guard v.z > 0.2 else { return nil }
    let facing = dot(normalized(origin - ball.center), SIMD3(0, 0, 1))
    return ([atan2(v.x, v.z), asin(min(1, max(-1, v.y)))], max(0.05, facing))
  }

  /// Coefficients of ARKit's eyeLook shapes, which turn no eyes but move the lids along, for a gaze.
  static func lidMovement(_ gaze: SIMD2<Float>, name: String) -> Float? {
    func part(_ x: Float) -> Float { min(1, max(0, x)) }
    switch name {
    case "eyeLookUpLeft", "eyeLookUpRight": return part(gaze.y / 0.45)
    case "eyeLookDownLeft", "eyeLookDownRight": return part(-gaze.y / 0.55)
    case "eyeLookOutLeft", "eyeLookInRight": return part(gaze.x / 0.6)
    case "eyeLookInLeft", "eyeLookOutRight": return part(-gaze.x / 0.6)
    default: return nil
    }
  }
}
