import Foundation
import Testing
import Torch

@Suite struct AtomicFileTests {
  private struct Stop: Error {}

  @Test func replacesWhole() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("clip.mp4")
      try AtomicFile.write(Data("one".utf8), to: url)
      let extent = try AtomicFile.write(to: url) { temporary in
        #expect(temporary.pathExtension == "mp4" && temporary.deletingLastPathComponent().path == folder.path)
        try Data("two, longer".utf8).write(to: temporary)
        #expect(try String(contentsOf: url, encoding: .utf8) == "one")
        return 2
      }
      #expect(extent == 2)
      #expect(try String(contentsOf: url, encoding: .utf8) == "two, longer")
      #expect(try names(in: folder) == ["clip.mp4"])
    }
  }

  @Test func failureLeavesTheOldFileAndNothingElse() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a")
      try AtomicFile.write(Data("old".utf8), to: url)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: url) { temporary in
          try Data("half".utf8).write(to: temporary)
          throw Stop()
        }
      }
      #expect(throws: FileError.self) { try AtomicFile.write(to: url) { _ in } }
      #expect(try String(contentsOf: url, encoding: .utf8) == "old")
      #expect(try names(in: folder) == ["a"])
    }
  }

  @Test func errorsNameTheFileAndTheRemedy() throws {
    try withFolder { folder in
      func line(_ url: URL) -> String {
        let error = #expect(throws: FileError.self) { try AtomicFile.write(Data("x".utf8), to: url) }
        return error.map { "\($0)".replacingOccurrences(of: folder.path + "/", with: "") } ?? ""
      }
      #expect(
        line(folder.appendingPathComponent("no/file"))
          == "no/file: cannot write: No such file or directory; check the path; its folder must exist")
      try FileManager.default.createDirectory(at: folder.appendingPathComponent("d"), withIntermediateDirectories: false)
      #expect(line(folder.appendingPathComponent("d")) == "d: cannot write: Is a directory; check the path")
      try Data().write(to: folder.appendingPathComponent("f"))
      #expect(line(folder.appendingPathComponent("f/g")) == "f/g: cannot write: Not a directory; check the path")
      let long = String(repeating: "n", count: 250)
      #expect(line(folder.appendingPathComponent(long)) == long + ": cannot write: File name too long; check the path")
      #expect(line(URL(fileURLWithPath: "/dev/null")).hasPrefix("/dev/null: cannot write: it is a device or a pipe; "))
      #expect("\(FileError(folder, "cannot write", code: ENOSPC))".hasSuffix("free some space on that disk or write elsewhere"))
    }
  }

  /// In a container every process may have the same number: a file counts as being written while somebody holds its lock, and no longer.
  @Test func leftoversOfTheDeadGo() throws {
    try withFolder { folder in
      let kept = [".a.partial-x-1f.png", "a.partial-2147483646-1f", "a.png"].sorted()
      let dead = [".a.partial-\(getpid())-1f.png", ".a.partial-1-1f.png", ".a.png.partial-2147483646-1f.png", ".b.partial-2147483646-0"]
      for name in kept + dead { try Data().write(to: folder.appendingPathComponent(name)) }
      AtomicFile.removeLeftovers(in: folder)
      #expect(try names(in: folder) == kept)
      AtomicFile.removeLeftovers(in: folder.appendingPathComponent("missing"))
    }
  }

  @Test func whatIsBeingWrittenStays() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.png")
      try AtomicFile.write(to: url) { temporary in
        AtomicFile.removeLeftovers(in: folder)
        try Data("whole".utf8).write(to: temporary)
        AtomicFile.removeLeftovers(in: folder)
        #expect(FileManager.default.fileExists(atPath: temporary.path))
      }
      #expect(try names(in: folder) == ["a.png"])
      // Nothing at all is a file's content too, where it is meant.
      try AtomicFile.write(Data(), to: url)
      #expect(try Data(contentsOf: url).isEmpty)
    }
  }

  @Test func aNameIsHeldByOne() throws {
    try withFolder { folder in
      let name = folder.appendingPathComponent("anna")
      try withExtendedLifetime(NameLock(name)) {
        let error = #expect(throws: FileError.self) { _ = try NameLock(name) }
        #expect(error?.description.contains("another process is making it") == true)
        #expect(throws: Never.self) { _ = try NameLock(folder.appendingPathComponent("ben")) }
      }
      #expect(try names(in: folder) == [])
      // A lock file that a killed process left holds nobody up.
      try Data("1\n".utf8).write(to: folder.appendingPathComponent(".anna.lock"))
      try NameLock(name).release()
      #expect(try names(in: folder) == [])
    }
  }

  /// A limit on file sizes stands for a full disk: the write fails half-way.
  @Test func aFullDiskLeavesTheOldFileAndNothingElse() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      try withFolder { folder in
        let url = folder.appendingPathComponent("weights.safetensors")
        try Safetensors.write(["w": .ones([10])], to: url)
        var limit = rlimit(rlim_cur: 65536, rlim_max: 65536)
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
        var lines: [String] = []
        for write in [
          { try Safetensors.write(["w": .ones([100_000])], to: url) }, { try AtomicFile.write(Data(count: 100_000), to: url) },
        ] {
          do { try write() } catch let error as FileError where error.code == EFBIG { lines.append("\(error)") }
        }
        let intact = try Safetensors.read(url).tensors["w"]?.numel == 10
        guard lines.count == 2, lines.allSatisfy({ $0.hasPrefix(url.path + ": cannot write: File too large; ") }), intact,
          try names(in: folder) == ["weights.safetensors"]
        else { exit(3) }
      }
    }
  }

  @Test(arguments: 0..<4) func aKilledWriterLeavesAWholeFile(_ round: Int) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("torch-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("weights.safetensors").path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, round] in
      let url = URL(fileURLWithPath: path)
      for i in 0... {
        try Safetensors.write(["w": .full([100_000], Double(i))], metadata: ["i": "\(i)"], to: url)
        if i == 0 {
          Thread {
            usleep(UInt32(5000 + 3777 * round))
            kill(getpid(), SIGKILL)
          }.start()
        }
      }
    }
    let file = try Safetensors.read(URL(fileURLWithPath: path))
    let i = try #require(file.metadata["i"].flatMap(Double.init)), w = try #require(file.tensors["w"])
    #expect(w.numel == 100_000 && w.min().item == i && w.max().item == i)
    AtomicFile.removeLeftovers(in: folder)
    #expect(try names(in: folder) == ["weights.safetensors"])
  }
}
