/// Reads little-endian numbers one after the other and stops at the end.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  /// The next byte.
  var at = 0

  init(_ bytes: UnsafeRawBufferPointer, at: Int = 0) { (self.bytes, self.at) = (bytes, at) }

  mutating func take(_ count: Int) throws(TorchFileError.Problem) -> UnsafeRawBufferPointer {
    guard at >= 0, count >= 0, count <= bytes.count, at <= bytes.count - count else { throw .short }
    defer { at += count }
    return UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
  }
  mutating func number<N: FixedWidthInteger>(_: N.Type = N.self) throws(TorchFileError.Problem) -> N {
    let taken = try take(MemoryLayout<N>.size)
    return N(littleEndian: taken.loadUnaligned(as: N.self))
  }
  mutating func text(_ count: Int) throws(TorchFileError.Problem) -> String {
    let taken = try take(count)
    guard let text = String(validating: taken, as: UTF8.self) else { throw .damaged("a name in it is not UTF-8") }
    return text
  }
  /// Up to the end of the line, which is passed over.
  mutating func line(limit: Int = 1000) throws(TorchFileError.Problem) -> String {
    let rest = bytes[min(at, bytes.count)..<min(at + limit, bytes.count)]
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw .short }
    defer { at = end + 1 }
    return try text(end - at)
  }
}
