import Face
import Radiance
import Torch

/// Samples lie between `front` before and `back` behind the head's centre, along the camera's axis.
package struct DepthRange: Codable, Sendable, Equatable {
  package var front = 1.3
  package var back = 1.3

  package init() {}
}

/// Rays of a camera through pixels `[R]` (row * width + column) in head space, with a camera-to-head matrix a ray, `[R, 3, 4]`.
///
/// Samples lie between `front` before and `back` behind the head's centre, in depth along the camera's axis.
func headRays(_ camera: Camera, poses: Tensor, pixels: Tensor, _ depth: DepthRange) -> Rays {
  let pinhole = Pinhole(focal: SIMD2(camera.focal), center: SIMD2(camera.center)), pixels = pixels.to(poses.device)
  let rows = call("aten::floor_divide.Scalar", pixels, camera.width)
  let inCamera = pinhole.directions(rows: rows, columns: pixels - rows * Tensor(camera.width))
  let directions = call("aten::bmm", poses[.all, .all, .to(3)], inCamera.unsqueeze(-1)).squeeze(-1)
  let origins = poses[.all, .all, .at(3)].contiguous()
  // The camera looks along its -z, so the head's centre lies at minus the origin's part along it.
  let distance = (poses[.all, .all, .at(2)] * origins).sum(-1)
  return Rays(origins: origins, directions: directions, near: (distance - depth.front).clamp(0.05), far: distance + depth.back)
}
