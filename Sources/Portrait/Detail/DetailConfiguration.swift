import Generator
import Torch

/// Sizes of the network that brings back what of a photo its latents cannot say.
package struct DetailConfiguration: Codable, Sendable, Equatable {
  /// What in the generator is changed.
  package enum Reading: String, Codable, CaseIterable, Sendable {
    /// The hidden features after the block of `resolution`; later blocks run again on them.
    case feature
    /// The finished planes, by maps of `resolution` brought to their size; nothing runs again.
    case planes
  }
  package var reading: Reading
  /// Side of the maps that change features: 32, 64 or 128 for a generator of 256 x 256 planes, an eighth to a half of the planes otherwise.
  package var resolution: Int
  /// Channels of what is changed.
  package var channels: Int
  /// Channels of the trunk's two halves and of what it says (F_res).
  package var widths: [Int]
  package var features: Int
  /// Blocks in each half; the first of each halves the image.
  package var blocks: Int
  /// Channels between the two convolutions of each fusion network.
  package var fusionWidth: Int

  package init(
    reading: Reading = .feature, resolution: Int = 64, channels: Int, widths: [Int] = [64, 128], features: Int = 256, blocks: Int = 3,
    fusionWidth: Int = 512
  ) {
    (self.reading, self.resolution, self.channels) = (reading, resolution, channels)
    (self.widths, self.features, self.blocks, self.fusionWidth) = (widths, features, blocks, fusionWidth)
  }
  /// Side of the residual image that the trunk looks at; each of its halves halves it.
  package var imageResolution: Int { resolution << widths.count }

  /// Throws `PortraitError` naming the first field that cannot be what it is.
  package func check() throws(PortraitError) {
    try PortraitError.require(1...4, ["detail.widths.count": widths.count])
    for width in widths { try PortraitError.require(1...4096, ["detail.widths": width]) }
    guard (4...256).contains(resolution), resolution.nonzeroBitCount == 1 else {
      throw .configuration("detail.resolution=\(resolution) must be a power of two from 4 to 256")
    }
    try PortraitError.require(1...4096, ["detail.channels": channels, "detail.features": features, "detail.fusionWidth": fusionWidth])
    try PortraitError.require(1...64, ["detail.blocks": blocks])
  }
}
