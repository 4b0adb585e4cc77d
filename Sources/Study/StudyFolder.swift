import Foundation
import Runs
import Torch

/// What a finished row left.
package struct RowResult: Codable, Sendable, Equatable {
  /// As in `StudyRow`.
  package var name: String
  /// Steps on rays, and seconds of training.
  package var steps: Int
  package var seconds: Double
  /// By the names of `eval.json`.
  package var figures: [String: Double]
  /// Numbers of the frames whose images were kept.
  package var images: [Int]
  /// What is to be known of it, such as that fewer frames were judged.
  package var notes: [String]

  /// The names in result.json.
  enum CodingKeys: String, CodingKey {
    case name, steps, seconds, figures, notes
    case images = "pictures"
  }

  package init(name: String, steps: Int, seconds: Double, figures: [String: Double], images: [Int], notes: [String] = []) {
    (self.name, self.steps, self.seconds, self.figures) = (name, steps, seconds, figures)
    (self.images, self.notes) = (images, notes)
  }
}

/// A point of a training's curve.
package struct CurvePoint: Sendable, Equatable {
  package var seconds: Double
  package var values: [String: Double]
}

/// A study on the disk: `study.json`, `rows/<name>/` with the run, `result.json` and images of each, and the report in the folder itself.
package final class StudyFolder {
  package let url: URL
  package let plan: StudyPlan
  private let lock: RunLock

  private init(_ url: URL, _ plan: StudyPlan, _ lock: RunLock) { (self.url, self.plan, self.lock) = (url, plan, lock) }

  static func file(_ place: URL) -> URL { place.appending(path: "study.json") }
  package static func exists(_ place: URL) -> Bool { FileManager.default.fileExists(atPath: file(place).path) }

  /// The study of an experiment that was started last; nil if there is none.
  package static func latest(in outputs: URL, experiment: String) -> URL? {
    let folder = outputs.appending(path: "\(experiment)/ablate")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.map { folder.appending(path: $0) }.filter(exists)
      .max { $0.lastPathComponent.compare($1.lastPathComponent, options: .numeric) == .orderedAscending }
  }

  /// Makes a new study; throws `StudyError` if one is there, `RunError` if another process works here.
  package static func create(_ place: URL, _ plan: StudyPlan) throws -> StudyFolder {
    let url = place.absoluteURL
    guard !exists(url) else { throw StudyError.exists(url.relativePath) }
    try makeFolder(url.appending(path: "rows"))
    let lock = try RunLock(url)
    guard !exists(url) else { throw StudyError.exists(url.relativePath) }
    try AtomicFile.write(try encoder.encode(plan) + Data("\n".utf8), to: file(url))
    return StudyFolder(url, plan, lock)
  }

  /// Opens a study to go on with; throws `StudyError`, or `RunError` if another process works here.
  package static func resume(_ place: URL) throws -> StudyFolder {
    let url = place.absoluteURL
    guard exists(url) else { throw StudyError.absent(url.relativePath) }
    let plan: StudyPlan = try read(file(url))
    let lock = try RunLock(url)
    AtomicFile.removeLeftovers(in: url)
    for row in plan.rows { AtomicFile.removeLeftovers(in: url.appending(path: "rows/\(row.name)")) }
    return StudyFolder(url, plan, lock)
  }

  /// The plan of a study; throws `StudyError`.
  package static func plan(_ place: URL) throws -> StudyPlan {
    guard exists(place) else { throw StudyError.absent(place.relativePath) }
    return try read(file(place))
  }

  private struct Version: Decodable { let version: Int }
  private static func read<T: Decodable>(_ url: URL) throws -> T {
    guard let data = try? Data(contentsOf: url) else { throw FileError(url, "cannot read", code: errno, kind: .input) }
    do {
      if T.self == StudyPlan.self {
        let version = try JSONDecoder().decode(Version.self, from: data).version
        guard version <= StudyPlan.version else { throw StudyError.newer(url.relativePath, version: version) }
      }
      return try JSONDecoder().decode(T.self, from: data)
    } catch let error as DecodingError {
      throw StudyError.damaged(url.relativePath, error.oneLine)
    }
  }
  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
  private static func makeFolder(_ url: URL) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code ?? 0
      throw FileError(url, "cannot make this folder", code: Int32(code))
    }
  }

  /// A row's own folder, which is made if it is not there.
  package func folder(_ row: StudyRow) throws -> URL {
    let place = url.appending(path: "rows/\(row.name)")
    try Self.makeFolder(place)
    return place
  }
  /// Where a row is trained.
  package func run(_ row: StudyRow) -> URL { url.appending(path: "rows/\(row.name)/run") }
  /// Where its texture enhancement is trained.
  package func texture(_ row: StudyRow) -> URL { url.appending(path: "rows/\(row.name)/texture") }
  /// Where images of a row are, and those of the truth.
  package func images(_ row: StudyRow) -> URL { url.appending(path: "rows/\(row.name)/pictures") }
  package var truth: URL { url.appending(path: "truth") }

  /// What a row came to; nil while it is not finished. Throws `StudyError` if it is there and damaged.
  package func result(_ row: StudyRow) throws -> RowResult? {
    let file = url.appending(path: "rows/\(row.name)/result.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try Self.read(file)
  }
  /// Marks a row as finished.
  package func write(_ result: RowResult, of row: StudyRow) throws {
    try AtomicFile.write(try Self.encoder.encode(result) + Data("\n".utf8), to: try folder(row).appending(path: "result.json"))
  }

  /// The curve of a row's training so far, by time; lines that cannot be read are left out.
  package func curve(_ row: StudyRow) -> [CurvePoint] {
    guard let data = try? Data(contentsOf: run(row).appending(path: "metrics.jsonl")) else { return [] }
    return data.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard case .object(let members)? = try? JSONDecoder().decode(JSONValue.self, from: line) else { return nil }
      var values = members.compactMapValues { value -> Double? in
        switch value {
        case .integer(let n): Double(n)
        case .number(let x): x
        default: nil
        }
      }
      guard let seconds = values.removeValue(forKey: "seconds") else { return nil }
      return CurvePoint(seconds: seconds, values: values)
    }
  }
}
