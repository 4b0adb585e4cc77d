import Torch

/// The rays of images, of one size for all.
package struct LabelRays {
  /// `[N, M, 3]`.
  package var origins: Tensor
  /// `[N, M, 3]`, of length one: a parameter t along a ray is a distance.
  package var directions: Tensor

  package init(origins: Tensor, directions: Tensor) {
    self.origins = origins
    self.directions = directions
  }
  /// Rays through the centres of `resolution`² pixels, row by row, of `labels` `[N, 25]`; differentiable in them.
  ///
  /// With u, v = (i + 0.5) / resolution: x = (u - cx + cy s / fy - s v / fy) / fx, y = (v - cy) / fy, z = 1, turned by the camera's rotation.
  package init(labels: Tensor, resolution: Int) {
    let n = labels.size(0), count = resolution * resolution
    let pose = labels.narrow(1, 0, 16).reshape(n, 4, 4), k = labels.narrow(1, 16, 9)
    func intrinsic(_ i: Int) -> Tensor { k.narrow(1, i, 1) }
    let (fx, skew, cx, fy, cy) = (intrinsic(0), intrinsic(1), intrinsic(2), intrinsic(4), intrinsic(5))
    let centre = (Tensor.arange(resolution, labels.dtype, device: labels.device) + 0.5) / Double(resolution)
    let u = centre.unsqueeze(0).expand(resolution, resolution).reshape(1, count)
    let v = centre.unsqueeze(1).expand(resolution, resolution).reshape(1, count)
    let x = (u - cx + cy * skew / fy - skew * v / fy) / fx, y = (v - cy) / fy
    let inCamera = stack([x, y, x.onesLike()], -1)
    let turned = inCamera.matmul(pose.narrow(1, 0, 3).narrow(2, 0, 3).transpose(1, 2))
    directions = turned.normalized(-1)
    origins = pose.narrow(1, 0, 3).select(2, 3).unsqueeze(1).expand(n, count, 3)
  }

  /// Images, and rays of each.
  package var batch: Int { directions.size(0) }
  package var count: Int { directions.size(1) }
  /// The rays `range` of every image.
  package subscript(range: Range<Int>) -> LabelRays {
    LabelRays(origins: origins.narrow(1, range.lowerBound, range.count), directions: directions.narrow(1, range.lowerBound, range.count))
  }
  /// Those of one image.
  package func image(_ i: Int) -> LabelRays { LabelRays(origins: origins.narrow(0, i, 1), directions: directions.narrow(0, i, 1)) }
  /// Points at `depths` `[N, M, S]`: `[N, M, S, 3]`.
  package func points(at depths: Tensor) -> Tensor {
    origins.unsqueeze(2) + depths.unsqueeze(-1) * directions.unsqueeze(2)
  }

  /// Where rays enter and leave the box of side `side` around the origin, both `[N, M]`; -1 and -2 for those that miss it.
  package func limits(box side: Double) -> (near: Tensor, far: Tensor) {
    let first = (-side / 2 - origins) / directions, second = (side / 2 - origins) / directions
    let near = first.minimum(second).amax(-1), far = first.maximum(second).amin(-1)
    let missed = far .< near
    return (near.maskedFill(missed, -1), far.maskedFill(missed, -2))
  }
}
