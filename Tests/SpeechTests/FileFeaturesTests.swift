import Foundation
import Golden
import Speech
import Testing
import Torch

@Suite struct FileFeaturesTests {
  private let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  /// An .npy file as NumPy writes it.
  private func array(
    _ numbers: [Float], _ shape: [Int], descr: String = "<f4", fortran: Bool = false, name: String = "aud.npy"
  ) throws -> URL {
    let data = Self.file(header(shape, descr, fortran), Self.bytes(numbers, descr))
    try data.write(to: folder.file(name))
    return folder.file(name)
  }
  private func header(_ shape: [Int], _ descr: String = "<f4", _ fortran: Bool = false) -> String {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    return "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(lengths)), }"
  }
  private static func file(_ header: String, _ numbers: Data, version: UInt8 = 1) -> Data {
    var text = header
    let prefix = version == 1 ? 10 : 12
    while (prefix + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    let count = text.utf8.count
    let length = (0..<prefix - 8).map { UInt8(count >> (8 * $0) & 255) }
    return Data([0x93] + Array("NUMPY".utf8) + [version, 0] + length) + Data(text.utf8) + numbers
  }
  private static func bytes(_ numbers: [Float], _ descr: String) -> Data {
    var data = Data()
    for number in numbers {
      switch descr.dropFirst() {
      case "f8": withUnsafeBytes(of: Double(number).bitPattern) { data += descr.first == ">" ? Data($0.reversed()) : Data($0) }
      case "f2": withUnsafeBytes(of: Float16(number).bitPattern) { data += descr.first == ">" ? Data($0.reversed()) : Data($0) }
      default: withUnsafeBytes(of: number.bitPattern) { data += descr.first == ">" ? Data($0.reversed()) : Data($0) }
      }
    }
    return data
  }
  private func error(_ url: URL) -> String {
    do {
      let features = try FileFeatures(url)
      _ = try features.windows(url, fps: 25)
      return ""
    } catch { return String(describing: error) }
  }

  @Test(arguments: ["<f4", "<f8", "<f2", ">f4", ">f8"], [false, true])
  func windowsComeBackAsTheyWereSaved(descr: String, fortran: Bool) throws {
    let (n, c) = (5, 29)
    let numbers = (0..<n * 16 * c).map { Float($0 % 97) / 4 - 9 }
    let expected = Tensor(numbers, [n, 16, c])
    let stored = fortran ? expected.permute(2, 1, 0).contiguous().floats : numbers
    let url = try array(stored, [n, 16, c], descr: descr, fortran: fortran)
    let features = try SpeechKind.file.features(weights: url)
    #expect(features.channels == c && features.window == 16 && features.name == "file")
    expectClose(try features.windows(url, fps: 25), expected, absolute: 0, relative: 0, descr)
    let stream = try features.stream(folder.file("any.wav"), fps: 25)
    #expect(try stream.next(3)?.shape == [3, 16, c] && stream.next(3)?.shape == [2, 16, c] && stream.next(3) == nil)
    #expect(try features.windows(url, fps: 25, frames: 8)[.from(5)].abs().max().item == 0)
  }

  @Test(arguments: [[12, 44], [6, 2, 44]])
  func windowsAreCutFromSteps(shape: [Int]) throws {
    let url = try array((1...12 * 44).map(Float.init), shape)
    let windows = try FileFeatures(url).windows(url, fps: 25)
    #expect(windows.shape == [6, 16, 44])
    // Frame i's window holds steps 2i - 8 ..< 2i + 8.
    for frame in 0..<6 {
      for place in 0..<16 {
        let step = 2 * frame - 8 + place
        #expect(windows[.at(frame), .at(place), .at(0)].item == ((0..<12).contains(step) ? Double(step * 44 + 1) : 0))
      }
    }
  }

  @Test func anotherArrayOfTheSameKindDrives() throws {
    let one = try array([Float](repeating: 1, count: 16 * 29), [1, 16, 29])
    let two = try array([Float](repeating: 2, count: 2 * 16 * 29), [2, 16, 29], name: "other.npy")
    #expect(try FileFeatures(one).windows(two, fps: 25).mean().item == 2)
    let wide = try array([Float](repeating: 2, count: 16 * 44), [1, 16, 44], name: "wide.npy")
    #expect(throws: SpeechError.self) { try FileFeatures(one).windows(wide, fps: 25) }
  }

  /// What a file counts is compared with the clip.
  @Test func countsFitTheClip() throws {
    func file(_ shape: [Int]) throws -> FileFeatures {
      try FileFeatures(array((0..<shape.reduce(1, *)).map(Float.init), shape, name: "\(shape).npy"))
    }
    // A row a frame is told by the clip, and counts for both halves of its frame.
    let rows = try file([110, 3]).fitted(frames: 110, sound: 110)
    #expect(rows.notice?.contains("one row a frame") == true)
    let windows = try rows.features.windows(folder.file("[110, 3].npy"), fps: 25)
    #expect(windows.shape == [110, 16, 3])
    #expect((windows[.at(50), .at(8)] .== windows[.at(50), .at(9)]).all() && windows[.at(50), .at(8), .at(0)].item == 150)
    // Two rows a frame, whole windows, a few more or less: as they are.
    for shape in [[220, 3], [222, 3], [214, 3], [110, 2, 3], [107, 16, 3], [116, 16, 3]] {
      #expect(try file(shape).fitted(frames: 110, sound: 110).notice == nil, "\(shape)")
      #expect(try file(shape).fitted(frames: 110, sound: nil).notice == nil, "\(shape)")
    }
    for shape in [[50, 16, 3], [150, 3], [55, 2, 3], [400, 16, 3], [1000, 3]] {
      #expect { try file(shape).fitted(frames: 110, sound: 110) } throws: {
        "\($0)".contains("the clip has 110") && "\($0)".contains("\(shape)") && "\($0)".contains("frames")
      }
    }
    // Frames of a clip that goes on: known where there is a sound, said where there is none.
    #expect(try file([400, 16, 3]).fitted(frames: 110, sound: 400).notice == nil)
    #expect(try file([400, 16, 3]).fitted(frames: 110, sound: nil).notice?.contains("400 frames") == true)
    #expect(throws: SpeechError.self) { try file([50, 16, 3]).fitted(frames: 110, sound: nil) }
  }

