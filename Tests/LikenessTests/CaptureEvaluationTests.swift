import Datasets
import Foundation
import Testing

/// `eval --truth` as a user runs it.
@Suite struct CaptureEvaluationTests {
  @Test func theToolJudgesACapture() throws {
    try withFolder { folder in
      let data = DatasetFolder(folder.appending(path: "data")), truth = folder.appending(path: "truth")
      try TinyDataset.write(to: data.url)
      try FileManager.default.createDirectory(at: truth.appending(path: "masks"), withIntermediateDirectories: true)
      try Track(data.track).write(to: truth.appending(path: "truth.safetensors"))
      for i in 0..<24 {
        let name = "masks/0000" + (i < 10 ? "0" : "") + "\(i).png"
        try FileManager.default.copyItem(at: data.labels(i), to: truth.appending(path: name))
      }
      let ending = try Tool.run("eval", "--data", "data", "--truth", "truth", in: folder)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.contains("head rotation") && ending.output.contains("jawOpen"))
      struct Report: Decodable { var results: [String: Double] }
      let found = try JSONDecoder().decode(Report.self, from: Data(contentsOf: data.url.appending(path: "eval.json"))).results
      #expect(found["iou.mean"] == 1 && found["frames"] == 24)
      #expect(try abs(#require(found["jawOpen.correlation"]) - 1) < 1e-6)
      #expect(try #require(found["rotation.p95"]) < 0.05)

      let absent = try Tool.run("eval", "--data", "data", "--truth", "nowhere", in: folder)
      #expect(absent.status == 65 && absent.errors.contains("nowhere/truth.safetensors"))
      #expect(try Tool.run("eval", "--truth", "truth", in: folder).status == 64)
    }
  }
}
