import Foundation
import Golden
import Metrics
import Runs
import Testing
import Texture
import Torch

@Suite struct EnhancerTests {
  /// Eight blurred images to learn from and two to be judged by.
  private func data(speech: Tensor? = nil) -> TextureData {
    func bytes(_ image: Tensor) -> Tensor { (image * 255).round().to(.uint8) }
    let all = (0..<10).map { texture(UInt64(100 + $0)) }
    let held = all[8...].map {
      TextureData.HeldOut(rendered: bytes(blurred($0)), truth: bytes($0), head: Tensor.ones([64, 64], .bool))
    }
    return TextureData(
      rendered: stack(all[..<8].map { bytes(blurred($0)) }), truth: stack(all[..<8].map { bytes($0) }), speech: speech, held: Array(held))
  }
  private func run(_ folder: URL, _ name: String, _ configuration: TextureConfiguration) throws -> RunFolder {
    let record = try RunRecord(experiment: "test", method: "texture", data: folder, configuration: configuration)
    return try RunFolder.create(folder.appending(path: name), record)
  }
  private func small(_ variant: TextureConfiguration.Variant) -> TextureConfiguration {
    var configuration = TextureConfiguration.variant(variant)
    (configuration.batch, configuration.crop, configuration.validateEvery, configuration.saveEvery) = (4, 32, 1000, 1000)
    (configuration.light.width, configuration.shift) = (16, 0)
    if variant == .paper { configuration.batch = 1 }
    return configuration
  }

  @Test func aLightOneLearnsToSharpen() throws {
    try withFolder { folder in
      var configuration = small(.light)
      configuration.loss.detail = 0.5
      let images = data()
      let trainer = try TextureTrainer(images, configuration, run: try run(folder, "run", configuration), warn: { _ in })
      var heard: [TextureProgress] = []
      #expect(try trainer.train(.steps(300), progress: { heard.append($0) }, shouldStop: { false }))
      #expect(heard.count == 15 && heard.last?.step == 300 && heard.last?.fraction == 1)

      let enhancer = try TextureEnhancer(folder.appending(path: "run"), warn: { _ in })
      let gain = TextureGain(images.held, by: enhancer)
      let before = try #require(gain.before.whole), after = try #require(gain.after.whole)
      #expect(after.detail < 0.7 * before.detail)
      #expect(abs(after.sharpness - 1) < abs(before.sharpness - 1))
      #expect(try #require(gain.after.psnr) > (try #require(gain.before.psnr)))
      #expect("\(gain)".split(separator: "\n").count == 3)

      // A checkpoint alone does the same.
      let alone = try TextureEnhancer(trainer.run.file(300), warn: { _ in }), image = blurred(texture(7))
      #expect((alone(image) - enhancer(image)).abs().max().item == 0)
      #expect(!enhancer.hears)
    }
  }

  @Test(arguments: TextureConfiguration.Variant.allCases) func anUntrainedOneChangesNothing(variant: TextureConfiguration.Variant) throws {
    try withFolder { folder in
      let configuration = small(variant)
      let trainer = try TextureTrainer(data(), configuration, run: try run(folder, "run", configuration), warn: { _ in })
      _ = try trainer.train(.steps(10), progress: { _ in }, shouldStop: { true })
      let enhancer = try TextureEnhancer(trainer.run.file(0), warn: { _ in })
      // Sizes that no halving divides, and more than one.
      for (height, width) in [(37, 50), (37, 50), (64, 41)] {
        let image = Tensor.rand([height, width, 3], Generator(seed: 8)), made = enhancer(image)
        #expect(made.shape == image.shape && (made - image).abs().max().item < 1e-6)
      }
    }
  }

  /// What is even stays as it is, so that no pattern of the blocks can be learnt; what is not is changed.
  @Test func lightAddsNothingToEvenImages() throws {
    try withFolder { folder in
      let configuration = small(.light)
      let trainer = try TextureTrainer(data(), configuration, run: try run(folder, "run", configuration), warn: { _ in })
      #expect(try trainer.train(.steps(20), progress: { _ in }, shouldStop: { false }))
      let enhancer = try TextureEnhancer(trainer.run.file(20), warn: { _ in })
      let even = Tensor([0.2, 0.5, 0.7] as [Float]).expand(37, 50, 3)
      #expect((enhancer(even) - even).abs().max().item < 1e-6)
      let image = texture(10, 32)
      #expect((enhancer(image) - image).abs().max().item > 2e-5)
    }
  }

