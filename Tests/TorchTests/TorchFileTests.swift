import Foundation
import Testing
import Torch

/// Files of PyTorch's: read as PyTorch reads them, and never obeyed.
@Suite struct TorchFileTests {
  private func url(_ name: String) -> URL { Bundle.module.resourceURL!.appendingPathComponent("Fixtures/\(name)") }

  @Test(arguments: ["new.pth", "old.pth"]) func isReadAsPyTorchReadsIt(_ name: String) throws {
    let expected = try fixture("torch_files").tensors
    let file = try TorchFile.read(url(name))
    #expect(Set(file.tensors.keys) == Set(expected.keys))
    for (name, tensor) in expected {
      let read = file.tensors[name]
      #expect(read?.dtype == tensor.dtype && read?.shape == tensor.shape, "\(name)")
      #expect(read?.withBytes { Data($0) } == tensor.withBytes { Data($0) }, "\(name)")
    }
    guard case .dictionary(let members) = file.content else { throw Mistake(what: "no dictionary") }
    #expect("\(members["epoch"]!)" == "integer(68)" && "\(members["rate"]!)" == "real(0.0025)" && "\(members["name"]!)" == "text(\"é\")")
    #expect("\(members["best"]!)" == "truth(true)" && "\(members["nothing"]!)" == "nothing")
    #expect("\(members["far"]!)" == "integer(-1099511627776)")
    guard case .list(let list)? = members["list"], case .list(let size)? = members["size"] else { throw Mistake(what: "no lists") }
    #expect(list.count == 2 && size.count == 2)
  }
  private struct Mistake: Error { let what: String }

  @Test func tensorsOnOneStorageShareIt() throws {
    let file = try TorchFile.read(url("new.pth"))
    let whole = try #require(file.tensors["whole"]), row = try #require(file.tensors["row"])
    withoutGradient { whole.copy_(.full([4, 3], 5)) }
    #expect(row.floats == [5, 5, 5, 5])
    #expect(try TorchFile.read(url("new.pth")).tensors["row"]!.floats != [5, 5, 5, 5], "the file is untouched")
  }

  // MARK: - What would run something

