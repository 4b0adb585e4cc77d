import CKernels
import Foundation
import Testing

import Marking

@Suite(.serialized) struct WatermarkTests {
  private static let id = WatermarkID(install: 0x5A3C, avatar: 0x0F1, run: 0x9E7)
  private var id: WatermarkID { Self.id }
  private static let film = (0..<14).map { Scene(frame: $0).marked(id, frame: $0) }

  @Test func aFilmIsFoundAgain() throws {
    var detector = WatermarkDetector()
    for (frame, scene) in Self.film.enumerated() { detector.add(scene, time: Double(frame) / 25) }
    let result = detector.result()
    let found = try #require(result)
    #expect(found.id == id)
    #expect(found.agreement > 0.95)
    #expect(found.falsePositiveRate < 1e-6)
    #expect(abs(found.cell.width - 8) < 0.2 && abs(found.cell.height - 8) < 0.2)
    #expect(!found.mirrored)
  }

  @Test func anImageIsFoundAgain() throws {
    let marked = Scene().marked(id, for: .image)
    let result = look(in: [marked])
    let found = try #require(result)
    #expect(found.id == id && found.frequency == 0)
    #expect(abs(found.cell.width - 4) < 0.1)
  }

  @Test func aFlatImageIsFoundAgainAndChangesByOneLevelAtMost() throws {
    let flat = Scene(flat: 180), marked = flat.marked(id, for: .image)
    let close = zip(flat.pixels, marked.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
    #expect(close)
    let found = look(in: [marked])
    #expect(found?.id == id)
  }

  @Test(arguments: [Scene(), Scene(flat: 180), Scene(flat: 10), Scene(frame: 9)])
  func marksAreWeak(_ scene: Scene) {
    for use in [Watermark.Use.film, .image] {
      let ratio = scene.ratio(to: scene.marked(id, for: use))
      #expect(ratio >= 45)
    }
  }

  @Test func nothingIsFoundWithoutAMark() {
    for scenes in [[Scene()], [Scene(flat: 128)], [Scene(noise: 40)], (0..<12).map { Scene(frame: $0) }] {
      let found = look(in: scenes)
      #expect(found == nil)
    }
    var empty = WatermarkDetector()
    let nothing = empty.result()
    #expect(nothing == nil && empty.reading() == nil)
  }

  @Test func halfASizeIsFound() throws {
    let result = look(in: Self.film.map { $0.half() })
    let found = try #require(result)
    #expect(found.id == id && abs(found.cell.width - 4) < 0.1)
  }

  @Test func aPartOfTheFrameIsFound() {
    let frames = Self.film.map { $0.part(left: 37, top: 61, width: 265, height: 249) }
    let found = look(in: frames)
    #expect(found?.id == id)
  }

  @Test func otherLightIsFound() {
    let found = look(in: Self.film.map { $0.changed { min(255, 20 + Int($0) * 8 / 10) } })
    #expect(found?.id == id)
  }

  @Test func aMirroredFilmIsFound() throws {
    let result = look(in: Self.film.map { $0.mirrored() })
    let found = try #require(result)
    #expect(found.id == id && found.mirrored)
  }

  @Test func repeatedFramesAreFound() throws {
    // 25 frames a second shown as 30.
    var detector = WatermarkDetector()
    for frame in 0..<16 { detector.add(Self.film[frame * 5 / 6], time: Double(frame) / 30) }
    let found = detector.result()
    #expect(found?.id == id)
  }

  @Test func alphaIsKeptAndTransparentPixelsAreNotMarked() {
    let scene = Scene(flat: 128, channels: 4), marked = scene.marked(id)
    var changed = 0, wrong = 0
    for pixel in stride(from: 0, to: scene.pixels.count, by: 4) {
      let same = (0..<3).allSatisfy { scene.pixels[pixel + $0] == marked.pixels[pixel + $0] }
      if scene.pixels[pixel + 3] != marked.pixels[pixel + 3] || (scene.pixels[pixel + 3] < 128 && !same) { wrong += 1 }
      if !same { changed += 1 }
    }
    #expect(wrong == 0)
    #expect(changed > scene.width * scene.height / 8)
  }

  @Test func theBytesBetweenRowsDoNotMatter() {
    let scene = Scene(), row = scene.width * 3, wide = row + 29
    let marked = scene.marked(id)
    var rows = [UInt8](repeating: 7, count: wide * scene.height)
    for y in 0..<scene.height { rows.replaceSubrange(y * wide..<y * wide + row, with: scene.pixels[y * row..<(y + 1) * row]) }
    _ = rows.withUnsafeMutableBufferPointer {
      Watermark(id).mark($0, width: scene.width, height: scene.height, rowBytes: wide, frame: 0)
    }
    let same = (0..<scene.height).allSatisfy { y in
      rows[y * wide..<y * wide + row].elementsEqual(marked.pixels[y * row..<(y + 1) * row])
        && rows[y * wide + row..<(y + 1) * wide].allSatisfy { $0 == 7 }
    }
    #expect(same)
  }

  @Test func smallFramesStayAsTheyAre() {
    var pixels = [UInt8](repeating: 90, count: 255 * 400 * 3)
    let marked = pixels.withUnsafeMutableBufferPointer { Watermark(id).mark($0, width: 400, height: 255, frame: 0) }
    let same = pixels.allSatisfy { $0 == 90 }
    #expect(!marked && same)
  }

  @Test func everyLevelOfInstructionsGivesTheSameBytes() {
    defer { cm_limit(2) }
    for scene in [Scene(), Scene(flat: 250), Scene(flat: 128, channels: 4), Scene(width: 301, height: 263)] {
      let all = (0...cm_level()).map { level in
        cm_limit(level)
        return scene.marked(id, frame: 7).pixels
      }
      let same = all.allSatisfy { $0 == all[0] }
      #expect(same)
    }
  }

  @Test func theBytesAreThoseOfEveryMachine() {
    // FNV-1a of a marked frame, so that another compiler or processor that marks otherwise is seen.
    let sum = Scene(width: 301, height: 263).marked(id, frame: 3).pixels.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    #expect(sum == 2_287_139_651_052_788_965)
  }

  @Test func theSignChangesEveryFiveFrames() {
    let scene = Scene(flat: 128)
    let first = scene.marked(id, frame: 0).pixels
    for (frame, same) in [(4, true), (5, false), (9, false), (10, true)] {
      let equal = scene.marked(id, frame: frame).pixels == first
      #expect(equal == same)
    }
    let equal = scene.marked(id, frame: 0, for: .image).pixels == scene.marked(id, frame: 5, for: .image).pixels
    #expect(equal)
  }

  private func look(in scenes: [Scene]) -> WatermarkFinding? {
    var detector = WatermarkDetector()
    for scene in scenes { detector.add(scene) }
    return detector.result()
  }
}

extension WatermarkDetector {
  fileprivate mutating func add(_ scene: Scene, time: Double? = nil) {
    scene.pixels.withUnsafeBufferPointer {
      add($0, width: scene.width, height: scene.height, channels: scene.channels, time: time)
    }
  }
}
