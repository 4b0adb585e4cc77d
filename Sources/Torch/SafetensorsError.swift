import Foundation

/// Why a file is no sound safetensors file.
package struct SafetensorsError: KindedError {
  package let url: URL
  package let problem: Problem

  /// What is wrong, with the name of the tensor concerned.
  package enum Problem: Error, Equatable, Sendable {
    /// A file of another kind.
    case otherKind(what: String, remedy: String)
    /// Fewer bytes than the eight that give the header's length, or than the header.
    case short
    /// A header longer than 100 MB.
    case headerSize(UInt64)
    /// The header is not the JSON it should be.
    case header(String)
    case duplicate(String)
    case type(String, String)
    /// The product of the lengths is beyond 64 bits.
    case shape(String)
    /// The range of bytes is not as long as the shape asks.
    case size(String, Int, Int)
    case outside(String)
    case overlap(String)
    case hole(before: String)
    /// Bytes after the last tensor.
    case trailing(Int)
    /// A truth value that is neither 0 nor 1.
    case truth(String)
  }

  package var errorKind: ErrorKind { .input }
  package var description: String {
    let name = Self.quoted
    if case .otherKind(let what, let remedy) = problem { return "\(url.relativePath): is not a safetensors file: \(what); \(remedy)" }
    let what =
      switch problem {
      case .otherKind(let what, _): what
      case .short: "the file ends early"
      case .headerSize(let size): "its header claims \(size) bytes, more than \(SafetensorsHeader.sizeLimit) are not allowed"
      case .header(let text): "its header is damaged: \(text)"
      case .duplicate(let key): "\(name(key)) occurs in it twice"
      case .type(let key, let type): "tensor \(name(key)) is of type \(name(type)), which is not supported"
      case .shape(let key): "the shape of tensor \(name(key)) is impossibly large"
      case .size(let key, let has, let needs): "tensor \(name(key)) has \(has) bytes where its shape needs \(needs)"
      case .outside(let key): "tensor \(name(key)) lies outside the file"
      case .overlap(let key): "tensor \(name(key)) overlaps another one"
      case .hole(let key): "there are unused bytes before tensor \(name(key))"
      case .trailing(let count): "there are \(count) unused bytes at its end"
      case .truth(let key): "tensor \(name(key)) holds Boolean values other than 0 and 1"
      }
    return "\(url.relativePath): not a valid safetensors file: \(what); write or download it again"
  }

  /// A name from the file fit for one line of an error: a stranger may have put anything into it.
  static func quoted(_ name: String) -> String {
    let short = name.unicodeScalars.prefix(80).map { $0.properties.generalCategory == .control ? "?" : String($0) }.joined()
    return "\"\(short)\(name.unicodeScalars.count > 80 ? "..." : "")\""
  }
}
