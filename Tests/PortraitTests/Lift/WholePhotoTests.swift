import Face
import Foundation
import Photos
import Portrait
import Testing
import Torch
import Tracking

/// A drawn person put back into a larger photo that was turned.
@Suite(.serialized) struct WholePhotoTests {
  /// The photo, 300 x 280, whose square of 192 pixels is turned by 0.2 and lies off its middle, with stripes around it.
  private static func photo() -> (DrawnPerson, Tensor) {
    let person = DrawnPerson(crop: PhotoCrop(center: [160, 150], side: 192, roll: 0.2, size: 192)), crop = person.photo.crop
    let inner = person.photo.image.array(UInt8.self)
    var bytes: [UInt8] = []
    for y in 0..<280 {
      for x in 0..<300 {
        let p = crop.crop([Float(x) + 0.5, Float(y) + 0.5])
        if p.min() >= 0, p.max() < 192 {
          let k = 3 * (Int(p.y) * 192 + Int(p.x))
          bytes += inner[k..<k + 3]
        } else {
          bytes += x / 8 % 2 == 0 ? [40, 90, 140] : [60, 110, 160]
        }
      }
    }
    return (person, Tensor(bytes, [280, 300, 3]))
  }

  @Test func thePersonMovesInThePhoto() throws {
    let (person, image) = Self.photo(), photo = person.photo
    let avatar = try WholePhotoAvatar(photo, image: image, size: 300, model: person.model), camera = avatar.scene.camera
    #expect(camera.width == 300 && camera.height == 280)
    let truth = image.to(.float32) / 255
    let rest = try avatar.render(person.state, camera: camera)
    let error = (rest.rgb - truth).square().mean().item
    #expect(-10 * log10(error) > 22, "\(-10 * log10(error)) dB")

    var state = person.state
    state.pose.rotation = Matrix3(yaw: 0.4, pitch: 0, roll: 0.1) * state.pose.rotation
    state.pose.translation += [0.3, 0.1, 0]
    let moved = try avatar.render(state, camera: camera)
    #expect((moved.rgb - rest.rgb).abs().mean().item > 0.01)
    // Outside the square the photo is untouched, and at its border nothing has moved.
    var outside: [Float] = [], border: [Float] = []
    for k in 0..<300 * 280 {
      let p = photo.crop.crop([Float(k % 300) + 0.5, Float(k / 300) + 0.5])
      let inside = min(p.min(), 192 - p.max())
      outside.append(inside < -1 ? 1 : 0)
      border.append(inside > 0 && inside < 0.06 * 192 ? 1 : 0)
    }
    let change = (moved.rgb - truth).abs().max(2).values
    #expect((change * Tensor(outside, [280, 300])).max().item < 1 / 255)
    let settled = (moved.rgb - rest.rgb).abs().max(2).values * Tensor(border, [280, 300])
    #expect((settled .> 1 / 255).to(.float32).sum().item < 20, "\((settled .> 1 / 255).to(.float32).sum().item)")
    // Where the head was, and is no more, there is no skin left.
    let left = (rest.opacity .> 0.9).to(.float32) * (moved.opacity .== 0).to(.float32)
    let red = (moved.rgb.narrow(2, 0, 1).squeeze(2) .> 0.5).to(.float32)
    #expect(left.sum().item > 300 && (red * left).sum().item / left.sum().item < 0.02, "\((red * left).sum().item) of \(left.sum().item)")
  }
}
