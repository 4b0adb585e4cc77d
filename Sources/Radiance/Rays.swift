import Torch

/// Rays `o + z d` with the stretch of depth in which each is sampled.
package struct Rays {
  /// `[R, 3]`.
  package var origins: Tensor
  /// `[R, 3]`, not normalised: with the camera's own directions, z is depth along its axis.
  package var directions: Tensor
  /// `[R]`, the depths between which samples lie.
  package var near: Tensor, far: Tensor

  package init(origins: Tensor, directions: Tensor, near: Tensor, far: Tensor) {
    self.origins = origins
    self.directions = directions
    self.near = near
    self.far = far
  }
  /// Rays that share their bounds.
  package init(origins: Tensor, directions: Tensor, near: Double, far: Double) {
    let shape = [origins.size(0)]
    self.init(
      origins: origins, directions: directions, near: .full(shape, near, device: origins.device),
      far: .full(shape, far, device: origins.device))
  }

  package var count: Int { origins.size(0) }
  /// A run of the rays, as views.
  package subscript(range: Range<Int>) -> Rays {
    mapped { $0.narrow(0, range.lowerBound, range.count) }
  }
  /// The rays at `indices`, `[n]` int64.
  package func gathered(_ indices: Tensor) -> Rays { mapped { $0.indexSelect(0, indices) } }
  /// Points at `depths` `[R, S]`: `[R, S, 3]`.
  package func points(at depths: Tensor) -> Tensor {
    origins.unsqueeze(1) + directions.unsqueeze(1) * depths.unsqueeze(-1)
  }

  private func mapped(_ pick: (Tensor) -> Tensor) -> Rays {
    Rays(origins: pick(origins), directions: pick(directions), near: pick(near), far: pick(far))
  }
}

/// A camera without lens distortion that looks along -z, with +x right and +y up; image rows run down.
package struct Pinhole: Sendable, Equatable {
  /// Pixels.
  package var focal: SIMD2<Double>, center: SIMD2<Double>
  /// Where in a pixel its ray goes through: 0.5 is the middle; published head avatars used 0.
  package var pixelOffset: Double

  package init(focal: SIMD2<Double>, center: SIMD2<Double>, pixelOffset: Double = 0.5) {
    self.focal = focal
    self.center = center
    self.pixelOffset = pixelOffset
  }

  /// Directions in the camera's axes, `((i + offset - cx) / fx, -(j + offset - cy) / fy, -1)`, of pixels at
  /// `rows` and `columns` (any shape, any number type): `[..., 3]`.
  package func directions(rows: Tensor, columns: Tensor) -> Tensor {
    let x = (columns.to(.float32) + (pixelOffset - center.x)) * (1 / focal.x)
    let y = (rows.to(.float32) + (pixelOffset - center.y)) * (-1 / focal.y)
    return stack([x, y, -x.onesLike()], -1)
  }

  /// Directions of all pixels, row by row: `[height, width, 3]`.
  package func directions(width: Int, height: Int) -> Tensor {
    directions(
      rows: Tensor.arange(height).unsqueeze(1).expand(height, width), columns: Tensor.arange(width).unsqueeze(0).expand(height, width))
  }
}

/// Rays of a camera in the world: `cameraToWorld` `[3, 4]` or `[4, 4]`, `directions` `[..., 3]` in its axes; both results `[..., 3]`.
package func worldRays(directions: Tensor, cameraToWorld: Tensor) -> (origins: Tensor, directions: Tensor) {
  let rotation = cameraToWorld[.to(3), .to(3)], position = cameraToWorld[.to(3), 3]
  let turned = directions.matmul(rotation.t())
  return (position.expand(turned.shape), turned)
}
