import Foundation

/// The checksum that publishers give for files of weights (FIPS 180-4), fed piece by piece.
package struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// Bytes that do not yet fill a block of 64.
  private var rest: [UInt8] = []
  private var length: UInt64 = 0

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let taken = bytes.prefix(64 - rest.count)
      rest += taken
      bytes = bytes.dropFirst(taken.count)
      guard rest.count == 64 else { return }
      rest.withUnsafeBytes { Self.compress(&state, $0) }
      rest = []
    }
    let whole = bytes.count / 64 * 64
    Self.compress(&state, UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)))
    rest = Array(bytes.dropFirst(whole))
  }
  /// The sum of all that was fed, in hexadecimal.
  package func hexadecimal() -> String {
    var end = self
    let bits = length * 8
    let padding = [0x80] + [UInt8](repeating: 0, count: (119 - Int(length % 64)) % 64)
    padding.withUnsafeBytes { end.update($0) }
    withUnsafeBytes(of: bits.bigEndian) { end.update($0) }
    return end.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The sum of a text's bytes.
  package static func hexadecimal(of text: String) -> String {
    var sum = SHA256()
    Array(text.utf8).withUnsafeBytes { sum.update($0) }
    return sum.hexadecimal()
  }
  /// The sum of a file; throws what `FileHandle` throws.
  package static func of(_ url: URL) throws -> String {
    let file = try FileHandle(forReadingFrom: url)
    defer { try? file.close() }
    var sum = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { piece.withUnsafeBytes { sum.update($0) } }
    return sum.hexadecimal()
  }

  private static let constants: [UInt32] = {
    // The first 32 bits of the fractions of the cube roots of the first 64 primes.
    let primes = (2..<312).filter { n in !(2..<n).contains { n % $0 == 0 } }
    return primes.map { UInt32(truncatingIfNeeded: cubeRootFraction(UInt64($0))) }
  }()
  /// floor(2^32 n^(1/3)) of which the low half is asked for, in whole numbers so that no rounding comes in.
  private static func cubeRootFraction(_ n: UInt64) -> UInt64 {
    var (low, high): (UInt64, UInt64) = (0, 8 << 32)
    while high - low > 1 {
      let middle = (low + high) / 2
      // middle^3 <= n 2^96, in three factors of the largest kind that fits.
      let square = middle.multipliedFullWidth(by: middle)
      let upper = square.high.multipliedFullWidth(by: middle), lower = square.low.multipliedFullWidth(by: middle)
      let (sum, carry) = upper.low.addingReportingOverflow(lower.high)
      let top = upper.high + (carry ? 1 : 0)
      // The cube is top 2^128 + sum 2^64 + lower.low; n 2^96 is (n >> 32) 2^128 + (n << 32) 2^64.
      let isBelow = top == n >> 32 ? sum < n << 32 || sum == n << 32 && lower.low == 0 : top < n >> 32
      if isBelow { low = middle } else { high = middle }
    }
    return low
  }

  private static func compress(_ state: inout [UInt32], _ blocks: UnsafeRawBufferPointer) {
    func turned(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      constants.withUnsafeBufferPointer { k in
        for start in stride(from: 0, to: blocks.count, by: 64) {
          for i in 0..<16 { w[i] = UInt32(bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * i, as: UInt32.self)) }
          for i in 16..<64 {
            let s0 = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3
            let s1 = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10
            w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          for i in 0..<64 {
            let t1 = h &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ (e & f ^ ~e & g) &+ k[i] &+ w[i]
            let t2 = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
          }
          for (i, word) in [a, b, c, d, e, f, g, h].enumerated() { state[i] = state[i] &+ word }
        }
      }
    }
  }
}
