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
    /// The checkpoint is of another model than `config.json` describes.
    case misfit(String)
    /// The data, in this folder or file, are not those that the run was begun on.
    case otherData(String)
    /// Steps are not finite however slow the training is; the step of the good checkpoint, if one was saved.
    case diverged(returns: Int, checkpoint: Int?)
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
      case .notARun: "is not a run folder (it has no config.json); name the folder that `likeness train` printed"
      case .exists: "holds a run already; continue it with --resume, or choose another --output"
      case .busy(let process):
        "is in use by another process\(process.map { " (\($0))" } ?? ""); wait until it ends, or choose another --output"
      case .noCheckpoint(nil): "has no checkpoint yet; train it first, or longer"
      case .noCheckpoint(let step?): "has no checkpoint of step \(step); leave out --step to use the latest"
      case .allDamaged(let count): "all \(count) checkpoints are damaged; train again with another --output"
      case .damaged(let part): "is damaged (\(part)); remove it to use the checkpoint before it"
      case .newer(let version, let known):
        "was written by a newer Likeness (format \(version), this one reads up to \(known)); update Likeness to use it"
      case .misfit(let fault): "does not fit its run's config.json (\(fault)); restore that, or train again with another --output"
      case .otherData(let data):
        "was begun on other data than \(data) holds now (the data was made again or changed); train a new run with another --output, or restore "
          + "the data"
      case .diverged(let returns, let step):
        "loss or gradients are not finite numbers, even after going back \(returns) times with half the learning rates; "
          + (step.map { "the checkpoint of step \($0) is kept; " } ?? "nothing was saved yet; ")
          + "look for broken values in the data, or train again with lower learning rates (--set)"
      case .configuration(let text): "cannot be read: \(text); restore it, or train again"
      }
    return "\(url.relativePath): \(what)"
  }
}
