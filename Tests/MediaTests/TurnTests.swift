import Foundation
import Media
import Testing
import Torch

@Suite struct TurnTests {
  /// Corners marked 1 2 / 3 4 go round clockwise.
  @Test func imagesTurnClockwise() {
    let image = Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3, 1])
    #expect(turned(image, quarterTurns: 0).array(Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(
      turned(image, quarterTurns: 1).array(Float.self) == [4, 1, 5, 2, 6, 3] && turned(image, quarterTurns: 1).shape == [3, 2, 1])
    #expect(turned(image, quarterTurns: 2).array(Float.self) == [6, 5, 4, 3, 2, 1])
    #expect(turned(image, quarterTurns: -1).array(Float.self) == [3, 6, 2, 5, 1, 4])
  }

  /// A film read turned is the film read as it is, turned, whatever its own turn says.
  @Test(arguments: 0..<4) func filmsTurnBeyondTheirOwnTurn(_ own: Int) throws {
    let scratch = try Scratch(), url = scratch.file("turned.mp4")
    var format = FilmFormat()
    format.quarterTurns = own
    try TestFilm.write(url, 2, format: format)
    let plain = try #require(try VideoReader(url).next()).rgb
    for turns in 1..<4 {
      let reader = try VideoReader(url, quarterTurns: turns)
      let frame = try #require(try reader.next()).rgb
      #expect(frame.shape == [reader.height, reader.width, 3])
      #expect(frame.array(UInt8.self) == turned(plain, quarterTurns: turns).array(UInt8.self), "\(own) then \(turns)")
    }
  }
}
