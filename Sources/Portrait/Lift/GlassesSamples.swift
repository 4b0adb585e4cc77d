import Face
import Foundation
import Torch

extension LiftPhoto {
  /// The photo on the surface on which glasses are looked for, `[H, W, 3]` uint8: what the finder is fitted to.
  package func glassesPlate(_ model: MorphableModel) -> Tensor {
    let head = LiftHead(model, state, landmarks: landmarks, camera: camera), person = LiftTexture.foreground(pixels, self)
    let plate = GlassesPlate(head, camera: camera.inHead(head.source.pose), pixels: person)
    return (Tensor(plate.image.values, [GlassesPlate.height, GlassesPlate.width, 4])[.all, .all, .in(1..<4)].exp() - 20)
      .round().clamp(0, 255).to(.uint8).contiguous()
  }
}
