import Face
import Generator
import Torch

/// The sizes of all networks of a one-shot avatar.
package struct PortraitConfiguration: Codable, Sendable, Equatable {
  package var generator: GeneratorConfiguration
  package var encoder: EncoderConfiguration
  package var detail: DetailConfiguration
  package var deformation: DeformationConfiguration
  /// The head model whose coefficients drive it.
  package var faceModel: String
  /// Whether the coarse image that the photo is compared with shows the photo's expression; else it shows the one that all faces rest in,
  /// and the comparison holds the difference of the two beside what is missing.
  package var deformsCoarse = true

  /// What belongs to a generator and a head model.
  package init(
    generator: GeneratorConfiguration, encoder preset: EncoderConfiguration.Preset = .small,
    reading: DetailConfiguration.Reading = .feature, head: MorphableModel
  ) {
    self.generator = generator
    let side = min(256, max(generator.imageResolution, 64))
    encoder = EncoderConfiguration(
      preset, slots: generator.layers, latent: generator.width, imageResolution: side, patch: max(side / 16, 8))
    let resolution = max(generator.planeResolution / 4, 4)
    let channels = reading == .planes ? 3 * generator.planeChannels : generator.channels(resolution)
    detail = DetailConfiguration(reading: reading, resolution: resolution, channels: channels)
    // What is changed has fewer channels in small generators, and what changes it need not have more.
    if channels < 512 {
      detail.widths = [max(channels / 8, 32), max(channels / 4, 32)]
      (detail.features, detail.fusionWidth) = (max(channels / 2, 16), channels)
    }
    deformation = DeformationConfiguration(
      identity: head.identityNames.count, expression: head.expressionNames.count + 2, boxWarp: generator.rendering.boxWarp)
    faceModel = head.name
  }

  /// Throws `PortraitError` naming the first field that cannot be, or that does not fit the generator.
  package func check() throws(PortraitError) {
    try generator.check()
    try encoder.check()
    try detail.check()
    if let fault = deformation.fault { throw .configuration("deformation.\(fault)") }
    func require(_ field: String, _ value: Int, _ expected: Int) throws(PortraitError) {
      if value != expected { throw .configuration("\(field)=\(value) must be \(expected), as the generator has it") }
    }
    try require("encoder.slots", encoder.slots, generator.layers)
    try require("encoder.latent", encoder.latent, generator.width)
    guard deformation.expression > 2 else { throw .configuration("deformation.expression=\(deformation.expression) must be above 2") }
    if detail.reading == .planes { return try require("detail.channels", detail.channels, 3 * generator.planeChannels) }
    guard generator.resolutions.contains(detail.resolution) else {
      throw .configuration("detail.resolution=\(detail.resolution) must be the side of one of the generator's blocks")
    }
    try require("detail.channels", detail.channels, generator.channels(detail.resolution))
  }

  /// The side of the block whose state is kept.
  var stateResolution: Int { detail.reading == .feature ? detail.resolution : max(generator.planeResolution / 4, 4) }
}
