import Consent
import Foundation

/// Something that was made from a person: a folder of the tool's, or a file that carries the person's record.
package struct Trace: Sendable {
  /// What it is, in one word.
  package let noun: String
  /// The folder or file.
  package let url: URL
  package let record: ConsentRecord
  /// The files to delete, and those in the folder that the tool did not make.
  package let files, others: [URL]
  /// Of the files, together.
  package let bytes: Int
  /// Where its dataset lies, of a run.
  package let data: URL?

  /// Deletes its files, and the folders that are empty then. Returns the files that are still there, with what the system says.
  package func delete() -> [(file: URL, reason: String)] {
    var left: [(URL, String)] = []
    for file in files where unlink(file.path) != 0 && errno != ENOENT { left.append((file, String(cString: strerror(errno)))) }
    guard isFolder else { return left }
    // The deepest first.
    let folders = Set(
      files.flatMap { file in
        sequence(first: file.deletingLastPathComponent()) { $0.deletingLastPathComponent() }
          .prefix { $0.path.count >= url.path.count && $0.path.hasPrefix(url.path) }.map(\.path)
      })
    for folder in folders.sorted(by: { $0.count > $1.count }) { rmdir(folder) }
    return left
  }
  private var isFolder: Bool { files != [url] }
}
