import Face
import Torch
import Tracking

/// What the kernels of `RigidLikeness` do, in libtorch's operators.
package struct ReferenceLikeness {
  private let likeness: RigidLikeness
  package init(_ likeness: RigidLikeness) { self.likeness = likeness }
  private var camera: Camera { likeness.camera }

  /// Where the points are turned to and in the camera, `[n, P, 3]` both, and in the image, `[n, P, 2]`.
  private func place(_ poses: HeadPoses) -> (turned: Tensor, placed: Tensor, pixels: Tensor) {
    let turned = likeness.points.unsqueeze(0).expand(poses.count, -1, -1).bmm(poses.rotation.transpose(1, 2))
    let placed = turned + poses.translation.unsqueeze(1)
    let depth = -placed[.ellipsis, 2]
    let x = placed[.ellipsis, 0] / depth * Double(camera.focal.x) + Double(camera.center.x)
    let y = placed[.ellipsis, 1] / depth * Double(-camera.focal.y) + Double(camera.center.y)
    return (turned, placed, stack([x, y], -1))
  }
  /// What images `[n, 1, H, W]` show at `pixels` `[n, P, 2]`: `[n, P]`.
  private func look(_ images: Tensor, _ pixels: Tensor) -> Tensor {
    let size = Tensor([Float(camera.width), Float(camera.height)])
    return images.gridSample((pixels * 2 / size - 1).unsqueeze(1), padding: .border).squeeze(2).squeeze(1)
  }

  /// The mean value of every point, `[P]`.
  package func mean(_ bands: BandImages, _ poses: HeadPoses, weights: Tensor) -> Tensor {
    weights.matmul(look(images(bands), place(poses).pixels)) / weights.sum()
  }

  package func equations(_ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double) -> (
    hessian: Tensor, gradient: Tensor
  ) {
    let seen = slopes(bands, poses, mean: mean, weights: weights, noise: noise)
    let rows = cat([call("aten::linalg_cross", seen.turned, seen.slope, -1), seen.slope], -1)
    let weighted = (rows * seen.weight.unsqueeze(-1)).transpose(1, 2)
    return (weighted.bmm(rows).to(.float64), weighted.bmm(seen.residual.unsqueeze(-1)).squeeze(-1).to(.float64))
  }

  package func depths(_ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double) -> (
    hessian: Tensor, gradient: Tensor
  ) {
    let seen = slopes(bands, poses, mean: mean, weights: weights, noise: noise)
    let along = (seen.slope * likeness.directions.matmul(poses.rotation.transpose(1, 2))).sum(-1)
    return ((along.square() * seen.weight).sum(0), (along * seen.residual * seen.weight).sum(0))
  }

  private func images(_ bands: BandImages) -> Tensor { bands.values.to(.float32).unsqueeze(1) / BandImages.scale }

  /// How the values seen at the points change with their places in the camera, `[n, P, 3]`, what they lack to the points' own, and what that
  /// counts, by Huber's weights and the frames', `[n, P]`.
  private func slopes(
    _ bands: BandImages, _ poses: HeadPoses, mean: Tensor, weights: Tensor, noise: Double
  ) -> (turned: Tensor, slope: Tensor, residual: Tensor, weight: Tensor) {
    let images = images(bands)
    let (turned, placed, pixels) = place(poses)
    func seen(_ x: Float, _ y: Float) -> Tensor { look(images, pixels + Tensor([x, y])) }
    let residual = mean - seen(0, 0)
    let weight = residual.abs().clamp(2 * noise).reciprocal() * (2 / noise) * weights.unsqueeze(1)
    let inverse = -placed[.ellipsis, 2].reciprocal()
    let across = (seen(1, 0) - seen(-1, 0)) * 0.5 * inverse * Double(camera.focal.x)
    let down = (seen(0, 1) - seen(0, -1)) * 0.5 * inverse * Double(-camera.focal.y)
    let slope = stack([across, down, (across * placed[.ellipsis, 0] + down * placed[.ellipsis, 1]) * inverse], -1)
    return (turned, slope, residual, weight)
  }
}
