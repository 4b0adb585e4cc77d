import Foundation
import Media
import Testing
import Torch

@Suite struct ImageFileTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func pngKeepsEveryByte() throws {
    let colours = picture(37, 23) { x, y in (x * 6, y * 11, (x * y) % 256) }
    try ImageFile.write(colours, to: scratch.file("colours.png"))
    let back = try ImageFile.read(scratch.file("colours.png"))
    #expect(back.shape == [23, 37, 3])
    #expect(back.array(UInt8.self) == colours.array(UInt8.self))
    #expect(scratch.names == ["colours.png"])
  }

  @Test func greyAndFloatingPointPictures() throws {
    let grey = Tensor((0..<60).map { UInt8($0 * 4) }, [6, 10])
    try ImageFile.write(grey, to: scratch.file("grey.png"))
    let back = try ImageFile.read(scratch.file("grey.png"))
    #expect(back.shape == [6, 10, 3])
    #expect(back.narrow(2, 1, 1).array(UInt8.self) == grey.array(UInt8.self))
    let floats = Tensor([-1, 0, 0.5, 1, 2, .nan] as [Float], [1, 2, 3])
    try ImageFile.write(floats, to: scratch.file("floats.png"))
    #expect(try ImageFile.read(scratch.file("floats.png")).array(UInt8.self) == [0, 0, 128, 255, 255, 0])
  }

  @Test func jpegKeepsColours() throws {
    let colours = picture(64, 48) { x, y in x < 32 ? (y < 24 ? (200, 30, 30) : (30, 200, 30)) : (y < 24 ? (30, 30, 200) : (120, 120, 120)) }
    try ImageFile.write(colours, to: scratch.file("colours.jpg"))
    let back = try ImageFile.read(scratch.file("colours.jpg"))
    for (x, y) in [(16, 12), (16, 36), (48, 12), (48, 36)] {
      #expect(isNear(pixel(back, x, y), pixel(colours, x, y), within: 3), "\(pixel(back, x, y)) for \(pixel(colours, x, y))")
    }
  }
}
