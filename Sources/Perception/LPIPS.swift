import Foundation
import Torch

/// How different two images look (Zhang et al. 2018, version 0.1): a weighted distance of unit features of a network for photos.
///
/// d = sum over layers l of mean over h, w of sum over c of w_lc (f_lc(a) - f_lc(b))^2, f normalised over the channels. 0 where they are equal.
package final class LPIPS: Module {
  package let kind: Backbone.Kind
  package let backbone: Backbone
  package let heads: Heads

  /// With random weights, which only tests have a use for.
  package init(_ kind: Backbone.Kind, _ generator: Generator) {
    self.kind = kind
    backbone = Backbone(kind, generator).frozen()
    heads = Heads(kind.channels, generator)
  }
  /// Loads torchvision's weights of the backbone, of which the classifier is not needed, and LPIPS's own of the heads.
  ///
  /// Throws `FileError`, `TorchFileError`, `SafetensorsError` or `ModelFileError`.
  package convenience init(_ kind: Backbone.Kind, backbone: URL, heads: URL) throws {
    self.init(kind, Generator(seed: 0))
    try load(backbone: try WeightFile.tensors(backbone), from: backbone)
    try load(heads: try WeightFile.tensors(heads), from: heads)
  }

  /// Tensors `features.0.weight`, ...; those of the classifier are passed over.
  package func load(backbone tensors: [String: Tensor], from url: URL) throws {
    try ModelFileError.naming(url) { try backbone.load(tensors.filter { !$0.key.hasPrefix("classifier.") }) }
  }
  /// Tensors `lin0.model.1.weight`, ...
  package func load(heads tensors: [String: Tensor], from url: URL) throws {
    try ModelFileError.naming(url) { try heads.fill(tensors) }
  }

  /// Images `[N, 3, H, W]` in 0...1, red first, at least 64 pixels a side, to N distances `[N]`. Differentiable.
  package func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.dim == 4 && a.size(1) == 3 && a.shape == b.shape, "images [N, 3, H, W] of one size, not \(a.shape) and \(b.shape)")
    precondition(min(a.size(2), a.size(3)) >= 64, "LPIPS needs images of at least 64 pixels a side")
    var sum = Tensor.zeros([a.size(0)], device: a.device)
    for (head, (one, other)) in zip(heads.layers, zip(backbone(scaled(a)), backbone(scaled(b)))) {
      let difference = (unit(one) - unit(other)).square()
      sum = sum + (difference * head.weight).sum(1).mean(1, 2)
    }
    return sum
  }
  /// The distance of two images `[H, W, 3]`, in 0...1 or as bytes.
  package func distance(_ a: Tensor, _ b: Tensor) -> Double {
    withoutGradient { self(a.asImages(), b.asImages()).item }
  }

  /// From 0...1 to -1...1, which LPIPS is defined on, and from there to the backbone's means and deviations.
  private func scaled(_ x: Tensor) -> Tensor {
    func channels(_ values: [Float]) -> Tensor { Tensor(values, [1, 3, 1, 1]).to(x.device) }
    return (x * 2 - 1 - channels([-0.030, -0.088, -0.188])) / channels([0.458, 0.448, 0.450])
  }
  private func unit(_ features: Tensor) -> Tensor { features / (features.square().sum(1, keepdim: true).sqrt() + 1e-10) }
}

/// What each channel of each layer weighs.
package final class Heads: Module {
  package let layers: [Head]
  init(_ channels: [Int], _ generator: Generator) { layers = channels.map { Head($0, generator) } }
  /// Takes the weights under the names that LPIPS's files give them.
  func fill(_ tensors: [String: Tensor]) throws {
    var renamed: [String: Tensor] = [:]
    for (name, tensor) in tensors { renamed[name.replacing(#/^lin(\d+)\.model\.1\./#) { "layers.\($0.1)." }] = tensor }
    try load(renamed)
  }

  package final class Head: Module {
    /// `[1, c, 1, 1]`
    package let weight: Tensor
    init(_ channels: Int, _ generator: Generator) { weight = .rand([1, channels, 1, 1], generator) }
  }
}

extension Tensor {
  /// An image `[H, W, 3]` in 0...1 or as bytes as `[1, 3, H, W]` in 0...1.
  func asImages() -> Tensor {
    precondition(dim == 3 && size(2) == 3, "an image is [H, W, 3], not \(shape)")
    let image = dtype == .uint8 ? to(.float32) / 255 : self
    return image.permute(2, 0, 1).unsqueeze(0)
  }
}
