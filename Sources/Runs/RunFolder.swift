import Consent
import Foundation
import Torch

/// A training on the disk: `outputs/<experiment>/<method>/<time>/`.
///
/// It holds `config.json`, `consent.json`, `checkpoints/step-000030000.safetensors` (the last three and the best), `metrics.jsonl`, TensorBoard's events and
/// `validation/*.png`. Two processes cannot train in one; any number can read it.
package final class RunFolder {
  /// Absolute, so that a change of the working directory does no harm.
  package let url: URL
  package private(set) var record: RunRecord
  /// The name of this training in figures: the `<experiment>` of the path.
  package var experiment: String { record.experiment }
  package var validation: URL { url.appending(path: "validation") }
  package var checkpoints: URL { url.appending(path: "checkpoints") }

  private let lock: RunLock?
  private var logs: (metrics: MetricsLog, events: EventFile)?
  /// Steps of the checkpoint this session started from, if there was one.
  private var start: Int?

  private init(_ url: URL, _ record: RunRecord, _ lock: RunLock?) {
    (self.url, self.record, self.lock) = (url, record, lock)
  }

  /// The folder that a new run gets when the user names none; `now` in the local time of `zone`.
  package static func place(
    in outputs: URL, experiment: String, method: String, now: Date = Date(), zone: TimeZone = .current
  ) -> URL {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = zone
    format.dateFormat = "yyyy-MM-dd_HHmmss"
    let folder = outputs.appending(path: "\(experiment)/\(method)")
    let name = format.string(from: now)
    let free = (1...).lazy.map { folder.appending(path: $0 == 1 ? name : "\(name)-\($0)") }
      .first { !FileManager.default.fileExists(atPath: $0.path) }
    return free ?? folder.appending(path: name)
  }

  /// The run of an experiment that was started last; nil if there is none.
  package static func latest(in outputs: URL, experiment: String, method: String) -> URL? {
    let folder = outputs.appending(path: "\(experiment)/\(method)")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let runs = names.map { folder.appending(path: $0) }.filter { FileManager.default.fileExists(atPath: $0.path + "/config.json") }
    return runs.max { $0.lastPathComponent.compare($1.lastPathComponent, options: .numeric) == .orderedAscending }
  }

  /// Whether a run is there, as `create` would find.
  package static func exists(_ place: URL) -> Bool { FileManager.default.fileExists(atPath: place.appending(path: "config.json").path) }

  /// Makes a new run to train in; throws `RunError` if one is there or being made, `FileError` if it cannot be written, and then leaves
  /// no folder that was not there before.
  package static func create(_ place: URL, _ record: RunRecord, consent: ConsentRecord? = nil) throws -> RunFolder {
    let url = place.absoluteURL
    let isNew = !FileManager.default.fileExists(atPath: url.path)
    try makeFolder(url)
    let lock = try RunLock(url)
    do {
      guard !exists(url) else { throw RunError(url, .exists) }
      for part in ["checkpoints", "validation"] { try makeFolder(url.appending(path: part)) }
      if let consent { try ConsentFile.write(consent, in: url) }
      try AtomicFile.write(try record.json(), to: url.appending(path: "config.json"))
    } catch {
      // Held by the lock, so that it is nobody else's.
      if isNew { try? FileManager.default.removeItem(at: url) }
      throw error
    }
    return RunFolder(url, record, lock)
  }
  private static func makeFolder(_ url: URL) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code ?? 0
      throw FileError(url, "cannot make this folder", code: Int32(code))
    }
  }

  /// Opens a run to read from; throws `RunError` if there is none.
  package static func open(_ place: URL) throws -> RunFolder {
    let url = place.absoluteURL
    return RunFolder(url, try RunRecord.read(url), nil)
  }

  /// Opens a run to go on training; throws `RunError` if there is none or another process trains in it.
  package static func resume(_ place: URL) throws -> RunFolder {
    let url = place.absoluteURL
    let record = try RunRecord.read(url)
    let lock = try RunLock(url)
    AtomicFile.removeLeftovers(in: url.appending(path: "checkpoints"))
    AtomicFile.removeLeftovers(in: url)
    return RunFolder(url, record, lock)
  }

  /// Ties the run to the data that `fingerprint` stands for; throws `RunError` where it was begun on others. Runs that do not know theirs
  /// yet, new ones and those of earlier versions, take it for theirs.
  package func bind(to fingerprint: String) throws {
    precondition(lock != nil, "a run opened for reading is not written to")
    guard record.fingerprint != fingerprint else { return }
    guard record.fingerprint == nil else { throw RunError(url, .otherData(record.data)) }
    record.fingerprint = fingerprint
    try AtomicFile.write(try record.json(), to: url.appending(path: "config.json"))
  }

  /// Whose likeness is trained; nil in runs of earlier versions and of what is no person's. Throws `ConsentError` where it cannot be read.
  package func consent() throws -> ConsentRecord? { try ConsentFile.read(in: url) }
  /// Keeps a record in a run that has none, or another. Throws `FileError`.
  package func keep(_ consent: ConsentRecord) throws {
    precondition(lock != nil, "a run opened for reading is not written to")
    try ConsentFile.write(consent, in: url)
  }

  /// Adds figures of a step to `metrics.jsonl` and TensorBoard; `seconds` of training so far.
  package func log(step: Int, seconds: Double, _ values: [String: Double]) throws {
    precondition(lock != nil, "a run opened for reading is not written to")
    let logs = try self.logs ?? (MetricsLog(url.appending(path: "metrics.jsonl"), after: start), EventFile(url, after: start ?? 0))
    self.logs = logs
    try logs.metrics.append(step: step, seconds: seconds, values)
    try logs.events.append(step: step, values)
  }

  /// Saves a checkpoint atomically, then removes all but the last three and the one with the highest score.
  ///
  /// Throws `FileError`; what was saved before is then still there.
  package func save(_ checkpoint: Checkpoint) throws {
    precondition(lock != nil, "a run opened for reading is not written to")
    try logs?.metrics.sync()
    try checkpoint.write(to: file(checkpoint.step))
    var scores: [Int: Double] = [:]
    let steps = savedSteps
    for step in steps { scores[step] = step == checkpoint.step ? checkpoint.score : Checkpoint.score(of: file(step)) }
    let best = scores.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    for step in steps.dropLast(3) where step != best { unlink(file(step).path) }
  }

  /// Steps of the checkpoints that are there, ascending.
  package var savedSteps: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    return names.compactMap { $0.wholeMatch(of: #/step-(\d+)\.safetensors/#).flatMap { Int($0.1) } }.sorted()
  }
  /// Where the checkpoint of a step lies.
  package func file(_ step: Int) -> URL { checkpoints.appending(path: Self.name(step) + ".safetensors") }
  /// Where what is looked at of a step lies.
  package func image(_ step: Int) -> URL { validation.appending(path: Self.name(step) + ".png") }
  private static func name(_ step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
  }

  /// The last sound checkpoint to go on from; nil if none was saved yet. Later log entries are dropped with the next `log`.
  ///
  /// Damaged ones are set aside under another name and told to `warn`. Throws `RunError` if all are damaged or one is of a newer version.
  package func resumePoint(warn: (String) -> Void) throws -> Checkpoint? {
    precondition(lock != nil, "a run opened for reading is not gone on with")
    guard !savedSteps.isEmpty else { return nil }
    let found = try latest(warn: warn, damaged: { rename($0.path, $0.path + ".damaged") })
    start = found.step
    return found
  }
  /// Lets the next `log` drop what was logged of steps after `step`: the training goes on from there.
  func dropLog(after step: Int) { (logs, start) = (nil, step) }

  /// The checkpoint of `step`, or the last sound one; throws `RunError` if there is none.
  package func checkpoint(step: Int? = nil, warn: (String) -> Void) throws -> Checkpoint {
    guard let step else { return try latest(warn: warn, damaged: { _ in }) }
    guard savedSteps.contains(step) else { throw RunError(url, .noCheckpoint(step: step)) }
    return try Checkpoint.read(file(step))
  }

  private func latest(warn: (String) -> Void, damaged: (URL) -> Void) throws -> Checkpoint {
    let steps = savedSteps
    guard !steps.isEmpty else { throw RunError(url, .noCheckpoint(step: nil)) }
    for step in steps.reversed() {
      do {
        return try Checkpoint.read(file(step))
      } catch let error as RunError {
        guard case .damaged = error.reason else { throw error }
        warn("\(error); trying the one before")
      } catch let error as SafetensorsError {
        warn("\(error); trying the checkpoint before")
      } catch let error as FileError where error.code == 0 {
        warn("\(error); trying the checkpoint before")
      }
      damaged(file(step))
    }
    throw RunError(url, .allDamaged(steps.count))
  }
}
