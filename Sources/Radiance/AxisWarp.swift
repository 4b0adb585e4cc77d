import Torch

/// Coordinates that give the middle of each axis more room: u(x) = outer (x - c) + extra clamp(x - c, -inner, inner), in -1...1.
///
/// A lattice whose nodes are even in u is finer in the middle; u is piecewise linear, so that between nodes what is linear in x is
/// linear in u.
package struct AxisWarp: Sendable, Equatable, Codable {
  package var center: SIMD3<Float>
  /// Half the length of each axis: u is -1 and 1 at its ends.
  package var half: SIMD3<Float>
  /// Half the length of the middle.
  package var inner: SIMD3<Float>
  /// The part of the nodes that the middle gets, above 0 and below 1. No more than its part of the length: the axis is even.
  package var share: Float

  package init(center: SIMD3<Float>, half: SIMD3<Float>, inner: SIMD3<Float>, share: Float) {
    (self.center, self.half, self.inner, self.share) = (center, half, inner, share)
  }
  /// u = x in -1...1.
  package static let identity = AxisWarp(center: .zero, half: .one, inner: .one, share: 0)

  private func slopes(_ axis: Int) -> (outer: Float, extra: Float) {
    let (whole, middle) = (half[axis], inner[axis])
    guard middle < whole, share > middle / whole else { return (1 / whole, 0) }
    let outer = (1 - share) / (whole - middle)
    return (outer, share / middle - outer)
  }

  /// `[3, 4]`, what the kernels take: a row an axis of center, inner, outer slope, extra slope.
  package var tensor: Tensor {
    Tensor(
      (0..<3).flatMap { axis in
        let (outer, extra) = slopes(axis)
        return [center[axis], inner[axis], outer, extra]
      }, [3, 4])
  }

  /// Where `count` even nodes of u lie along an axis.
  package func nodes(_ axis: Int, count: Int) -> [Float] {
    let (outer, extra) = slopes(axis), bend = (outer + extra) * inner[axis]
    return (0..<count).map { k in
      let u = count > 1 ? 2 * Float(k) / Float(count - 1) - 1 : 0
      let x = abs(u) <= bend ? u / (outer + extra) : (u - (u < 0 ? -1 : 1) * extra * inner[axis]) / outer
      return center[axis] + x
    }
  }

  /// Where the nodes of a lattice lie, `[Z, Y, X, 3]` (x, y, z), of `count` nodes along x, y and z.
  package func nodes(_ count: SIMD3<Int>) -> Tensor {
    let (x, y, z) = (nodes(0, count: count.x), nodes(1, count: count.y), nodes(2, count: count.z))
    let shape = [count.z, count.y, count.x]
    return stack(
      [
        Tensor(x).reshape(1, 1, -1).expand(shape), Tensor(y).reshape(1, -1, 1).expand(shape), Tensor(z).reshape(-1, 1, 1).expand(shape),
      ], -1)
  }
}

/// u of points `[N, 3]` by `axes` `[3, 4]`, in plain tensors.
package func warped(_ points: Tensor, _ axes: Tensor) -> Tensor {
  func column(_ k: Int) -> Tensor { axes[.all, .at(k)] }
  let d = points - column(0)
  return d * column(2) + call("aten::minimum", call("aten::maximum", d, -column(1)), column(1)) * column(3)
}
