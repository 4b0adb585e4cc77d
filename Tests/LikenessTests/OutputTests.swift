import Foundation
import Testing

@Suite struct OutputTests {
  /// In every verb, before anything is read or made: 64, and what can be written is named.
  @Test(arguments: [
    ["render", "--load", "run", "--output", "anna.webm"], ["render", "--load", "run", "--output", "anna.gif"],
    ["render", "--load", "run", "--output", "anna.png"], ["sample", "--output", "people.mkv"], ["sample", "--output", "people.webp"],
    ["synth", "performer", "--output", "film.avi"], ["synth", "performer", "--output", "film"],
    ["synth", "performer", "--output", "film.mp4", "--truth", "truth.mp4"],
    ["synth", "population", "--count", "1", "--output", "p.zip.mp4"],
    ["eval", "--load", "run", "--video", "anna.flv"], ["eval", "--load", "run", "--video", "anna"],
    ["process", "clip.mp4", "--output", "data.mp4"], ["photo", "a.jpg", "--output", "photos.png"],
    ["train", "subject", "--data", "d", "--output", "anna.mp4"], ["ablate", "--data", "d", "--output", "anna.mkv"],
  ]) func namesThatAreNotWritten(_ words: [String]) throws {
    try withFolder { folder in
      let ending = try Tool.run(words, in: folder)
      #expect(ending.status == 64, "\(words): \(ending.status) \(ending.errors)")
      #expect(ending.errors.contains(" cannot be written; for a "), "\(words): \(ending.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  /// Names that only look a little like media are folders', and a slash says so of any.
  @Test(arguments: ["data.v2", "anna.2026-11-28", "anna.webm/"]) func namesOfFolders(_ name: String) throws {
    try withFolder { folder in
      let ending = try Tool.run("photo", "absent.jpg", "--output", name, in: folder)
      #expect(ending.status == 65 && ending.errors.contains("absent.jpg: no such file"), "\(ending.errors)")
    }
  }

  @Test func audioTracksCountFromOneAndGoWithSound() throws {
    try withFolder { folder in
      for words in [["--audio-track", "0", "--driver", "a.mp4"], ["--audio-track", "2"]] {
        let ending = try Tool.run(["render", "--load", "run", "--output", "a.mp4"] + words, in: folder)
        #expect(ending.status == 64)
      }
    }
  }

  /// Every file of a folder is read or named; hidden ones are nobody's business.
  @Test func photosOfAFolderAreReadOrNamed() throws {
    try withFolder { folder in
      let photos = folder.appending(path: "photos")
      try FileManager.default.createDirectory(at: photos.appending(path: "older"), withIntermediateDirectories: true)
      for name in ["a.heic", "b.avif", "c.gif", "d.jpg", "e", "notes.txt", ".DS_Store"] {
        try Data("no picture: \(name)".utf8).write(to: photos.appending(path: name))
      }
      let ending = try Tool.run("photo", "photos", "--output", "out", in: folder)
      #expect(ending.status == 65 && ending.errors.contains("none of 6 files can be used"), "\(ending.errors)")
      for name in ["a.heic", "b.avif", "c.gif", "d.jpg", "e:", "notes.txt", "older: is a folder"] { #expect(ending.errors.contains(name)) }
      #expect(!ending.errors.contains(".DS_Store"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["photos"])
      // A folder that is in use is nobody's to fill.
      try FileManager.default.createDirectory(at: folder.appending(path: "out"), withIntermediateDirectories: true)
      try Data().write(to: folder.appending(path: "out/diary.txt"))
      let again = try Tool.run("photo", "photos", "--output", "out", "--overwrite", in: folder)
      #expect(again.status == 65 && again.errors.contains("is not replaced"), "\(again.errors)")
    }
  }
}
