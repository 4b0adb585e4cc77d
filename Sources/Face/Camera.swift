import Foundation
import Torch

/// A pinhole camera; the one place where the project's camera convention is said.
///
/// Axes are OpenGL's: +x right, +y up, the camera looks along -z; `cameraToWorld` takes camera to world coordinates.
/// Pixel coordinates are continuous with (0, 0) at the image's top left corner, so the centre of the pixel in column i and row j lies at
/// (i + 0.5, j + 0.5). A camera point (X, Y, Z) with Z < 0 falls on
/// `(cx + fx X / -Z, cy - fy Y / -Z)`, and its depth is -Z. The ray through pixel (i, j) has the camera direction
/// `((i + 0.5 - cx) / fx, -(j + 0.5 - cy) / fy, -1)`, not normalised: a parameter t along it is a depth.
package struct Camera: Equatable, Sendable, Codable {
  package var width, height: Int
  /// Focal lengths in pixels.
  package var focal: SIMD2<Float>
  /// The principal point in pixels.
  package var center: SIMD2<Float>
  package var cameraToWorld: Rigid

  /// `center` is the middle of the image unless given.
  package init(width: Int, height: Int, focal: SIMD2<Float>, center: SIMD2<Float>? = nil, cameraToWorld: Rigid = .identity) {
    self.width = width
    self.height = height
    self.focal = focal
    self.center = center ?? [Float(width) / 2, Float(height) / 2]
    self.cameraToWorld = cameraToWorld
  }
  /// With square pixels and a vertical field of view in radians.
  package init(width: Int, height: Int, fieldOfView: Float, cameraToWorld: Rigid = .identity) {
    let f = Float(height) / (2 * tan(fieldOfView / 2))
    self.init(width: width, height: height, focal: [f, f], cameraToWorld: cameraToWorld)
  }
  /// Camera to world at `eye`, looking at `target`, with `up` upwards in the image.
  package static func lookAt(eye: SIMD3<Float>, target: SIMD3<Float>, up: SIMD3<Float> = [0, 1, 0]) -> Rigid {
    let z = normalized(eye - target)
    let x = normalized(cross(up, z))
    return Rigid(rotation: Matrix3(x: x, y: cross(z, x), z: z), translation: eye)
  }

  package var position: SIMD3<Float> { cameraToWorld.translation }
  package var worldToCamera: Rigid { cameraToWorld.inverse }
  /// This camera as the head with the pose `pose` (head to world) sees it: pose^-1 * cameraToWorld.
  package func inHead(_ pose: Rigid) -> Camera {
    var seen = self
    seen.cameraToWorld = pose.inverse * cameraToWorld
    return seen
  }

  /// This camera gone round `center` of the world, radians: with positive `yaw` to its right, with positive `pitch` above.
  package func around(_ center: SIMD3<Float>, yaw: Float, pitch: Float = 0) -> Camera {
    var moved = self
    let turn = Matrix3(yaw: yaw, pitch: pitch, roll: 0)
    moved.cameraToWorld = Rigid(rotation: turn, translation: center - turn * center) * cameraToWorld
    return moved
  }

  /// A world point as (x, y in pixels, depth).
  package func project(_ point: SIMD3<Float>) -> SIMD3<Float> {
    let p = worldToCamera.apply(point)
    let depth = -p.z
    return [center.x + focal.x * p.x / depth, center.y - focal.y * p.y / depth, depth]
  }
  /// The world point seen at `pixel` (continuous coordinates) at a depth.
  package func unproject(_ pixel: SIMD2<Float>, depth: Float) -> SIMD3<Float> {
    cameraToWorld.apply(direction(pixel) * depth)
  }
  /// World points `[.., 3]` as `[.., 3]` (x, y in pixels, depth), differentiable.
  package func project(_ points: Tensor) -> Tensor {
    let p = worldToCamera.apply(points)
    let depth = -p[.ellipsis, 2]
    let x = p[.ellipsis, 0] / depth * Double(focal.x) + Double(center.x)
    let y = p[.ellipsis, 1] / depth * Double(-focal.y) + Double(center.y)
    return stack([x, y, depth], -1)
  }

  private func direction(_ pixel: SIMD2<Float>) -> SIMD3<Float> {
    [(pixel.x - center.x) / focal.x, -(pixel.y - center.y) / focal.y, -1]
  }
  /// The ray through the centre of the pixel in a column and row, in world coordinates; the direction has depth one.
  package func ray(column: Int, row: Int) -> (origin: SIMD3<Float>, direction: SIMD3<Float>) {
    (position, cameraToWorld.rotation * direction([Float(column) + 0.5, Float(row) + 0.5]))
  }
  /// Rays of all pixels in row-major order: origins `[H, W, 3]` and directions `[H, W, 3]` of depth one, in world coordinates.
  package func rays(device: Device = .cpu) -> (origins: Tensor, directions: Tensor) {
    let x = (Tensor.arange(width, .float32, device: device) + Double(0.5 - center.x)) / Double(focal.x)
    let y = (Tensor.arange(height, .float32, device: device) + Double(0.5 - center.y)) / Double(-focal.y)
    let shape = [height, width]
    let inCamera = stack([x.unsqueeze(0).expand(shape), y.unsqueeze(1).expand(shape), -Tensor.ones(shape, device: device)], -1)
    let directions = inCamera.matmul(cameraToWorld.rotation.transposed.tensor.to(device))
    let origin = Tensor([position.x, position.y, position.z]).to(device)
    return (origin.expand([height, width, 3]).contiguous(), directions)
  }

  /// The camera of the image resized to another size.
  package func scaled(width newWidth: Int, height newHeight: Int) -> Camera {
    let s = SIMD2<Float>(Float(newWidth) / Float(width), Float(newHeight) / Float(height))
    return Camera(width: newWidth, height: newHeight, focal: focal * s, center: center * s, cameraToWorld: cameraToWorld)
  }
  /// The camera of a cut-out whose top left corner is at column `x`, row `y`; it may reach over the border.
  package func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> Camera {
    Camera(
      width: newWidth, height: newHeight, focal: focal, center: center - [Float(x), Float(y)], cameraToWorld: cameraToWorld)
  }
}
