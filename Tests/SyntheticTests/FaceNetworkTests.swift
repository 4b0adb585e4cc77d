import Face
import Foundation
import Synthetic
import Testing
import Torch
import Tracking

@Suite struct FaceNetworkTests {
  /// Networks that know real faces find these, and find their features where they are.
  @Test(.enabled(if: (try? FaceDetector()) != nil, "skipped: the face networks are absent"))
  func theFaceNetworksSeePeople() throws {
    let count = 24, crowd = try Crowd(PopulationScript(count: count, views: 2, seed: 21, yaw: 45))
    let detector = try FaceDetector(), tracker = try LandmarkTracker()
    var found = 0, errors: [Float] = []
    for image in 0..<count {
      let shot = crowd.shot(image), rgb = Self.framed(crowd.sitter(shot.person).image(shot).rgb)
      if try !detector.detect(rgb).isEmpty { found += 1 }
      tracker.reset()
      guard let seen = try tracker.track(rgb) else { continue }
      let truth = crowd.landmarks(shot, crowd.placement(shot.person)).map { SIMD2($0.x, $0.y) + Float(Self.border) }
      let distance = length(truth[468] - truth[473]) / max(0.5, cos(shot.view.yaw))
      errors.append((0..<468).reduce(Float(0)) { $0 + length(seen[$1] - truth[$1]) } / 468 / distance)
    }
    errors.sort()
    print(
      "faces found in \(found) of \(count), followed in \(errors.count), median error \(errors[errors.count / 2]) of the eyes' distance")
    #expect(Double(found) >= 0.9 * Double(count))
    #expect(Double(errors.count) >= 0.9 * Double(count))
    #expect(errors[errors.count / 2] < 0.1)
  }

  private static let border = 64
  /// The image with a border: detectors expect some room around a head.
  private static func framed(_ rgb: Tensor) -> Tensor {
    let size = rgb.size(0), out = Tensor.full([size + 2 * border, size + 2 * border, 3], 128, .uint8)
    out[.in(border..<border + size), .in(border..<border + size)] = rgb
    return out
  }
}

private func length(_ v: SIMD2<Float>) -> Float { (v * v).sum().squareRoot() }
