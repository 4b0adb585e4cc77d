import Consent
import Foundation
import Marking
import Media
import Runs
import Testing
import Torch
import Tracking

/// Films and images say that they are synthetic, and `verify` reads it.
@Suite(.serialized) struct MarkTests {
  private struct Verdict: Decodable {
    struct Credentials: Decodable {
      let present: Bool, state: String, failures: [String]
    }
    struct Mark: Decodable {
      let present: Bool, id: String?, false_positive_rate: Double?
    }
    let c2pa: Credentials?, watermark: Mark?, consent: ConsentRecord?, unmarked: [UnmarkedLog.Entry]?
  }
  private static func verdict(_ name: String, in folder: URL) throws -> (status: Int32, said: Verdict) {
    let ending = try Tool.run("verify", "--json", name, in: folder)
    return (ending.status, try JSONDecoder().decode(Verdict.self, from: Data(ending.output.utf8)))
  }
  private static func render(_ load: String, _ output: String, _ more: [String] = [], in folder: URL) throws {
    let shown = try Tool.run(
      ["render", "--load", load, "--track", "data", "--size", "256", "--frames", "0..16", "--output", output] + more, in: folder)
    try #require(shown.status == 0, "\(shown.errors)")
  }
  private static func frames(_ file: URL) throws -> [Tensor] {
    let reader = try VideoReader(file, rate: nil)
    var all: [Tensor] = []
    while let frame = try reader.next() { all.append(frame.rgb) }
    return all
  }

  @Test func aFilmSaysIt() throws {
    try ExportTests.withRun("fast") { folder in
      let exported = try Tool.run("export", "--load", "run", "--output", "anna.safetensors", in: folder)
      try #require(exported.status == 0)
      try Self.render("run", "a.mp4", in: folder)
      try Self.render("anna.safetensors", "b.mp4", in: folder)
      let film = folder.appending(path: "a.mp4"), (status, said) = try Self.verdict("a.mp4", in: folder)
      #expect(status == 0 && said.c2pa?.state == "trusted" && said.c2pa?.failures == [])
      #expect(said.watermark?.present == true && said.watermark?.false_positive_rate ?? 1 < 1e-6)
      #expect(said.consent?.subject == .synthetic)
      // The mark is the avatar's, wherever it was loaded from.
      #expect(try Self.verdict("b.mp4", in: folder).said.watermark?.id == said.watermark?.id)
      #expect(zip(try Self.frames(film), try Self.frames(folder.appending(path: "b.mp4"))).allSatisfy { ($0 .== $1).all() })

      // Coded again its manifest is gone, and the watermark is still there.
      let again = try VideoWriter(folder.appending(path: "again.mp4"), width: 256, height: 256, quality: 28)
      for frame in try Self.frames(film) { try again.append(frame) }
      try again.finish()
      let kept = try Self.verdict("again.mp4", in: folder)
      #expect(kept.status == 4 && kept.said.c2pa?.present == false && kept.said.watermark?.id == said.watermark?.id)

      // Of the sound and images.
      var bytes = try Data(contentsOf: film)
      bytes[bytes.count - 40] ^= 1
      try bytes.write(to: folder.appending(path: "changed.mp4"))
      let changed = try Self.verdict("changed.mp4", in: folder)
      #expect(changed.status == 4 && changed.said.c2pa?.failures == ["assertion.bmffHash.mismatch"])
    }
  }

  @Test func leavingMarksOutIsNoted() throws {
    try ExportTests.withRun("fast") { folder in
      try Self.render("run", "bare.mp4", ["--no-mark"], in: folder)
      let bare = try Self.verdict("bare.mp4", in: folder)
      #expect(bare.status == 3 && bare.said.c2pa?.present == false && bare.said.watermark?.present == false)
      #expect(try Self.verdict("run", in: folder).said.unmarked?.map(\.output) == ["bare.mp4"])
      _ = try Tool.run("export", "--load", "run", "--output", "anna.safetensors", in: folder)
      try Self.render("anna.safetensors", "pictures", ["--no-mark"], in: folder)
      let file = try Self.verdict("anna.safetensors", in: folder)
      #expect(file.status == 0 && file.said.unmarked?.map(\.output) == ["bare.mp4", "pictures"])
      // It is as good as before.
      try Self.render("anna.safetensors", "marked.mp4", in: folder)
      #expect(try Self.verdict("marked.mp4", in: folder).status == 0)
    }
  }

  @Test func imagesSayItToo() throws {
    try ExportTests.withRun("fast") { folder in
      try Self.render("run", "pictures", ["--depth", "depth"], in: folder)
      let image = try Self.verdict("pictures/3.png", in: folder)
      #expect(image.status == 0 && image.said.c2pa?.state == "trusted" && image.said.watermark?.present == true)
      let depth = try Self.verdict("depth/3.png", in: folder)
      #expect(depth.status == 0 && depth.said.watermark?.present == false)
      let plain = folder.appending(path: "plain.png")
      try ImageFile.write(Tensor.full([64, 64, 3], 90, .uint8), to: plain)
      #expect(try Self.verdict("plain.png", in: folder).status == 3)
      try Data("text".utf8).write(to: folder.appending(path: "text.mp4"))
      let text = try Tool.run("verify", "text.mp4", in: folder)
      #expect(text.status == 65 && text.errors.split(separator: "\n").count == 1, "\(text.errors)")
      // Of several files all are looked at, and the worst decides.
      let all = try Tool.run("verify", "pictures/3.png", "text.mp4", "plain.png", in: folder)
      #expect(all.status == 65 && all.output.contains("plain.png"))
    }
  }

  /// The drawn performer's film brings its record along.
  @Test(.enabled(if: (try? FaceDetector()) != nil, "skipped: the face networks are absent"))
  func aPerformersFilmAsksNobody() throws {
    try withFolder { folder in
      let film = folder.appending(path: "film.mp4")
      let drawn = try Tool.run("synth", "performer", "--output", "film.mp4", "--seconds", "2", "--size", "256", in: folder)
      try #require(drawn.status == 0, "\(drawn.errors)")
      let made = try Tool.run(
        ["process", "film.mp4", "--output", "data", "--size", "128", "--no-preview"], in: folder,
        changes: ["LIKENESS_CONSENT": String?.none])
      try #require(made.status == 0, "\(made.errors)")
      let record = try #require(try ConsentFile.read(in: folder.appending(path: "data")))
      #expect(try record.subject == .synthetic && record.source == SHA256.of(film))
    }
  }
}
