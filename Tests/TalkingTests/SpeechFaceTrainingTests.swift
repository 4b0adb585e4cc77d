import Foundation
import Runs
import Speech
import Talking
import Testing
import Torch

/// A network that learns what a mouth does.
@Suite(.serialized) struct SpeechFaceTrainingTests {
  private func data(_ configuration: SpeechFaceConfiguration) throws -> SpeechFaceData {
    var configuration = configuration
    configuration.held = ["babble 9"]
    return try SpeechFaceData(
      [("takes", (1...3).map { Sounds.take(seconds: 6, seed: $0) } + [Sounds.take(seconds: 4, seed: 9)])], synthetic: [], configuration)
  }
  private func run(_ folder: URL, _ name: String, _ configuration: SpeechFaceConfiguration) throws -> RunFolder {
    try RunFolder.create(
      folder.appending(path: name), RunRecord(experiment: "e", method: "speech", data: folder, configuration: configuration))
  }

  /// A short training brings the loss down, and what was kept aside is said well; the file says the same as the network.
  @Test func learns() throws {
    try Sounds.withFolder { folder in
      var small = Sounds.small
      small.learningRate = 4e-3
      let data = try data(small)
      let trainer = try SpeechFaceTrainer(data, small, run: run(folder, "run", small)) { _ in }
      var losses: [Double] = []
      #expect(try trainer.train(.steps(240), progress: { losses.append($0.loss) }, shouldStop: { false }))
      #expect((losses.last ?? 9) < (losses.first ?? 0) * 0.4, "\(losses)")
      let figures = SpeechFaceFigures.held(data, trainer.face)
      #expect(figures.count == 1 && (figures.first?.jaw ?? 0) > 0.7, "\(figures)")

      let file = folder.appending(path: "face.safetensors")
      try trainer.face.write(to: file)
      let read = try SpeechFace.read(file), sound = Sounds.babble(seconds: 2, seed: 9)
      let far =
        zip(
          SpokenTake.frames(of: sound, by: read, rate: 25), SpokenTake.frames(of: sound, by: trainer.face, rate: 25)
        ).map { zip($0, $1).map { abs($0 - $1) }.max() ?? 0 }.max() ?? 1
      #expect(far < 0.01 && read.sources == ["takes"])
    }
  }

  /// Stopped and gone on with, a training ends where it would have ended; another seed ends elsewhere.
  @Test func goesOnAfterAStop() throws {
    try Sounds.withFolder { folder in
      let small = Sounds.small, data = try data(small)
      func weights(_ name: String, _ steps: [Int], _ small: SpeechFaceConfiguration) throws -> [Float] {
        let place = folder.appending(path: name)
        for (i, end) in steps.enumerated() {
          let run = i == 0 ? try run(folder, name, small) : try RunFolder.resume(place)
          _ = try SpeechFaceTrainer(data, small, run: run) { _ in }.train(.steps(end), progress: { _ in }, shouldStop: { false })
        }
        let file = folder.appending(path: "\(name).safetensors")
        try SpeechFaceTrainer(data, small, run: RunFolder.resume(place)) { _ in }.face.write(to: file)
        return try Safetensors.read(file).tensors.sorted { $0.key < $1.key }.flatMap { $0.value.to(.float32).reshape(-1).floats }
      }
      var other = small
      other.seed = 2
      // The budget decides how fast the rate falls, so all parts have the same.
      let whole = try weights("whole", [6, 12], small), parts = try weights("parts", [6, 12], small)
      #expect(whole == parts)
      #expect(try weights("other", [6, 12], other) != whole)
    }
  }

  /// Files that are none, and configurations that cannot be.
  @Test func refusesWhatCannotBe() throws {
    try Sounds.withFolder { folder in
      let file = folder.appending(path: "other.safetensors")
      try Safetensors.write(["a": Tensor([1] as [Float])], to: file)
      #expect(throws: TalkingError.self) { try SpeechFace.read(file) }
      #expect(throws: TalkingError.self) { try SpeechTake.folder(folder) }
      try Data("[\"jawOpen\"]".utf8).write(to: folder.appending(path: "channels.json"))
      #expect(throws: TalkingError.self) { try SpeechTake.folder(folder) }
      try Data("[\"ear\"]".utf8).write(to: folder.appending(path: "channels.json"))
      #expect(throws: TalkingError.self) { try SpeechTake.folder(folder) }
    }
    for change in [{ $0.ahead = 7 }, { $0.width = 0 }, { $0.syntheticShare = 2 }] as [(inout SpeechFaceConfiguration) -> Void] {
      var wrong = SpeechFaceConfiguration()
      change(&wrong)
      #expect(throws: TalkingError.self) { try wrong.check() }
    }
  }
}
