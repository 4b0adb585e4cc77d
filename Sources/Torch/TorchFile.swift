import Foundation

/// Tensors in a file that PyTorch's `torch.save` wrote (`.pth`, `.pt`, `.ckpt`), in the zip format of 1.6 and later or the older one.
///
/// Such files hold a pickle, which can ask Python to call anything. Here nothing is called: a pickle that wants more than tensors,
/// dictionaries, lists, numbers and texts is refused by name.
package struct TorchFile {
  package let url: URL
  package let content: Content

  /// What weights are kept in.
  package indirect enum Content {
    case tensor(Tensor)
    case nothing
    case truth(Bool)
    case integer(Int)
    case real(Double)
    case text(String)
    /// A list or a tuple.
    case list([Content])
    /// Whole numbers as keys become their digits.
    case dictionary([String: Content])
  }

  /// Every tensor under its path, names joined by points: a state_dict's own names, or `state_dict.conv1.weight` if it lies deeper.
  ///
  /// They share the file's memory where it is aligned; the file is never changed.
  package let tensors: [String: Tensor]

  /// Reads a file; throws `FileError` or `TorchFileError`.
  package static func read(_ url: URL) throws -> TorchFile {
    let file = try MappedFile(url)
    do throws(TorchFileError.Problem) {
      var tree = try TorchFileTree(file)
      let content = try tree.content(tree.root, "")
      return TorchFile(url: url, content: content, tensors: tree.tensors)
    } catch {
      throw TorchFileError(url: url, problem: error)
    }
  }

  /// Whether a file begins as one of PyTorch's.
  package static func claims(_ start: Data) -> Bool { start.starts(with: zipStart) || start.starts(with: oldStart) }
  static let zipStart: [UInt8] = [0x50, 0x4b, 0x03, 0x04]
  /// A pickle of the number 0x1950a86a20f9469cfc6c, with which files of the older format begin.
  static let oldStart: [UInt8] = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
}
