/// Sums products of rows' columns, G = rows' rows, in the lower triangle; rows come one after another and none is kept.
final class NormalMatrix {
  typealias Block = SIMD8<Float>

  /// Blocks of eight columns that a row has at most, and has now.
  private let widest: Int
  private(set) var width: Int
  private let rows, sums: UnsafeMutablePointer<Block>
  private var filled = 0
  /// Rows that are summed at once, so that they stay in the nearest cache.
  private static let batch = 32

  init(widest: Int) {
    (self.widest, width) = (widest, widest)
    rows = .allocate(capacity: Self.batch * widest)
    rows.initialize(repeating: .zero, count: Self.batch * widest)
    sums = .allocate(capacity: 8 * widest * widest)
    sums.initialize(repeating: .zero, count: 8 * widest * widest)
  }
  deinit {
    rows.deallocate()
    sums.deallocate()
  }

  /// Starts anew with rows of `width` blocks.
  func begin(width: Int) {
    precondition(width <= widest)
    (self.width, filled) = (width, 0)
    for i in 0..<8 * width * width { sums[i] = .zero }
  }
  /// Lets `fill` write two rows.
  @inline(__always)
  func addTwo(_ fill: (UnsafeMutablePointer<Block>, UnsafeMutablePointer<Block>) -> Void) {
    fill(rows + filled * width, rows + (filled + 1) * width)
    filled += 2
    if filled == Self.batch { sum() }
  }
  /// Sums what is left over.
  func end() { sum() }

  subscript(row: Int, column: Int) -> Float { sums[row * width + column / 8][column % 8] }

  private func sum() {
    guard filled > 0 else { return }
    let numbers = UnsafeRawPointer(rows).assumingMemoryBound(to: Float.self)
    for i in stride(from: 0, to: 8 * width, by: 4) {
      for block in 0...i / 8 {
        let to = sums + i * width + block
        var (a, b, c, d) = (to[0], to[width], to[2 * width], to[3 * width])
        var row = rows + block
        var left = numbers + i
        for _ in 0..<filled {
          let x = row[0]
          a += x * left[0]
          b += x * left[1]
          c += x * left[2]
          d += x * left[3]
          row += width
          left += 8 * width
        }
        (to[0], to[width], to[2 * width], to[3 * width]) = (a, b, c, d)
      }
    }
    filled = 0
  }
}
