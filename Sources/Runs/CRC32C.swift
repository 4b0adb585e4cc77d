/// The checksum of RFC 3720 (Castagnoli's polynomial), which finds every flipped bit and short burst.
package struct CRC32C: Sendable {
  private var state: UInt32 = 0xFFFF_FFFF

  package init() {}
  package init(_ bytes: some Sequence<UInt8>) { Array(bytes).withUnsafeBytes { update($0) } }

  /// The checksum of what was taken in so far.
  package var value: UInt32 { ~state }
  /// As TFRecord files store it, so that a checksum of data that hold checksums is sound.
  package var masked: UInt32 { (value >> 15 | value << 17) &+ 0xA282_EAD8 }

  /// Takes in more bytes, eight at a time (Intel's slicing by 8).
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    Self.tables.withUnsafeBufferPointer { t in
      var i = 0
      while i + 8 <= bytes.count {
        let eight = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self)) ^ UInt64(crc)
        var next: UInt32 = 0
        for k in 0..<8 { next ^= t[(7 - k) * 256 + Int(eight >> (8 * UInt64(k)) & 0xFF)] }
        crc = next
        i += 8
      }
      while i < bytes.count {
        crc = t[Int((crc ^ UInt32(bytes[i])) & 0xFF)] ^ crc >> 8
        i += 1
      }
    }
    state = crc
  }
  package mutating func update(_ text: String) { Array(text.utf8).withUnsafeBytes { update($0) } }

  /// Table k, 256 entries: the effect of a byte that k others follow.
  private static let tables: [UInt32] = {
    var all = [UInt32](repeating: 0, count: 8 * 256)
    for i in 0..<256 {
      all[i] = (0..<8).reduce(UInt32(i)) { crc, _ in crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
    }
    for i in 256..<all.count { all[i] = all[Int(all[i - 256] & 0xFF)] ^ all[i - 256] >> 8 }
    return all
  }()
}
