import Datasets
import Foundation
import Torch
import Tracking

/// A folder that stands under its final name whole or not at all: filled beside it, then renamed.
final class WorkFolder {
  let final: URL
  let url: URL
  private let replace: Bool
  private var done = false

  /// Makes the hidden folder beside `final`, and the folders above it.
  ///
  /// Throws where there is something under the final name already that must not or shall not be replaced.
  init(for final: URL, replace: Bool) throws {
    let files = FileManager.default
    let target = final.standardizedFileURL
    (self.final, self.replace) = (target, replace)
    if files.fileExists(atPath: target.path) {
      let isDataset = files.fileExists(atPath: DatasetFolder(target).track.path)
      let isEmpty = (try? files.contentsOfDirectory(atPath: target.path))?.isEmpty == true
      guard isEmpty || replace else {
        throw CaptureError(.badInput, "\(final.path): already there; choose another --output, or --overwrite it")
      }
      guard isEmpty || isDataset else {
        throw CaptureError(.badInput, "\(final.path): is no dataset and will not be replaced; choose another --output")
      }
    }
    let parent = target.deletingLastPathComponent()
    do { try files.createDirectory(at: parent, withIntermediateDirectories: true) } catch {
      throw FileError(parent, "cannot make this folder", remedy: "check that you may write there, or choose another --output")
    }
    Self.removeLeftovers(of: target)
    url = parent.appending(path: ".\(target.lastPathComponent).process-\(getpid())")
    guard mkdir(url.path, 0o777) == 0 else { throw FileError(target, "cannot write", code: errno) }
  }
  deinit { if !done { try? FileManager.default.removeItem(at: url) } }

  /// Gives the folder, whose files are on the disk, its name.
  func finish() throws {
    let parent = url.deletingLastPathComponent()
    for folder in [url] + ((try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []) {
      guard let descriptor = Self.openFolder(folder) else { continue }
      defer { close(descriptor) }
      guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(final, "cannot bring it safely to the disk", code: errno) }
    }
    let old = parent.appending(path: ".\(final.lastPathComponent).replaced-\(getpid())")
    let hadOld = FileManager.default.fileExists(atPath: final.path)
    if hadOld {
      guard rename(final.path, old.path) == 0 else { throw FileError(final, "cannot replace", code: errno) }
    }
    guard rename(url.path, final.path) == 0 else {
      let code = errno
      if hadOld { rename(old.path, final.path) }
      throw FileError(final, "cannot rename the finished dataset to this name", code: code)
    }
    done = true
    if hadOld { try? FileManager.default.removeItem(at: old) }
    if let descriptor = Self.openFolder(parent) {
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// nil for what is no folder.
  private static func openFolder(_ url: URL) -> Int32? {
    let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    return descriptor >= 0 ? descriptor : nil
  }

  /// What runs that were killed left beside a name.
  private static func removeLeftovers(of target: URL) {
    let parent = target.deletingLastPathComponent()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? [] {
      for kind in ["process", "replaced"] where name.hasPrefix(".\(target.lastPathComponent).\(kind)-") {
        guard let id = name.split(separator: "-").last, let process = pid_t(id), kill(process, 0) != 0, errno == ESRCH else { continue }
        let left = parent.appending(path: name)
        // A run killed between its two renames leaves the old dataset only here.
        if kind == "replaced", !FileManager.default.fileExists(atPath: target.path) {
          rename(left.path, target.path)
        } else {
          try? FileManager.default.removeItem(at: left)
        }
      }
    }
  }
}
