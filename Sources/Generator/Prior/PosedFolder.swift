import Foundation
import Runs
import Torch

/// A folder of images whose cameras are known, as EG3D takes it: `dataset.json` with `{"labels": [["00000/img00000000.png", [25 numbers]], ...]}`
/// beside the images. The synthetic population adds `masks/` and `depth/` under the same names.
package struct PosedFolder {
  package struct Entry: Equatable, Sendable {
    /// Within the folder.
    package let name: String
    package let label: CameraLabel
    package init(name: String, label: CameraLabel) { (self.name, self.label) = (name, label) }
  }
  package let url: URL
  package let entries: [Entry]

  /// Reads and checks every label and that every image is there, none of which is opened; throws `PosedFolderError`.
  package init(_ url: URL) throws {
    self.url = url
    let file = url.appending(path: "dataset.json")
    guard let data = try? Data(contentsOf: file) else {
      throw PosedFolderError(
        file, "cannot be read; likeness synth population --output <folder> makes such a folder, or use one of EG3D's")
    }
    let contents: Contents
    do {
      contents = try JSONDecoder().decode(Contents.self, from: data)
    } catch {
      throw PosedFolderError(file, #"is not a list of cameras ({"labels": [["image.png", [25 numbers]], ...]}); write it again"#)
    }
    guard !contents.labels.isEmpty else { throw PosedFolderError(file, "lists no images; write it again") }
    var known: Set<String> = []
    entries = try contents.labels.map { row in
      guard known.insert(row.name).inserted else { throw PosedFolderError(file, "names \(row.name) twice; remove one") }
      return Entry(name: row.name, label: try Self.label(row, file))
    }
    for entry in entries where !FileManager.default.fileExists(atPath: image(entry.name).path) {
      throw PosedFolderError(image(entry.name), "is missing, but dataset.json lists it; add the image or remove its line")
    }
  }

  /// Writes `dataset.json` of images that lie in `folder`, atomically; throws `FileError`.
  package static func write(_ entries: [Entry], to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(["labels": entries]), to: folder.appending(path: "dataset.json"))
  }

  /// Stands for the images and cameras: names, labels, and the sizes of the files.
  var fingerprint: String {
    var crc = CRC32C()
    for entry in entries {
      let size = (try? image(entry.name).resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
      crc.update("\(entry.name) \(size)")
      entry.label.values.withUnsafeBytes { crc.update($0) }
    }
    return "crc32c:" + String(crc.value, radix: 16)
  }

  package func image(_ name: String) -> URL { url.appending(path: name) }
  /// The mask of the 12 classes that belongs to an image; nil where there is none.
  package func mask(_ name: String) -> URL? { beside("masks", name, "png") }
  /// How far each pixel of an image is along the view axis, a grey PNG of 16 bits with `depthSteps` for one unit of the cameras and 0 for
  /// nothing; nil where there is none.
  package func depth(_ name: String) -> URL? { beside("depth", name, "png") }
  package static let depthSteps = 10_000.0

  private func beside(_ part: String, _ name: String, _ kind: String) -> URL? {
    let place = url.appending(path: part).appending(path: name).deletingPathExtension().appendingPathExtension(kind)
    return FileManager.default.fileExists(atPath: place.path) ? place : nil
  }

  private static func label(_ row: Contents.Row, _ file: URL) throws -> CameraLabel {
    func wrong(_ text: String) -> PosedFolderError { PosedFolderError(file, "the label of \(row.name) \(text)") }
    let v = row.values
    guard v.count == CameraLabel.count else {
      throw wrong("has \(v.count) numbers; a camera has 16 of a camera-to-world matrix and 9 of normalised intrinsics")
    }
    guard v.allSatisfy(\.isFinite) else { throw wrong("contains a value that is not finite (NaN or infinity); correct it") }
    guard v[16] > 0, v[20] > 0 else {
      throw wrong("has no focal length above 0; numbers 17 and 21 are focal lengths over the image's size")
    }
    // Focal lengths in pixels would be a hundred times as long.
    guard v[16] < 50, v[20] < 50, abs(v[18]) < 5, abs(v[21]) < 5 else {
      throw wrong("has intrinsics in pixels; divide them by the image's size")
    }
    guard let label = CameraLabel(values: v), zip(v[12..<16], [0, 0, 0, 1]).allSatisfy({ abs($0 - $1) < 1e-3 }) else {
      throw wrong(
        "is not a camera: its matrix is not a rotation and translation (rows of length 1 at right angles, then 0 0 0 1); correct it")
    }
    return label
  }

  /// `dataset.json`.
  private struct Contents: Decodable {
    let labels: [Row]
    struct Row: Decodable {
      let name: String
      let values: [Float]
      init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        (name, values) = (try row.decode(String.self), try row.decode([Float].self))
      }
    }
  }
}

/// Why a folder of images with cameras cannot be trained on: one line with the file and the remedy.
package struct PosedFolderError: KindedError {
  package let url: URL
  package let text: String
  init(_ url: URL, _ text: String) { (self.url, self.text) = (url, text) }
  package var errorKind: ErrorKind { .input }
  package var description: String { "\(url.relativePath): \(text)" }
}

extension PosedFolder.Entry: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var row = encoder.unkeyedContainer()
    try row.encode(name)
    try row.encode(label.values)
  }
}
