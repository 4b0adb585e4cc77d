import Foundation
import Testing
import Torch

@Suite struct AtomicFolderTests {
  private let kind = AtomicFolder.Kind("album", marker: "album.json")

  private func fill(_ folder: AtomicFolder, _ text: String = "new") throws {
    try Data(text.utf8).write(to: folder.url.appendingPathComponent("album.json"))
  }
  private func line(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func aSecondOneOfANameIsRefusedBeforeItBegins() throws {
    try withFolder { folder in
      let name = folder.appendingPathComponent("anna")
      let first = try AtomicFolder(name, kind, replace: false)
      for replace in [false, true] {
        let words = line { _ = try AtomicFolder(name, kind, replace: replace) }
        #expect(words.contains("anna: cannot write: another process is making it; "), "\(words)")
      }
      try fill(first)
      try first.finish()
      #expect(try String(contentsOf: name.appendingPathComponent("album.json"), encoding: .utf8) == "new")
    }
  }

  @Test func whatIsThereIsReplacedOnlyWhenAskedAndOfItsKind() throws {
    try withFolder { folder in
      let name = folder.appendingPathComponent("anna"), file = name.appendingPathComponent("album.json")
      // An empty folder is as good as none.
      try FileManager.default.createDirectory(at: name, withIntermediateDirectories: false)
      var made = try AtomicFolder(name, kind, replace: false)
      try fill(made, "old")
      try made.finish()
      #expect(line { _ = try AtomicFolder(name, kind, replace: false) }.contains("anna: exists already; choose another --output, or"))
      made = try AtomicFolder(name, kind, replace: true)
      try fill(made)
      try made.finish()
      #expect(try String(contentsOf: file, encoding: .utf8) == "new")
      try FileManager.default.removeItem(at: file)
      try Data().write(to: name.appendingPathComponent("diary.txt"))
      #expect(line { _ = try AtomicFolder(name, kind, replace: true) }.contains("so it is not replaced; "))
      #expect(try names(in: folder) == ["anna"])
    }
  }

  @Test func whatCameMeanwhileStays() throws {
    try withFolder { folder in
      let name = folder.appendingPathComponent("anna")
      do {
        let made = try AtomicFolder(name, kind, replace: false)
        try fill(made)
        try FileManager.default.createDirectory(at: name, withIntermediateDirectories: false)
        try Data().write(to: name.appendingPathComponent("diary.txt"))
        #expect(line { try made.finish() }.contains("exists already"))
      }
      #expect(try names(in: name) == ["diary.txt"])
      #expect(try names(in: folder) == ["anna"])
    }
  }

  /// Of whatever process number, the own one and 1 included: nobody holds the name, so nobody is at work.
  @Test func leftoversOfTheDeadGo() throws {
    try withFolder { folder in
      let name = folder.appendingPathComponent("anna")
      for left in [".anna.unfinished-\(getpid())", ".anna.process-1", ".anna.process-\(getpid())", ".anna.replaced-1"] {
        let place = folder.appendingPathComponent(left)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
        try Data("old".utf8).write(to: place.appendingPathComponent("album.json"))
      }
      let made = try AtomicFolder(name, kind, replace: true)
      // What was to be replaced is the album itself after a kill between the two renames.
      #expect(try String(contentsOf: name.appendingPathComponent("album.json"), encoding: .utf8) == "old")
      try fill(made)
      try made.finish()
      #expect(try names(in: folder) == ["anna"])
    }
  }

  @Test func aLinkLeadsToItsFolder() throws {
    try withFolder { folder in
      let (disk, link) = (folder.appendingPathComponent("disk"), folder.appendingPathComponent("anna"))
      try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: disk)
      let made = try AtomicFolder(link, kind, replace: false)
      try fill(made)
      try made.finish()
      #expect(FileManager.default.fileExists(atPath: disk.appendingPathComponent("album.json").path))
      #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: link.path)) != nil)
    }
  }
}
