import Foundation
import Runs
import Subject
import Torch

/// How a texture enhancement is made and trained.
package struct TextureConfiguration: Codable, Equatable, Sendable {
  package enum Variant: String, Codable, CaseIterable, Sendable {
    /// A few convolutions at half the size, for images while they are shown: `LightTexture`.
    case light
    /// The networks of the paper: `PaperTexture`.
    case paper
  }
  /// What differences from the truth cost beside their absolute value, which counts 1; see `TextureLoss`.
  package struct Loss: Codable, Equatable, Sendable {
    /// Of the bands of a Laplacian pyramid.
    package var bands: Double
    /// Of how much detail the bands have around each place, wherever it lies exactly.
    package var detail: Double
  }
  /// Of the light network.
  package struct Light: Codable, Equatable, Sendable {
    /// The side of the blocks of pixels that become one place: 2 or 4.
    package var block: Int
    /// Channels, and 3 x 3 convolutions between the first and the last.
    package var width, layers: Int
  }
  /// Of the paper's.
  package struct Paper: Codable, Equatable, Sendable {
    package var normalization: TextureNormalization
    /// Whether the generator's image is added to the rendered one; the paper's stands alone and must first learn to copy.
    package var residual: Bool
    /// Speech features a time step, where the clip's speech takes the place of the coarsest features, and their kind: `mel`.
    @Nullable package var speech: Int?
    @Nullable package var speechKind: String?
  }

  package var variant: Variant
  /// The absolute path of the run, or the file, of the avatar that is enhanced.
  package var avatar: String
  /// The longer side of the images, in pixels; nil for that of the avatar's training.
  @Nullable package var size: Int?
  /// At most so many training frames, evenly spread over the clip.
  package var frames: Int
  /// Images of a step, and the longest side of what is cut out of each; the share of them that show the head.
  package var batch, crop: Int
  package var headShare: Double
  /// Pixels that the truth is moved by at most, at random: things are less in place in frames that the avatar was not trained on, and what
  /// is learnt from the others alone trusts its edges too much.
  package var shift: Int
  package var loss: Loss
  package var light: Light
  package var paper: Paper
  /// Of the first step, and what is left of it at the last.
  package var learningRate, decay: Double
  package var secondMoment: Double
  package var seed: UInt64
  package var steps, validateEvery, saveEvery: Int

  package static let light = TextureConfiguration(
    variant: .light, avatar: "", size: nil, frames: 400, batch: 8, crop: 96, headShare: 0.75, shift: 1, loss: Loss(bands: 1, detail: 2),
    light: Light(block: 4, width: 48, layers: 2), paper: Paper(normalization: .instance, residual: true, speech: nil, speechKind: nil),
    learningRate: 1e-3,
    decay: 0.03, secondMoment: 0.999, seed: 1, steps: 4000, validateEvery: 500, saveEvery: 500)
  package static let paper = {
    var paper = light
    (paper.variant, paper.batch, paper.crop) = (.paper, 1, 128)
    (paper.learningRate, paper.steps, paper.validateEvery, paper.saveEvery) = (5e-4, 150_000, 200, 200)
    return paper
  }()
  package static func variant(_ variant: Variant) -> TextureConfiguration { variant == .light ? light : paper }

  /// Throws `TextureError` naming the field that cannot be.
  package func check() throws {
    func require(_ holds: Bool, _ text: String) throws { if !holds { throw TextureError.configuration(text) } }
    try require(size.map { (16...4096).contains($0) } ?? true, "size=\(size ?? 0) must be 16...4096")
    try require((1...100_000).contains(frames), "frames=\(frames) must be 1...100000")
    try require((1...256).contains(batch), "batch=\(batch) must be 1...256")
    try require((16...4096).contains(crop) && crop % 8 == 0, "crop=\(crop) must be a multiple of 8 from 16 to 4096")
    try require((0...1).contains(headShare), "headShare=\(headShare) must be 0...1")
    try require((0...16).contains(shift), "shift=\(shift) must be 0...16")
    try require(loss.bands >= 0 && loss.bands.isFinite, "loss.bands=\(loss.bands) must not be below 0")
    try require(loss.detail >= 0 && loss.detail.isFinite, "loss.detail=\(loss.detail) must not be below 0")
    try require([2, 4].contains(light.block), "light.block=\(light.block) must be 2 or 4")
    try require((1...512).contains(light.width), "light.width=\(light.width) must be 1...512")
    try require((0...64).contains(light.layers), "light.layers=\(light.layers) must be 0...64")
    let places = Memory.product(batch, crop / light.block, crop / light.block, light.width)
    try require(places <= 1 << 31, "batch=\(batch) must be such that a step has at most \(1 << 31) numbers a layer, not \(places)")
    let pixels = Memory.product(batch, crop, crop)
    try require(pixels <= 1 << 27, "crop=\(crop) must be such that a step has at most \(1 << 27) pixels, not \(pixels)")
    try require(paper.speech.map { (1...4096).contains($0) } ?? true, "paper.speech=\(paper.speech ?? 0) must be 1...4096")
    try require(learningRate > 0 && learningRate.isFinite, "learningRate=\(learningRate) must be above 0")
    try require(decay > 0 && decay <= 1, "decay=\(decay) must be above 0 and at most 1")
    try require((0..<1).contains(secondMoment), "secondMoment=\(secondMoment) must be 0..<1")
    for (name, value) in [("steps", steps), ("validateEvery", validateEvery), ("saveEvery", saveEvery)] {
      try require(value >= 1, "\(name)=\(value) must be at least 1")
    }
  }
}

extension TextureConfiguration {
  /// That of a run; throws `RunError` or `TextureError` naming the field.
  init(_ record: RunRecord, at url: URL) throws {
    guard record.method == "texture" else {
      throw TextureError.file(url, "is a run of train \(record.method), not of train texture; name one of those")
    }
    let stored: TextureConfiguration = try record.configuration(run: url, defaults: .light)
    try stored.check()
    self = stored
  }
  package init(_ run: RunFolder) throws { try self.init(run.record, at: run.url) }
}
