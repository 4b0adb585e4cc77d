import Foundation
import Media
import Runs
import Testing
import Torch
import likeness

/// Avatars driven by speech, from training to film, through the tool.
@Suite(.serialized) struct SpeechDrivenTests {
  static func train(_ folder: URL, _ run: String, steps: Int, threads: Int = 2, _ extra: [String]) throws -> Int32 {
    let arguments =
      ["train", "subject", "--data", "data", "--output", run, "--steps", "\(steps)"] + TrainingTests.small("fast") + extra
    let process = try Tool.start(arguments, in: folder, threads: threads)
    process.waitUntilExit()
    return process.terminationStatus
  }
  private let speech = ["--set", "speech.frames=8"]

  @Test func trainsOnSoundAndFilmsAnyOther() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"), frames: 32, sound: true)
      #expect(try Self.train(folder, "run", steps: 10, speech + ["--driver", "both"]) == 0)
      let saved = try TrainingTests.state(folder.appending(path: "run")).tensors
      #expect(
        saved.keys.contains { $0.hasPrefix("speech.members.5.network.") }
          && saved.keys.contains { $0.hasPrefix("speech.members.0.attention.") })

      try TinyDataset.writeSound(to: folder.appending(path: "other.wav"), frames: 20)
      let film = try Tool.run("render", "--load", "run", "--audio", "other.wav", "--output", "film.mp4", in: folder)
      try #require(film.status == 0, "\(film.errors)")
      #expect(film.output.contains("20 frames"))
      let reader = try VideoReader(folder.appending(path: "film.mp4"), rate: 25)
      var frames = 0
      while try reader.next() != nil { frames += 1 }
      let sound = try AudioReader.read(folder.appending(path: "film.mp4"))
      #expect(frames == 20 && abs(sound.count - 20 * 640) < 1700 && (sound.map(abs).max() ?? 0) > 0.2)

      // The same film from the one file that export writes, whose head keeps still for want of a clip.
      #expect(try Tool.run("export", "--load", "run", "--baked", "--output", "anna.safetensors", in: folder).status == 0)
      let still = try Tool.run("render", "--load", "run", "--audio", "other.wav", "--head", "still", "--output", "a", in: folder)
      let exported = try Tool.run("render", "--load", "anna.safetensors", "--audio", "other.wav", "--output", "b", in: folder)
      try #require(still.status == 0 && exported.status == 0, "\(still.errors)\(exported.errors)")
      for i in [0, 9, 19] {
        let pair = try ["a", "b"].map { try ImageFile.read(folder.appending(path: "\($0)/\(i).png")) }
        #expect((pair[0] .== pair[1]).all())
      }
      let clip = try Tool.run("render", "--load", "anna.safetensors", "--audio", "other.wav", "--head", "clip", "--output", "c", in: folder)
      #expect(clip.status == 64 && clip.errors.contains("--track"))
    }
  }

  /// A run hears by the network that it began with, which it keeps, and says so where the tool has another.
  @Test func keepsTheNetworkThatItBeganWith() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"), frames: 16, sound: true)
      #expect(try Self.train(folder, "run", steps: 4, speech + ["--driver", "speech"]) == 0)
      let network = folder.appending(path: "run/speech-face.safetensors"), file = try Safetensors.read(network)
      #expect(try text("run/config.json", folder).contains("general"))
      #expect(try Tool.run("render", "--load", "run", "--audio", "data/aud.wav", "--output", "a", in: folder).status == 0)
      var tensors = file.tensors
      for name in tensors.keys where name.hasSuffix("weight") { tensors[name] = tensors[name]! * -3 }
      try Safetensors.write(tensors, metadata: file.metadata, to: network)
      #expect(try Tool.run("render", "--load", "run", "--audio", "data/aud.wav", "--output", "b", in: folder).status == 0)
      let same = try (0..<2).map { i in
        let pair = try ["a", "b"].map { try ImageFile.read(folder.appending(path: "\($0)/\(i).png")) }
        return (pair[0] .== pair[1]).all()
      }
      #expect(same.contains(false))
      let ending = try Tool.run("train", "subject", "--data", "data", "--output", "run", "--resume", "--steps", "6", in: folder)
      #expect(ending.status != 0 && ending.errors.contains("LIKENESS_MODELS="), "\(ending.status) \(ending.errors)")
      // Loudness alone needs no network.
      #expect(try Self.train(folder, "loud", steps: 2, speech + ["--driver", "speech", "--speech", "mel"]) == 0)
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "loud/speech-face.safetensors").path))
    }
  }
  private func text(_ name: String, _ folder: URL) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  @Test func goesOnAfterAStopAsIfThereHadBeenNone() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"), frames: 32, sound: true)
      let driven = speech + ["--driver", "both", "--set", "saveEvery=5"]
      #expect(try Self.train(folder, "whole", steps: 20, driven) == 0)
      let process = try Tool.start(
        ["train", "subject", "--data", "data", "--output", "parts", "--steps", "20"] + TrainingTests.small("fast") + driven, in: folder)
      let end = Date(timeIntervalSinceNow: 120)
      while !FileManager.default.fileExists(atPath: folder.appending(path: "parts/checkpoints/step-000000005.safetensors").path),
        Date() < end
      { usleep(2000) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let again = try Tool.run("train", "subject", "--output", "parts", "--data", "data", "--resume", "--steps", "20", in: folder)
      try #require(again.status == 0, "\(again.errors)")
      let states = try ["whole", "parts"].map { try TrainingTests.state(folder.appending(path: $0)) }
      #expect(states[0].step == 20 && states[1].step == 20)
      let others = states[0].tensors.filter { states[1].tensors[$0.key] != $0.value }.keys.sorted()
      #expect(others.isEmpty)
    }
  }

  /// What hears stops learning long before what is seen does.
  @Test func whatHearsLearnsOnlyAtFirst() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"), frames: 32, sound: true)
      #expect(try Self.train(folder, "run", steps: 15, speech + ["--driver", "speech", "--set", "speech.steps=5"]) == 0)
      let run = try RunFolder.open(folder.appending(path: "run"))
      let (early, late) = (try run.checkpoint(step: 5, warn: { _ in }).tensors, try run.checkpoint(step: 15, warn: { _ in }).tensors)
      func changed(_ prefix: String) -> [String] {
        early.keys.filter { name in name.hasPrefix(prefix) && late[name].map { !($0 .== early[name]!).all() } ?? true }
      }
      #expect(changed("speech.").isEmpty)
      #expect(changed("model.coefficients").count > 1)
    }
  }

  @Test func whatCannotDriveIsSaid() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"), frames: 16, sound: true)
      try TinyDataset.write(to: folder.appending(path: "silent"), frames: 16)
      #expect(try Self.train(folder, "mute", steps: 2, []) == 0)
      #expect(try Self.train(folder, "run", steps: 2, speech + ["--driver", "speech", "--set", "speech.trackedShare=0"]) == 0)
      func ending(_ arguments: String...) throws -> (Int32, String) {
        let ending = try Tool.run(arguments, in: folder)
        #expect(ending.errors.split(separator: "\n").count == 1 || ending.status == 64, "\(ending.errors)")
        return (ending.status, ending.errors)
      }
      let noSound = try ending("train", "subject", "--data", "silent", "--driver", "speech", "--output", "x")
      #expect(noSound.0 == 65 && noSound.1.contains("silent") && noSound.1.contains("sound"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "x").path))
      // An avatar that hears nothing by itself is moved by the network for any voice.
      let mute = try Tool.run(["render", "--load", "mute", "--audio", "data/aud.wav", "--output", "said"], in: folder)
      let images = try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "said").path)
      #expect(mute.status == 0 && (images?.count ?? 0) > 1, "\(mute.errors)")
      let byExpression = try ending("render", "--load", "run", "--by", "expression", "--output", "x")
      #expect(byExpression.0 == 64 && byExpression.1.contains("--audio"))
      try Data("not a sound".utf8).write(to: folder.appending(path: "bad.wav"))
      let bad = try ending("render", "--load", "run", "--audio", "bad.wav", "--output", "x.mp4")
      #expect(bad.0 == 65 && bad.1.contains("bad.wav"))
      let kind = try ending("train", "subject", "--data", "data", "--speech", "smell", "--output", "x")
      #expect(kind.0 == 64 && kind.1.contains("mel"))
      // One whose images followed the tracked expressions can follow them again.
      #expect(try Self.train(folder, "led", steps: 2, speech + ["--driver", "speech"]) == 0)
      #expect(try Tool.run("render", "--load", "led", "--by", "expression", "--output", "led-film", in: folder).status == 0)
      // In its own clip it is driven by its own sound.
      #expect(try Tool.run("render", "--load", "run", "--output", "own", in: folder).status == 0)
    }
  }
}
