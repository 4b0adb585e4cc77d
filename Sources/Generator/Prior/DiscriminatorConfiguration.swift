/// The sizes of a dual discriminator.
package struct DiscriminatorConfiguration: Codable, Sendable, Equatable {
  /// The side of the images: a power of two.
  package var resolution: Int
  /// Channels of an image and of what was rendered of it, which it sees side by side.
  package var imageChannels = 3
  /// Length of the camera label; 0 where it hears of none.
  package var label = 25
  /// A block of side r has min(`channelBase` / r, `channelMax`) channels.
  package var channelBase = 32768, channelMax = 512
  /// What values are clamped to behind each convolution, from -clamp to clamp; nil does not.
  package var clamp: Double? = 256
  /// Layers between the label and what the result is weighted with.
  package var mappingLayers = 8
  /// Images that are compared with each other, and channels that tell it what was found.
  package var group = 4, groupChannels = 1

  package init(resolution: Int) { self.resolution = resolution }

  /// The names in config.json.
  enum CodingKeys: String, CodingKey {
    case resolution, label, channelBase, channelMax, clamp, mappingLayers, group, groupChannels
    case imageChannels = "pictureChannels"
  }

  /// That of the published generator of faces.
  package static let ffhq512 = DiscriminatorConfiguration(resolution: 512)

  /// Channels of the block whose side is `resolution`.
  package func channels(_ resolution: Int) -> Int { min(channelBase / resolution, channelMax) }

  /// Throws `PortraitError` naming the first field whose value is out of its bounds.
  func check() throws(PortraitError) {
    guard (8...1024).contains(resolution), resolution.nonzeroBitCount == 1 else {
      throw .configuration("discriminator.resolution=\(resolution) must be a power of two from 8 to 1024")
    }
    try PortraitError.require(0...4096, ["discriminator.label": label])
    try PortraitError.require(resolution...1_048_576, ["discriminator.channelBase": channelBase])
    try PortraitError.require(1...2048, ["discriminator.channelMax": channelMax])
    try PortraitError.require(1...64, ["discriminator.mappingLayers": mappingLayers, "discriminator.groupChannels": groupChannels])
    try PortraitError.require(1...1024, ["discriminator.group": group])
    if let clamp { try PortraitError.require(1e-3...1e9, ["discriminator.clamp": clamp]) }
    try PortraitError.require(atMost: 1 << 29, "discriminator.channelMax", channelMax, numbersOfBlocks, "weights")
  }

  /// Weights of the blocks' convolutions, and of the layer behind the last one.
  var numbersOfBlocks: Int {
    sequence(first: 4) { $0 * 2 }.prefix { $0 <= resolution }.reduce(16 * channels(4) * channels(4)) {
      $0 + 18 * channels($1) * channels($1)
    }
  }
}
