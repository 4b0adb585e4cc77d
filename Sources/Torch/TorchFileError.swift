import Foundation

/// Why a file of PyTorch's is not read.
package struct TorchFileError: KindedError {
  package let url: URL
  package let problem: Problem

  /// What is wrong with it.
  package enum Problem: Error, Equatable, Sendable {
    /// The pickle asks for something other than tensors and plain containers, by this name.
    case foreign(String)
    /// A byte that is no instruction of the kind that is read here.
    case instruction(UInt8, at: Int)
    case short
    case damaged(String)
    /// Larger or deeper than weights are.
    case limit(String)
    /// Sound, but of a kind that is not read.
    case unsupported(String)
    /// Neither a zip file nor the older kind.
    case unknown
  }

  package var errorKind: ErrorKind { .input }
  package var description: String {
    let (what, remedy) =
      switch problem {
      case .foreign(let name):
        (
          "it asks for \(SafetensorsError.quoted(name)), which is never called here: only tensors and plain containers are read",
          "take the weights from their publisher, or save their state_dict() as safetensors"
        )
      case .instruction(let byte, let place):
        ("instruction 0x\(String(byte, radix: 16)) at byte \(place) is not one that weights need", "download it again")
      case .short: ("the file ends early", "download it again")
      case .damaged(let text): (text, "download it again")
      case .limit(let text): ("it has \(text)", "save only the weights: torch.save(model.state_dict(), ...)")
      case .unsupported(let text): (text, "load it with PyTorch and save it again")
      case .unknown: ("it is neither of PyTorch's two formats", "check that this is the right file, complete, and not a web page")
      }
    return "\(url.relativePath): cannot be read as PyTorch weights: \(what); \(remedy)"
  }
}
