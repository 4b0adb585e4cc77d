import Torch

/// Trilinear reads of lattices at points.
/// - Parameters:
///   - nodes: `[F, Z, Y, X, C]` float32, a lattice a frame.
///   - points: `[N, 3]` (x, y, z).
///   - frame: `[N]` int32, whose lattice each point is read from; nil where there is one.
///   - axes: `[3, 4]`, `AxisWarp.tensor`.
/// - Returns: `[N, C]`; beyond the outermost nodes, what is there. Differentiable for nodes and points.
package func latticeFeatures(_ nodes: Tensor, at points: Tensor, frame: Tensor? = nil, axes: Tensor) -> Tensor {
  call("likeness::lattice", nodes, points, frame, axes)
}

/// The product of the bilinear reads of three planes at points (K-Planes' Hadamard product).
///
/// `planes` `[3, H, W, C]` hold (x, y), (x, z) and (y, z): columns along the first, rows along the second; `points` `[N, 3]`, `axes`
/// `[3, 4]`. Returns `[N, C]`, differentiable for planes and points.
package func planeFeatures(_ planes: Tensor, at points: Tensor, axes: Tensor) -> Tensor {
  call("likeness::planes", planes, points, axes)
}

/// `latticeFeatures` in plain tensors.
package func referenceLatticeFeatures(_ nodes: Tensor, at points: Tensor, frame: Tensor? = nil, axes: Tensor) -> Tensor {
  let u = warped(points, axes)
  // bilinear, held at the border, corners aligned
  func read(_ lattice: Tensor) -> Tensor {
    let seen = call("aten::grid_sampler_3d", lattice.permute(3, 0, 1, 2).unsqueeze(0), u.reshape(1, -1, 1, 1, 3), 0, 1, true)
    return seen.reshape(lattice.size(3), -1).t()
  }
  guard let frame else { return read(nodes[.at(0)]) }
  let all = (0..<nodes.size(0)).map { f in read(nodes[.at(f)]) * (frame .== Double(f)).to(nodes.dtype).unsqueeze(1) }
  return all.dropFirst().reduce(all[0], +)
}

/// `planeFeatures` in plain tensors.
package func referencePlaneFeatures(_ planes: Tensor, at points: Tensor, axes: Tensor) -> Tensor {
  let u = warped(points, axes)
  let reads = [(0, 1), (0, 2), (1, 2)].enumerated().map { plane, axes in
    let at = stack([u[.all, .at(axes.0)], u[.all, .at(axes.1)]], -1).reshape(1, -1, 1, 2)
    let seen = call("aten::grid_sampler_2d", planes[.at(plane)].permute(2, 0, 1).unsqueeze(0), at, 0, 1, true)
    return seen.reshape(planes.size(3), -1).t()
  }
  return reads[0] * reads[1] * reads[2]
}
