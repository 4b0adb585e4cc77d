import Perception
import Torch

/// What images are compared by where the Inception network, whose weights are not free, is not there.
///
/// A face recognition network if its weights are at hand (`likeness models`), else convolutions with fixed random weights, which tell
/// colours and textures. Distances of the two, and of Inception, are not to be compared with each other.
package struct ImageFeatures {
  /// `arcface`, `mobilefacenet` or `random`; goes into the name of the figure.
  package let name: String
  private let find: (Tensor) -> Tensor

  /// Of the best network there is; throws what reading damaged weights throws.
  package static func best() throws -> ImageFeatures {
    guard ModelLibrary.find(.arcFace) != nil || ModelLibrary.find(.mobileFaceNet) != nil else { return random }
    let network = try ModelLibrary.identity()
    let crop = type(of: network).cropSize
    return ImageFeatures(name: network is ArcFace ? "arcface" : "mobilefacenet") { images in
      // The face of an image framed as EG3D's, in all images at one place: what is compared are sets of images, not people.
      let side = images.size(2), width = side * 11 / 16, height = side * 11 / 16 * crop.height / crop.width
      let face = images.narrow(2, (side - height) * 5 / 8, height).narrow(3, (side - width) / 2, width)
      return network((face.interpolate(size: [crop.height, crop.width], .linear, antialias: true) + 1) * 0.5)
    }
  }

  /// Four convolutions whose weights are the same everywhere and always, 128 numbers an image.
  package static var random: ImageFeatures {
    let generator = Generator(seed: 20_211_215)
    let layers = zip([3, 32, 64, 96], [32, 64, 96, 128]).map {
      EqualisedConvolution($0, $1, kernel: 3, activation: .lrelu, down: 2, generator)
    }
    return ImageFeatures(name: "random") { images in
      let small = PosedBatch.reduced(images, to: min(64, images.size(2)))
      return layers.reduce(small) { $1($0) }.mean(2, 3)
    }
  }

  /// Of images `[N, 3, H, H]` in -1...1, `[N, D]`; computed on the CPU.
  package func callAsFunction(_ images: Tensor) -> Tensor { withoutGradient { find(images.to(Device.cpu)) } }
}
