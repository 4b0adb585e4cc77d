import Face
import Torch

/// A vertex of a lifted photo, as the renderer takes it.
struct LiftVertex {
  /// In head space, as the photo shows it.
  var place: SIMD3<Float>
  /// Which of the head model's vertices move it, and how much.
  var links: SIMD4<Int32> = .zero
  var shares: SIMD4<Float> = .zero
  /// Places in the texture, in texels: its own, and one that shows what its own does not; how far each of them counts.
  var texel: SIMD2<Float> = .zero
  var other: SIMD2<Float> = .zero
  var ownShare: Float = 0
  var otherShare: Float = 0
  /// What the share of the second is added to; the color where neither counts.
  var color: SIMD3<Float> = .zero
  var opacity: Float = 1
  /// How far the texture's opacity counts.
  var cut: Float = 0
  /// 0 goes with the head, 1 stays with the torso.
  var torso: Float = 0
  /// How far the light inside the mouth counts, and how far it goes over to its substitute color as the right and the left lid close.
  var inside: Float = 0
  var lids: SIMD2<Float> = .zero
  /// How far it goes over to it as the lips part, and how far it stays where the photo shows it; one of them is 0.
  var lip: Float = 0, still: Float = 0

  static let numbers = 16, opacityNumber = 9, lipNumber = 15
  var packed: [Float] {
    [
      texel.x, texel.y, other.x, other.y, ownShare, otherShare, color.x, color.y, color.z, opacity, cut, torso, inside, lids.x, lids.y,
      lip - still,
    ]
  }
}

/// Vertices and triangles of a lifted photo.
struct LiftMesh {
  enum Layer: UInt8 {
    case solid = 0, soft = 1, worn = 4
  }
  var vertices: [LiftVertex] = []
  var triangles: [SIMD3<Int32>] = []
  /// Layer and class of each triangle.
  var kinds: [SIMD2<UInt8>] = []

  mutating func add(_ a: Int, _ b: Int, _ c: Int, _ layer: Layer, _ label: SemanticClass) {
    triangles.append([Int32(a), Int32(b), Int32(c)])
    kinds.append([layer.rawValue, label.rawValue])
  }
  /// Appends another mesh.
  mutating func append(_ other: LiftMesh) {
    let first = Int32(vertices.count)
    vertices += other.vertices
    triangles += other.triangles.map { $0 &+ first }
    kinds += other.kinds
  }

  var tensors: [String: Tensor] {
    let n = vertices.count
    return [
      "base": Tensor(vertices.flatMap { [$0.place.x, $0.place.y, $0.place.z] }, [n, 3]),
      "links": Tensor(vertices.flatMap { v in (0..<4).map { v.links[$0] } }, [n, 4]),
      "shares": Tensor(vertices.flatMap { v in (0..<4).map { v.shares[$0] } }, [n, 4]),
      "numbers": Tensor(vertices.flatMap(\.packed), [n, LiftVertex.numbers]),
      "triangles": Tensor(triangles.flatMap { [$0.x, $0.y, $0.z] }, [triangles.count, 3]),
      "kinds": Tensor(kinds.flatMap { [$0.x, $0.y] }, [kinds.count, 2]),
    ]
  }
}
