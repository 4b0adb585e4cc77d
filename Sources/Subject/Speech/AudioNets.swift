import Torch

/// A convolution over time with PyTorch's defaults.
final class TimeConvolution: Module {
  /// `[out, in, 3]` and `[out]`.
  let weight, bias: Tensor
  private let _stride: Int

  init(_ input: Int, _ output: Int, stride: Int, _ generator: Generator) {
    // A kernel of three steps over `input` channels is a dense layer over 3 * input numbers.
    let drawn = Linear(input * 3, output, generator)
    weight = drawn.weight.detach().reshape(output, input, 3).requiringGrad()
    bias = (drawn.bias ?? .zeros([output])).detach().requiringGrad()
    _stride = stride
  }
  /// `[N, in, T]` to `[N, out, T / stride]`, through LeakyReLU with slope 0.02.
  func callAsFunction(_ x: Tensor) -> Tensor { call("aten::conv1d", x, weight, bias, [_stride], [1]).leakyRelu(0.02) }
}

/// `count` parts with an empty place, that of an activation, between each two.
private func alternating<Part>(_ count: Int, _ part: (Int) -> Part) -> [Part?] {
  (0..<2 * count - 1).map { $0 % 2 == 0 ? part($0 / 2) : nil }
}

/// A window of speech features to one vector a frame.
package final class AudioNet: Module {
  package static var checkpointNames: [String: String] { ["convolutions": "encoder_conv", "layers": "encoder_fc1"] }
  let convolutions: [TimeConvolution?]
  let layers: [Linear?]

  /// From `channels` features a time step, through convolutions of `widths`, to `output` numbers; nil leaves out the dense layers.
  package init(channels: Int = 29, widths: [Int] = [32, 32, 64, 64], output: Int? = 76, _ generator: Generator) {
    convolutions = alternating(widths.count) { TimeConvolution($0 == 0 ? channels : widths[$0 - 1], widths[$0], stride: 2, generator) }
    let width = widths.last ?? channels
    layers = output.map { output in alternating(2) { Linear(width, $0 == 0 ? width : output, generator) } } ?? []
  }

  /// Windows `[N, T, channels]`, T two to the number of convolutions, to `[N, output]`.
  package func callAsFunction(_ windows: Tensor) -> Tensor {
    var x = windows.permute(0, 2, 1)
    for convolution in convolutions { if let convolution { x = convolution(x) } }
    x = x.squeeze(-1)
    for (i, layer) in layers.compactMap({ $0 }).enumerated() { x = layer(i == 0 ? x : x.leakyRelu(0.02)) }
    return x
  }
}

/// Smooths a run of speech vectors over time with weights it finds itself.
package final class AudioAttention: Module {
  package static var checkpointNames: [String: String] { ["convolutions": "attentionConvNet", "weighting": "attentionNet"] }
  let convolutions: [TimeConvolution?]
  let weighting: [Linear]
  private let _channels: Int

  /// Looks at the first `channels` numbers of each of `length` vectors.
  package init(channels: Int = 32, length: Int = 8, _ generator: Generator) {
    let widths = [channels, 16, 8, 4, 2, 1]
    convolutions = alternating(5) { TimeConvolution(widths[$0], widths[$0 + 1], stride: 1, generator) }
    weighting = [Linear(length, length, generator)]
    _channels = channels
  }

  /// Vectors `[.., length, D]` to their weighted sums, `[.., D]`.
  package func callAsFunction(_ sequences: Tensor) -> Tensor {
    let all = sequences.reshape([-1] + sequences.shape.suffix(2))
    var x = all.narrow(2, 0, _channels).transpose(1, 2)
    for convolution in convolutions { if let convolution { x = convolution(x) } }
    let shares = weighting[0](x.squeeze(1)).softmax(1).unsqueeze(1)
    return shares.matmul(all).reshape(sequences.shape.dropLast(2) + [all.size(2)])
  }
}
