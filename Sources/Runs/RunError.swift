import Foundation
import Torch

/// Why a run folder or a checkpoint cannot be used; the description is one line with the file and the remedy.
package struct RunError: KindedError {
  package enum Reason: Equatable, Sendable {
    /// Nothing that `train` made.
    case notARun
    /// A run is there already.
    case exists
    /// Another process is training here; its number, if known.
    case busy(Int?)
    /// No checkpoint was saved yet, or none for the step asked.
    case noCheckpoint(step: Int?)
    /// All checkpoints are damaged.
    case allDamaged(Int)
    /// A checksum does not fit, or something that belongs in is missing.
    case damaged(String)
    /// Written by a later version of the format than this one reads.
    case newer(version: String, known: Int)
    /// `config.json` cannot be understood.
    case configuration(String)
  }
  package let url: URL
  package let reason: Reason

  package init(_ url: URL, _ reason: Reason) {
    self.url = url
    self.reason = reason
  }

  package var errorKind: ErrorKind { if case .busy = reason { .system } else { .input } }
  package var description: String {
    let what =
      switch reason {
      case .notARun: "is no run folder (it has no config.json); name the folder that `likeness train` printed"
      case .exists: "holds a run already; continue it with --resume, or choose another --output"
      case .busy(let process):
        "is in use by another process\(process.map { " (\($0))" } ?? ""); wait until it ends, or choose another --output"
      case .noCheckpoint(nil): "has no checkpoint yet; train it first, or longer"
      case .noCheckpoint(let step?): "has no checkpoint of step \(step); leave the choice out to get the latest"
      case .allDamaged(let count): "all \(count) checkpoints are damaged; train again with another --output"
      case .damaged(let part): "is damaged (\(part)); remove it to use the checkpoint before it"
      case .newer(let version, let known):
        "was written by a newer Likeness (format \(version), this one reads up to \(known)); update Likeness to use it"
      case .configuration(let text): "cannot be understood: \(text); restore it, or train again"
      }
    return "\(url.relativePath): \(what)"
  }
}
