import Face
import Foundation
import Media
import Torch

/// What an avatar is shown in front of.
package enum Backdrop {
  /// What is behind it in its clip or photo, sharp or as a lens shows it that is focused on the person.
  case keep, blur
  /// Red, green and blue of 0...255.
  case color(SIMD3<UInt8>)
  /// `[h, w, 3]` uint8 of any size: it covers the frame, and what stands out to both sides is cut off.
  case image(Tensor)
  /// Nothing: frames are drawn before zeros, and `RenderedFrame.cutOut` is what is written.
  case transparent

  /// Radius of the blur as a share of the frame's longer side.
  private static let blurring = 0.022

  /// As large as the camera's image, `[H, W, 3]` in 0...1; nil for that of the avatar itself.
  func plate(_ avatar: any BackedAvatar, _ camera: Camera) -> Tensor? {
    switch self {
    case .keep: nil
    case .blur: lensBlurred(avatar.background(camera), radius: Self.blurring * Double(max(camera.width, camera.height)))
    case .color(let c):
      (Tensor([Float(c.x), Float(c.y), Float(c.z)]) / 255).expand([camera.height, camera.width, 3]).contiguous()
    case .image(let image): Self.covering(image, camera)
    case .transparent: Tensor.zeros([camera.height, camera.width, 3])
    }
  }

  private static func covering(_ image: Tensor, _ camera: Camera) -> Tensor {
    let (width, height) = (image.size(1), image.size(0))
    let scale = max(Double(camera.width) / Double(width), Double(camera.height) / Double(height))
    // First the part that is shown, so that a strip does not become huge.
    let w = min(width, max(1, Int((Double(camera.width) / scale).rounded()))),
      h = min(height, max(1, Int((Double(camera.height) / scale).rounded())))
    let part = crop(image, to: PixelBox(x: (width - w) / 2, y: (height - h) / 2, width: w, height: h))
    return resize(part, width: camera.width, height: camera.height).to(.float32) / 255
  }
}

/// An avatar in front of another background than its own.
package final class StagedAvatar: Avatar {
  package let avatar: any BackedAvatar
  private let backdrop: Backdrop
  /// That of the last frame: cameras that only move have the same.
  private var last: (camera: Camera, plate: Tensor?)?

  package init(_ avatar: any BackedAvatar, before backdrop: Backdrop) { (self.avatar, self.backdrop) = (avatar, backdrop) }

  package var scene: AvatarScene { avatar.scene }
  package func render(_ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, camera: Camera) throws -> RenderedFrame {
    var still = camera
    still.cameraToWorld = .identity
    if last?.camera != still { last = (still, withoutGradient { backdrop.plate(avatar, camera) }) }
    return try avatar.render(state, torso: torso, heard: heard, background: last?.plate, camera: camera)
  }
}
