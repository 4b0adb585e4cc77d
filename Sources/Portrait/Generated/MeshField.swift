import Face
import Foundation
import Photos
import Torch

/// Where what is seen at a place lies in a volume that shows a head at rest, by the surface of the head model: the field that `MeshWarp` reads
/// on a lattice and that deformation networks learn from.
///
/// x_c = x_d + f(d) * mean over the nearest samples of the moved skin of (where it rests - where it is now), f(d) = exp(-((d - near)+ / fade)^2)
/// with the distance d to the nearest. Places are the generators' box's.
struct MeshField {
  /// Box units: up to where places move fully with the skin, and how fast that fades.
  private static let near: Float = 0.015, fade: Float = 0.05, reach: Float = 0.12
  private static let neighbors = 6
  private static let cell: Float = 0.03
  /// Nothing lies further out along any axis.
  static let extent: Float = 0.48
  /// What each edge of the model is cut into.
  static let pieces = 3

  /// Whether anything moves at all.
  let moves: Bool
  /// Where the samples of the skin are now.
  var skin: [SIMD3<Float>] { bins.points }
  private let backs: [SIMD3<Float>]
  private let bins: PointBins
  private let active: [Bool]

  /// - surface: at rest; moved: how far each of the model's vertices has moved since, head space.
  /// - carrying: what each of the model's vertices takes along in place of its way back, head space.
  init(
    _ surface: HeadSurface, moved: [SIMD3<Float>], _ placement: StandardPlacement, carrying other: [SIMD3<Float>]? = nil
  ) {
    var targets: [SIMD3<Float>] = [], backs: [SIMD3<Float>] = []
    let origin = placement.box(SIMD3<Float>.zero)
    for v in 0..<surface.count {
      let (l, w) = (surface.links[v], surface.weights[v])
      func mean(_ of: [SIMD3<Float>]) -> SIMD3<Float> { w.x * of[Int(l.x)] + w.y * of[Int(l.y)] + w.z * of[Int(l.z)] }
      let target = placement.box(surface.places[v] + mean(moved))
      targets.append(target)
      backs.append(other.map { placement.box(mean($0)) - origin } ?? placement.box(surface.places[v]) - target)
    }
    self.backs = backs
    bins = PointBins(targets, extent: Self.extent, cell: Self.cell)
    let moving = targets.indices.filter { dot(backs[$0], backs[$0]) > 1e-10 }
    moves = !moving.isEmpty
    active = bins.around(moving, within: Self.reach)
  }

  /// What to add to a place to come to where it rests, and f there, 0...1; both are 0 far from the skin.
  func callAsFunction(_ place: SIMD3<Float>) -> (move: SIMD3<Float>, share: Float) {
    guard let (nearest, sum) = bins.mean(place, of: backs, Self.neighbors, within: Self.reach) else { return (.zero, 0) }
    let beyond = max(0, nearest - Self.near) / Self.fade, share = exp(-beyond * beyond)
    return (active[bins.bin(place)] ? sum * share : .zero, share)
  }

  /// Its values on a lattice of `n` nodes a side whose outermost lie at `extent`, `[n, n, n, 3]`.
  func nodes(_ n: Int) -> Tensor {
    let step = 2 * Self.extent / Float(n - 1)
    var values = [Float](repeating: 0, count: n * n * n * 3)
    for z in 0..<n {
      for y in 0..<n {
        for x in 0..<n {
          let p = SIMD3(Float(x), Float(y), Float(z)) * step - Self.extent
          guard active[bins.bin(p)] else { continue }
          let move = self(p).move
          for c in 0..<3 { values[((z * n + y) * n + x) * 3 + c] = move[c] }
        }
      }
    }
    return Tensor(values, [n, n, n, 3])
  }
}
