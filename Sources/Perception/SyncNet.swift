import Foundation
import Torch

/// Tells whether lips and sound belong together (Chung and Zisserman 2016): the layout of `syncnet_v2.model` of joonson/syncnet_python.
///
/// Five frames of a face and the fifth of a second of sound that goes with them become vectors of 1024 numbers that lie near each other.
package final class SyncNet: Module {
  package static var checkpointNames: [String: String] {
    ["sound": "netcnnaud", "soundEnd": "netfcaud", "lips": "netcnnlip", "lipsEnd": "netfclip"]
  }
  let sound, soundEnd, lips, lipsEnd: [any Layer]

  package init(_ generator: Generator) {
    func block(_ input: Int, _ output: Int, _ kernel: [Int], stride: Int = 1, padding: Int = 0) -> [any Layer] {
      [FilmConvolution(input, output, kernel, stride: stride, padding: padding, generator), BatchNorm2d(output), Step.relu]
    }
    func soundBlock(_ input: Int, _ output: Int, padding: Int = 1, kernel: [Int] = [3, 3]) -> [any Layer] {
      [Conv2d(input, output, kernel: kernel, padding: padding, generator), BatchNorm2d(output), Step.relu]
    }
    func end() -> [any Layer] { [Linear(512, 512, generator), BatchNorm1d(512), Step.relu, Linear(512, 1024, generator)] }
    sound =
      soundBlock(1, 64) + [Step.nothing] + soundBlock(64, 192) + [Step.maxPool(3, stride: [1, 2])] + soundBlock(192, 384)
      + soundBlock(384, 256) + soundBlock(256, 256) + [Step.maxPool(3, stride: 2)] + soundBlock(256, 512, padding: 0, kernel: [5, 4])
    soundEnd = end()
    lips =
      block(3, 96, [5, 7, 7], stride: 2) + [Step.maxPool(3, stride: 2)] + block(96, 256, [1, 5, 5], stride: 2, padding: 1)
      + [Step.maxPool(3, stride: 2, padding: 1)] + block(256, 256, [1, 3, 3], padding: 1) + block(256, 256, [1, 3, 3], padding: 1)
      + block(256, 256, [1, 3, 3], padding: 1) + [Step.maxPool(3, stride: 2)] + block(256, 512, [1, 6, 6])
    lipsEnd = end()
    _ = frozen()
  }
  /// Loads `syncnet_v2.model`; throws `FileError`, `TorchFileError`, `SafetensorsError` or `ModelFileError`.
  package convenience init(weights: URL) throws {
    self.init(Generator(seed: 0))
    try ModelFileError.naming(weights) { try load(try WeightFile.tensors(weights)) }
  }

  /// Frames of a window.
  package static let window = 5
  /// Height and width of the crops.
  package static let cropSize = 224

  /// Cepstra `[N, 1, 13, 20]`, 13 numbers at each of 20 steps of 10 ms, to `[N, 1024]`.
  package func embed(sound cepstra: Tensor) -> Tensor { soundEnd(sound(cepstra).flatten(1)) }
  /// Windows of five crops `[N, 3, 5, 224, 224]`, bytes as numbers 0...255 and blue first, as the network was trained, to `[N, 1024]`.
  package func embed(lips crops: Tensor) -> Tensor { lipsEnd(lips(crops.flatten(1, 2)).flatten(1)) }
}

/// A convolution over frames, height and width whose kernel is as long as its input, so that it is one over the image with the frames as channels.
final class FilmConvolution: Layer {
  /// `[out, in, frames, k, k]`
  let weight: Tensor
  /// `[out]`
  let bias: Tensor?
  private let stride, padding: Int

  init(_ input: Int, _ output: Int, _ kernel: [Int], stride: Int, padding: Int, _ generator: Generator) {
    let drawn = Conv2d(input * kernel[0], output, kernel: Array(kernel[1...]), generator)
    weight = drawn.weight.detach().reshape([output, input] + kernel).requiringGrad()
    bias = drawn.bias
    (self.stride, self.padding) = (stride, padding)
  }
  /// `[N, in * frames, H, W]` to `[N, out, h, w]`.
  func callAsFunction(_ x: Tensor) -> Tensor { x.conv2d(weight.flatten(1, 2), bias, stride: stride, padding: padding) }
}
