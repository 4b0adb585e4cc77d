import Torch

/// Style vectors to planes: blocks of rising size, each adding to the planes.
package final class SynthesisNetwork: Module, NamedParts {
  /// Of sides 4, 8, ...
  private let _blocks: [SynthesisBlock]
  package var blocks: [SynthesisBlock] { _blocks }
  private let _resolutions: [Int]
  package var namedParts: [(name: String, part: any Module)] { zip(_resolutions, _blocks).map { ("b\($0)", $1) } }

  /// A block of side r has `channels(r)` channels.
  package init(width: Int, resolutions: [Int], channels: (Int) -> Int, imageChannels: Int, _ generator: Generator) {
    _resolutions = resolutions
    _blocks = resolutions.enumerated().map { i, side in
      SynthesisBlock(
        i == 0 ? .constant : .doubling, i == 0 ? 0 : channels(side / 2), channels(side), width: width, resolution: side,
        imageChannels: imageChannels, generator)
    }
  }
  package convenience init(_ c: GeneratorConfiguration, _ generator: Generator) {
    self.init(
      width: c.width, resolutions: c.resolutions, channels: c.channels, imageChannels: 3 * c.planeChannels, generator)
  }

  /// How many style vectors there are: a block's last is the first of the next.
  package var layers: Int { 2 * _blocks.count }

  /// The state behind the block of each side, from `state` (nil: from the start) on, with style vectors `[N, layers, width]`.
  ///
  /// `from` is the side of the first block to run and `to` of the last; nil is the first and the last there is.
  package func run(
    _ state: SynthesisState? = nil, _ ws: Tensor, from: Int? = nil, to: Int? = nil, noise: NoiseMode = .constant,
    by modulation: Modulation = .unfused, each: (Int, SynthesisState) -> Void = { _, _ in }
  ) -> SynthesisState {
    precondition(ws.dim == 3 && ws.size(1) == layers, "\(layers) style vectors [N, layers, width], not \(ws.shape)")
    var state = state
    for (i, (side, block)) in zip(_resolutions, _blocks).enumerated() where side >= from ?? 0 && side <= to ?? .max {
      let next = block(state, ws.narrow(1, i == 0 ? 0 : 2 * i - 1, block.layers), noise: noise, by: modulation)
      each(side, next)
      state = next
    }
    guard let state else { fatalError("no block of a side from \(from ?? 0) to \(to ?? 0)") }
    return state
  }
}
