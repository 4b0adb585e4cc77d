/// The network that makes the image of the rendered features: two blocks, the second of which doubles the size.
package struct SuperResolutionConfiguration: Codable, Sendable, Equatable {
  /// The side that rendered features are resized to before the first block.
  package var inputResolution: Int
  /// What the blocks put out.
  package var firstChannels, secondChannels: Int
  /// Whether the first block doubles the size too.
  package var firstDoubles: Bool
  /// Whether features larger than the input resolution are left as they are, and so the image becomes larger.
  package var keepsLarger = false
  /// Whether resizing widens its filter where the size shrinks; only the oldest published generators do not.
  package var antialias = true
  /// What values are clamped to behind each layer, from -clamp to clamp; nil does not.
  package var clamp: Double? = 256

  package init(inputResolution: Int, firstChannels: Int, secondChannels: Int, firstDoubles: Bool, keepsLarger: Bool = false) {
    (self.inputResolution, self.firstChannels, self.secondChannels) = (inputResolution, firstChannels, secondChannels)
    (self.firstDoubles, self.keepsLarger) = (firstDoubles, keepsLarger)
  }

  /// 64 to 128 pixels.
  package static let x2 = SuperResolutionConfiguration(inputResolution: 64, firstChannels: 128, secondChannels: 64, firstDoubles: false)
  /// 128 to 256 pixels.
  package static let x4 = SuperResolutionConfiguration(
    inputResolution: 128, firstChannels: 128, secondChannels: 64, firstDoubles: false, keepsLarger: true)
  /// 128 to 512 pixels.
  package static let x8 = SuperResolutionConfiguration(inputResolution: 128, firstChannels: 128, secondChannels: 64, firstDoubles: true)
  /// 128 to 512 pixels with twice the channels: that of the published generator of faces.
  package static let x8DC = SuperResolutionConfiguration(inputResolution: 128, firstChannels: 256, secondChannels: 128, firstDoubles: true)

  /// The side of the image of features of the input resolution.
  package var imageResolution: Int { inputResolution * (firstDoubles ? 4 : 2) }

  /// Throws `PortraitError` naming the first field that nothing can be made with.
  func check() throws(PortraitError) {
    try PortraitError.require(4...1024, ["superResolution.inputResolution": inputResolution])
    try PortraitError.require(
      1...2048, ["superResolution.firstChannels": firstChannels, "superResolution.secondChannels": secondChannels])
    if let clamp { try PortraitError.require(1e-3...1e9, ["superResolution.clamp": clamp]) }
  }
}
