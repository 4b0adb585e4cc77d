import Datasets
import Evaluation
import Foundation
import Torch

/// `likeness eval --data ... --truth ...`: what `process` saw in a synthetic film, beside the film's truth.
struct CaptureEvaluation {
  let dataset: Dataset
  let truth: TruthFolder
  /// Of how many frames one is looked at for the masks.
  private static let every = 10

  /// Compares, prints the figures and writes them to `output`, by default `eval.json` in the dataset's folder.
  func run(output: URL?) throws {
    var found = try CaptureAccuracy(dataset.track, truth: truth.track())
    let table = ProgressTable()
    let positions = Array(stride(from: 0, to: dataset.count, by: Self.every))
    for (i, position) in positions.enumerated() {
      if let labels = try truth.labels(dataset.track.frames[position].index) {
        let scaled = ImageScaling.scale(labels: labels, width: dataset.width, height: dataset.height)
        found.add(labels: try dataset.labels(position), truth: scaled)
      }
      table.show("compared \(i + 1) of \(positions.count) masks", last: i + 1 == positions.count)
    }
    table.finish()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let report = Report(
      experimentName: dataset.folder.lastPathComponent, truth: truth.url.path(percentEncoded: false), results: found.figures)
    let file = output ?? dataset.folder.appending(path: "eval.json")
    try AtomicFile.write(try encoder.encode(report) + Data("\n".utf8), to: file)
    print(found.table)
    print("\nfigures   \(file.path(percentEncoded: false))")
  }

  private struct Report: Encodable {
    var experimentName: String
    var methodName = "capture"
    var truth: String
    var results: [String: Double]
    enum CodingKeys: String, CodingKey {
      case experimentName = "experiment_name"
      case methodName = "method_name"
      case truth, results
    }
  }
}
