import Torch

/// Rendered features to an image of twice or four times their size: two synthesis blocks, all layers of which take the last style vector.
package final class SuperResolution: Module {
  package let block0, block1: SynthesisBlock
  package let configuration: SuperResolutionConfiguration

  /// `features` are the channels of what is rendered, `width` the length of a style vector.
  package init(_ c: SuperResolutionConfiguration, features: Int, width: Int, _ generator: Generator) {
    configuration = c
    let side = c.inputResolution * (c.firstDoubles ? 2 : 1)
    block0 = SynthesisBlock(
      c.firstDoubles ? .doubling : .level, features, c.firstChannels, width: width, resolution: side, imageChannels: 3, clamp: c.clamp,
      generator)
    block1 = SynthesisBlock(
      .doubling, c.firstChannels, c.secondChannels, width: width, resolution: 2 * side, imageChannels: 3, clamp: c.clamp, generator)
  }

  /// The image `[N, 3, H, W]` of features `[N, C, h, w]`, their raw image `[N, 3, h, w]` and style vectors `[N, layers, width]`.
  package func callAsFunction(
    _ feature: Tensor, raw: Tensor, _ ws: Tensor, noise: NoiseMode = .none, by modulation: Modulation = .unfused
  ) -> Tensor {
    let last = ws.select(1, ws.size(1) - 1).unsqueeze(1)
    let styles = last.expand(ws.size(0), 3, ws.size(2))
    var state = SynthesisState(feature: resized(feature), image: resized(raw))
    for block in [block0, block1] { state = block(state, styles, noise: noise, by: modulation) }
    guard let image = state.image else { fatalError("a block without an image") }
    return image
  }

  /// Features of another size than the first block's are resized to it.
  func resized(_ x: Tensor) -> Tensor {
    let side = configuration.inputResolution
    guard x.size(-1) != side, !(configuration.keepsLarger && x.size(-1) > side) else { return x }
    return x.interpolate(size: [side, side], .linear, antialias: configuration.antialias)
  }
}
