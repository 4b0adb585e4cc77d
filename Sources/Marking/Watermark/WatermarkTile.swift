/// The tile of 32 x 32 cells that repeats over a frame: which cells are known beforehand, which carry which bit, and with what sign. It comes
/// from a public key, the same in every copy of the tool.
package enum WatermarkTile {
  static let side = 32
  static let cells = side * side
  /// Every cell's sign that is known beforehand, or 0 where it depends on the identity.
  package static let known: [Int8] = (0..<cells).map { bit[$0] == nil ? chips[$0] : 0 }
  /// Every cell's sign if the bit that it carries is 0.
  static let chips: [Int8] = drawn.chips
  /// The bit that a cell carries, nil where the sign is known beforehand.
  package static let bit: [Int?] = drawn.bit

  /// A quarter of the cells is known beforehand; six cells carry each bit.
  private static let knownCells = cells - 6 * WatermarkCode.coded

  /// The signs of all cells for an identity.
  package static func signs(_ id: WatermarkID) -> [Int8] {
    let bits = WatermarkCode.encode(id)
    return (0..<cells).map { cell in bit[cell].map { bits[$0] == 0 } ?? true ? chips[cell] : -chips[cell] }
  }

  private static let drawn: (chips: [Int8], bit: [Int?]) = {
    var numbers = SplitMix(state: 0x4C69_6B65_6E65_7373)
    let chips = (0..<cells).map { _ in numbers.next() >> 63 == 0 ? Int8(1) : -1 }
    var order = Array(0..<cells)
    for last in stride(from: cells - 1, to: 0, by: -1) { order.swapAt(last, Int(numbers.next() % UInt64(last + 1))) }
    var bit = [Int?](repeating: nil, count: cells)
    for (place, cell) in order.dropFirst(knownCells).enumerated() { bit[cell] = place % WatermarkCode.coded }
    return (chips, bit)
  }()
}

/// Steele, Lea and Flood's generator: the same numbers on every machine and in every version.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
