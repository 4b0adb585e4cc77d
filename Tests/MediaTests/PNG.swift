import Foundation

/// PNG files of any kind, made here without compression, so that reading is tested against something else than our own writing.
enum PNG {
  /// - Parameter rows: the bytes of each row, as the bit depth and colour type (0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA) ask.
  static func make(
    _ width: Int, _ height: Int, depth: UInt8, type: UInt8, rows: [[UInt8]], palette: [UInt8]? = nil, transparency: [UInt8]? = nil
  )
    -> Data
  {
    var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    file += chunk("IHDR", big(UInt32(width)) + big(UInt32(height)) + ([depth, type, 0, 0, 0] as [UInt8]))
    if let palette { file += chunk("PLTE", palette) }
    if let transparency { file += chunk("tRNS", transparency) }
    let raw: [UInt8] = rows.flatMap { [UInt8(0)] + $0 }
    var deflated: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: raw.count, by: 65535) {
      let part = raw[start..<min(start + 65535, raw.count)]
      let length = UInt16(part.count)
      let isLast: UInt8 = start + part.count == raw.count ? 1 : 0
      deflated += [isLast, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)] as [UInt8]
      deflated += part
    }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in raw {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    file += chunk("IDAT", deflated + big(b << 16 | a))
    file += chunk("IEND", [])
    return file
  }
  private static func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) } }
  private static func chunk(_ name: String, _ bytes: [UInt8]) -> Data {
    let body = Array(name.utf8) + bytes
    var crc: UInt32 = .max
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return Data(big(UInt32(bytes.count)) + body + big(~crc))
  }
}
