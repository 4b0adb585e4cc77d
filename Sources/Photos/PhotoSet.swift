import Foundation
import Generator
import Media
import Torch

/// Photos as a folder that generators are trained on: images and `dataset.json`, as EG3D has them (see `PosedFolder`).
package final class PhotoSet {
  package let folder: URL
  private var rows: [PosedFolder.Entry] = []
  package var count: Int { rows.count }

  /// The folder is made for the first photo, where there is none.
  package init(_ folder: URL) { self.folder = folder }

  /// Writes the photo's image as PNG under a name that no other has, and returns it; throws `FileError` or `MediaError`.
  @discardableResult
  package func add(_ photo: PortraitPhoto) throws -> URL {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot make the folder", remedy: "name another --output")
    }
    let stem = URL(filePath: photo.name).deletingPathExtension().lastPathComponent
    let taken = Set(rows.map(\.name))
    var name = stem + ".png"
    var copy = 1
    while taken.contains(name) {
      copy += 1
      name = "\(stem)-\(copy).png"
    }
    let url = folder.appending(path: name)
    try ImageFile.write(photo.image, to: url)
    rows.append(PosedFolder.Entry(name: name, label: photo.label))
    return url
  }
  /// Writes `dataset.json` of what was added; throws `FileError`.
  package func finish() throws {
    try PosedFolder.write(rows, to: folder)
  }
}
