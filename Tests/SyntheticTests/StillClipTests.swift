import Capture
import Foundation
import Media
import Synthetic
import Testing
import Torch

@Suite struct StillClipTests {
  private static let networksArePresent = (try? DependencyFolder.file("litert/libLiteRt.so")) != nil

  /// The person is not blamed for what is wrong with the file.
  @Test(.enabled(if: networksArePresent, "skipped: run scripts/setup first"))
  func aClipOfOneImageIsNoStillMouth() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "still-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let video = folder.appending(path: "photo.mp4"), image = try performer(size: 256, seed: 1).frame(10).rgb
    let film = try VideoWriter(video, width: 256, height: 256)
    for _ in 0..<20 { try film.append(image) }
    try film.finish()
    var options = ClipOptions()
    (options.size, options.preview) = (128, false)
    let report = try ClipProcessor(video, output: folder.appending(path: "out"), options: options).run()
    let codes = report.diagnoses.map(\.code)
    #expect(codes.contains(.repeatedImages) && !codes.contains(.stillMouth), "\(report.diagnoses)")
  }
}