  /// What is stopped and gone on with is what was never stopped, bit for bit.
  @Test(arguments: TextureConfiguration.Variant.allCases) func trainingGoesOnWhereItStopped(variant: TextureConfiguration.Variant) throws {
    try withFolder { folder in
      var configuration = small(variant)
      let (all, first) = variant == .light ? (30, 13) : (4, 2)
      let windows: Tensor? = variant == .paper ? Tensor.rand([8, 16, 5], Generator(seed: 9)) : nil
      if windows != nil { configuration.paper.speech = 5 }
      let whole = try TextureTrainer(data(speech: windows), configuration, run: try run(folder, "whole", configuration), warn: { _ in })
      #expect(try whole.train(.steps(all), progress: { _ in }, shouldStop: { false }))
      let parts = folder.appending(path: "parts")
      do {
        let begun = try TextureTrainer(data(speech: windows), configuration, run: try run(folder, "parts", configuration), warn: { _ in })
        #expect(try begun.train(.steps(all), progress: { _ in }, shouldStop: { begun.step == first }) == false)
        #expect(begun.step == first)
      }
      let resumed = try TextureTrainer(data(speech: windows), configuration, run: try RunFolder.resume(parts), warn: { _ in })
      #expect(resumed.step == first)
      #expect(try resumed.train(.steps(all), progress: { _ in }, shouldStop: { false }))
      let (a, b) = (try Checkpoint.read(whole.run.file(all)).tensors, try Checkpoint.read(resumed.run.file(all)).tensors)
      #expect(Set(a.keys) == Set(b.keys))
      for (name, tensor) in a where name != "seconds" {
        #expect(tensor.withBytes { Array($0) } == b[name]?.withBytes { Array($0) }, "\(name)")
      }

      // One that hears takes silence where nothing is said, and other speech makes another image.
      guard windows != nil else { return }
      let enhancer = try TextureEnhancer(parts, warn: { _ in }), image = texture(10, 32)
      #expect(enhancer.hears)
      #expect((enhancer(image) - enhancer(image, speech: Tensor.zeros([1, 16, 5]))).abs().max().item == 0)
      #expect((enhancer(image) - enhancer(image, speech: Tensor.ones([1, 16, 5]))).abs().max().item > 0)
    }
  }

  @Test func whatIsNoEnhancementIsSaidSo() throws {
    try withFolder { folder in
      func fails(_ place: URL, _ metadata: String) {
        #expect { try TextureEnhancer(place, warn: { _ in }) } throws: { "\($0)".contains(metadata) && !"\($0)".contains("\n") }
      }
      let other = try RunFolder.create(
        folder.appending(path: "other"), try RunRecord(experiment: "x", method: "subject", data: folder, configuration: [1]))
      fails(other.url, "not of train texture")
      fails(folder.appending(path: "nowhere"), "not a run folder")
      try other.save(Checkpoint(step: 3, tensors: ["a": Tensor(1)]))
      fails(other.file(3), "is not a texture enhancement")
      var configuration = small(.light)
      let trainer = try TextureTrainer(data(), configuration, run: try run(folder, "sound", configuration), warn: { _ in })
      _ = try trainer.train(.steps(1), progress: { _ in }, shouldStop: { true })
      let sound = try Checkpoint.read(trainer.run.file(0))
      let tensors = sound.tensors.merging(["model.entry.bias": .zeros([3])]) { $1 }
      try other.save(Checkpoint(step: 0, tensors: tensors, metadata: sound.metadata))
      fails(other.file(0), "train again")
      configuration.crop = 20
      #expect { try configuration.check() } throws: { "\($0)".contains("crop=20") }
      let configured = try run(folder, "bad", configuration)
      fails(configured.url, "crop=20")
    }
  }
}
