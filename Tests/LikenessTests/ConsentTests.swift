import Consent
import Foundation
import Media
import Runs
import Testing
import Torch
import Tracking

/// Whose likeness it is: asked for, kept, handed on.
@Suite(.serialized) struct ConsentTests {
  private static let unsaid: [String: String?] = ["LIKENESS_CONSENT": String?.none]
  private static let training = TrainingTests.arguments(10, TrainingTests.small("fast"))

  /// Without a terminal and a record nothing is made, and what is missing is named.
  @Test(arguments: [
    training, ["ablate", "--data", "data", "--output", "study", "--row-budget", "1s"],
    ["portrait", "data/com_imgs/0.jpg", "--output", "a.portrait"],
    ["animate", "data/com_imgs/0.jpg", "--driver", "d.mp4", "--output", "a.mp4"],
    ["export", "--load", "data/com_imgs/0.jpg", "--output", "a.obj"],
    ["eval", "--data", "data", "--from-frame", "0"], ["eval", "--photos", "data/com_imgs", "--output", "judged"],
  ]) func nothingIsMadeOfSomebodyUnnamed(_ words: [String]) throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
      let ending = try Tool.run(words, in: folder, changes: Self.unsaid)
      #expect(ending.status == 64 && ending.errors.contains("--consent") && ending.errors.contains("LIKENESS_CONSENT"), "\(ending.errors)")
      #expect(ending.errors.split(separator: "\n").count == 1)
      #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == before)
    }
  }

  /// From the dataset to the run, to a resumed one, and to the exported file.
  @Test func aRecordIsHandedOn() throws {
    try withFolder { folder in
      let data = folder.appending(path: "data"), run = folder.appending(path: "run")
      try TinyDataset.write(to: data)
      var record = ConsentRecord(.other, statement: "Films for the course", by: "Anna")
      record.source = String(repeating: "5", count: 64)
      try ConsentFile.write(record, in: data)
      var ending = try Tool.run(Self.training, in: folder, changes: Self.unsaid)
      try #require(ending.status == 0, "\(ending.errors)")
      #expect(try RunFolder.open(run).consent() == record)
      // The run keeps what it was begun with.
      try FileManager.default.removeItem(at: ConsentFile.place(in: data))
      ending = try Tool.run(
        ["train", "subject", "--output", "run", "--steps", "12", "--resume"], in: folder, changes: Self.unsaid)
      #expect(ending.status == 0, "\(ending.errors)")
      for baked in [false, true] {
        let name = "anna-\(baked).safetensors"
        ending = try Tool.run(
          ["export", "--load", "run", "--output", name] + (baked ? ["--baked"] : []), in: folder, changes: Self.unsaid)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ConsentFile.record(in: Checkpoint.metadata(folder.appending(path: name))) == record)
      }
    }
  }

  @Test func aRecordOfAnotherFileIsRefused() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      var record = ConsentRecord(.other, statement: "Films for the course", by: "Anna")
      record.source = String(repeating: "5", count: 64)
      try ConsentFile.write(record, in: folder)
      let words = ["portrait", "data/com_imgs/0.jpg", "--output", "a.portrait", "--consent"]
      let other = try Tool.run(words + ["consent.json"], in: folder)
      #expect(other.status == 64 && other.errors.contains("is for another file"), "\(other.errors)")
      try Data("yes".utf8).write(to: folder.appending(path: "consent.json"))
      let none = try Tool.run(words + ["consent.json"], in: folder)
      #expect(none.status == 65 && none.errors.contains("is no record of consent"), "\(none.errors)")
      let absent = try Tool.run(words + ["mine"], in: folder)
      #expect(absent.status == 65 && absent.errors.contains("mine: cannot be read"), "\(absent.errors)")
    }
  }

  /// Asked for once where somebody sits before it.
  @Test(arguments: [("1\n", ConsentRecord.Subject.own), ("2\nAnna\nby word, for the course\n", .other), ("3\n", .synthetic), ("x\n", nil)])
  func isAskedForAtATerminal(_ typed: String, _ subject: ConsentRecord.Subject?) throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      let terminal = try Terminal()
      let process = try Tool.start(
        Self.training, in: folder, input: terminal.inside, output: terminal.inside, changes: Self.unsaid)
      terminal.type(typed)
      process.waitUntilExit()
      let said = terminal.text()
      #expect(said.contains("Whose face is in ") && said.contains("data?"), "\(said)")
      #expect(process.terminationStatus == (subject == nil ? 64 : 0), "\(said)")
      let place = folder.appending(path: "run")
      guard let subject else { return #expect(!RunFolder.exists(place)) }
      let record = try #require(try RunFolder.open(place).consent())
      #expect(record.subject == subject)
      if subject == .other { #expect(record.by == "Anna" && record.statement == "by word, for the course") }
    }
  }
}

/// A terminal of the test's own.
private final class Terminal {
  private let outside: Int32
  let inside: FileHandle

  init() throws {
    // Linux's own way: Swift's Glibc lacks posix_openpt.
    outside = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var locked: Int32 = 0, number: Int32 = 0
    try #require(outside >= 0 && ioctl(outside, 0x4004_5431, &locked) == 0 && ioctl(outside, 0x8004_5430, &number) == 0)
    let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    try #require(descriptor >= 0)
    inside = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // What is shown is read while the tool runs, or it would wait.
    let flags = fcntl(outside, F_GETFL)
    _ = fcntl(outside, F_SETFL, flags | O_NONBLOCK)
  }
  deinit { close(outside) }

  func type(_ text: String) { _ = text.utf8CString.withUnsafeBytes { write(outside, $0.baseAddress!, text.utf8.count) } }
  func text() -> String {
    var all: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4096)
    while case let count = read(outside, &piece, piece.count), count > 0 { all += piece.prefix(count) }
    return String(decoding: all, as: UTF8.self)
  }
}
