import Foundation
import Torch

/// A file of weights of any format that is read here.
package enum WeightFile {
  /// Its tensors by name: safetensors, or PyTorch's formats by the restricted reader, told apart by how the file begins.
  ///
  /// Where everything lies in one dictionary inside, as `state_dict`, its name is left away, and so is `module.`, which training on several
  /// GPUs puts before each name. Throws `FileError`, `SafetensorsError` or `TorchFileError`.
  package static func tensors(_ url: URL) throws -> [String: Tensor] {
    let start = (try? FileHandle(forReadingFrom: url).read(upToCount: 16)) ?? Data()
    // Safetensors begin with the length of their header, which is JSON. What is neither is PyTorch's reader's to refuse.
    let isSafetensors = start.dropFirst(8).first == UInt8(ascii: "{") && !TorchFile.claims(start)
    return bare(isSafetensors ? try Safetensors.read(url).tensors : try TorchFile.read(url).tensors)
  }

  /// Dictionaries that authors wrap their weights in.
  private static let wrappers = ["state_dict.", "net_state_dict.", "model_state_dict.", "model.", "params.", "module."]

  private static func bare(_ tensors: [String: Tensor]) -> [String: Tensor] {
    guard let wrapper = wrappers.first(where: { wrapper in !tensors.isEmpty && tensors.keys.allSatisfy { $0.hasPrefix(wrapper) } }) else {
      return tensors
    }
    return bare(Dictionary(uniqueKeysWithValues: tensors.map { (String($0.key.dropFirst(wrapper.count)), $0.value) }))
  }
}

/// Why weights are not those of the network that they were given for: one line with the file.
package struct ModelFileError: KindedError {
  package let url: URL
  package let fault: ModuleError
  package var errorKind: ErrorKind { .input }
  package var description: String { "\(url.relativePath): \(fault.fault); likeness models shows which file belongs here" }

  /// Runs `body` and names `url` in what it finds wrong.
  static func naming<R>(_ url: URL, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let fault as ModuleError { throw ModelFileError(url: url, fault: fault) }
  }
}