  @Test func badFilesGiveOneLineWithARemedy() throws {
    let numbers = [Float](repeating: 0.5, count: 16 * 29)
    let sound = Self.bytes(numbers, "<f4")
    let good = header([1, 16, 29])
    var broken = numbers
    broken[40] = .nan
    let files: [(String, Data, String)] = [
      ("empty", Data(), "ends within"),
      ("text", Data("this is a text file, nothing else".utf8), "is not a NumPy array"),
      ("pickle", Self.file(good.replacingOccurrences(of: "<f4", with: "|O"), sound), "Python objects"),
      ("whole", Self.file(good.replacingOccurrences(of: "<f4", with: "<i4"), sound), "floating-point"),
      ("records", Self.file(good.replacingOccurrences(of: "'<f4'", with: "[('a', '<f4')]"), sound), "header"),
      ("version", Self.file(good, sound, version: 9), "version 9.0"),
      ("short", Self.file(good, sound.dropLast(3)), "contains 1853 bytes"),
      ("long", Self.file(good, sound + Data([0])), "needs 1856"),
      ("nan", Self.file(good, Self.bytes(broken, "<f4")), "not finite"),
      ("infinite", Self.file(good, Self.bytes([.infinity] + numbers.dropFirst(), "<f4")), "not finite"),
      ("huge", Self.file(header([1 << 40, 1 << 40]), sound), "impossible"),
      ("negative", Self.file(good.replacingOccurrences(of: "(1, 16", with: "(-1, 16"), sound), "damaged"),
      ("twice", Self.file(good.replacingOccurrences(of: "'shape'", with: "'descr'"), sound), "damaged"),
      ("calls", Self.file(good.replacingOccurrences(of: "False", with: "exit()"), sound), "damaged"),
      ("none", Self.file("{}", sound), "without its descr"),
      ("nothing", Self.file(header([0, 16, 29]), Data()), "is of shape"),
      ("window", Self.file(header([29, 4, 4]), sound), "is of shape"),
      ("flat", Self.file(header([16 * 29]), sound), "is of shape"),
    ]
    for (name, data, expected) in files {
      let url = folder.file(name + ".npy")
      try data.write(to: url)
      let text = error(url)
      #expect(text.contains(expected) && text.contains(name + ".npy") && text.contains(";") && !text.contains("\n"), "\(name): \(text)")
    }
    #expect(error(folder.file("absent.npy")).contains("absent.npy: cannot read"))
    #expect(error(folder.url).contains("is a folder"))
  }

  /// Thousands of damaged headers: each is read or refused, none ends the program.
  @Test func damageIsReadOrRefused() throws {
    let data = Self.file(header([1, 16, 29]), Self.bytes([Float](repeating: 0.5, count: 16 * 29), "<f4"))
    var state: UInt64 = 88_172_645_463_325_252
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let url = folder.file("damaged.npy")
    var refused = 0
    for _ in 0..<1500 {
      var damaged = data
      for _ in 0...random(3) {
        switch random(4) {
        case 0: damaged[random(min(130, damaged.count))] = UInt8(random(256))
        case 1: damaged[random(min(130, damaged.count))] ^= UInt8(1 << random(8))
        case 2: damaged.removeSubrange(random(120)..<120 + random(8))
        default: damaged = Data(damaged.prefix(131 + random(damaged.count)))
        }
        if damaged.count < 131 { break }
      }
      try damaged.write(to: url)
      let text = error(url)
      if !text.isEmpty {
        refused += 1
        #expect(text.contains("damaged.npy") && !text.contains("\n"), "\(text)")
      }
    }
    #expect(refused > 1000)
  }

  static let real = SharedData.files(SharedData.assets.appending(path: "formats")) { $0.hasSuffix("_luther.npy") }
  @Test(.enabled(if: !real.isEmpty, "skipped: ../shared is absent"), arguments: real)
  func deepSpeechOfAnotherProject(url: URL) throws {
    let windows = try FileFeatures(url).windows(url, fps: 25)
    #expect(windows.shape == [262, 16, 29])
    // Its windows overlap as ours do, and start with eight zeros.
    #expect((windows[.from(1), .to(14)] - windows[.to(-1), .from(2)]).abs().max().item == 0)
    #expect(windows[.at(0), .to(8)].abs().max().item == 0 && windows[.at(0), .at(8)].abs().max().item > 0)
  }
}
