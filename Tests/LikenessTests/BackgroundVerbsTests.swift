import Foundation
import Media
import Testing
import Torch
import Tracking

/// `--background` and `--whole-photo`, of a drawn person.
@Suite(.enabled(if: (try? FaceDetector()) != nil, "skipped: the face networks are absent"))
struct BackgroundVerbsTests {
  private static let animate = ["animate", "a.portrait", "--driver", "driver.mp4", "--size", "96"]

  /// A folder with a photo, its portrait and a driver.
  private func withPortrait(_ body: (URL) throws -> Void) throws {
    try withFolder { folder in
      try PortraitVerbsTests.draw(into: folder)
      let made = try Tool.run("portrait", "photo.png", "--output", "a.portrait", in: folder)
      #expect(made.status == 0, "\(made.errors)")
      try body(folder)
    }
  }

  /// Cut out and laid over white, the person is what a white background shows, as PNG and as film.
  @Test func theCutOutIsThePerson() throws {
    try withPortrait { folder in
      for (background, output) in [("transparent", "cut"), ("transparent", "cut.mov"), ("#ffffff", "white"), ("#00B140", "green")] {
        let ending = try Tool.run(Self.animate + ["--background", background, "--output", output], in: folder)
        #expect(ending.status == 0, "\(ending.errors)")
      }
      func image(_ name: String) throws -> Tensor { try ImageFile.read(folder.appending(path: name)).to(.float32) }
      #expect(try Data(contentsOf: folder.appending(path: "cut/2.png"))[25] == 6)
      let white = try image("white/2.png"), cut = try image("cut/2.png"), green = try image("green/2.png")
      #expect(white.shape == cut.shape && (white - cut).abs().max().item <= 2, "\((white - cut).abs().max().item)")
      #expect(green[0, 0].floats == [0, 177, 64] && white[0, 0].floats == [255, 255, 255])
      let reader = try VideoReader(folder.appending(path: "cut.mov"))
      guard let film = try reader.next()?.rgb.to(.float32) else { throw CancellationError() }
      #expect((film - (try image("white/0.png"))).abs().mean().item < 3)
    }
  }

  /// Before an image and a blur; and back in the whole photo, at its size.
  @Test func otherPlaces() throws {
    try withPortrait { folder in
      try ImageFile.write(Tensor.full([30, 500, 3], 60, .uint8), to: folder.appending(path: "wall.png"))
      for (background, output) in [("wall.png", "wall"), ("blur", "blur"), ("keep", "keep")] {
        let ending = try Tool.run(Self.animate + ["--background", background, "--output", output], in: folder)
        #expect(ending.status == 0, "\(ending.errors)")
      }
      func image(_ name: String) throws -> Tensor { try ImageFile.read(folder.appending(path: name)) }
      #expect(try image("wall/0.png")[0, 0].array(UInt8.self) == [60, 60, 60])
      #expect(try image("keep/0.png").array(UInt8.self) != image("blur/0.png").array(UInt8.self))
      let whole = try Tool.run("animate", "photo.png", "--driver", "driver.mp4", "--whole-photo", "--output", "whole", in: folder)
      #expect(whole.status == 0, "\(whole.errors)")
      let shown = try image("whole/0.png"), photo = try image("photo.png")
      #expect(shown.size(0) / 2 == photo.size(0) / 2 && shown.size(1) % 2 == 0)
      #expect(shown[0, 0].array(UInt8.self) == photo[0, 0].array(UInt8.self))
    }
  }

  /// Refused before any work, in one line, and nothing is left.
  @Test func whatCannotBeABackground() throws {
    try withPortrait { folder in
      func file(_ name: String) -> URL { folder.appending(path: name) }
      try Data("no image".utf8).write(to: file("text.jpg"))
      try ImageFile.write(Tensor.full([64, 64, 3], 60, .uint8), to: file("wall.jpg"))
      // An even wall would be whole after a few bytes.
      try ImageFile.write((Tensor.rand([64, 64, 3], Generator(seed: 1)) * 255).to(.uint8), to: file("leaves.jpg"))
      try Data(contentsOf: file("leaves.jpg")).prefix(1500).write(to: file("cut.jpg"))
      // A header that says 200000 x 200000.
      var huge = try ImageFile.png(Tensor.full([8, 8, 3], 60, .uint8))
      huge.replaceSubrange(16..<24, with: [0, 3, 0x0D, 0x40, 0, 3, 0x0D, 0x40])
      try huge.write(to: file("huge.png"))
      try FileManager.default.createDirectory(at: file("folder"), withIntermediateDirectories: true)
      let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      for (words, status, text) in [
        (["text.jpg"], Int32(65), "text.jpg"), (["cut.jpg"], 65, "is cut short"), (["huge.png"], 65, "megapixels"),
        (["folder"], 65, "folder"), (["none.jpg"], 65, "none.jpg"), (["blurr"], 64, "write keep, blur, transparent"),
        (["#12"], 64, "six digits"), (["#gggggg"], 64, "six digits"), (["#-12345"], 64, "six digits"), ([""], 64, "write keep"),
        (["transparent"], 64, "end the name in .mov"), (["wall.jpg", "--whole-photo"], 64, "leave out --background"),
        (["keep", "--whole-photo"], 64, "name the photo"),
      ] {
        let ending = try Tool.run(Self.animate + ["--output", "b.mp4", "--background"] + words, in: folder)
        #expect(ending.status == status && ending.errors.contains(text), "\(words): \(ending.status) \(ending.errors)")
        let lines = ending.errors.split(separator: "\n").filter { !$0.hasPrefix("Usage:") && !$0.contains("--help") }
        #expect(lines.count == 1, "\(words): \(ending.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    }
  }
}
