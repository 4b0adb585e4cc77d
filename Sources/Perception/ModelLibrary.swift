import Foundation
import Torch

/// A published file of weights that users may bring.
package enum ModelFile: String, CaseIterable, Sendable {
  case lpipsAlex = "lpips-alex"
  case lpipsVGG = "lpips-vgg"
  case lpipsSqueeze = "lpips-squeeze"
  case alexNet = "alexnet"
  case vgg16
  case squeezeNet = "squeezenet"
  case mobileFaceNet = "mobilefacenet"
  case arcFace = "arcface"
  case faceParser = "face-parser"
  case syncNet = "syncnet"

  /// What is published about a file.
  package struct Description: Sendable {
    package let purpose: String
    /// The name it is published under, then others that it is known by.
    package let fileNames: [String]
    package let address: String
    package let licence: String
    /// In hexadecimal; nil where none is known.
    package let sha256: String?
    /// Bytes, nearly.
    package let size: Int

    package init(purpose: String, fileNames: [String], address: String, licence: String, sha256: String?, size: Int) {
      (self.purpose, self.fileNames, self.address) = (purpose, fileNames, address)
      (self.licence, self.sha256, self.size) = (licence, sha256, size)
    }
  }
}

/// Where files of weights are looked for.
package enum ModelLibrary {
  /// The folders, first to last: `LIKENESS_MODELS`, `models` in `LIKENESS_DEPS` or in `.deps` at or above the current folder,
  /// `~/.cache/likeness/models`.
  package static func folders(_ environment: Environment = .process) -> [URL] {
    let dependencies = environment.dependencies ?? nearest(".deps")
    return [
      environment.models, dependencies?.appendingPathComponent("models", isDirectory: true), own(environment),
    ].compactMap { $0 }
  }
  /// The first folder of this name at or above the current one.
  private static func nearest(_ name: String) -> URL? {
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
    return sequence(first: current) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }.prefix(16)
      .map { $0.appendingPathComponent(name, isDirectory: true) }.first { FileManager.default.fileExists(atPath: $0.path) }
  }
  /// Where downloads go: the folder that `LIKENESS_MODELS` names, else the user's own; nil without a home.
  package static func downloads(_ environment: Environment = .process) -> URL? {
    environment.models ?? own(environment)
  }
  private static func own(_ environment: Environment) -> URL? {
    environment.cache?.appendingPathComponent("likeness/models", isDirectory: true)
  }

  /// The first such file there is, under any of its names; nil if there is none.
  package static func find(_ file: ModelFile, in folders: [URL]? = nil) -> URL? {
    let folders = folders ?? Self.folders()
    for folder in folders {
      for name in file.description.fileNames {
        let url = folder.appendingPathComponent(name)
        if FileManager.default.isReadableFile(atPath: url.path) { return url }
      }
    }
    return nil
  }
  /// The file, or `ModelMissing`, which says what to bring.
  package static func require(_ file: ModelFile, in folders: [URL]? = nil) throws -> URL {
    guard let url = find(file, in: folders) else { throw ModelMissing(file: file, folder: (folders ?? Self.folders()).first) }
    return url
  }
}

/// A file of weights that is not there: one line with what it is for, where it is published and where to put it.
package struct ModelMissing: KindedError {
  package let file: ModelFile
  package let folder: URL?
  package var errorKind: ErrorKind { .input }
  package var description: String {
    let known = file.description
    return "\(known.fileNames[0]): not found; \(known.purpose) needs it: likeness models download \(file.rawValue), or take it from "
      + "\(known.address) (\(known.licence)) and put it into \(folder?.path ?? "the folder that LIKENESS_MODELS names")"
  }
}
