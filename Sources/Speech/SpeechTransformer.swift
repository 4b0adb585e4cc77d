import Foundation
import Torch

/// The network that HuBERT and wav2vec 2.0 share in their base size: convolutions over the sound, then a transformer.
///
/// Hsu et al., "HuBERT", 2021; Baevski et al., "wav2vec 2.0", 2020.
final class SpeechTransformer: Module {
  static var checkpointNames: [String: String] { ["convolutions": "feature_extractor", "projection": "feature_projection"] }
  let convolutions: SoundConvolutions
  let projection: SoundProjection
  let encoder: TransformerEncoder

  /// Samples a second it was trained on, from one of its steps to the next, and that a step looks at.
  static let sampleRate = 16000, hop = 320, reach = 400
  /// What belongs to other uses of published files: training by guessing what is masked, and letters.
  private static let otherUses = ["masked_spec_embed", "lm_head.", "quantizer.", "project_q.", "project_hid."]
  /// What else a step looks at goes by the weights' own shapes; only the width of a head does not show in them.
  private static let headWidth = 64

  var width: Int { encoder.norm.weight?.size(0) ?? 0 }

  /// Reads a published file (facebook/hubert-base-ls960, facebook/wav2vec2-base-960h and others of their kind, as safetensors).
  ///
  /// Throws `FileError`, `SafetensorsError`, or `SpeechError` where it is another network.
  init(_ url: URL) throws {
    let file = try Safetensors.read(url)
    let tensors = Self.plain(file.tensors)
    func fault(_ what: String) -> SpeechError {
      SpeechError(
        .badInput,
        "\(url.relativePath): is not a HuBERT or wav2vec 2.0 network of base size: \(what); "
          + "name the model.safetensors of facebook/hubert-base-ls960 or facebook/wav2vec2-base-960h")
    }
    func shape(_ name: String, _ dimensions: Int) throws -> [Int] {
      guard let shape = tensors[name]?.shape else { throw fault("tensor \(name) is missing") }
      guard shape.count == dimensions, !shape.contains(0) else { throw fault("tensor \(name) is \(shape)") }
      return shape
    }
    let kernels = try SoundConvolutions.strides.indices.map { try shape("feature_extractor.conv_layers.\($0).conv.weight", 3) }
    let place = try shape("encoder.pos_conv_embed.conv.weight_v", 3)
    let width = try shape("encoder.layer_norm.weight", 1)[0]
    let inner = try shape("encoder.layers.0.feed_forward.intermediate_dense.weight", 2)[0]
    var depth = 0
    while tensors["encoder.layers.\(depth).layer_norm.weight"] != nil { depth += 1 }
    let heads = file.metadata["heads"].flatMap { Int($0) } ?? width / Self.headWidth
    guard heads > 0, width % heads == 0, width % place[1] == 0, place[0] == width else { throw fault("it is \(width) wide") }
    let generator = Generator(seed: 0)
    convolutions = SoundConvolutions(width: kernels.map { $0[0] }, kernels: kernels.map { $0[2] }, generator)
    projection = SoundProjection(kernels.last?[0] ?? 0, width, generator)
    encoder = TransformerEncoder(
      PlaceEmbedding(PlaceConvolution(width: width, perGroup: place[1], kernel: place[2])), width: width,
      layers: (0..<depth).map { _ in TransformerLayer(width, heads: heads, inner: inner, generator) })
    do { try load(tensors) } catch let error as ModuleError { throw fault(error.fault) }
    guard state().allSatisfy({ $0.tensor.isFinite().all() }) else { throw fault("some of its weights are not finite (NaN or infinity)") }
  }

  /// The names of the bare network: without what stands before them in networks with a head, in the older spelling.
  private static func plain(_ tensors: [String: Tensor]) -> [String: Tensor] {
    let prefix = ["hubert.", "wav2vec2."].first { prefix in tensors.keys.contains { $0.hasPrefix(prefix + "encoder.") } } ?? ""
    var result: [String: Tensor] = [:]
    for (name, tensor) in tensors {
      let bare = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
      guard !otherUses.contains(where: bare.hasPrefix) else { continue }
      let older = bare.replacing("parametrizations.weight.original0", with: "weight_g")
        .replacing("parametrizations.weight.original1", with: "weight_v")
      result[older] = tensor
    }
    return result
  }

  /// The sound after the first convolution, `[1, channels, n]`, from `[samples]`.
  func first(_ sound: Tensor) -> Tensor { convolutions.layers[0].conv(sound.reshape(1, 1, -1)) }

  /// What is heard at each step, `[n, width]`, from `[samples]` of mean 0 and variance 1.
  ///
  /// `norm` gives the mean and variance of each channel of the first convolution, `[channels]`; by default they are this sound's own.
  func callAsFunction(_ sound: Tensor, norm: (mean: Tensor, variance: Tensor)? = nil) -> Tensor {
    var x = first(sound)
    if let layer = convolutions.layers[0].norm {
      if let norm {
        x = call("aten::batch_norm", x, layer.weight, layer.bias, norm.mean, norm.variance, false, 0.0, 1e-5, false)
      } else {
        x = layer(x)
      }
    }
    x = x.gelu()
    for layer in convolutions.layers.dropFirst() { x = layer.conv(x).gelu() }
    return encoder(projection(x.squeeze(0).t()))
  }
}
