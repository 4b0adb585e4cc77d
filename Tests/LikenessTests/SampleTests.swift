import Foundation
import Generator
import Media
import Portrait
import Testing
import Torch
import Tracking

@Suite struct SampleTests {
  /// The same people every time, others with another seed; a film of as many frames as were asked for.
  @Test func drawsPeopleOfAGenerator() throws {
    try withFolder { folder in
      let file = folder.appending(path: "generator.safetensors")
      try GeneratorFile.write(TriplaneGenerator(.tiny, Generator(seed: 2)), to: file, notes: ["hears_camera": "false"])
      func sheet(_ name: String, _ extra: String...) throws -> Tensor {
        let ending = try Tool.run(
          ["sample", "--load", "generator.safetensors", "--people", "2", "--output", name] + extra, in: folder)
        #expect(ending.status == 0, "\(ending.errors)")
        return try ImageFile.read(folder.appending(path: name))
      }
      let people = try sheet("a.png")
      #expect(people.shape == [2 * 64, 7 * 64, 3])
      #expect(try sheet("b.png").array(UInt8.self) == people.array(UInt8.self))
      #expect(try sheet("c.png", "--seed", "1").array(UInt8.self) != people.array(UInt8.self))

      let views = try Tool.run(["sample", "--load", "generator.safetensors", "--people", "2", "--output", "views"], in: folder)
      #expect(views.status == 0, "\(views.errors)")
      let posed = try PosedFolder(folder.appending(path: "views"))
      #expect(posed.entries.count == 10)
      let middle = try #require(posed.entries.first { $0.name == "1-2.png" })
      #expect(middle.label == CameraSampler().label(yaw: 0, pitch: 0))
      let pixels = try ImageFile.read(posed.image("1-2.png"))
      #expect(pixels.array(UInt8.self) == people.narrow(0, 64, 64).narrow(1, 128, 64).contiguous().array(UInt8.self))

      let film = try Tool.run(
        ["sample", "--load", "generator.safetensors", "--people", "2", "--output", "a.mp4", "--seconds", "0.2"], in: folder)
      #expect(film.status == 0, "\(film.errors)")
      let reader = try VideoReader(folder.appending(path: "a.mp4"))
      var frames = 0
      while let frame = try reader.next() {
        frames += 1
        #expect(frame.rgb.shape == [64, 128, 3])
      }
      #expect(frames == 10)
    }
  }

  /// Somebody drawn becomes an avatar as a photo does, or is refused in one line: generators draw faces that no network finds.
  @Test(.enabled(if: (try? FaceDetector()) != nil, "skipped: the face networks are absent"))
  func somebodyDrawnIsAnAvatar() throws {
    try withFolder { folder in
      let words = ["sample", "--animate", "--seed", "1", "--output", "a.portrait"]
      let made = try Tool.run(words, in: folder)
      #expect(made.status == 0 && PortraitLift.isLift(folder.appending(path: "a.portrait")), "\(made.errors)")
      #expect(try Tool.run(words, in: folder).status == 64)
      let file = folder.appending(path: "generator.safetensors")
      try GeneratorFile.write(TriplaneGenerator(.tiny, Generator(seed: 2)), to: file)
      let refused = try Tool.run(["sample", "--load", file.path, "--animate", "--seed", "3", "--output", "b.portrait"], in: folder)
      #expect(refused.status == 65 && refused.errors.contains("of seed 3 cannot be read"), "\(refused.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.portrait", "generator.safetensors"])
    }
  }

  @Test func saysWhatIsWrong() throws {
    try withFolder { folder in
      try Data("no tensors".utf8).write(to: folder.appending(path: "junk.safetensors"))
      func says(_ words: String..., status: Int32) throws {
        let ending = try Tool.run(["sample"] + words, in: folder)
        #expect(ending.status == status, "\(words): \(ending.errors)")
        #expect(!ending.errors.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["junk.safetensors"], "\(words)")
      }
      try says("--load", "absent.safetensors", "--output", "a.png", status: 65)
      try says("--load", "junk.safetensors", "--output", "a.png", status: 65)
      try says("--load", "junk.safetensors", "--output", "a.gif", status: 64)
      try says("--output", "a.png", "--people", "0", status: 64)
      try says("--animate", "--output", "a.mp4", status: 64)
      try says("--animate", "--driver", "d.mp4", "--output", "a.portrait", status: 64)
      try says("--animate", "--people", "2", "--output", "a.portrait", status: 64)
      try says("--driver", "d.mp4", "--output", "a.png", status: 64)
    }
  }
}
