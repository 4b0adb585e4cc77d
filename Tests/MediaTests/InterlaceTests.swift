import Foundation
import Media
import Testing
import Torch

/// Films whose rows are of two moments.
@Suite struct InterlaceTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }
  private static let width = 128, height = 96

  /// A bar that moves `speed` pixels an image over a ground that is still and differs from row to row.
  private static func frame(_ moment: (_ y: Int) -> Double, speed: Double = 8) -> Tensor {
    image(width, height) { x, y in
      let bar = 20 + speed * moment(y)
      let grey = y >= 64 ? (y % 4 < 2 ? 80 : 160) : Double(x) >= bar && Double(x) < bar + 24 ? 200 : 60
      return (grey, grey, grey)
    }
  }

  @Test(arguments: [("libx264", "mp4"), ("mpeg2video", "matroska"), ("ffv1", "matroska"), ("prores_ks", "mov")], [true, false])
  func combsAreTakenOut(kind: (String, String), topFirst: Bool) throws {
    var format = FilmFormat()
    (format.codecs, format.container, format.fields) = ([kind.0], kind.1, topFirst ? .topFirst : .bottomFirst)
    if kind.0 == "prores_ks" { format.pixels = "yuv422p10le" }
    let url = scratch.file("film.\(kind.1 == "matroska" ? "mkv" : kind.1)")
    do {
      let writer = try VideoWriter(url, width: Self.width, height: Self.height, rate: 25, sound: nil, quality: 6, format: format)
      for i in 0..<8 { try writer.append(Self.frame { y in Double(i) + ((y % 2 == 0) == topFirst ? 0 : 0.5) }) }
      try writer.finish()
    } catch let error as MediaError where error.kind == .unsupported { return }
    let reader = try VideoReader(url)
    var index = 0
    while let frame = try reader.next() {
      // What a camera sees that takes all rows at the moment of the earlier ones.
      let wanted = Self.frame { _ in Double(index) }.narrow(2, 1, 1).to(.float32), found = frame.rgb.narrow(2, 1, 1).to(.float32)
      let error = (wanted - found).abs()
      #expect(error.narrow(0, 0, 60).mean().item < 3, "\(kind), frame \(index): \(error.narrow(0, 0, 60).mean().item)")
      // The first one has none before it to tell what is still.
      if index > 0 { #expect(error.narrow(0, 68, 26).mean().item < 6, "\(kind), frame \(index): \(error.narrow(0, 68, 26).mean().item)") }
      index += 1
    }
    #expect(index == 8 && reader.isInterlaced)
  }

  @Test func progressiveFilmIsLeftAlone() throws {
    try TestFilm.write(scratch.file("plain.mp4"), 5)
    let reader = try VideoReader(scratch.file("plain.mp4"))
    while try reader.next() != nil {}
    #expect(!reader.isInterlaced)
  }
}
