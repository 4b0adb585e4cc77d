import Datasets
import Foundation
import Media
import Testing

/// `speak`, `train speech`, and photos and avatars that say what any voice says, through the tool.
@Suite(.serialized) struct SpeakTests {
  /// A take in both formats, as long as the sound; the same seed gives the same file.
  @Test func writesTakes() throws {
    try withFolder { folder in
      try TinyDataset.writeSound(to: folder.appending(path: "voice.wav"), frames: 30)
      let made = try Tool.run("speak", "voice.wav", "--output", "a.csv", in: folder)
      try #require(made.status == 0, "\(made.errors)")
      #expect(made.output.contains("72 rows"))
      let lines = try text("a.csv", folder).split(separator: "\n")
      #expect(lines.count == 73 && lines[0].hasPrefix("Timecode,BlendshapeCount,EyeBlinkLeft"))
      #expect(lines.dropFirst().allSatisfy { $0.split(separator: ",").count == 63 } && lines[61].hasPrefix("00:00:01:00.000,61,"))
      #expect(try Tool.run("speak", "voice.wav", "--output", "b.csv", in: folder).status == 0)
      #expect(try text("a.csv", folder) == text("b.csv", folder))
      #expect(try Tool.run("speak", "voice.wav", "--output", "a.json", "--rate", "25", "--seed", "2", in: folder).status == 0)
      let take = try JSONSerialization.jsonObject(with: Data(text("a.json", folder).utf8)) as? [String: Any]
      let frames = take?["frames"] as? [[String: Any]] ?? [], names = take?["names"] as? [String] ?? []
      #expect(take?["fps"] as? Double == 25 && frames.count == 30 && names.count == 52)
      #expect(frames.allSatisfy { ($0["shapes"] as? [Double])?.count == 52 && ($0["head"] as? [Double])?.count == 3 })
    }
  }

  /// What is no sound is one line, and nothing is written.
  @Test func refusesWhatIsNoSound() throws {
    try withFolder { folder in
      try Data("words".utf8).write(to: folder.appending(path: "text.wav"))
      try Data().write(to: folder.appending(path: "empty.wav"))
      try TinyDataset.writeSound(to: folder.appending(path: "voice.wav"), frames: 5)
      for (words, status, text) in [
        (["speak", "text.wav", "--output", "a.csv"], Int32(65), "text.wav"),
        (["speak", "empty.wav", "--output", "a.csv"], 65, "empty.wav"),
        (["speak", "none.wav", "--output", "a.csv"], 65, "none.wav"),
        (["speak", "voice.wav", "--output", "a.txt"], 64, "end the name in .csv"),
        (["speak", "voice.wav"], 64, "name the take to write"),
        (["speak", "voice.wav", "--output", "a.csv", "--rate", "0"], 64, "--rate must be 1...240"),
        (["speak", "voice.wav", "--output", "a.csv", "--speech-network", "voice.wav"], 65, "voice.wav"),
        (["train", "speech"], 64, "--data names a folder"),
        (["train", "speech", "--data", "."], 65, "has no channels.json"),
        (["train", "speech", "--voices", "xx-none"], 1, "has no voice"),
      ] {
        let ending = try Tool.run(words, in: folder)
        #expect(ending.status == status && ending.errors.contains(text), "\(words): \(ending.status) \(ending.errors)")
        #expect(ending.errors.split(separator: "\n").count <= 4, "\(ending.errors)")
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == ["empty.wav", "text.wav", "voice.wav"])
    }
  }

  /// An avatar that hears nothing by itself says any sound as well.
  @Test func anAvatarThatHearsNothingSpeaks() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"), frames: 16, sound: true)
      let arguments = ["train", "subject", "--data", "data", "--output", "run", "--steps", "4"] + TrainingTests.small("fast")
      #expect(try Tool.run(arguments, in: folder).status == 0)
      try TinyDataset.writeSound(to: folder.appending(path: "other.wav"), frames: 12)
      let film = try Tool.run("render", "--load", "run", "--audio", "other.wav", "--output", "film.mp4", in: folder)
      try #require(film.status == 0, "\(film.errors)")
      #expect(film.output.contains("12 frames"))
      let judged = try Tool.run("speak", "data/aud.wav", "--compare", "data", in: folder)
      #expect(judged.status == 0 && judged.output.contains("lip gap r"), "\(judged.output)\(judged.errors)")
    }
  }

  /// The check-up names the network that hears for any voice.
  @Test func theDoctorKnowsTheNetwork() throws {
    try withFolder { folder in
      let lines = try Tool.run("doctor", in: folder).output.split(separator: "\n").filter { $0.contains("speech network") }
      #expect(lines.count == 1 && lines[0].contains("ok") && lines[0].contains("SHA-256"), "\(lines)")
      let words = ["speech-face.safetensors", "the one that comes with this version"]
      #expect(words.allSatisfy { lines[0].contains($0) }, "\(lines)")
    }
  }

  private func text(_ name: String, _ folder: URL) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }
}
