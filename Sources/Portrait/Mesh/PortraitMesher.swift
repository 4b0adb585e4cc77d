import Exchange
import Face
import Foundation
import Torch

/// Makes meshes for other programs of a photo's avatar: what a frame is drawn from, at any pose, all with one texture.
///
/// The head at rest, as the photo shows it, is upright at the origin and looks along +z; what moves the head moves it from there.
package struct PortraitMesher {
  private let avatar: PortraitLift
  private let atlas: LiftAtlas
  private let parts: [TexturedMesh.Part]
  /// Triangles of the avatar in the order of the parts.
  private let order: [Int]
  private let base, shares: [Float]
  private let links: [Int32]
  private let numbers: [[Float]]
  private let paint: LiftPaint

  /// Meters in a head unit.
  private static let meters: Float = 0.1

  package init(_ avatar: PortraitLift) {
    let t = avatar.tensors
    self.avatar = avatar
    atlas = withoutGradient { LiftAtlas(t) }
    let paint = LiftPaint(t["texture"]!), base = t["base"]!.floats
    (self.paint, self.base, shares, links) = (paint, base, t["shares"]!.floats, t["links"]!.array())
    let flat = t["numbers"]!.floats, corners = t["triangles"]!.array(Int32.self), kinds = t["kinds"]!.array(UInt8.self)
    let numbers = (0..<flat.count / LiftVertex.numbers).map { Array(flat[LiftVertex.numbers * $0..<LiftVertex.numbers * ($0 + 1)]) }
    self.numbers = numbers
    var groups: [(name: String, isSoft: Bool, triangles: [Int])] = [
      ("head", false, []), ("eye_right", false, []), ("eye_left", false, []), ("mouth_inside", false, []), ("mouth_photo", true, []),
      ("glasses", true, []), ("earrings", true, []), ("hair_and_body", true, []),
    ]
    for f in 0..<corners.count / 3 {
      let isSoft = kinds[2 * f] & (LiftMesh.Layer.soft.rawValue | LiftMesh.Layer.worn.rawValue) != 0
      let group =
        switch SemanticClass(rawValue: kinds[2 * f + 1]) {
        case .mouthInterior: isSoft ? 4 : 3
        case .glasses where isSoft: 5
        case .ears where kinds[2 * f] & LiftMesh.Layer.worn.rawValue != 0: 6
        case _ where isSoft: 7
        case .eyes: base[3 * Int(corners[3 * f])] < 0 ? 1 : 2
        default: 0
        }
      // Programs that know no opacity would show what nobody sees of the sheet.
      guard !isSoft || Self.isSeen((0..<3).map { numbers[Int(corners[3 * f + $0])] }, paint) else { continue }
      groups[group].triangles.append(f)
    }
    groups.removeAll { $0.triangles.isEmpty }
    order = groups.flatMap(\.triangles)
    var parts: [TexturedMesh.Part] = []
    for group in groups {
      let start = parts.last?.triangles.upperBound ?? 0
      parts.append(.init(group.name, isSoft: group.isSoft, triangles: start..<start + group.triangles.count))
    }
    self.parts = parts
  }

  /// Whether a soft triangle is more than hardly there at any of its corners, the middles of its sides or its own.
  private static func isSeen(_ corners: [[Float]], _ paint: LiftPaint) -> Bool {
    let shares: [SIMD3<Float>] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0.34, 0.33, 0.33]]
    return shares.contains { w in
      paint.color((0..<LiftVertex.numbers).map { i in (0..<3).reduce(Float(0)) { $0 + corners[$1][i] * w[$1] } }).1 > 0.03
    }
  }

  /// What all meshes are colored with: `[H, W, 4]` uint8, red, green, blue and opacity.
  package var texture: Tensor { atlas.image }

  /// The mesh of a state; throws what drawing it throws.
  package func mesh(_ state: FaceState) throws -> TexturedMesh {
    var camera = avatar.camera
    camera.cameraToWorld = .identity
    let frame = try avatar.frame(state, nil, camera: camera)
    let home = avatar.state.pose.inverse
    let head = home * frame.head, torso = home * frame.torso
    var places: [SIMD3<Float>] = [], colors: [SIMD4<UInt8>] = []
    for v in 0..<base.count / 3 {
      var place = SIMD3(base[3 * v], base[3 * v + 1], base[3 * v + 2])
      for k in 0..<4 { place += shares[4 * v + k] * frame.moved[Int(links[4 * v + k])] }
      let onHead = head.apply(place)
      places.append((onHead + numbers[v][11] * (torso.apply(place) - onHead)) * Self.meters)
      let (color, opacity) = paint.color(frame.numbers(numbers[v], at: place))
      colors.append(SIMD4<UInt8>((SIMD4(color, opacity).clamped(lowerBound: .zero, upperBound: .one) * 255).rounded(.toNearestOrEven)))
    }
    let corners = avatar.tensors["triangles"]!.array(Int32.self), painted = atlas.places(frame.controls)
    return TexturedMesh(
      places: places, colors: colors,
      corners: order.map { [corners[3 * $0], corners[3 * $0 + 1], corners[3 * $0 + 2]] }, texturePlaces: painted.places,
      textureCorners: order.map { painted.corners[$0] }, parts: parts)
  }

  /// The face that does nothing, and each of the head model's expressions wholly, by name; the eyes look straight on.
  package var shapes: [(name: String, state: FaceState)] {
    let names = avatar.scene.expressionNames
    var neutral = avatar.state
    (neutral.expression, neutral.gaze) = ([Float](repeating: 0, count: names.count), .zero)
    return [("neutral", neutral)]
      + names.enumerated().map { k, name in
        var state = neutral
        state.expression[k] = 1
        return (name, state)
      }
  }
}