  @Test(arguments: ["system", "eval", "nested"], ["new", "old"]) func nothingIsCalled(_ what: String, _ format: String) throws {
    let canary = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).appendingPathComponent("canary-was-here")
    let file = url("hidden_\(what)_\(format).pth")
    let error = try #require(throws: TorchFileError.self) { try TorchFile.read(file) }
    #expect(error.problem == .foreign(what == "eval" ? "__builtin__.eval" : "posix.system"))
    #expect("\(error)".hasPrefix(file.relativePath + ": ") && !"\(error)".contains("\n"))
    #expect(!FileManager.default.fileExists(atPath: canary.path))
  }

  /// A file of the older format whose content is the pickle `pickle` and whose storages are `storages` (float32).
  private func old(_ pickle: [UInt8], _ storages: [(key: String, numbers: [Float])] = []) -> Data {
    var data = Data([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e])
    data += [0x80, 2, 0x4d, 0xe9, 0x03, 0x2e] + [0x80, 2, 0x7d, 0x2e] + pickle
    data += [0x80, 2, 0x5d, 0x28] + storages.flatMap { text($0.key) } + [0x65, 0x2e]
    for storage in storages {
      withUnsafeBytes(of: UInt64(storage.numbers.count).littleEndian) { data.append(contentsOf: $0) }
      storage.numbers.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    return data
  }
  private func text(_ text: String) -> [UInt8] { [0x55, UInt8(text.utf8.count)] + text.utf8 }
  private func name(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
  private func storage(_ key: String = "s", _ count: UInt8 = 6, type: String = "FloatStorage") -> [UInt8] {
    [0x28] + text("storage") + name("torch", type) + text(key) + text("cpu") + [0x4b, count, 0x4e, 0x74, 0x51]
  }
  private func tensor(offset: [UInt8] = [0x4b, 0], shape: [UInt8], strides: [UInt8]) -> [UInt8] {
    name("torch._utils", "_rebuild_tensor") + [0x28] + storage() + offset + [0x28] + shape + [0x74, 0x28] + strides + [0x74, 0x74, 0x52]
  }
  private let six: [(key: String, numbers: [Float])] = [("s", [0, 1, 2, 3, 4, 5])]
  private func read(_ bytes: Data) throws -> TorchFile {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.pth")
      try bytes.write(to: url)
      return try TorchFile.read(url)
    }
  }
  private func problem(_ bytes: Data, sourceLocation: SourceLocation = #_sourceLocation) throws -> TorchFileError.Problem {
    let error = try #require(throws: TorchFileError.self, sourceLocation: sourceLocation) { try read(bytes) }
    #expect(!"\(error)".contains("\n"), sourceLocation: sourceLocation)
    return error.problem
  }

  @Test func everyWayToCallIsRefused() throws {
    let system = name("os", "system"), argument = text("true") + [0x85]
    #expect(try problem(old(system + argument + [0x52, 0x2e])) == .foreign("os.system"), "REDUCE")
    #expect(try problem(old(system + argument + [0x81, 0x2e])) == .foreign("os.system"), "NEWOBJ")
    #expect(try problem(old(text("os") + text("system") + [0x93] + argument + [0x52, 0x2e])) == .foreign("os.system"), "STACK_GLOBAL")
    #expect(try problem(old([0x28] + text("true") + Array("ios\nsystem\n".utf8) + [0x2e])) == .instruction(0x69, at: 32), "INST")
    #expect(try problem(old([0x28] + text("true") + [0x6f, 0x2e])) == .instruction(0x6f, at: 32), "OBJ")
    #expect(try problem(old([0x82, 1, 0x2e])) == .instruction(0x82, at: 25), "EXT1")
    for other in [("builtins", "eval"), ("torch", "load"), ("torch._utils", "_import_dotted_name"), ("numpy.core.multiarray", "scalar")] {
      #expect(try problem(old(name(other.0, other.1) + [0x2e])) == .foreign("\(other.0).\(other.1)"), "a bare name")
    }
    #expect(try problem(old(name("torch", "FloatStorage") + [0x29, 0x52, 0x2e])) == .foreign("torch.FloatStorage()"))
    // BUILD sets attributes, in Python by __setstate__.
    #expect(try problem(old([0x5d, 0x7d, 0x62, 0x2e])) == .foreign("attributes of something that has none"))
    #expect(try problem(old(text("a") + [0x29, 0x52, 0x2e])) == .foreign("a call of something without a name"))
    // The pickles around the content are no less from a stranger.
    var hidden = old([0x7d, 0x2e])
    hidden.replaceSubrange(15..<21, with: system + argument + [0x52, 0x2e])
    #expect(try problem(hidden) == .foreign("os.system"))
  }

  // MARK: - Old and odd files

  @Test func parametersOfOldVersions() throws {
    let inner = tensor(shape: [0x4b, 2, 0x4b, 3], strides: [0x4b, 3, 0x4b, 1])
    let parameter = name("torch.nn.parameter", "Parameter")
    for pickle in [
      parameter + inner + [0x88, 0x86, 0x52], parameter + inner + [0x85, 0x81, 0x88, 0x89, 0x4e, 0x87, 0x62],
      parameter + [0x29, 0x81, 0x28] + inner + [0x4e, 0x4e, 0x88, 0x4e, 0x74, 0x62],
    ] {
      let file = try read(old([0x7d] + text("w") + pickle + [0x73, 0x2e], six))
      #expect(file.tensors["w"]?.floats == [0, 1, 2, 3, 4, 5] && file.tensors["w"]?.shape == [2, 3])
    }
    #expect(try problem(old(parameter + [0x29, 0x81, 0x2e])) == .damaged("a parameter in it has no numbers"))
  }

  @Test func viewsStayInTheirStorage() throws {
    let good = try read(old(tensor(offset: [0x4b, 1], shape: [0x4b, 2, 0x4b, 2], strides: [0x4b, 3, 0x4b, 1]) + [0x2e], six))
    #expect(good.tensors[""]?.floats == [1, 2, 4, 5])
    let outside = TorchFileError.Problem.damaged("a tensor in it lies outside its storage")
    #expect(try problem(old(tensor(offset: [0x4b, 2], shape: [0x4b, 2, 0x4b, 2], strides: [0x4b, 3, 0x4b, 1]) + [0x2e], six)) == outside)
    #expect(try problem(old(tensor(shape: [0x4b, 7], strides: [0x4b, 1]) + [0x2e], six)) == outside)
    #expect(try problem(old(tensor(shape: [0x4d, 0, 4], strides: [0x4b, 0]) + [0x2e], six)) == outside, "one number 1024 times")
    #expect(try problem(old(tensor(offset: [0x4b, 7], shape: [0x4b, 0], strides: [0x4b, 1]) + [0x2e], six)) == outside)
    let minus: [UInt8] = [0x4a, 0xff, 0xff, 0xff, 0xff], huge: [UInt8] = [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40]
    for (shape, strides) in [(minus, [0x4b, 1]), ([0x4b, 2], minus)] {
      #expect(try problem(old(tensor(shape: shape, strides: strides) + [0x2e], six)) == .damaged("a tensor in it has a negative length"))
    }
    for (shape, strides) in [
      (huge + huge, [0x4b, 0, 0x4b, 0]), ([0x4b, 5], huge), ([0x4b, 0] + huge + huge, [0x4b, 0, 0x4b, 0, 0x4b, 0]),
    ] {
      #expect(try problem(old(tensor(shape: shape, strides: strides) + [0x2e], six)) == .damaged("a tensor in it is impossibly large"))
    }
    #expect(
      try problem(old(tensor(shape: [0x4b, 2], strides: []) + [0x2e], six)) == .damaged("a tensor in it has 1 lengths and 0 strides"))
  }

  @Test func storagesFitTheFile() throws {
    let vector = tensor(shape: [0x4b, 6], strides: [0x4b, 1]) + [0x2e]
    #expect(try problem(old(vector)) == .damaged("storage \"s\" is missing"))
    #expect(try problem(old(vector, [("s", [1, 2])])) == .damaged("storage \"s\" has 8 bytes, not 6 numbers"))
    #expect(try problem(old(vector, six + [("t", [1])])) == .damaged("storage \"t\" is not described"))
    #expect(try problem(old(vector, six + six)) == .damaged("storage \"s\" occurs in it twice"))
    #expect(try problem(old(vector, six).dropLast(1)) == .short)
    #expect(try problem(old([0x28] + storage("s", 6) + storage("s", 7) + [0x74, 0x2e])) == .damaged("storage \"s\" has two sizes"))
    var large = old(vector, six)
    large.replaceSubrange(large.count - 25..<large.count - 24, with: [0x7f])
    #expect(try problem(large) == .short)
  }

  @Test func bombsAreLimited() throws {
    // A tuple of the tuple before it, twice, over and over: 2^40 members in 200 bytes.
    var twice: [UInt8] = [0x29]
    for i in 0..<40 as Range<UInt8> { twice += [0x71, i, 0x68, i, 0x86] }
    #expect(try problem(old(twice + [0x2e])) == .limit("containers more than 32 deep"))
    // A hundred times the hundredfold before it.
    var wide: [UInt8] = [0x29]
    for i in 0..<6 as Range<UInt8> {
      wide += [0x71, i, 0x28]
      for _ in 0..<100 { wide += [0x68, i] }
      wide.append(0x74)
    }
    #expect(try problem(old(wide + [0x2e])) == .limit("more than 1000000 members"))
    let deep: [UInt8] = [0x29] + [UInt8](repeating: 0x85, count: 3_000_000)
    #expect(try problem(old(deep + [0x2e])) == .limit("containers more than 32 deep"))
    #expect(try problem(old([0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e])) == .limit("containers more than 32 deep"), "a list in itself")
    #expect(try problem(old([0x8a, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0x2e])) == .limit("a whole number of more than 64 bits"))
  }

  @Test func whatIsNoFileOfPyTorchs() throws {
    #expect(try problem(Data("<!DOCTYPE html>".utf8)) == .unknown)
    #expect(try problem(Data([0x80, 2, 0x7d, 0x2e])) == .unknown)
    #expect(try problem(Data([0x50, 0x4b, 3, 4])) == .short)
    #expect(throws: FileError.self) { try TorchFile.read(URL(fileURLWithPath: "/nowhere.pth")) }
    var tar = Data(count: 600)
    tar.replaceSubrange(257..<262, with: "ustar".utf8)
    #expect(try problem(tar) == .unsupported("it is a tar file of PyTorch before 0.1.10"))
  }

  // MARK: - Damage

  @Test(arguments: ["new.pth", "old.pth"]) func everyPrefixIsRefused(_ name: String) throws {
    let whole = try Data(contentsOf: url(name))
    for length in stride(from: 1, to: whole.count, by: 7) {
      #expect(throws: TorchFileError.self, "\(length) bytes") { try read(whole.prefix(length)) }
    }
  }

  @Test(arguments: ["new.pth", "old.pth"]) func changedFilesAreReadOrRefused(_ name: String) throws {
    let whole = try Data(contentsOf: url(name))
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var (sound, refused) = (0, 0)
    for _ in 0..<1000 {
      var bytes = whole
      for _ in 0...next(3) { bytes[next(bytes.count)] = next(2) == 0 ? UInt8(next(256)) : bytes[next(bytes.count)] }
      do {
        let file = try read(bytes)
        sound += 1
        for tensor in file.tensors.values { #expect(tensor.withBytes { $0.count } == tensor.numel * tensor.dtype.size) }
      } catch let error as TorchFileError {
        refused += 1
        #expect(!"\(error)".contains("\n"))
      }
    }
    #expect(sound > 10 && refused > 100, "\(sound) read, \(refused) refused")
  }
}
