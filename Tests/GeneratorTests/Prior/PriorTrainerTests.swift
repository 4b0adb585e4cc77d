import Foundation
import Generator
import Runs
import Testing
import Torch

@Suite(.serialized) struct PriorTrainerTests {
  /// Images of tiny heads, and a place for runs.
  private func withImages(_ body: (PosedImages, URL) throws -> Void) throws {
    try withTinyFolder { url in
      let data = url.appending(path: "heads")
      try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
      try TinyHeads.write(to: data)
      let c = PriorConfiguration.tiny
      let loaded = try PosedImages(
        try PosedFolder(data), size: c.size, depthSize: c.schedules.lastResolution, background: .white, mirrors: true)
      try body(try #require(loaded), url)
    }
  }
  private func trainer(_ images: PosedImages, _ c: PriorConfiguration, _ place: URL) throws -> PriorTrainer {
    let record = try RunRecord(experiment: "heads", method: "prior", data: images.folder.url, configuration: c)
    return try PriorTrainer(
      images, c, run: RunFolder.exists(place) ? RunFolder.resume(place) : RunFolder.create(place, record),
      warn: { Issue.record("\($0)") })
  }
  /// All that the next step depends on.
  private func state(_ run: URL) throws -> (step: Int, tensors: [String: [UInt8]]) {
    let checkpoint = try RunFolder.open(run).checkpoint(warn: { Issue.record("\($0)") })
    return (checkpoint.step, checkpoint.tensors.filter { $0.key != "seconds" }.mapValues { $0.withBytes { Array($0) } })
  }

  /// Through the reconstruction alone and the game, validations and lazy terms on both sides of the stop.
  @Test(arguments: PriorConfiguration.Objective.allCases)
  func aStoppedTrainingGoesOnAsIfNothingHadHappened(objective: PriorConfiguration.Objective) throws {
    try withImages { images, url in
      var c = PriorConfiguration.tiny
      (c.objective, c.validation.every, c.saveEvery) = (objective, 9, 7)
      let whole = url.appending(path: "whole"), parts = url.appending(path: "parts")
      var shown: [PriorProgress] = []
      let first = try trainer(images, c, whole)
      #expect(try first.train(.steps(24), progress: { shown.append($0) }, shouldStop: { false }))
      #expect(shown.map(\.step) == [20])
      #expect((shown[0].psnr == nil) == (objective == .adversarial) && (shown[0].generator == nil) == (objective == .reconstruction))

      // Stopped as Ctrl-C does it, and killed: what came after the last checkpoint is made again.
      var left = 8
      func once() throws -> Bool {
        let again = try trainer(images, c, parts)
        return try again.train(
          .steps(24), progress: { _ in },
          shouldStop: {
            left -= 1; return left < 0
          })
      }
      #expect(try !once())
      left = 9
      #expect(try !once())
      let killed = try RunFolder.open(parts)
      try FileManager.default.removeItem(at: killed.file(try #require(killed.savedSteps.last)))
      left = 1000
      #expect(try once())

      let (a, b) = (try state(whole), try state(parts))
      #expect(a.step == 24 && b.step == 24 && a.tensors.keys.sorted() == b.tensors.keys.sorted())
      for (name, bytes) in a.tensors { #expect(b.tensors[name] == bytes, "\(name)") }
      let files = ["validation/step-000000009.png", "metrics.jsonl", "generator.safetensors"].map { whole.appending(path: $0) }
      for file in files { #expect(FileManager.default.fileExists(atPath: file.path), "\(file)") }

      let generator = try GeneratorFile.read(whole.appending(path: "generator.safetensors"))
      #expect(generator.configuration == c.generator)
      let log = try String(contentsOf: whole.appending(path: "metrics.jsonl"), encoding: .utf8)
      #expect(log.contains(#""fid_"#) && log.contains(#""kimg":0.08"#))
    }
  }

  /// A generator that makes the same few images again and again comes to know them, and their depth.
  @Test func makingImagesAgainIsLearnt() throws {
    try withImages { images, url in
      var c = PriorConfiguration.tiny
      (c.objective, c.validation.images, c.validation.every, c.saveEvery) = (.reconstruction, 0, 1000, 1000)
      (c.rates.reconstruction, c.rates.reconstructionDecay) = (1e-2, 0.3)
      let run = url.appending(path: "run")
      var shown: [PriorProgress] = []
      _ = try trainer(images, c, run).train(.steps(160), progress: { shown.append($0) }, shouldStop: { false })
      let (first, last) = (try #require(shown.first?.psnr), try #require(shown.last?.psnr))
      #expect(last > first + 4 && last > 13, "from \(first) to \(last) dB")
      let depths = try String(contentsOf: run.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n")
        .compactMap { $0.firstMatch(of: #/"depth":([0-9.e-]+)/#).flatMap { Double($0.1) } }
      #expect(depths.count >= 8 && depths.last! < depths.first! * 0.6, "\(depths)")
    }
  }

  @Test func whatCannotBeTrainedIsNamed() {
    func refuses(_ word: String, _ change: (inout PriorConfiguration) -> Void) {
      var c = PriorConfiguration.tiny
      change(&c)
      do {
        try c.check()
        Issue.record("\(word) was taken")
      } catch {
        #expect("\(error)".contains(word), "\(error)")
      }
    }
    for preset in PriorConfiguration.presets { #expect(throws: Never.self) { try preset.check() } }
    refuses("batch=6") { $0.batch = 6 }
    refuses("discriminator.resolution=32") { $0.discriminator.resolution = 32 }
    refuses("whiteBack") { $0.generator.rendering.whiteBack = false }
    refuses("regularisation.gamma") { $0.regularisation.gamma = .nan }
    refuses("planeResolution") { $0.generator.planeResolution = 48 }
    refuses("width=4096") { ($0.generator.width, $0.generator.mappingLayers) = (4096, 64) }
    refuses("channelMax=2048") { c in
      (c.generator.channelBase, c.generator.channelMax, c.generator.planeResolution) = (1 << 20, 2048, 1024)
    }
    refuses("batch=4096") { ($0.batch, $0.schedules.lastResolution) = (4096, 1024) }
    refuses("rates.generator") { $0.rates.generator = 0 }
  }
}
