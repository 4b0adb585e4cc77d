import Foundation
import Media
import Testing
import Torch

@Suite struct ImageFileTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func read(_ data: Data, _ name: String = "made.png") throws -> Tensor {
    try data.write(to: scratch.file(name))
    return try ImageFile.read(scratch.file(name))
  }

  @Test func pngKeepsEveryByte() throws {
    let colors = image(37, 23) { x, y in (x * 6, y * 11, (x * y) % 256) }
    try ImageFile.write(colors, to: scratch.file("colours.png"))
    let back = try ImageFile.read(scratch.file("colours.png"))
    #expect(back.shape == [23, 37, 3])
    #expect(back.array(UInt8.self) == colors.array(UInt8.self))
    #expect(scratch.names == ["colours.png"])
  }

  @Test func greyAndFloatingPointImages() throws {
    let grey = Tensor((0..<60).map { UInt8($0 * 4) }, [6, 10])
    try ImageFile.write(grey, to: scratch.file("grey.png"))
    let back = try ImageFile.read(scratch.file("grey.png"))
    #expect(back.shape == [6, 10, 3])
    for channel in 0..<3 { #expect(back.narrow(2, channel, 1).array(UInt8.self) == grey.array(UInt8.self)) }
    try ImageFile.write(grey, to: scratch.file("grey.jpg"))
    #expect(isNear(pixel(try ImageFile.read(scratch.file("grey.jpg")), 5, 3), [140, 140, 140], within: 4))
    let floats = Tensor([-1, 0, 0.5, 1, 2, .nan] as [Float], [1, 2, 3])
    try ImageFile.write(floats, to: scratch.file("floats.png"))
    #expect(try ImageFile.read(scratch.file("floats.png")).array(UInt8.self) == [0, 0, 128, 255, 255, 0])
    // A view whose rows are not contiguous.
    let colors = image(20, 10) { x, y in (x * 12, y * 25, 77) }
    try ImageFile.write(colors.narrow(1, 4, 9).transpose(0, 1), to: scratch.file("view.png"))
    #expect(pixel(try ImageFile.read(scratch.file("view.png")), 7, 3) == [84, 175, 77])
  }

  /// A decoder makes grey of what is not there; previews inside have ends of their own, and phones write other images behind the end.
  @Test func jpegCutShortIsSaid() throws {
    var chart = Tensor.rand([64, 48, 3], Generator(seed: 5)) * 255
    chart = chart.to(.uint8)
    let whole = try ImageFile.jpeg(chart), preview = Data([0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9])
    let file = scratch.file("cut.jpg"), carrying = whole.prefix(2) + preview + whole.dropFirst(2)
    for cut in [carrying.count / 2, carrying.count - 2, preview.count + 2] {
      try carrying.prefix(cut).write(to: file)
      let error = #expect(throws: MediaError.self) { try ImageFile.read(file) }
      #expect(error?.kind == .truncated && error?.description.contains("cut.jpg") == true, "\(cut)")
    }
    for behind in [Data(), whole, Data(repeating: 7, count: 100)] {
      try (carrying + behind).write(to: file)
      #expect(try ImageFile.read(file).shape == [64, 48, 3])
    }
  }

  @Test func jpegKeepsColors() throws {
    let colors = image(64, 48) { x, y in x < 32 ? (y < 24 ? (200, 30, 30) : (30, 200, 30)) : (y < 24 ? (30, 30, 200) : (120, 120, 120)) }
    try ImageFile.write(colors, to: scratch.file("colours.jpg"))
    let back = try ImageFile.read(scratch.file("colours.jpg"))
    for (x, y) in [(16, 12), (16, 36), (48, 12), (48, 36)] {
      #expect(isNear(pixel(back, x, y), pixel(colors, x, y), within: 3), "\(pixel(back, x, y)) for \(pixel(colors, x, y))")
    }
    let ramp = image(128, 96) { x, y in (x * 2, y * 2, (x * y / 7) % 256) }
    var sizes: [Int] = []
    for quality in [20, 50, 80, 95] {
      try ImageFile.write(ramp, to: scratch.file("ramp.jpg"), quality: quality)
      sizes.append(try Data(contentsOf: scratch.file("ramp.jpg")).count)
    }
    #expect(sizes == sizes.sorted() && Set(sizes).count == 4, "\(sizes)")
    let error = (try ImageFile.read(scratch.file("ramp.jpg")).to(.float32) - ramp.to(.float32)).square().mean().item
    #expect(error < 20, "mean squared error \(error)")
    #expect(try ImageFile.jpeg(colors).starts(with: [0xFF, 0xD8]))
  }

  @Test func sixteenBitsBecomeEight() throws {
    let row: [UInt8] = [0x00, 0x00, 0x80, 0x80, 0xFF, 0xFF, 0x12, 0x34, 0x80, 0x7F, 0xFE, 0xFF]
    let back = try read(PNG.make(2, 1, depth: 16, type: 2, rows: [row]))
    #expect(isNear(back.array(Int.self), [0, 128, 255, 18, 128, 254], within: 1), "\(back.array(Int.self))")
    let grey = try read(PNG.make(3, 1, depth: 16, type: 0, rows: [[0, 0, 0x80, 0x80, 0xFF, 0xFF]]))
    #expect(isNear(grey.array(Int.self), [0, 0, 0, 128, 128, 128, 255, 255, 255], within: 1), "\(grey.array(Int.self))")
  }

  @Test func palettesAndFewBits() throws {
    let back = try read(PNG.make(4, 1, depth: 2, type: 3, rows: [[0b00_01_10_01]], palette: [255, 0, 0, 0, 255, 0, 0, 0, 255]))
    #expect(back.array(Int.self) == [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 0])
    let clear = try read(PNG.make(2, 1, depth: 8, type: 3, rows: [[0, 1]], palette: [255, 0, 0, 0, 255, 0], transparency: [255, 0]))
    #expect(clear.array(Int.self) == [255, 0, 0, 255, 255, 255])
    let bits = try read(PNG.make(8, 1, depth: 1, type: 0, rows: [[0b1010_0011]]))
    #expect(bits.narrow(2, 0, 1).array(Int.self) == [255, 0, 255, 0, 0, 0, 255, 255])
  }

  @Test func transparencyLiesOverWhite() throws {
    let back = try read(PNG.make(3, 1, depth: 8, type: 6, rows: [[200, 0, 100, 255, 200, 0, 100, 0, 200, 0, 100, 128]]))
    #expect(isNear(back.array(Int.self), [200, 0, 100, 255, 255, 255, 227, 127, 177], within: 1), "\(back.array(Int.self))")
    let grey = try read(PNG.make(2, 1, depth: 8, type: 4, rows: [[100, 255, 100, 51]]))
    #expect(isNear(grey.array(Int.self), [100, 100, 100, 224, 224, 224], within: 1), "\(grey.array(Int.self))")
    let deep = try read(PNG.make(1, 1, depth: 16, type: 6, rows: [[200, 0, 100, 0, 50, 0, 0x80, 0]]))
    #expect(isNear(deep.array(Int.self), [227, 177, 152], within: 2), "\(deep.array(Int.self))")
  }

  @Test func photographsAreTurnedUpright() throws {
    // Red, green, blue, white in the corners: top left, top right, bottom left, bottom right.
    let corners = [(220, 30, 30), (30, 200, 30), (30, 30, 220), (240, 240, 240)]
    let chart = image(64, 32) { x, y in corners[(x < 32 ? 0 : 1) + (y < 16 ? 0 : 2)] }
    let jpeg = try ImageFile.jpeg(chart, quality: 95)
    // Which stored corner each shown corner is, by EXIF's eight orientations.
    let orders = [
      1: [0, 1, 2, 3], 2: [1, 0, 3, 2], 3: [3, 2, 1, 0], 4: [2, 3, 0, 1], 5: [0, 2, 1, 3], 6: [2, 0, 3, 1], 7: [3, 1, 2, 0],
      8: [1, 3, 0, 2],
    ]
    for (orientation, order) in orders {
      let exif =
        Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0]
      let segment = [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
      let back = try read(jpeg.prefix(2) + Data(segment) + jpeg.dropFirst(2), "turned.jpg")
      let (width, height) = orientation >= 5 ? (32, 64) : (64, 32)
      #expect(back.shape == [height, width, 3], "orientation \(orientation)")
      for (place, corner) in order.enumerated() where back.shape == [height, width, 3] {
        let found = pixel(back, width / 4 + width / 2 * (place % 2), height / 4 + height / 2 * (place / 2))
        let color = corners[corner]
        #expect(isNear(found, [color.0, color.1, color.2], within: 4), "orientation \(orientation), place \(place): \(found)")
      }
    }
  }

  @Test func contentCountsNotTheName() throws {
    let png = PNG.make(1, 1, depth: 8, type: 2, rows: [[1, 2, 3]])
    #expect(try read(png, "misnamed.jpg").array(Int.self) == [1, 2, 3])
    #expect(try read(png, "no extension").array(Int.self) == [1, 2, 3])
  }
}
