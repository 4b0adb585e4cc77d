import Face
import Foundation
import Generator
import Photos
import Torch

/// How a generator is to see a head so that any camera's image of it comes out: a camera of the generator's own framing and distance, and
/// the square of the image that what it draws belongs in.
///
/// Generators know one distance and one angle of view. The camera is moved along its line to the box's middle until it stands there, and
/// its focal length with it, so that the head keeps its size; perspective alone changes, by little. Where the angle of view is wider than the
/// generators', only the square around the head that has theirs is drawn.
package struct FramedView: Equatable {
  /// In the generators' box; of a square image of `side` pixels.
  package let camera: Camera
  /// The square's top left corner in the image; it may lie outside.
  package let x, y: Int
  package let side: Int
  /// How far the middle of the box truly lies from the camera, in box units.
  package let distance: Float

  /// - camera: as it stands in head space.
  /// - home: how far the photo's camera stood (`PortraitPhoto.distance`): from there the head has the size that the generators know.
  package init(_ camera: Camera, _ placement: StandardPlacement, home: Float) {
    let pose = placement.box(camera.cameraToWorld)
    distance = length(pose.translation)
    var near = camera
    near.cameraToWorld = pose
    let middle = near.project(SIMD3<Float>(0, 0, 0))
    near.cameraToWorld = BoxSpace.normalized(pose)
    near.focal = camera.focal * (home / max(distance, 1e-3))
    // The head stays where it is in the image.
    let moved = near.project(SIMD3<Float>(0, 0, 0))
    near.center += SIMD2(middle.x - moved.x, middle.y - moved.y)
    let whole = max(camera.width, camera.height)
    let own = near.focal.max() / CameraLabel.faceFocal
    let offset = SIMD2(middle.x, middle.y) - SIMD2(Float(camera.width), Float(camera.height)) / 2
    let isFramed = abs(offset.x) < 0.1 * Float(whole) && abs(offset.y) < 0.1 * Float(whole) && own > 0.97 * Float(whole)
    let isSeen = abs(middle.x) < 1e6 && abs(middle.y) < 1e6
    if isFramed || !isSeen || !(own < Float(whole)) {
      side = whole
      (x, y) = ((camera.width - whole) / 2, (camera.height - whole) / 2)
    } else {
      side = max(Int(own.rounded()), 8)
      x = Int((middle.x - Float(side) / 2).rounded())
      y = Int((middle.y - Float(side) / 2).rounded())
    }
    self.camera = near.cropped(x: x, y: y, width: side, height: side)
  }

  /// The camera as generators take it.
  package var label: CameraLabel { CameraLabel(camera) }
  /// How much longer than its depth each ray is, `[side, side]`.
  var slant: Tensor {
    let far = Tensor.arange(side, .float32) + 0.5
    let x = ((far - Double(camera.center.x)) * Double(1 / camera.focal.x)).unsqueeze(0)
    let y = ((far - Double(camera.center.y)) * Double(1 / camera.focal.y)).unsqueeze(1)
    return (x.square() + y.square() + 1).sqrt()
  }

  /// `frame` `[H, W, ...]` with `square` `[side, side, ...]` where it belongs, as far as it lies within.
  func put(_ square: Tensor, onto frame: Tensor) -> Tensor {
    let (height, width) = (frame.size(0), frame.size(1))
    guard x < width, y < height, x + side > 0, y + side > 0 else { return frame }
    let columns = max(x, 0)..<min(x + side, width), rows = max(y, 0)..<min(y + side, height)
    let shown = square.narrow(0, rows.lowerBound - y, rows.count).narrow(1, columns.lowerBound - x, columns.count)
    if rows.count == height, columns.count == width { return shown.contiguous() }
    let result = frame.contiguous().clone()
    result.narrow(0, rows.lowerBound, rows.count).narrow(1, columns.lowerBound, columns.count).copy_(shown)
    return result
  }
}
