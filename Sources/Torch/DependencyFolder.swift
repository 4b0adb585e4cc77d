import Foundation

/// Where `scripts/setup` puts what is fetched: the folder that `LIKENESS_DEPS` names, or `.deps` beside the package.
package enum DependencyFolder {
  /// The file at `path` inside the folder, found by walking up from the executable and from the current folder; throws when it is absent.
  package static func file(_ path: String) throws -> URL {
    for folder in candidates {
      let file = folder.appendingPathComponent(path)
      if FileManager.default.fileExists(atPath: file.path) { return file }
    }
    throw MissingDependency("\(path): not found in .deps; run scripts/setup, or set LIKENESS_DEPS to the folder that contains it")
  }

  /// The file `name` of those that come with the tool: in the folder that `LIKENESS_MODELS` names, otherwise in `Models` beside the package,
  /// found as above; throws when it is absent.
  package static func shipped(_ name: String) throws -> URL {
    for folder in [Environment.process.models].compactMap(\.self) + above("Models") {
      let file = folder.appendingPathComponent(name)
      if FileManager.default.fileExists(atPath: file.path) { return file }
    }
    throw MissingDependency(
      "\(name): not found in Models, the folder that comes with the tool; set LIKENESS_MODELS to the folder that contains it")
  }

  private static var candidates: [URL] {
    Environment.process.dependencies.map { [$0] } ?? above(".deps")
  }
  /// The folder of this name at every place from the executable and from the current folder upwards.
  private static func above(_ name: String) -> [URL] {
    let executable = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath().deletingLastPathComponent()
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
    return [executable, current].flatMap { start in
      sequence(first: start) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
        .prefix(16).map { $0.appendingPathComponent(name, isDirectory: true) }
    }
  }
}

/// A file that `scripts/setup` fetches, or that comes with the tool, and that is absent.
package struct MissingDependency: KindedError {
  package let description: String
  package var errorKind: ErrorKind { .system }
  init(_ description: String) { self.description = description }
}
