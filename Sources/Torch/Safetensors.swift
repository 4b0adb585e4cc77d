import Foundation

/// Named tensors in a file, in the safetensors format (https://github.com/huggingface/safetensors): it can hold no code.
package struct Safetensors {
  package let url: URL
  /// The tensors on the CPU. They share the file's memory: nothing is read before it is used, and the file is never changed.
  package let tensors: [String: Tensor]
  package let metadata: [String: String]

  /// Reads a file after checking all of its header; throws `FileError` or `SafetensorsError`.
  package static func read(_ url: URL) throws -> Safetensors {
    let file = try MappedFile(url)
    do throws(SafetensorsError.Problem) {
      if let other = FileSignature(file.bytes) { throw .otherKind(what: other.words.what, remedy: other.words.remedy) }
      guard file.count >= 8 else { throw .short }
      let size = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
      guard size <= SafetensorsHeader.sizeLimit else { throw .headerSize(size) }
      let dataStart = 8 + Int(size)
      guard dataStart <= file.count else { throw .short }
      let header = try SafetensorsHeader(UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataStart]), dataSize: file.count - dataStart)
      var tensors: [String: Tensor] = [:]
      for entry in header.entries { tensors[entry.name] = try tensor(entry, file, dataStart) }
      return Safetensors(url: url, tensors: tensors, metadata: header.metadata)
    } catch {
      throw SafetensorsError(url: url, problem: error)
    }
  }

  private static func tensor(_ entry: SafetensorsHeader.Entry, _ file: MappedFile, _ start: Int) throws(SafetensorsError.Problem) -> Tensor
  {
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start + entry.range.lowerBound..<start + entry.range.upperBound])
    if entry.dtype == .bool, !bytes.allSatisfy({ $0 <= 1 }) { throw .truth(entry.name) }
    let first = file.start + start + entry.range.lowerBound
    // The format asks no alignment of writers; the processor's vector loads of single elements do.
    guard !bytes.isEmpty, UInt(bitPattern: first) % UInt(entry.dtype.size) == 0 else {
      return Tensor(bytes: bytes, entry.shape, entry.dtype)
    }
    return Tensor(sharing: first, entry.shape, entry.dtype, owner: file)
  }

  /// Writes `tensors` atomically; the same content gives the same bytes. Throws `FileError`.
  package static func write(_ tensors: [String: Tensor], metadata: [String: String] = [:], to url: URL) throws {
    precondition(tensors["__metadata__"] == nil, "__metadata__ is no name for a tensor")
    // Wide elements first, so that each tensor is aligned; among equals by name.
    let order = tensors.keys.sorted { (-tensors[$0]!.dtype.size, $0) < (-tensors[$1]!.dtype.size, $1) }
    let header = try encode(order.map { ($0, tensors[$0]!) }, metadata)
    try AtomicFile.write(to: url) { temporary in
      let output = try FileOutput(temporary, for: url)
      try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try output.write($0) }
      try header.withUnsafeBytes { try output.write($0) }
      for name in order { try tensors[name]!.withBytes { try output.write($0) } }
      try output.close()
    }
  }

  private struct Entry: Encodable {
    let dtype: String
    let shape, offsets: [Int]
    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }
  private enum Member: Encodable {
    case tensor(Entry)
    case metadata([String: String])
    func encode(to encoder: any Encoder) throws {
      switch self {
      case .tensor(let entry): try entry.encode(to: encoder)
      case .metadata(let metadata): try metadata.encode(to: encoder)
      }
    }
  }
  private static func encode(_ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String]) throws -> Data {
    var members: [String: Member] = metadata.isEmpty ? [:] : ["__metadata__": .metadata(metadata)]
    var start = 0
    for (name, tensor) in tensors {
      let dtype = tensor.dtype
      let end = start + tensor.numel * dtype.size
      let word = SafetensorsHeader.names.first { $0.1 == dtype }!.0
      members[name] = .tensor(Entry(dtype: word, shape: tensor.shape, offsets: [start, end]))
      start = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = try encoder.encode(members)
    json.append(Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    return json
  }
}
