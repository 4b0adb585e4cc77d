import Consent
import Foundation
import Media
import Testing
import Torch

/// All that was made from a person goes, and nothing else.
@Suite(.serialized) struct ForgetTests {
  private static let source = String(repeating: "5", count: 64)
  private static func record(_ source: String = source) -> ConsentRecord {
    var record = ConsentRecord(.other, statement: "Films for the course", by: "Anna")
    record.source = source
    return record
  }
  private static func files(_ folder: URL) throws -> Set<String> {
    var isFolder: ObjCBool = false
    return Set(
      try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
        FileManager.default.fileExists(atPath: folder.appending(path: $0).path, isDirectory: &isFolder) && !isFolder.boolValue
      })
  }

  @Test func nothingIsLeft() throws {
    try withFolder { all in
      let made = all.appending(path: "made")
      try Self.make(in: made)
      // Each in a copy: a run names its dataset by its place, and would take that of the first copy along.
      let names = ["data", "outputs/data/subject/run", "anna.safetensors"]
      let copies = names.indices.map { all.appending(path: "copy-\($0)") }
      for copy in copies { try FileManager.default.copyItem(at: made, to: copy) }
      try FileManager.default.removeItem(at: made)
      for (named, folder) in zip(names, copies) { try Self.forget(named, in: folder) }
    }
  }
  private static let own = ["clip.mp4", "data/clip.mp4", "data/com_imgs/notes.txt", "outputs/data/subject/run/mine.txt"]

  /// Two people, each with a dataset and a run; of one of them a file and a judgement. Files of the user's own lie among them.
  private static func make(in folder: URL) throws {
    for (name, source) in [("data", source), ("other", String(repeating: "6", count: 64))] {
      try TinyDataset.write(to: folder.appending(path: name), sound: true)
      try ConsentFile.write(record(source), in: folder.appending(path: name))
      let trained = try Tool.run(
        ["train", "subject", "--data", name, "--output", "outputs/\(name)/subject/run", "--steps", "10"]
          + TrainingTests.small("fast"), in: folder)
      try #require(trained.status == 0, "\(trained.errors)")
    }
    let exported = try Tool.run("export", "--load", "outputs/data/subject/run", "--output", "anna.safetensors", in: folder)
    try #require(exported.status == 0, "\(exported.errors)")
    _ = try Tool.run("eval", "--load", "outputs/data/subject/run", in: folder)
    let shown = try Tool.run(
      "render", "--load", "anna.safetensors", "--track", "data", "--frames", "0..2", "--output", "film.mp4", in: folder)
    try #require(shown.status == 0, "\(shown.errors)")
    for name in own { try Data("mine".utf8).write(to: folder.appending(path: name)) }
    let apart = folder.appending(path: "apart")
    try FileManager.default.createDirectory(at: apart, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: folder.appending(path: "anna.safetensors"), to: apart.appending(path: "copy.safetensors"))
    try FileManager.default.createSymbolicLink(atPath: folder.appending(path: "data/link").path, withDestinationPath: "../apart")
  }

  private static func forget(_ named: String, in folder: URL) throws {
    let kept = try files(folder).filter { $0.hasPrefix("other") || $0.hasPrefix("outputs/other") }
    let listed = try Tool.run("forget", named, "--dry-run", in: folder)
    #expect(listed.status == 0 && listed.output.contains("anna.safetensors") && listed.output.contains("clip.mp4"), "\(listed)")
    #expect(listed.output.contains("film.mp4") && !listed.output.contains("outputs/other"))
    let before = try files(folder)
    let unsure = try Tool.run("forget", named, in: folder)
    #expect(unsure.status == 64 && unsure.errors.contains("--yes"), "\(unsure.errors)")
    #expect(try files(folder) == before)

    let gone = try Tool.run("forget", named, "--yes", in: folder)
    #expect(gone.status == 0, "\(gone.errors)")
    // What the link leads to was found in its own place, not through it.
    #expect(try files(folder) == kept.union(own), "\(gone.output)")
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: folder.appending(path: "data/link").path)) != nil)
  }

  @Test func whatCarriesNoRecordIsNotTouched() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder.appending(path: "data"))
      try Data("mine".utf8).write(to: folder.appending(path: "clip.mp4"))
      try FileManager.default.createSymbolicLink(at: folder.appending(path: "link"), withDestinationURL: folder.appending(path: "data"))
      let before = try Self.files(folder)
      for (name, text) in [("data", "carries no record"), ("clip.mp4", "carries no record"), ("link", "is a link"), ("no", "is not there")]
      {
        let ending = try Tool.run("forget", name, "--yes", in: folder)
        #expect(ending.status == 65 && ending.errors.contains(text), "\(ending.errors)")
      }
      #expect(try Self.files(folder) == before)
    }
  }

  /// Meshes carry it as a comment.
  @Test func meshesAreFound() throws {
    try withFolder { folder in
      let text = "comment consent " + ConsentFile.text(Self.record())
      try Data("ply\nformat ascii 1.0\n\(text)\nend_header\n".utf8).write(to: folder.appending(path: "a.ply"))
      try Data("# a\n# consent \(ConsentFile.text(Self.record()))\nv 0 0 0\n".utf8).write(to: folder.appending(path: "a.obj"))
      try Data("# a\nv 0 0 0\n".utf8).write(to: folder.appending(path: "mine.obj"))
      let gone = try Tool.run("forget", "a.ply", "--yes", in: folder)
      #expect(gone.status == 0, "\(gone.errors)")
      #expect(try Self.files(folder) == ["mine.obj"])
    }
  }
}
