import Datasets
import Torch

/// What small images of all frames show of edges and marks: their band-passed grey values.
struct BandImages {
  /// `[N, H, W]` int8, in 1/254 of the range of grey.
  let values: Tensor
  static let scale = 254.0

  init(_ dataset: Dataset) throws {
    values = .empty([dataset.count, dataset.height, dataset.width], .int8)
    let weights = Tensor([0.299, 0.587, 0.114].map { Float($0 / 255) })
    for first in stride(from: 0, to: dataset.count, by: 32) {
      let range = first..<min(first + 32, dataset.count)
      let grey = try dataset.images(Array(range)).to(.float32).matmul(weights).unsqueeze(1)
      // Light changes slowly over the image; what is left is not light.
      let band = Self.blurred(grey, 1) - Self.blurred(Self.blurred(grey, 6), 6)
      values.narrow(0, first, range.count).copy_((band.squeeze(1) * Self.scale).round().clamp(-127, 127).to(.int8))
    }
  }

  private static func blurred(_ t: Tensor, _ radius: Int) -> Tensor {
    t.pad([radius, radius, radius, radius], .replicate).avgPool2d([1, 2 * radius + 1], stride: [1, 1])
      .avgPool2d([2 * radius + 1, 1], stride: [1, 1])
  }

  /// `[n, 1, H, W]` of some frames.
  subscript(range: Range<Int>) -> Tensor {
    values.narrow(0, range.lowerBound, range.count).to(.float32).unsqueeze(1) / Self.scale
  }
}
