/// How the 40 bits of an identity become the 128 bits that a frame carries, and back: 24 bits of check sum, then a convolutional code of
/// rate 1/2 over nine bits, whose end runs into its beginning.
package enum WatermarkCode {
  /// Bits of an identity and its check sum.
  static let plain = 64
  /// Bits that a frame carries.
  package static let coded = 128

  private static let generators: [UInt32] = [0o561, 0o753]
  private static let memory = 8
  private static let states = 1 << memory

  /// The bits, 0 or 1, that stand for an identity.
  package static func encode(_ id: WatermarkID) -> [UInt8] { encode(id.bits << 24 | UInt64(checkSum(bytes(id.bits)))) }

  /// The identity whose bits are the likeliest, given how certainly each of the 128 is 0 (above zero) or 1 (below); nil if its check sum is
  /// another.
  package static func decode(_ certainties: [Float]) -> WatermarkID? {
    let word = likeliest(certainties)
    return checkSum(bytes(word >> 24)) == UInt32(word & 0xFFFFFF) ? WatermarkID(bits: word >> 24) : nil
  }

  /// CRC-24 of RFC 4880.
  package static func checkSum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum: UInt32 = 0xB704CE
    for byte in bytes {
      sum ^= UInt32(byte) << 16
      for _ in 0..<8 {
        sum <<= 1
        if sum & 0x1000000 != 0 { sum ^= 0x1864CFB }
      }
    }
    return sum
  }

  /// The five bytes of an identity, the first one first.
  private static func bytes(_ bits: UInt64) -> [UInt8] { (0..<5).map { UInt8(bits >> (32 - 8 * $0) & 0xFF) } }

  private static func encode(_ word: UInt64) -> [UInt8] {
    var state = UInt32(word & 0xFF)
    var bits: [UInt8] = []
    for step in 0..<plain {
      state = (state << 1 | UInt32(word >> UInt64(plain - 1 - step) & 1)) & 0x1FF
      for generator in generators { bits.append(UInt8((state & generator).nonzeroBitCount & 1)) }
    }
    return bits
  }

  /// Viterbi's algorithm, around the circle three times, of which the second counts.
  private static func likeliest(_ certainties: [Float]) -> UInt64 {
    precondition(certainties.count == coded)
    let rounds = 3
    // What a register of nine bits sends, as signs.
    let sent = (0..<UInt32(2 * states)).map { state in
      generators.map { (state & $0).nonzeroBitCount & 1 == 0 ? Float(1) : -1 }
    }
    let first = sent.map { $0[0] }, second = sent.map { $0[1] }
    var scores = [Float](repeating: 0, count: states), next = scores
    var older = [UInt8](repeating: 0, count: rounds * plain * states)
    for step in 0..<rounds * plain {
      let a = certainties[2 * (step % plain)], b = certainties[2 * (step % plain) + 1]
      older.withUnsafeMutableBufferPointer { older in
        scores.withUnsafeBufferPointer { scores in
          first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
              next.withUnsafeMutableBufferPointer { next in
                for state in 0..<states {
                  // The register before had either 0 or 1 in the place that falls out.
                  let zero = state, one = state | states
                  let x = scores[zero >> 1] + a * first[zero] + b * second[zero]
                  let y = scores[one >> 1] + a * first[one] + b * second[one]
                  next[state] = max(x, y)
                  older[step * states + state] = y > x ? 1 : 0
                }
              }
            }
          }
        }
      }
      swap(&scores, &next)
    }
    var state = scores.indices.max { scores[$0] < scores[$1] }!
    var word: UInt64 = 0
    for step in stride(from: rounds * plain - 1, through: plain, by: -1) {
      if step < 2 * plain { word |= UInt64(state & 1) << UInt64(2 * plain - 1 - step) }
      state = (state | Int(older[step * states + state]) << memory) >> 1
    }
    return word
  }
}
