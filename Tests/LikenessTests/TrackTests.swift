import Foundation
import Golden
import Testing

/// `track`, through the tool.
@Suite(.serialized) struct TrackTests {
  /// What cannot be tracked or written is one line, and nothing is written.
  @Test func refusesWhatItCannotDo() throws {
    try withFolder { folder in
      try Data("words".utf8).write(to: folder.appending(path: "text.mp4"))
      for (words, status, text) in [
        (["track", "text.mp4", "--output", "a.csv"], Int32(65), "text.mp4"),
        (["track", "none.mp4", "--live", "--output", "a.csv"], 65, "none.mp4"),
        (["track", "text.mp4"], 64, "name the take to write"),
        (["track", "text.mp4", "--output", "a.txt"], 64, "end the name in .csv"),
        (["track", "text.mp4", "--check", "--output", "a.csv"], 64, "--check goes with --live"),
        (["track", "text.mp4", "--fps", "0", "--output", "a.csv"], 64, "--fps must lie"),
        (["track", "text.mp4", "--frames", "5", "--output", "a.csv"], 64, "--frames is first..end"),
      ] {
        let ending = try Tool.run(words, in: folder)
        #expect(ending.status == status && ending.errors.contains(text), "\(words): \(ending.status) \(ending.errors)")
        #expect(ending.errors.split(separator: "\n").count <= 4, "\(ending.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["text.mp4"])
    }
  }

  /// A drawn person's film becomes a take, live and at once; the live one is the same each time and goes with the other.
  @Test(.enabled(if: Assets.networksArePresent, "skipped: run scripts/setup first"))
  func tracksAFilm() throws {
    try withFolder { folder in
      let made = try Tool.run("synth", "performer", "--output", "film.mp4", "--seconds", "2", "--size", "256", in: folder)
      try #require(made.status == 0, "\(made.errors)")
      let live = try Tool.run("track", "film.mp4", "--live", "--check", "--output", "a.csv", in: folder)
      try #require(live.status == 0, "\(live.errors)")
      #expect(live.output.contains("a frame took") && live.output.contains("head rotation") && live.output.contains("eyeBlinkLeft"))
      let rows = try text("a.csv", folder).split(separator: "\n")
      #expect(rows.count > 40 && rows.allSatisfy { $0.split(separator: ",").count == 63 })
      #expect(try Tool.run("track", "film.mp4", "--live", "--output", "b.csv", in: folder).status == 0)
      #expect(try text("a.csv", folder) == text("b.csv", folder))
      let whole = try Tool.run("track", "film.mp4", "--frames", "10..30", "--output", "c.json", in: folder)
      #expect(whole.status == 0 && whole.output.contains("20 rows"), "\(whole.output)\(whole.errors)")
    }
  }

  private func text(_ name: String, _ folder: URL) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }
}
