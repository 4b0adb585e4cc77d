import Datasets
import Foundation
import Torch

/// A dataset folder being made: it stands under its final name whole or not at all.
final class WorkFolder {
  private let folder: AtomicFolder
  var url: URL { folder.url }

  /// Makes the hidden folder beside `final`, and the folders above it.
  ///
  /// Throws where another process makes a dataset of this name, or where there is something under it already that must not or shall not be
  /// replaced.
  init(for final: URL, replace: Bool) throws {
    let marker = DatasetFolder(final).track.lastPathComponent
    folder = try AtomicFolder(final, AtomicFolder.Kind("dataset", marker: marker), replace: replace)
  }

  /// Gives the folder, whose files are on the disk, its name.
  func finish() throws { try folder.finish() }
}
