import Face
import Foundation
import Synthetic
import Testing
import Torch

/// The studio's lamps stand still in the room: skin that a head turns towards the key light becomes brighter, and skin that it turns away
/// darker. Lamps that went with the head would leave every place of the skin as bright as it was.
@Suite struct LampTests {
  /// A triangle of the skin as a frame shows it: the logarithm of its light, and the cosine between it and the key light.
  private struct Patch { let light, facing: Float }

  /// Towards the key light: the upper left of the image.
  private static let key = normalized([-0.62, 0.58, 0.78])

  private func patches(_ performer: Performer, _ index: Int) -> [Int: Patch] {
    let frame = performer.frame(index), side = performer.camera.width
    let rgb = frame.rgb.to(.float32).mean(-1).floats, labels = frame.labels.array(UInt8.self), depths = frame.depth.floats
    let world = performer.vertices(index).floats, seen = performer.camera.project(performer.vertices(index)).floats
    let corners = performer.model.triangles.array(Int32.self)
    func point(_ all: [Float], _ v: Int32) -> SIMD3<Float> { [all[3 * Int(v)], all[3 * Int(v) + 1], all[3 * Int(v) + 2]] }
    var found: [Int: Patch] = [:]
    for f in performer.model.parts.indices where performer.model.parts[f] == .skin {
      let (a, b, c) = (corners[3 * f], corners[3 * f + 1], corners[3 * f + 2])
      let center = (point(seen, a) + point(seen, b) + point(seen, c)) / 3
      guard center.x > 1, center.y > 1, center.x < Float(side) - 1, center.y < Float(side) - 1 else { continue }
      let at = Int(center.y) * side + Int(center.x)
      // Nothing lies in front, and no hair.
      guard labels[at] == SemanticClass.skin.rawValue, abs(depths[at] - center.z) < 0.02 else { continue }
      let corner = point(world, a), edges = (point(world, b) - corner, point(world, c) - corner)
      var normal = Self.normalized(
        [
          edges.0.y * edges.1.z - edges.0.z * edges.1.y, edges.0.z * edges.1.x - edges.0.x * edges.1.z,
          edges.0.x * edges.1.y - edges.0.y * edges.1.x,
        ])
      // What is seen faces the camera, which stands at the origin.
      if (normal * corner).sum() > 0 { normal = -normal }
      found[f] = Patch(light: 2.2 * log(max(rgb[at], 1) / 255), facing: max(0, (normal * Self.key).sum()))
    }
    return found
  }
  private static func normalized(_ v: SIMD3<Float>) -> SIMD3<Float> { v / (v * v).sum().squareRoot() }

  @Test func lampsStayWhereTheyAre() throws {
    let performer = try performer(seconds: 20, size: 192)
    let yaw = performer.states.map { $0.pose.rotation.yawPitchRoll.x }
    let ahead = try #require(yaw.indices.min { abs(yaw[$0]) < abs(yaw[$1]) }), before = patches(performer, ahead)
    for turned in [try #require(yaw.indices.min { yaw[$0] < yaw[$1] }), try #require(yaw.indices.max { yaw[$0] < yaw[$1] })] {
      try #require(abs(yaw[turned] - yaw[ahead]) > 0.15)
      let after = patches(performer, turned)
      let pairs = before.compactMap { f, old in after[f].map { (facing: $0.facing - old.facing, light: $0.light - old.light) } }
      try #require(pairs.count > 150, "\(pairs.count) triangles are seen in both frames")
      func mean(_ all: [Float]) -> Float { all.reduce(0, +) / Float(max(all.count, 1)) }
      // The slope of a line through all: what the light gains, in logarithms, per unit of the cosine. It is 1.1 to 1.2; lamps that go with
      // the head leave 0.2 to 0.3, which comes of highlights.
      let (meanFacing, meanLight) = (mean(pairs.map(\.facing)), mean(pairs.map(\.light)))
      let slope =
        mean(pairs.map { ($0.facing - meanFacing) * ($0.light - meanLight) })
        / mean(pairs.map { ($0.facing - meanFacing) * ($0.facing - meanFacing) })
      #expect(slope > 0.7, "a turn of \(yaw[turned] - yaw[ahead]) radians: \(slope)")
      let towards = pairs.filter { $0.facing > 0.1 }.map(\.light), away = pairs.filter { $0.facing < -0.1 }.map(\.light)
      #expect(towards.count < 30 || mean(towards) > 0.12, "\(mean(towards)) towards the light")
      #expect(away.count < 30 || mean(away) < -0.06, "\(mean(away)) away from the light")
      #expect(max(towards.count, away.count) >= 30)
    }
  }
}
