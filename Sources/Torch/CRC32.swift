/// The checksum of zip files (polynomial 0xEDB88320, reflected).
enum CRC32 {
  /// Eight tables, so that eight bytes are taken at a time.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for i in 0..<256 {
      tables[i] = (0..<8).reduce(UInt32(i)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    for k in 1..<8 {
      for i in 0..<256 { tables[k * 256 + i] = tables[(k - 1) * 256 + i] >> 8 ^ tables[Int(tables[(k - 1) * 256 + i] & 255)] }
    }
    return tables
  }()

  static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { table in
      var sum = ~UInt32(0)
      var at = 0
      while at + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) ^ UInt64(sum)
        sum = 0
        for k in 0..<8 { sum ^= table[(7 - k) * 256 + Int(word >> UInt64(8 * k) & 255)] }
        at += 8
      }
      while at < bytes.count {
        sum = sum >> 8 ^ table[Int((sum ^ UInt32(bytes[at])) & 255)]
        at += 1
      }
      return ~sum
    }
  }
}
