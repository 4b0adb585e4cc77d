import Capture
import Foundation
import Media
import Synthetic
import Testing
import Torch

/// What a clip's report says of the person's eyes.
@Suite struct EyesReportTests {
  private static let networksArePresent = (try? DependencyFolder.file("litert/libLiteRt.so")) != nil

  /// Both openings are the person's: apart from each other, and alike on both sides of a face that is.
  @Test(.enabled(if: networksArePresent, "skipped: run scripts/setup first"))
  func openingsOfBothEyesAreReported() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "eyes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let video = folder.appending(path: "clip.mp4"), person = try performer(seconds: 4, size: 256, seed: 1)
    let film = try VideoWriter(video, width: 256, height: 256)
    for i in 0..<30 { try film.append(person.frame(3 * i).rgb) }
    try film.finish()
    var options = ClipOptions()
    (options.size, options.preview) = (128, false)
    let output = folder.appending(path: "out")
    let eyes = try #require(try ClipProcessor(video, output: output, options: options).run().eyes)
    for lids in [eyes.left, eyes.right] {
      #expect(lids.closed >= 0 && lids.rest < 0.4 && lids.rest > lids.closed + 0.03, "\(lids)")
    }
    #expect(abs(eyes.left.rest - eyes.right.rest) < 0.25 * eyes.right.rest, "\(eyes)")
    let written = try JSONDecoder().decode(CaptureReport.self, from: Data(contentsOf: output.appending(path: "report.json")))
    #expect(written.eyes?.left.rest == eyes.left.rest)
  }
}
