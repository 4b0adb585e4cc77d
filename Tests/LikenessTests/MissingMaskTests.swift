import Datasets
import Foundation
import Testing
import Torch
import likeness

/// What `eval` does without the mask of a frame: folders of other projects need not have all, and what is broken is never passed over.
@Suite(.enabled(if: (try? DependencyFolder.file("litert/libLiteRt.so")) != nil, "skipped: run scripts/setup first"))
struct MissingMaskTests {
  private static let speech = ["--driver", "both", "--set", "speech.widths=[4,4,4,4]", "--set", "speech.members=1"]

  @Test func onlyFoldersOfOtherProjectsMayLackMasks() throws {
    try withFolder { folder in
      let data = folder.appending(path: "data"), other = folder.appending(path: "other")
      try TinyDataset.write(to: data, sound: true)
      let training = try Tool.run(TrainingTests.arguments(5, TrainingTests.small("fast") + Self.speech), in: folder)
      try #require(training.status == 0, "\(training.errors)")
      // Without its track the folder is one of AD-NeRF's style, which knows no expressions.
      try FileManager.default.copyItem(at: data, to: other)
      try FileManager.default.removeItem(at: DatasetFolder(other).track)
      try #require(try Dataset(other).style == .adNeRF)
      func judge(_ name: String) throws -> Tool.Ending {
        try Tool.run("eval", "--load", "run", "--data", name, "--by", "speech", "--output", "\(name).json", in: folder)
      }
      let whole = try judge("other")
      #expect(whole.status == 0, "\(whole.errors)")

      // The last frame is held out.
      for place in [data, other] { try FileManager.default.removeItem(at: DatasetFolder(place).labels(23)) }
      let lacking = try judge("other")
      #expect(lacking.status == 0, "\(lacking.errors)")
      let own = try judge("data")
      #expect(own.status == 65 && own.errors.contains("/parsing/23.png") && own.errors.contains("not complete"), "\(own.errors)")

      for (what, bytes) in [("no image", Data("no".utf8)), ("empty", Data())] {
        try bytes.write(to: DatasetFolder(other).labels(23))
        let broken = try judge("other")
        #expect(broken.status == 65 && broken.errors.contains("/parsing/23.png"), "\(what): \(broken.errors)")
      }
    }
  }
}
