import Datasets
import Face
import Foundation
import Media
import Torch

/// What `synth performer --truth` wrote.
package struct TruthFolder {
  package let url: URL
  package init(_ url: URL) { self.url = url }

  /// What the performer did; throws `EvaluationError` if it is not there, `DatasetError` if it is broken.
  package func track() throws -> Track {
    let file = url.appending(path: "truth.safetensors")
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw EvaluationError.noTruth(file)
    }
    return try Track(file)
  }

  /// The classes of a frame's pixels, `[H, W]` uint8; nil where the folder has none of it.
  package func labels(_ frame: Int) throws -> Tensor? {
    let digits = String(frame)
    let file = url.appending(path: "masks/" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return SemanticClass.labels(of: try ImageFile.read(file))
  }
}
