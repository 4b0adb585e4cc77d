import Credentials
import Foundation
import Marking
import Media
import Synthetic
import Torch

/// What it costs to mark a film: the watermark of a frame on one thread, and the signature of a whole film beside writing it.
enum MarksBenchmark {
  static func run(_ report: Report) throws {
    let crowd = try Crowd(PopulationScript(count: 1, views: 1, size: 512, seed: 5))
    let image = crowd.sitter(0).image(crowd.shot(0)).rgb.contiguous(), frames = 100
    let watermark = Watermark(WatermarkID(install: 1, avatar: 2, run: 3))
    let folder = FileManager.default.temporaryDirectory.appending(path: "bench-marks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let film = folder.appending(path: "film.mp4"), identity = try SigningIdentity(in: folder)
    func written() {
      guard let writer = try? VideoWriter(film, width: 512, height: 512) else { return }
      for _ in 0..<frames { try? writer.append(image) }
      try? writer.finish()
    }
    written()
    let copy = image.clone(), plain = try Data(contentsOf: film), manifest = Manifest(title: "film", source: .trained)
    let found = fastest(
      report.times(10),
      [
        {
          copy.withMutableElements(UInt8.self) {
            for frame in 0..<frames { watermark.mark($0, width: 512, height: 512, frame: frame) }
          }
        }, written,
        {
          try? plain.write(to: film)
          try? ContentCredentials.sign(film, manifest, by: identity)
        },
      ])
    let signed = try Data(contentsOf: film).count
    report.add("watermark of a frame of 512 x 512 pixels, one thread", found[0] / Double(frames) * 1e3, "ms")
    report.add(
      "content credentials of a film of \(frames) frames", found[2] * 1e3, "ms", ratio: found[2] / found[1],
      against: "of the time to write it")
    report.add("content credentials, size", Double(signed - plain.count) / 1e3, "kB")
  }
}
