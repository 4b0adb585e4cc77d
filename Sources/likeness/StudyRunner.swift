import Datasets
import Evaluation
import Foundation
import Study
import Subject
import Torch

/// Runs the rows of a study that are not finished, one after the other, and keeps its report up to date.
final class StudyRunner {
  let folder: StudyFolder
  private let device: Device
  private(set) var states: [String: StudyReport.State] = [:]
  private(set) var definitions: [String: String] = [:]
  /// Whether a row of this session was begun without its input being at fault.
  private(set) var hasTrained = false
  private let table = ProgressTable()
  /// Seconds beside training of the rows of this session.
  private var overheads: [Double] = []

  init(folder: StudyFolder, device: Device) { (self.folder, self.device) = (folder, device) }

  var report: StudyReport { StudyReport(folder.plan, states: states, definitions: definitions) }
  var failures: [String] {
    folder.plan.rows.map(\.name).filter { if case .failed? = states[$0] { true } else { false } }
  }
  /// Whether rows are left to run.
  var isOpen: Bool { states.values.contains(.open) }

  private static let head = "row                    steps   PSNR   SSIM  lips corr/ampl  sharpness   time"

  /// Runs until all is done or a signal came. Throws what the dataset or the disk has wrong; other failures are a row's own.
  func run() throws {
    let plan = folder.plan, data = URL(filePath: plan.data)
    let dataset = try Dataset(data, size: plan.size)
    for row in plan.rows {
      if let result = try folder.result(row) {
        states[row.name] = .finished(result)
        learnDefinitions(result)
      } else {
        states[row.name] = AblationRun.obstacle(row, dataset).map { .skipped($0) } ?? .open
      }
    }
    print(Self.head)
    for row in plan.rows {
      switch states[row.name] {
      case .finished(let result)?: print(Self.line(row, result))
      case .skipped(let why)?: print(Self.padded(row.name) + "  not run: \(why)")
      default: continue
      }
    }
    fflush(nil)
    for (i, row) in plan.rows.enumerated() where states[row.name] == .open {
      if StopSignal.isRaised { break }
      let start = ContinuousClock.now
      do {
        let trial = AblationRun(row: row, folder: folder, device: device)
        let found = try trial.run { [self] in show($0, i, row) }
        table.finish()
        hasTrained = true
        guard let result = found else { break }
        states[row.name] = .finished(result)
        learnDefinitions(result)
        print(Self.line(row, result))
        overheads.append(max(0, (ContinuousClock.now - start) / .seconds(1) - trial.trained))
      } catch {
        table.finish()
        // What stands in every row's way.
        if error is FileError || (exitStatus(of: error) == 65 && !hasTrained) { throw error }
        states[row.name] = .failed(oneLine(error))
        print(Self.padded(row.name) + "  failed: \(oneLine(error))")
      }
      fflush(nil)
      try report.write(to: folder)
    }
  }

  private func learnDefinitions(_ result: RowResult) {
    definitions.merge(FigureDefinition.of(result.figures.keys)) { $1 }
  }

  private func show(_ now: AblationRun.Progress, _ i: Int, _ row: StudyRow) {
    let each = folder.plan.secondsPerRow, count = folder.plan.rows.count
    let overhead = overheads.isEmpty ? min(15, each) : overheads.reduce(0, +) / Double(overheads.count)
    let waiting = folder.plan.rows.dropFirst(i + 1).filter { states[$0.name] == .open }
    let later = waiting.reduce(0) { $0 + $1.cost * each + overhead }
    let left = max(0, 1 - now.fraction) * each * row.cost + (1 - now.judged) * overhead + later
    table.show("[\(i + 1) of \(count)] \(row.name): \(now.words); study done in \(ProgressTable.clock(left))", last: false)
  }

  private static func padded(_ name: String) -> String { name.padding(toLength: 20, withPad: " ", startingAt: 0) }
  private static func line(_ row: StudyRow, _ result: RowResult) -> String {
    func number(_ name: String, _ digits: Int, _ width: Int) -> String {
      let text = result.figures[name].map { String(format: "%.\(digits)f", locale: nil, $0) } ?? "-"
      return String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let steps = String(repeating: " ", count: max(0, 8 - "\(result.steps)".count)) + "\(result.steps)"
    return padded(row.name) + steps + number("psnr", 2, 7) + number("ssim", 3, 7) + number("motion.lip_gap.correlation", 2, 8) + " /"
      + number("motion.lip_gap.amplitude", 2, 6) + number("sharpness", 2, 11) + "  " + ProgressTable.clock(result.seconds)
  }
}
