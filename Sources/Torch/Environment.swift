import Foundation

/// What the environment's variables say: the one place of the Swift code that reads them.
///
/// It stands below everything, and not in the command line, because the tests and the benchmark need the same folders and have no command
/// line. `Sources/CKernels/Environment.h` is the same for what kernels read before any Swift runs.
package struct Environment: Sendable {
  /// The process's own.
  package static let process = Environment(ProcessInfo.processInfo.environment)
  private let values: [String: String]

  package init(_ values: [String: String]) { self.values = values }

  /// Where weights that users bring, and those that come with the tool, are looked for first: `LIKENESS_MODELS`.
  package var models: URL? { folder("LIKENESS_MODELS") }
  /// Where `scripts/setup` put what it fetched, if not in `.deps`: `LIKENESS_DEPS`.
  package var dependencies: URL? { folder("LIKENESS_DEPS") }
  /// The user's folder for what can be made or fetched again; nil without a home. XDG asks to ignore a relative path.
  package var cache: URL? {
    if let cache = values["XDG_CACHE_HOME"], cache.hasPrefix("/") { return URL(fileURLWithPath: cache, isDirectory: true) }
    return folder("HOME")?.appendingPathComponent(".cache", isDirectory: true)
  }
  /// The user's folder for settings and keys; nil without a home.
  package var settings: URL? {
    if let place = values["XDG_CONFIG_HOME"], place.hasPrefix("/") { return URL(fileURLWithPath: place, isDirectory: true) }
    return folder("HOME")?.appendingPathComponent(".config", isDirectory: true)
  }
  /// Whose likeness is made where no option and no terminal says so: `LIKENESS_CONSENT`.
  package var consent: String? { values["LIKENESS_CONSENT"].flatMap { $0.isEmpty ? nil : $0 } }
  /// The folders in which programs are looked for: `PATH`.
  package var programs: [String] { (values["PATH"] ?? "").split(separator: ":").map(String.init) }

  private func folder(_ name: String) -> URL? {
    values[name].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0, isDirectory: true) }
  }
}
