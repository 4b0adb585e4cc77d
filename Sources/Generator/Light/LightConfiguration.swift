import Foundation
import Runs

/// How a lighter super-resolution is made of a generator's own: fewer channels, taught by the images that the generator makes.
package struct LightConfiguration: Codable, Equatable, Sendable {
  /// The generator's file, an absolute path.
  package var generator: String
  /// What its two blocks put out.
  package var firstChannels = 64, secondChannels = 32
  /// Images of a step.
  package var batch = 4
  /// Adam's rate at first, and what is left of it at the end of the budget.
  package var learningRate = 2e-3, decay = 0.1
  /// What differences of neighbouring pixels cost, beside the mean absolute difference, which costs 1.
  package var detail = 1.0
  /// Standard deviations of the cameras' directions, radians.
  package var yaw = 0.35, pitch = 0.2
  package var steps = 5_000, validateEvery = 250, saveEvery = 250
  package var seed: UInt64 = 1

  package init(generator: URL) { self.generator = generator.absoluteURL.path }

  /// Throws `PortraitError` naming the first field that nothing can be trained with.
  package func check() throws(PortraitError) {
    try PortraitError.require(1...512, ["firstChannels": firstChannels, "secondChannels": secondChannels])
    try PortraitError.require(1...256, ["batch": batch])
    try PortraitError.require(1e-9...1, ["learningRate": learningRate, "decay": decay])
    try PortraitError.require(0...1e6, ["detail": detail])
    try PortraitError.require(0...3, ["yaw": yaw, "pitch": pitch])
    try PortraitError.require(1...1_000_000_000, ["steps": steps, "validateEvery": validateEvery, "saveEvery": saveEvery])
  }
  /// That of a run; throws `RunError` or `PortraitError` naming the field.
  package init(_ run: RunFolder) throws {
    guard run.record.method == "light" else {
      throw PortraitError.file(run.url, "is a run of train \(run.record.method), not of train portrait --stage light; name one of those")
    }
    self = try run.record.configuration(run: run.url, defaults: LightConfiguration(generator: URL(filePath: "/")))
    try check()
  }
}
