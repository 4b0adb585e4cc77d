import Foundation
import Testing

/// Runs one test with one golden file in another process; one at a time, since each needs the memory and threads of a whole run.
package actor GoldenProcess {
  package static let shared = GoldenProcess()
  /// In such a process: the file that it is about.
  package static let only = ProcessInfo.processInfo.environment[variable].map { URL(filePath: $0) }
  private static let variable = "LIKENESS_GOLDEN_ONLY"
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// What is wrong with `url` for `test`; nil where nothing is.
  package func fault(of test: Test, with url: URL) async -> String? {
    if isBusy { await withCheckedContinuation { waiting.append($0) } }
    isBusy = true
    defer {
      isBusy = !waiting.isEmpty
      if isBusy { waiting.removeFirst().resume() }
    }
    let log = FileManager.default.temporaryDirectory.appending(path: "golden-\(UUID().uuidString).log")
    defer { try? FileManager.default.removeItem(at: log) }
    do {
      let process = try await run(test, url, log)
      if process.terminationReason == .exit, process.terminationStatus == 0 { return nil }
      let end = process.terminationReason == .exit ? "failed" : "ended by signal \(process.terminationStatus)"
      return "the test \(end)\n" + Self.complaints((try? String(contentsOf: log, encoding: .utf8)) ?? "")
    } catch {
      return "the test could not be run: \(error)"
    }
  }

  private func run(_ test: Test, _ url: URL, _ log: URL) async throws -> Process {
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    let output = try FileHandle(forWritingTo: log), process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "--testing-library", "swift-testing", "--filter", "^\(NSRegularExpression.escapedPattern(for: String(describing: test.id)))$",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(
      [Self.variable: url.path, "SWIFT_BACKTRACE": "enable=no"]) { $1 }
    (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, output)
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in done.resume() }
      do { try process.run() } catch {
        process.terminationHandler = nil
        done.resume(throwing: error)
      }
    }
    return process
  }

  /// The lines of a run that say what went wrong.
  private static func complaints(_ log: String) -> String {
    let lines = log.split(separator: "\n").filter { line in
      ["recorded an issue", "↳", "Fatal error", "terminate called", "what():"].contains { line.contains($0) }
    }
    return lines.isEmpty ? String(log.suffix(2000)) : lines.prefix(30).joined(separator: "\n")
  }
}
