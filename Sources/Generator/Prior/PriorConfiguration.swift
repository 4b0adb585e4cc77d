import Foundation
import Runs
import Torch

/// How a generator of heads is made and trained.
package struct PriorConfiguration: Codable, Equatable, Sendable {
  /// What the generator is to do.
  package enum Objective: String, Codable, CaseIterable, Sendable {
    /// Make images that a discriminator takes for real ones.
    case adversarial
    /// Make the training images again, from few numbers that an encoder tells of each.
    case reconstruction
    /// The second at first, then both by turns.
    case both
  }
  /// What is taken of the folder.
  package struct Images: Codable, Equatable, Sendable {
    package var background: ImageBackground
    /// Whether mirror images are drawn too; leave it out where the folder holds them already.
    package var mirrors: Bool
    /// At most so many images, evenly spread; 0 for all.
    package var limit: Int
  }
  /// Learning rates of the first step.
  package struct Rates: Codable, Equatable, Sendable {
    package var generator, discriminator: Double
    /// Of generator and encoder where they make images again; what is left of it at the end of the budget.
    package var reconstruction, reconstructionDecay: Double
  }
  /// What keeps generator and discriminator in check.
  package struct Regularisation: Codable, Equatable, Sendable {
    /// R1's weight is `gamma` / 2, in every `gradientEvery`-th step.
    package var gamma: Double
    package var gradientEvery: Int
    /// Density's, see `DensityRegularisation`, in every `densityEvery`-th step.
    package var density: DensityRegularisation
    package var densityEvery: Int
  }
  /// Where images are made again; what the terms cost beside the mean absolute difference of the images, which costs 1.
  package struct Reconstruction: Codable, Equatable, Sendable {
    /// Of the rendered image, of differences between neighbouring pixels and of how large they are around each place, of the distance, of
    /// what the head covers.
    package var raw, detail, contrast, depth, coverage: Double
    /// How much of a latent number's spread an image tells, 0...1; the rest is noise. It costs nothing.
    package var signalShare: Double
    /// The encoder's channels, as the discriminator's.
    package var channelBase: Int, channelMax: Int
    /// Thousands of images before the discriminator joins in, where both are to.
    package var aloneKimg: Double

    /// The names in config.json.
    enum CodingKeys: String, CodingKey {
      case raw, detail, contrast, depth, coverage, channelBase, channelMax, aloneKimg
      case signalShare = "clarity"
    }
  }
  /// What is looked at on the way.
  package struct Validation: Codable, Equatable, Sendable {
    /// Steps between two looks.
    package var every: Int
    /// Images whose features are compared; 0 for none.
    package var images: Int

    /// The names in config.json.
    enum CodingKeys: String, CodingKey {
      case every
      case images = "pictures"
    }
  }

  package var preset: String
  package var objective: Objective
  package var generator: GeneratorConfiguration
  package var discriminator: DiscriminatorConfiguration
  package var images: Images
  /// Images of a step.
  package var batch: Int
  package var rates: Rates
  package var schedules: PriorSchedules
  package var regularisation: Regularisation
  package var reconstruction: Reconstruction
  package var average: GeneratorAverage
  /// Whether the mapping network hears of a camera. Where cameras and faces have nothing to do with each other, as in the population, it
  /// could only learn to bend faces with the camera.
  package var isConditionedOnCamera: Bool
  package var validation: Validation
  package var saveEvery: Int
  /// Thousands of images to show, where no time is set.
  package var kimg: Double
  package var seed: UInt64

  /// The names in config.json.
  enum CodingKeys: String, CodingKey {
    case preset, objective, generator, discriminator, batch, rates, schedules, regularisation, reconstruction, average, validation,
      saveEvery
    case kimg, seed
    case images = "pictures"
    case isConditionedOnCamera = "hearsCamera"
  }

  /// The side of the images.
  package var size: Int { generator.imageResolution }
  /// Steps that show `kimg` thousand images.
  package func steps(kimg: Double) -> Int { max(1, Int((kimg * 1000 / Double(batch)).rounded(.up))) }

  /// Throws `PortraitError` naming the first field that nothing can be trained with.
  package func check() throws(PortraitError) {
    try generator.check()
    try discriminator.check()
    func refuse(_ field: String, _ value: Any, _ bounds: String) -> PortraitError {
      .configuration("\(field)=\(value) must be \(bounds)")
    }
    guard discriminator.resolution == size else {
      throw refuse("discriminator.resolution", discriminator.resolution, "\(size), the side of the generator's images")
    }
    guard generator.label == CameraLabel.count else { throw refuse("generator.label", generator.label, "\(CameraLabel.count)") }
    guard [0, CameraLabel.count].contains(discriminator.label) else {
      throw refuse("discriminator.label", discriminator.label, "\(CameraLabel.count), or 0 to tell it no cameras")
    }
    guard generator.decoderFeatures >= 3 else { throw refuse("generator.decoderFeatures", generator.decoderFeatures, "3 or more") }
    try PortraitError.require(1...4096, ["batch": batch])
    let group = min(batch, discriminator.group)
    guard batch % group == 0 else { throw refuse("batch", batch, "a multiple of discriminator.group=\(discriminator.group)") }
    guard discriminator.channels(4) % discriminator.groupChannels == 0 else {
      throw refuse(
        "discriminator.groupChannels", discriminator.groupChannels, "a divisor of its \(discriminator.channels(4)) last channels")
    }
    try PortraitError.require(
      4...1024,
      ["schedules.firstResolution": schedules.firstResolution, "schedules.lastResolution": schedules.lastResolution])
    try PortraitError.require(
      0...1e9,
      [
        "schedules.blur": schedules.blur, "schedules.blurKimg": schedules.blurKimg, "schedules.resolutionKimg": schedules.resolutionKimg,
        "schedules.swapKimg": schedules.swapKimg, "regularisation.gamma": regularisation.gamma,
        "regularisation.density.weight": regularisation.density.weight, "reconstruction.raw": reconstruction.raw,
        "reconstruction.detail": reconstruction.detail, "reconstruction.contrast": reconstruction.contrast,
        "reconstruction.depth": reconstruction.depth, "reconstruction.coverage": reconstruction.coverage,
        "reconstruction.aloneKimg": reconstruction.aloneKimg, "average.kimg": average.kimg,
      ])
    try PortraitError.require(0...1, ["schedules.swap": schedules.swap, "reconstruction.clarity": reconstruction.signalShare])
    try PortraitError.require(
      1e-9...1,
      [
        "rates.generator": rates.generator, "rates.discriminator": rates.discriminator, "rates.reconstruction": rates.reconstruction,
        "rates.reconstructionDecay": rates.reconstructionDecay,
      ])
    try PortraitError.require(
      1...1_000_000_000,
      [
        "regularisation.gradientEvery": regularisation.gradientEvery, "regularisation.densityEvery": regularisation.densityEvery,
        "regularisation.density.points": regularisation.density.points, "validation.every": validation.every, "saveEvery": saveEvery,
      ])
    try PortraitError.require(size...1_048_576, ["reconstruction.channelBase": reconstruction.channelBase])
    try PortraitError.require(1...2048, ["reconstruction.channelMax": reconstruction.channelMax])
    try PortraitError.require(0...1_000_000_000, ["validation.pictures": validation.images, "pictures.limit": images.limit])
    try PortraitError.require(1e-3...1e9, ["kimg": kimg])
    let rays = Memory.product(batch, max(schedules.firstResolution, schedules.lastResolution), schedules.lastResolution)
    let samples = Memory.product(rays, generator.rendering.coarse + generator.rendering.fine)
    let perSample = max(generator.decoderHidden, generator.decoderFeatures, generator.planeChannels)
    try PortraitError.require(atMost: 1 << 33, "batch", batch, Memory.product(samples, perSample), "numbers of a step's samples")
    let side = generator.planeResolution, planes = Memory.product(batch, side, side, generator.channels(side))
    try PortraitError.require(atMost: 1 << 31, "batch", batch, planes, "numbers of a step's planes")
    let first = Memory.product(batch, size, size, discriminator.channels(size))
    try PortraitError.require(atMost: 1 << 31, "batch", batch, first, "numbers of the discriminator's first block")
    if images.background == .white, !generator.rendering.whiteBack {
      throw refuse("generator.rendering.whiteBack", false, "true where pictures.background is white")
    }
  }
}

extension PriorConfiguration {
  /// That of a run; throws `RunError` or `PortraitError` naming the field.
  package init(_ run: RunFolder) throws {
    guard run.record.method == "prior" else {
      throw PortraitError.file(run.url, "is a run of train \(run.record.method), not of train portrait --stage prior; name one of those")
    }
    self = try run.record.configuration(run: run.url, defaults: .small)
    try check()
  }
}
