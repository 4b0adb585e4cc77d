import Foundation

/// The tool as users run it: a process of its own.
struct Tool {
  struct Ending {
    let status: Int32
    let output, errors: String
  }
  /// The executable lies beside the test bundle.
  static let executable: URL = {
    let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let folders = sequence(first: bundle) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
    return folders.map { $0.appending(path: "likeness") }.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? bundle
  }()

  /// What the tool is told beside what this process was: threads, and that the people of tests do not live. `nil` takes a variable away.
  private static func environment(threads: Int, _ changes: [String: String?] = [:]) -> [String: String] {
    var all = ProcessInfo.processInfo.environment
    (all["OMP_NUM_THREADS"], all["LIKENESS_CONSENT"], all["XDG_CONFIG_HOME"]) = ("\(threads)", "synthetic", settings.path)
    for (name, value) in changes { all[name] = value }
    return all
  }
  /// The user's settings, those of no user.
  private static let settings = FileManager.default.temporaryDirectory.appending(path: "likeness-tests-settings-\(getpid())")

  static func start(
    _ arguments: [String], in folder: URL, input: Any? = nil, output: Any? = nil, threads: Int = 2, changes: [String: String?] = [:]
  ) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = environment(threads: threads, changes)
    if let input { process.standardInput = input }
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = output ?? FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs to the end.
  static func run(_ arguments: String..., in folder: URL) throws -> Ending { try run(arguments, in: folder) }
  static func run(_ arguments: [String], in folder: URL, changes: [String: String?] = [:]) throws -> Ending {
    let files = (1...2).map { _ in folder.appending(path: ".out-\(UUID().uuidString)") }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    for file in files { try Data().write(to: file) }
    let handles = try files.map { try FileHandle(forWritingTo: $0) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = environment(threads: 2, changes)
    process.standardInput = FileHandle.nullDevice
    (process.standardOutput, process.standardError) = (handles[0], handles[1])
    try process.run()
    process.waitUntilExit()
    return Ending(
      status: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }
}

/// An empty folder of the test's own, gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "likeness-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
