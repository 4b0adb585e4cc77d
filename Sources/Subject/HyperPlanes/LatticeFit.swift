import Radiance
import Torch

/// Fits what a lattice holds to what is known at scattered places: Σ w |G(p) - d|² + λ Σ |G_i - G_j|² over neighbours + μ Σ |G|², by conjugate
/// gradients. Only nodes of a box of the lattice are looked at; beyond it G is 0.
package struct LatticeFit: Sendable {
  /// The first node of the box along x, y, z, and how many there are.
  let first, size: SIMD3<Int>
  private let lattice: SIMD3<Int>
  private let axes: [AxisWarp.Row]
  private static let (smooth, small): (Float, Float) = (0.02, 0.002)

  package var count: Int { size.x * size.y * size.z }

  /// Where the box's nodes are in the lattice, x fastest.
  package var nodes: [Int64] {
    var found: [Int64] = []
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x { found.append(Int64(((z + first.z) * lattice.y + y + first.y) * lattice.x + x + first.x)) }
      }
    }
    return found
  }

  /// `axes` `[3, 4]` are the lattice's; the box is the smallest with all of `low...high`.
  package init(_ lattice: SIMD3<Int>, axes tensor: Tensor, low: SIMD3<Float>, high: SIMD3<Float>) {
    self.lattice = lattice
    axes = AxisWarp.rows(tensor)
    var (from, to) = (SIMD3<Int>.zero, SIMD3<Int>.zero)
    for k in 0..<3 {
      from[k] = max(0, min(lattice[k] - 2, Int(axes[k].place(low[k], lattice[k]).rounded(.down))))
      to[k] = max(from[k] + 1, min(lattice[k] - 1, Int(axes[k].place(high[k], lattice[k]).rounded(.up))))
    }
    (first, size) = (from, to &- from &+ 1)
  }

  /// How much is known about each node of the box, 0...1.
  func coverage(_ places: [SIMD3<Float>], _ weights: [Float]) -> [Float] {
    fit(places, places.map { _ in SIMD3(1, 1, 1) }, weights: weights, steps: 3).map { min(max($0.x, 0), 1) }
  }

  /// The corner below each place and how far beyond it; nil outside the box.
  private func corner(_ p: SIMD3<Float>) -> (node: Int, rest: SIMD3<Float>)? {
    var at = SIMD3<Int>.zero, rest = SIMD3<Float>.zero
    for k in 0..<3 {
      let u = axes[k].place(p[k], lattice[k]) - Float(first[k])
      guard u >= 0, u < Float(size[k] - 1) else { return nil }
      at[k] = Int(u)
      rest[k] = u - Float(at[k])
    }
    return ((at.z * size.y + at.y) * size.x + at.x, rest)
  }

  /// G at the box's nodes, x, y, z and 0; places without weight or outside the box say nothing.
  package func fit(_ places: [SIMD3<Float>], _ values: [SIMD3<Float>], weights: [Float], steps: Int = 30) -> [SIMD4<Float>] {
    var corners: [Int32] = [], shares: [SIMD8<Float>] = [], known: [SIMD4<Float>] = [], counts: [Float] = []
    for (i, p) in places.enumerated() where weights[i] > 0 {
      guard let (node, r) = corner(p) else { continue }
      let s = 1 - r
      corners.append(Int32(node))
      shares.append([
        s.x * s.y * s.z, r.x * s.y * s.z, s.x * r.y * s.z, r.x * r.y * s.z, s.x * s.y * r.z, r.x * s.y * r.z, s.x * r.y * r.z,
        r.x * r.y * r.z,
      ])
      known.append(SIMD4(values[i], 0))
      counts.append(weights[i])
    }
    let (n, row, layer) = (count, size.x, size.x * size.y)
    let around = [0, 1, row, row + 1, layer, layer + 1, layer + row, layer + row + 1]
    var diagonal = [Float](repeating: Self.small + 6 * Self.smooth, count: n)
    var residual = [SIMD4<Float>](repeating: .zero, count: n)
    for (i, c) in corners.enumerated() {
      for k in 0..<8 {
        let share = shares[i][k] * counts[i]
        residual[Int(c) + around[k]] += known[i] * share
        diagonal[Int(c) + around[k]] += share * shares[i][k]
      }
    }
    func product(_ v: [SIMD4<Float>], _ out: inout [SIMD4<Float>]) {
      v.withUnsafeBufferPointer { v in
        out.withUnsafeMutableBufferPointer { out in
          for i in 0..<n { out[i] = v[i] * Self.small }
          for z in 0..<size.z {
            for y in 0..<size.y {
              let start = (z * size.y + y) * row
              for x in 0..<row {
                let i = start + x
                if x + 1 < row {
                  let d = (v[i] - v[i + 1]) * Self.smooth
                  out[i] += d
                  out[i + 1] -= d
                }
                if y + 1 < size.y {
                  let d = (v[i] - v[i + row]) * Self.smooth
                  out[i] += d
                  out[i + row] -= d
                }
                if z + 1 < size.z {
                  let d = (v[i] - v[i + layer]) * Self.smooth
                  out[i] += d
                  out[i + layer] -= d
                }
              }
            }
          }
          for (i, c) in corners.enumerated() {
            let c = Int(c), s = shares[i]
            var sum = SIMD4<Float>.zero
            for k in 0..<8 { sum += v[c + around[k]] * s[k] }
            sum *= counts[i]
            for k in 0..<8 { out[c + around[k]] += sum * s[k] }
          }
        }
      }
    }
    var x = [SIMD4<Float>](repeating: .zero, count: n), way = x, moved = x
    var old: Float = 0
    for step in 0..<steps {
      var new: Float = 0
      for i in 0..<n { new += (residual[i] * residual[i]).sum() / diagonal[i] }
      guard new > 1e-12 else { break }
      let beta = step == 0 ? 0 : new / old
      for i in 0..<n { way[i] = residual[i] / diagonal[i] + way[i] * beta }
      product(way, &moved)
      var curve: Float = 0
      for i in 0..<n { curve += (way[i] * moved[i]).sum() }
      let alpha = new / max(curve, 1e-20)
      for i in 0..<n {
        x[i] += way[i] * alpha
        residual[i] -= moved[i] * alpha
      }
      old = new
    }
    return x
  }
}

extension AxisWarp {
  /// One axis of `tensor`.
  struct Row: Sendable {
    let center, inner, outer, extra: Float
    /// Which of `count` even nodes a coordinate is, with what is between them.
    func place(_ x: Float, _ count: Int) -> Float {
      let d = x - center
      return (d * outer + min(max(d, -inner), inner) * extra + 1) / 2 * Float(count - 1)
    }
  }
  static func rows(_ tensor: Tensor) -> [Row] {
    let f = tensor.floats
    return (0..<3).map { Row(center: f[4 * $0], inner: f[4 * $0 + 1], outer: f[4 * $0 + 2], extra: f[4 * $0 + 3]) }
  }
}
