import Speech
import Torch

/// From loudness in bands to shapes of the mouth, 50 times a second: dilated convolutions over time that look back only (van den Oord et al.
/// 2016). What it says of a moment it says `ahead` steps later, so it hears a little of what comes.
package final class SpeechFaceNetwork: Module {
  /// A convolution over three steps, and a dense layer whose numbers are added to what came in.
  final class Block: Module {
    let convolution: Conv1d
    let dense: Conv1d
    let _dilation: Int

    init(_ width: Int, dilation: Int, _ generator: Generator) {
      convolution = Conv1d(width, width, kernel: 3, dilation: dilation, generator)
      dense = Conv1d(width, width, kernel: 1, generator)
      _dilation = dilation
    }
    /// `[N, width, 2 * dilation + T]` of which the first steps are only heard; to `[N, width, T]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
      x.narrow(2, 2 * _dilation, x.size(2) - 2 * _dilation) + dense(convolution(x).gelu())
    }
  }
  /// Steps a second, and steps of `CausalMel` in one.
  package static let rate = 50, joined = 2

  let input: Conv1d
  let blocks: [Block]
  /// For each source of recordings, which draws a mouth in its own way, what its shapes are.
  let outputs: [Conv1d]

  init(width: Int, dilations: [Int], styles: Int, _ generator: Generator) {
    input = Conv1d(CausalMel.bands * Self.joined, width, kernel: 1, generator)
    blocks = dilations.map { Block(width, dilation: $0, generator) }
    outputs = (0..<styles).map { _ in Conv1d(width, SpokenShapes.names.count, kernel: 1, generator) }
  }

  /// Normalized loudness `[N, joined * bands, T]` in style `[N]` int64 to coefficients `[N, shapes, T]`, silence before all of them.
  func callAsFunction(_ x: Tensor, style: Tensor) -> Tensor {
    var x = input(x)
    for block in blocks { x = block(x.pad([2 * block._dilation, 0])) }
    let said = stack(outputs.map { $0(x.gelu()) }, 1)
    let choice = style.oneHot(outputs.count).to(.float32).unsqueeze(2).unsqueeze(3)
    return (said * choice).sum(1)
  }

  /// What the layers remember of the steps before.
  struct Memory {
    var past: [Tensor]
    init(_ network: SpeechFaceNetwork) {
      past = network.blocks.map { .zeros([1, network.input.weight.size(0), 2 * $0._dilation]) }
    }
  }
  /// The same of the next steps of one sound, `[1, joined * bands, T]`, after those in `memory`; the mean of all styles where none is given.
  /// Beside it the numbers that all styles say theirs from, `[1, width, T]`.
  func next(_ x: Tensor, style: Int?, _ memory: inout Memory) -> (said: Tensor, hidden: Tensor) {
    var x = input(x)
    for (i, block) in blocks.enumerated() {
      let joined = cat([memory.past[i], x], 2), kept = 2 * block._dilation
      memory.past[i] = joined.narrow(2, joined.size(2) - kept, kept).clone()
      x = block(joined)
    }
    let all = style.map { [outputs[$0]] } ?? outputs, hidden = x.gelu()
    return (all.dropFirst().reduce(all[0](hidden)) { $0 + $1(hidden) } / Double(all.count), hidden)
  }
}
