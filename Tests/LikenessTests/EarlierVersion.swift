import Foundation
import Media
import Testing
import Torch

/// What commit e310d57 wrote; `Fixtures/e310d57/README` says with which commands.
enum EarlierVersion {
  private static var fixtures: URL {
    get throws { try #require(Bundle.module.resourceURL).appending(path: "Fixtures/e310d57") }
  }
  /// Runs `body` with a copy of all of it, whose runs name the copy's dataset; the copy is gone afterwards.
  static func withCopy(_ body: (URL) throws -> Void) throws {
    try withFolder { folder in
      let copy = folder.appending(path: "e310d57")
      try FileManager.default.copyItem(at: fixtures, to: copy)
      for name in try FileManager.default.contentsOfDirectory(atPath: copy.path) {
        let file = copy.appending(path: "\(name)/config.json")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
        try Data(text.replacing("/folder/", with: copy.path + "/").utf8).write(to: file)
      }
      try body(copy)
    }
  }
  /// The configurations of its runs by the runs' names, as JSON.
  static func configuration(_ run: String) throws -> Data { try Data(contentsOf: fixtures.appending(path: "\(run)/config.json")) }

  /// Expects that `image` is the image of `expected` to rounding, which may move a value by two of 255 and few by more than none; of a `fast`
  /// field, of whose pixels some are the mean of others since then, by 12 and one on average.
  static func expectSame(
    _ image: URL, _ expected: URL, _ what: String, fast: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (a, b) = (try ImageFile.read(image).to(.float32), try ImageFile.read(expected).to(.float32))
    try #require(a.shape == b.shape, "\(what)", sourceLocation: sourceLocation)
    let difference = (a - b).abs()
    #expect(
      difference.max().item <= (fast ? 12 : 2) && difference.mean().item < (fast ? 1 : 0.05), "\(what): off by \(difference.max().item)",
      sourceLocation: sourceLocation)
  }
}
