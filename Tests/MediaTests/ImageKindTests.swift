import Foundation
import Media
import Testing
import Torch

/// Kinds of images that the tool does not write: one of 64 x 64 pixels in (200, 120, 40) each.
@Suite struct ImageKindTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func write(_ text: String, _ name: String) throws -> URL {
    try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters)).write(to: scratch.file(name))
    return scratch.file(name)
  }
  private func isOrange(_ image: Tensor) -> Bool {
    image.shape == [64, 64, 3] && isNear(pixel(image, 30, 20), [200, 120, 40], within: 6)
  }

  /// Whatever the name says.
  @Test func contentTellsTheKind() throws {
    #expect(try isOrange(ImageFile.read(write(Self.jpeg2000, "p.jp2"))))
    #expect(try isOrange(ImageFile.read(write(Self.jpeg2000, "liar.png"))))
    let map = scratch.file("map.pnm")
    try (Data("P6\n64 64\n255\n".utf8) + Data((0..<64 * 64).flatMap { _ in [200, 120, 40] as [UInt8] })).write(to: map)
    #expect(try isOrange(ImageFile.read(map)))
  }

  /// Which of them is read hangs on FFmpeg: the others are named with their kind and the remedy.
  @Test(arguments: ["AVIF", "HEIC"]) func packedImagesAreReadOrNamed(_ kind: String) throws {
    let text = kind == "AVIF" ? Self.avif : Self.heic
    for whole in [true, false] {
      let url = try write(text, "phone.\(kind.lowercased())")
      if !whole { try Data(contentsOf: url).prefix(250).write(to: url) }
      do {
        let image = try ImageFile.read(url)
        #expect(whole && isOrange(image), "\(kind)")
      } catch let error as MediaError {
        #expect(
          error.description.contains("phone.\(kind.lowercased()): is an image of kind \(kind), which this FFmpeg cannot read: convert"))
      }
    }
  }

  @Test func whatIsNoImageIsSaid() throws {
    let film = scratch.file("film.jpg.mp4")
    try TestFilm.write(film, 3)
    let sound = scratch.file("sound.png")
    try AudioFile.write(tone(300, seconds: 0.2, rate: 16000), sampleRate: 16000, to: sound)
    let text = scratch.file("notes.jpg")
    try Data("hello, this is a letter and no picture at all\n".utf8).write(to: text)
    for (url, words) in [(film, "is a film"), (sound, "is not an image"), (text, "is not an image")] {
      let error = #expect(throws: MediaError.self) { try ImageFile.read(url) }
      #expect(error?.description.contains("\(url.lastPathComponent): \(words)") == true, "\(error?.description ?? "")")
    }
  }

  private static let avif = """
    AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAA
    AQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAALAAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAA
    FGlzcGUAAAAAAAAAQAAAAEAAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAA
    NG1kYXQSAAoJGBV//aICGg0IMh0Xh4eGIYSSSSZQAAAAwhApoeq9B8pLXBwpGOGzYA==
    """
  private static let heic = """
    AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEA
    AQAAAAABegABAAAAAAAAABkAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmND
    AQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgA
    AAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAA
    AAABAAEEgQIDBAAAACFtZGF0AAAAFSgBr1j5DpJfF593/+i3pDzNdMbILA==
    """
  private static let jpeg2000 = """
    AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAQAAAAEAAAwcHAAAAAAAPY29scgEAAAAAABAAAAC4anAyY/9P/1EA
    LwAAAAAAQAAAAEAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAAUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3Jl
    YXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS40/5AACgAAAAAAMQAB/5PPtBAB14lDwfICCJDPtBQIjORQf4CAgICAgICAgICAgICAgP/Z
    """
}
