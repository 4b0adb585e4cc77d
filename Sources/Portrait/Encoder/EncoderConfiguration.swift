import Generator
import Torch

/// Sizes of the network that turns a photo into a generator's latents.
package struct EncoderConfiguration: Codable, Sendable, Equatable {
  package enum Preset: String, CaseIterable, Codable, Sendable {
    /// For tests and small priors.
    case tiny
    /// About 22 million numbers; what four cores compute in a fifth of a second.
    case small
    /// About 86 million, the usual size of such networks.
    case base
  }
  /// Side in pixels of the image that is looked at, and of the squares it is cut into.
  package var imageResolution, patch: Int
  /// Numbers a token, blocks, and heads of attention.
  package var width, depth, heads: Int
  /// The wider layer within a block, in `width`s.
  package var expansion: Int
  /// How many latents the generator takes, and numbers a latent.
  package var slots, latent: Int

  package init(
    imageResolution: Int, patch: Int, width: Int, depth: Int, heads: Int, expansion: Int = 4, slots: Int, latent: Int
  ) {
    (self.imageResolution, self.patch) = (imageResolution, patch)
    (self.width, self.depth, self.heads, self.expansion) = (width, depth, heads, expansion)
    (self.slots, self.latent) = (slots, latent)
  }
  /// For a generator with `slots` latents of `latent` numbers.
  package init(_ preset: Preset, slots: Int, latent: Int, imageResolution: Int = 256, patch: Int = 16) {
    let (width, depth, heads) =
      switch preset {
      case .tiny: (64, 2, 4)
      case .small: (384, 12, 6)
      case .base: (768, 12, 12)
      }
    self.init(
      imageResolution: imageResolution, patch: patch, width: width, depth: depth, heads: heads, slots: slots, latent: latent)
  }

  /// Squares a side of the image.
  package var grid: Int { imageResolution / patch }

  /// Throws `PortraitError` naming the first field that cannot be what it is.
  package func check() throws(PortraitError) {
    try PortraitError.require(8...2048, ["encoder.imageResolution": imageResolution])
    try PortraitError.require(1...256, ["encoder.patch": patch, "encoder.heads": heads])
    try PortraitError.require(1...4096, ["encoder.width": width, "encoder.latent": latent])
    try PortraitError.require(1...128, ["encoder.depth": depth])
    try PortraitError.require(1...16, ["encoder.expansion": expansion])
    try PortraitError.require(1...64, ["encoder.slots": slots])
    func multiple(_ field: String, _ value: Int, of other: Int) throws(PortraitError) {
      if value % other != 0 { throw .configuration("\(field)=\(value) must be a multiple of \(other)") }
    }
    try multiple("encoder.imageResolution", imageResolution, of: patch)
    try multiple("encoder.width", width, of: heads)
  }
}
