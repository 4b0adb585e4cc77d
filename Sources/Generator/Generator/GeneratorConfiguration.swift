import Torch

/// The sizes and variants of a tri-plane generator: what has to be known to make room for its weights and to draw with them.
package struct GeneratorConfiguration: Codable, Sendable, Equatable {
  /// Length of the latent vector z.
  package var latent = 512
  /// Length of the camera label.
  package var label = 25
  /// Length of the style vectors w.
  package var width = 512
  /// Layers between z and w.
  package var mappingLayers = 2
  /// The side of the planes: a power of two.
  package var planeResolution = 256
  /// Features of one plane.
  package var planeChannels = 32
  /// A block of side r has min(`channelBase` / r, `channelMax`) channels.
  package var channelBase = 32768, channelMax = 512
  /// The width of the decoder's hidden layer.
  package var decoderHidden = 64
  /// Features that are rendered beside the density; the first three are the raw image.
  package var decoderFeatures = 32
  /// The learning-rate multiplier of the decoder's layers.
  package var decoderMultiplier = 1.0
  package var rendering = RenderingConfiguration()
  /// nil where the raw image is the image.
  package var superResolution: SuperResolutionConfiguration? = .x8DC

  package init() {}

  /// The published generator of faces, 512 x 512.
  package static let ffhq512 = GeneratorConfiguration()

  /// What a processor can train: planes of 64, images of 128 x 128.
  package static let small: GeneratorConfiguration = {
    var c = GeneratorConfiguration()
    (c.latent, c.width) = (64, 256)
    (c.planeResolution, c.planeChannels, c.channelBase, c.channelMax) = (64, 16, 2048, 256)
    (c.decoderHidden, c.decoderFeatures) = (32, 16)
    c.superResolution = SuperResolutionConfiguration(inputResolution: 32, firstChannels: 32, secondChannels: 16, firstDoubles: true)
    (c.rendering.resolution, c.rendering.coarse, c.rendering.fine) = (32, 16, 16)
    c.rendering.axes = .fixed
    return c
  }()

  /// For tests: planes of 32, images of 64 x 64.
  package static let tiny: GeneratorConfiguration = {
    var c = GeneratorConfiguration()
    (c.latent, c.width) = (16, 24)
    (c.planeResolution, c.planeChannels, c.channelBase, c.channelMax) = (32, 8, 512, 16)
    (c.decoderHidden, c.decoderFeatures) = (16, 8)
    c.superResolution = SuperResolutionConfiguration(inputResolution: 16, firstChannels: 12, secondChannels: 8, firstDoubles: true)
    (c.rendering.resolution, c.rendering.coarse, c.rendering.fine) = (16, 8, 8)
    c.rendering.axes = .fixed
    return c
  }()

  /// `ffhq512`, `small` and `tiny` by name.
  package static let presets: KeyValuePairs<String, GeneratorConfiguration> = ["ffhq512": ffhq512, "small": small, "tiny": tiny]

  /// Channels of the block whose side is `resolution`.
  package func channels(_ resolution: Int) -> Int { min(channelBase / resolution, channelMax) }
  /// The sides of the blocks: 4, 8, ... `planeResolution`.
  package var resolutions: [Int] { Array(sequence(first: 4) { $0 * 2 }.prefix { $0 <= planeResolution }) }
  /// How many style vectors an image has: two for the first block, two more for each other one.
  package var layers: Int { 2 * resolutions.count }
  /// The side of the images.
  package var imageResolution: Int {
    guard let superResolution else { return rendering.resolution }
    let input = superResolution.inputResolution, rendered = rendering.resolution
    return superResolution.imageResolution / input * (superResolution.keepsLarger ? max(input, rendered) : input)
  }

  /// Throws `PortraitError` naming the first field whose value is out of its bounds: sizes that no network has, and those that no memory
  /// holds, as a file from elsewhere may name them.
  package func check() throws(PortraitError) {
    try PortraitError.require(1...4096, ["latent": latent, "width": width])
    try PortraitError.require(0...4096, ["label": label])
    try PortraitError.require(1...64, ["mappingLayers": mappingLayers])
    guard (4...1024).contains(planeResolution), planeResolution.nonzeroBitCount == 1 else {
      throw .configuration("planeResolution=\(planeResolution) must be a power of two from 4 to 1024")
    }
    try PortraitError.require(1...256, ["planeChannels": planeChannels])
    try PortraitError.require(planeResolution...1_048_576, ["channelBase": channelBase])
    try PortraitError.require(1...2048, ["channelMax": channelMax])
    try PortraitError.require(1...1024, ["decoderHidden": decoderHidden])
    try PortraitError.require(3...512, ["decoderFeatures": decoderFeatures])
    try PortraitError.require(1e-6...1e6, ["decoderMultiplier": decoderMultiplier])
    if let fault = rendering.fault { throw .configuration("rendering: \(fault)") }
    try superResolution?.check()
    let mapping = Memory.product(mappingLayers, width, max(width, latent))
    try PortraitError.require(atMost: 1 << 28, "width", width, mapping, "weights of the mapping network")
    try PortraitError.require(atMost: 1 << 29, "channelMax", channelMax, numbersOfBlocks, "weights")
  }
  /// Weights of the blocks' convolutions, which are most of all.
  var numbersOfBlocks: Int { resolutions.reduce(0) { $0 + 18 * channels($1) * channels($1) } }
}
