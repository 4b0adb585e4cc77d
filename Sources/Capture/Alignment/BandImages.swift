import Torch

/// What small images of all frames show of edges and marks: their band-passed grey values.
package struct BandImages {
  /// `[N, H, W]` int8, in 1/254 of the range of grey.
  let values: Tensor
  package static let scale = 254.0

  /// Room for `count` frames of `width` x `height` pixels, each to be filled by `set`.
  package init(count: Int, width: Int, height: Int) { values = .zeros([count, height, width], .int8) }

  /// Makes a frame's of its image `[H, W, 3]` uint8, which is at least as large. Other frames may be set at the same time.
  package func set(_ position: Int, _ rgb: Tensor) {
    values[.at(position)].copy_(Self.band(rgb, width: values.size(2), height: values.size(1)))
  }

  /// The image's grey values, shrunken, over 3 pixels less those of a wide window: light changes slowly over an image, and what is left is
  /// not light. `[height, width]` int8.
  package static func band(_ rgb: Tensor, width: Int, height: Int) -> Tensor { call("likeness::band_image", rgb, height, width) }

  /// What `band` does at the image's own size, in libtorch's operators.
  package static func referenceBand(_ rgb: Tensor) -> Tensor {
    func blurred(_ t: Tensor, _ radius: Int) -> Tensor {
      t.pad([radius, radius, radius, radius], .replicate).avgPool2d([2 * radius + 1, 2 * radius + 1], stride: [1, 1])
    }
    let grey = rgb.to(.float64).matmul(Tensor([0.299, 0.587, 0.114].map { $0 / 255 })).unsqueeze(0).unsqueeze(0)
    let band = blurred(grey, 1) - blurred(blurred(grey, 6), 6)
    return (band.squeeze(0).squeeze(0) * scale).round().clamp(-127, 127).to(.int8)
  }
}
