import Foundation
import Photos
import Torch

/// A portrait's texture with the detail that the photo has and the portrait's square does not, for images that are larger than it.
struct FineTexture {
  private let photo: LiftPhoto
  private let factor: Int
  /// The square at the finer size, `[1, 3, S, S]` in 0...255.
  private let fine: Tensor

  /// `image` is the whole photo, `[H, W, 3]` uint8.
  init(_ photo: LiftPhoto, _ image: Tensor, factor: Int) {
    (self.photo, self.factor) = (photo, factor)
    let crop = photo.crop
    fine =
      factor == 1
      ? photo.image.permute(2, 0, 1).unsqueeze(0).to(.float32)
      : (PhotoCrop(center: crop.center, side: crop.side, roll: crop.roll, size: crop.size * factor).cut(image) + 1) * 127.5
  }

  /// For `PhotoPlate`; nil where the photo has no more detail than the square.
  var finer: (image: Tensor, factor: Int)? {
    factor == 1 ? nil : (fine[0].permute(1, 2, 0).round().clamp(0, 255).to(.uint8).contiguous(), factor)
  }

  /// A texture `[h, w, 4]` uint8 and the vertices' numbers that point into it.
  func refined(_ texture: Tensor, _ numbers: Tensor) -> (Tensor, Tensor) {
    guard factor > 1 else { return (texture, numbers) }
    return withoutGradient {
      let side = photo.image.size(0)
      let coarse = photo.image.permute(2, 0, 1).unsqueeze(0).to(.float32)
      let detail = (fine - coarse.interpolate(size: [side * factor, side * factor], .cubic))[0].permute(1, 2, 0)
      // The photo, what is behind the head, and, below the eyes, the photo with what is worn.
      let first = [0, side, 2 * side + EyeTexture.side].filter { $0 + side <= texture.size(0) }
      let large = texture.permute(2, 0, 1).unsqueeze(0).to(.float32)
        .interpolate(size: [texture.size(0) * factor, texture.size(1) * factor], .cubic)[0].permute(1, 2, 0).contiguous()
      for row in first {
        // Detail goes where the texture is the photo, and not where something was put in the photo's place.
        let part = texture.narrow(0, row, side).narrow(1, 0, side)
        let isPhoto = ((part.narrow(2, 0, 3).to(.float32) - photo.image.to(.float32)).abs().max(2).values .< 1.5).to(.float32)
        let share = isPhoto.unsqueeze(0).unsqueeze(0).interpolate(size: [side * factor, side * factor], .linear)[0].permute(1, 2, 0)
        let place = large.narrow(0, row * factor, side * factor).narrow(1, 0, side * factor).narrow(2, 0, 3)
        place.copy_(place + detail * share)
      }
      let scale = [Float](repeating: Float(factor), count: 4) + [Float](repeating: 1, count: LiftVertex.numbers - 4)
      return (large.round().clamp(0, 255).to(.uint8).contiguous(), numbers * Tensor(scale))
    }
  }
}
