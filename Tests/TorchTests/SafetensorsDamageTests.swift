import Foundation
import Testing
import Torch

/// Files from strangers: each is read whole or refused with one line that names it.
@Suite struct SafetensorsDamageTests {
  /// A file of a header and `data` bytes.
  private func file(_ header: String, data: Int = 0, filling: UInt8 = 0) -> Data {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    bytes.append(contentsOf: header.utf8)
    return bytes + Data(repeating: filling, count: data)
  }
  private func problem(_ bytes: Data, sourceLocation: SourceLocation = #_sourceLocation) throws -> SafetensorsError.Problem? {
    try withFolder { folder in
      let url = folder.appendingPathComponent("bad.safetensors")
      try bytes.write(to: url)
      let error = #expect(throws: SafetensorsError.self, sourceLocation: sourceLocation) { try Safetensors.read(url) }
      let line = error.map { "\($0)" } ?? ""
      #expect(line.hasPrefix(url.path + ": not a valid safetensors file: ") && !line.contains("\n"), sourceLocation: sourceLocation)
      return error?.problem
    }
  }
  private func isHeader(_ problem: SafetensorsError.Problem?) -> Bool { if case .header? = problem { true } else { false } }
  private func tensor(_ name: String, _ range: Range<Int>, dtype: String = "U8", shape: String? = nil) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape ?? "[\(range.count)]"),"data_offsets":[\#(range.lowerBound),\#(range.upperBound)]}"#
  }

  @Test func rangesOfBytes() throws {
    #expect(try problem(file("{\(tensor("a", 0..<4)),\(tensor("b", 2..<6))}", data: 6)) == .overlap("b"))
    #expect(try problem(file("{\(tensor("a", 0..<4)),\(tensor("b", 0..<4))}", data: 4)) == .overlap("b"))
    #expect(try problem(file("{\(tensor("a", 0..<4)),\(tensor("b", 5..<6))}", data: 6)) == .hole(before: "b"))
    #expect(try problem(file("{\(tensor("a", 1..<4))}", data: 4)) == .hole(before: "a"))
    #expect(try problem(file("{\(tensor("a", 0..<4))}", data: 6)) == .trailing(2))
    #expect(try problem(file("{\(tensor("a", 0..<4))}", data: 3)) == .outside("a"))
    #expect(try problem(file(#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}"#, data: 4)) == .outside("a"))
    #expect(try problem(file("{}", data: 1)) == .trailing(1))
    #expect(try problem(file("{\(tensor("a", 0..<4, dtype: "F32", shape: "[2]"))}", data: 4)) == .size("a", 4, 8))
  }

  @Test func shapesTypesAndNames() throws {
    for shape in [
      "[4611686018427387904,4611686018427387904]", "[9223372036854775807,2]", "[0,9223372036854775807,9223372036854775807]",
      "[2305843009213693952,8]",
    ] {
      #expect(try problem(file("{\(tensor("a", 0..<0, dtype: "F32", shape: shape))}")) == .shape("a"))
    }
    for shape in ["[-1]", "[1.5]", "[1e3]", "[01]", "[18446744073709551616]", "[1,]", "[,1]", "[", "1", "[\"1\"]", "[true]", "null"] {
      #expect(isHeader(try problem(file("{\(tensor("a", 0..<1, shape: shape))}", data: 1))), "\(shape)")
    }
    let deep = "[" + [String](repeating: "1", count: 65).joined(separator: ",") + "]"
    #expect(isHeader(try problem(file("{\(tensor("a", 0..<1, shape: deep))}", data: 1))), "65 dimensions")
    #expect(try problem(file("{\(tensor("a", 0..<8, dtype: "C64", shape: "[1]"))}", data: 8)) == .type("a", "C64"))
    #expect(try problem(file("{\(tensor("a", 0..<1)),\(tensor("a", 1..<2))}", data: 2)) == .duplicate("a"))
    #expect(try problem(file("{\(tensor("a", 0..<1)),\(tensor("\\u0061", 1..<2))}", data: 2)) == .duplicate("a"))
    #expect(try problem(file(#"{"__metadata__":{"k":"1","k":"2"}}"#)) == .duplicate("k"))
    #expect(try problem(file(#"{"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}"#, data: 1)) == .duplicate("a.dtype"))
    #expect(try problem(file("{\(tensor("a", 0..<3, dtype: "BOOL"))}", data: 3, filling: 2)) == .truth("a"))
    let long = String(repeating: "x", count: 5000) + "\\n"
    #expect(try problem(file("{\(tensor(long, 0..<3))}")) == .outside(String(repeating: "x", count: 5000) + "\n"))
  }

  @Test func headers() throws {
    for header in [
      "", " {}", "[]", "{", "{}}", "{} x", "{\"a\"}", "{\"a\":}", "{\"a\":{}}", "{\"a\":1}", "{a:{}}", "{\"__metadata__\":{\"k\":1}}",
      "{\"__metadata__\":[]}", "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0]}}", "{\"\u{1}\":{}}", "{\"\\x\":{}}",
      "{\"\\ud800\":{}}", "{\"\\ud800\\u0041\":{}}", "{\"\\udc00\":{}}", "{\"\\u00g0\":{}}", "{\"\\u00", "{\"\\", "{} \n",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,0],\"more\":1}}", String(repeating: "{\"a\":", count: 100_000),
    ] {
      #expect(isHeader(try problem(file(header))), "\(header.prefix(60))")
    }
    #expect(try problem(file("{\"a\u{0}\":1}").prefix(7)) == .short)
    #expect(isHeader(try problem(Data([4, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF, 0x22]))), "not UTF-8")
    #expect(try problem(Data([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])) == .headerSize(.max))
    #expect(try problem(Data([1, 0xE1, 0xF5, 0x05, 0, 0, 0, 0])) == .headerSize(100_000_001))
    #expect(try problem(Data([0, 0xE1, 0xF5, 0x05, 0, 0, 0, 0])) == .short)
  }

  @Test func whatOthersWrite() throws {
    // Loose spaces, escapes, bytes that are not aligned, tensors without elements in between.
    let header = """
      { "__metadata__" : {"format":"pt"}, "\\u00e9\\ud83d\\ude00\\/" : {"shape":[2 , 1],"data_offsets":[3,11],"dtype":"F32"} ,
      "odd":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"none":{"dtype":"I64","shape":[4,0],"data_offsets":[3,3]}}\u{20}\u{20}
      """
    try withFolder { folder in
      let url = folder.appendingPathComponent("good.safetensors")
      try (file(header) + Data([1, 2, 3]) + [1.5 as Float, -2].withUnsafeBytes { Data($0) }).write(to: url)
      let read = try Safetensors.read(url)
      #expect(read.metadata == ["format": "pt"] && Set(read.tensors.keys) == ["é😀/", "odd", "none"])
      #expect(read.tensors["é😀/"]?.floats == [1.5, -2] && read.tensors["é😀/"]?.shape == [2, 1])
      #expect(read.tensors["odd"]?.array(UInt8.self) == [1, 2, 3] && read.tensors["none"]?.shape == [4, 0])
    }
  }

  @Test func everyPrefixIsRefused() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("whole.safetensors")
      let tensors = ["a": Tensor([1, 2, 3] as [Float]), "b": Tensor([true, false]), "none": Tensor.zeros([0])]
      try Safetensors.write(tensors, metadata: ["k": "v"], to: url)
      let bytes = try Data(contentsOf: url)
      for length in 0..<bytes.count {
        let cut = folder.appendingPathComponent("cut-\(length).safetensors")
        try bytes.prefix(length).write(to: cut)
        if length == 0 {
          #expect(throws: FileError.self) { try Safetensors.read(cut) }
        } else {
          #expect(throws: SafetensorsError.self, "\(length) bytes") { try Safetensors.read(cut) }
        }
      }
    }
  }

  @Test func mutatedFilesAreReadOrRefused() throws {
    var random = Stream(state: 42)
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      try Safetensors.write(
        ["a": Tensor([1, 2, 3] as [Float]), "b.c": Tensor([true, false]), "d": .zeros([2, 0]), "e": .ones([2, 2], .int64)],
        metadata: ["k": "v\"\\"], to: url)
      let whole = try Data(contentsOf: url)
      let metadata = [
        "9223372036854775807", "-1", "0", "[", "]", "{", "}", "\"", ",", ":", "\\u", "\\", "F64", "BOOL", "[0,0]", "\u{0}", "4294967296",
      ]
      let headerEnd = whole.count - 46
      var (read, refused) = (0, 0)
      for i in 0..<4000 {
        // Writing over a file makes some file systems wait for the disk.
        let changed = folder.appendingPathComponent("changed-\(i).safetensors")
        defer { try? FileManager.default.removeItem(at: changed) }
        var bytes = whole
        for _ in 0...random.next(2) {
          let at = random.next(headerEnd)
          switch random.next(4) {
          case 0: bytes[at] = UInt8(random.next(256))
          case 1: bytes[at] ^= 1 << UInt8(random.next(8))
          case 2: bytes.replaceSubrange(at..<min(at + random.next(5), headerEnd), with: metadata[random.next(metadata.count)].utf8)
          default: bytes.remove(at: at)
          }
        }
        // Half of them with a header length that fits, so that the mutations get further.
        if random.next(2) == 0 {
          withUnsafeBytes(of: UInt64(max(bytes.count - 54, 0)).littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
        }
        try bytes.write(to: changed)
        do {
          let file = try Safetensors.read(changed)
          read += 1
          for tensor in file.tensors.values { #expect(tensor.withBytes { $0.count } == tensor.numel * tensor.dtype.size) }
        } catch is SafetensorsError { refused += 1 } catch let error as FileError { #expect(bytes.isEmpty, "\(error)") }
      }
      #expect(read > 20 && refused > 3000, "\(read) read, \(refused) refused")
    }
  }

  @Test func whatIsNoFile() throws {
    try withFolder { folder in
      for name in ["", "missing", "pipe", "empty"] {
        let url = name.isEmpty ? folder : folder.appendingPathComponent(name)
        if name == "pipe" { #expect(mkfifo(url.path, 0o600) == 0) }
        if name == "empty" { try Data().write(to: url) }
        let error = #expect(throws: FileError.self) { try Safetensors.read(url) }
        #expect(error.map { "\($0)" }?.hasPrefix(url.path + ": ") == true)
      }
    }
  }

  /// The same numbers everywhere (Knuth's MMIX generator).
  private struct Stream {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }
}
