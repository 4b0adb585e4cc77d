import Face
import Foundation
import Generator
import Torch

/// The fitted head model as a backward warp of a volume: where what is seen at a point lies in the volume, which shows the head at rest.
///
/// x_c = x_d + f(d) * mean over the nearest samples of the moved skin of (where it rests - where it is now), f(d) = exp(-((d - near)+ / fade)^2)
/// with the distance d to the nearest. Needs no training.
struct MeshWarp {
  /// Box units: up to where points move fully with the skin, and how fast that fades.
  private static let near: Float = 0.015, fade: Float = 0.05, reach: Float = 0.12
  private static let neighbors = 6
  /// Nodes along each side of the lattice, and where its outermost ones lie.
  private static let count = 80, extent: Float = 0.48
  private static let cell: Float = 0.03

  private let head: LiftHead
  private let placement: StandardPlacement
  private let surface: HeadSurface

  /// `head` shows what the volume shows.
  init(_ head: LiftHead, _ placement: StandardPlacement) {
    (self.head, self.placement) = (head, placement)
    surface = HeadSurface(head.model, places: head.places, pieces: 3)
  }

  /// The deformation of a state; nil where nothing moves.
  func lattice(_ state: FaceState) -> DeformationLattice? {
    let moved = head.movement(state)
    var targets: [SIMD3<Float>] = [], backs: [SIMD3<Float>] = []
    for v in 0..<surface.count {
      let (l, w) = (surface.links[v], surface.weights[v])
      let move = w.x * moved[Int(l.x)] + w.y * moved[Int(l.y)] + w.z * moved[Int(l.z)]
      let target = placement.box(surface.places[v] + move)
      targets.append(target)
      backs.append(placement.box(surface.places[v]) - target)
    }
    guard backs.contains(where: { dot($0, $0) > 1e-10 }) else { return nil }
    let bins = PointBins(targets, extent: Self.extent, cell: Self.cell)
    let active = bins.around(targets.indices.filter { dot(backs[$0], backs[$0]) > 1e-10 }, within: Self.reach)
    let n = Self.count, step = 2 * Self.extent / Float(n - 1)
    var values = [Float](repeating: 0, count: n * n * n * 3)
    for z in 0..<n {
      for y in 0..<n {
        for x in 0..<n {
          let p = SIMD3(Float(x), Float(y), Float(z)) * step - Self.extent
          guard active[bins.bin(p)] else { continue }
          guard let (nearest, sum) = bins.mean(p, of: backs, Self.neighbors, within: Self.reach) else { continue }
          let beyond = max(0, nearest - Self.near) / Self.fade, share = exp(-beyond * beyond)
          for c in 0..<3 { values[((z * n + y) * n + x) * 3 + c] = sum[c] * share }
        }
      }
    }
    return DeformationLattice(displacement: Tensor(values, [n, n, n, 3]), extent: Double(Self.extent))
  }
}

/// Points sorted into cubes, to find those that are nearest to a place.
private struct PointBins {
  private let points: [SIMD3<Float>]
  private let extent, cell: Float
  private let side: Int
  private let order: [Int]
  private let starts: [Int]

  init(_ points: [SIMD3<Float>], extent: Float, cell: Float) {
    (self.points, self.extent, self.cell) = (points, extent, cell)
    side = Int((2 * extent / cell).rounded(.up))
    var starts = [Int](repeating: 0, count: side * side * side + 1)
    let bins = points.map { [side] p in Self.index(p, extent, cell, side) }
    for b in bins { starts[b + 1] += 1 }
    for k in 1..<starts.count { starts[k] += starts[k - 1] }
    var next = starts, order = [Int](repeating: 0, count: points.count)
    for (i, b) in bins.enumerated() {
      order[next[b]] = i
      next[b] += 1
    }
    (self.order, self.starts) = (order, starts)
  }

  private static func axis(_ value: Float, _ extent: Float, _ cell: Float, _ side: Int) -> Int {
    min(max(Int((value + extent) / cell), 0), side - 1)
  }
  private static func index(_ p: SIMD3<Float>, _ extent: Float, _ cell: Float, _ side: Int) -> Int {
    (axis(p.z, extent, cell, side) * side + axis(p.y, extent, cell, side)) * side + axis(p.x, extent, cell, side)
  }
  func bin(_ p: SIMD3<Float>) -> Int { Self.index(p, extent, cell, side) }
  private func range(_ value: Float, _ rings: Int) -> ClosedRange<Int> {
    let middle = Self.axis(value, extent, cell, side)
    return max(0, middle - rings)...min(side - 1, middle + rings)
  }

  /// Whether each cube is within a distance of one of some points.
  func around(_ chosen: [Int], within reach: Float) -> [Bool] {
    var found = [Bool](repeating: false, count: side * side * side)
    let rings = Int((reach / cell).rounded(.up))
    for b in Set(chosen.map { bin(points[$0]) }) {
      let (x, y, z) = (b % side, b / side % side, b / side / side)
      for k in max(0, z - rings)...min(side - 1, z + rings) {
        for j in max(0, y - rings)...min(side - 1, y + rings) {
          for i in max(0, x - rings)...min(side - 1, x + rings) { found[(k * side + j) * side + i] = true }
        }
      }
    }
    return found
  }

  /// The distance of the nearest point, and the mean of what belongs to the `count` nearest; nil where none is within `reach`.
  func mean(_ p: SIMD3<Float>, of values: [SIMD3<Float>], _ count: Int, within reach: Float) -> (nearest: Float, mean: SIMD3<Float>)? {
    let most = Int((reach / cell).rounded(.up))
    var best: [(far: Float, point: Int)] = []
    for rings in 1...most {
      best.removeAll(keepingCapacity: true)
      for z in range(p.z, rings) {
        for y in range(p.y, rings) {
          let row = range(p.x, rings), first = (z * side + y) * side
          for at in starts[first + row.lowerBound]..<starts[first + row.upperBound + 1] {
            let i = order[at], d = points[i] - p, far = dot(d, d)
            guard best.count < count || far < best[best.count - 1].far else { continue }
            if best.count == count { best.removeLast() }
            var place = best.count
            while place > 0, best[place - 1].far > far { place -= 1 }
            best.insert((far, i), at: place)
          }
        }
      }
      // What lies beyond these cubes is farther than that.
      let sure = Float(rings) * cell
      if best.count == count, best[count - 1].far <= sure * sure { break }
    }
    guard let first = best.first, first.far <= reach * reach else { return nil }
    return (first.far.squareRoot(), best.map { values[$0.point] }.reduce(.zero, +) / Float(best.count))
  }
}
