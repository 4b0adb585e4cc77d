import CFFmpeg
import Torch

/// How a stored image is turned or mirrored to be shown: an element of the group of the square.
///
/// The stored pixel shown at column x, row y is found by swapping the two if `transposed`, after mirroring.
struct Orientation: Equatable {
  var transposed = false
  /// Mirrors, of the shown image.
  var flippedX = false
  var flippedY = false
  static let upright = Orientation()

  init() {}
  /// The closest quarter turn or mirroring to a display matrix of nine 16.16 numbers: (x', y') = (a x + c y, b x + d y).
  init(matrix: UnsafePointer<Int32>) {
    let (a, b, c, d) = (Double(matrix[0]), Double(matrix[1]), Double(matrix[3]), Double(matrix[4]))
    transposed = abs(b) + abs(c) > abs(a) + abs(d)
    (flippedX, flippedY) = transposed ? (c < 0, b < 0) : (a < 0, d < 0)
  }

  /// This, then so many clockwise quarter turns of what is shown.
  func turned(_ quarterTurns: Int) -> Orientation {
    var result = self
    for _ in 0..<(quarterTurns % 4 + 4) % 4 {
      // A clockwise quarter turn swaps columns and rows, then mirrors the columns.
      result.transposed.toggle()
      (result.flippedX, result.flippedY) = (!result.flippedY, result.flippedX)
    }
    return result
  }

  /// `image`, `[H, W, C]`, as it is to be shown: `[H, W, C]` or, transposed, `[W, H, C]`, in row-major order.
  func applied(to image: Tensor) -> Tensor {
    if self == .upright { return image }
    var shown = transposed ? image.permute(1, 0, 2) : image
    if flippedX { shown = shown.flip(1) }
    if flippedY { shown = shown.flip(0) }
    return shown.contiguous()
  }
}

extension Orientation {
  /// What the container says, or nil if nothing.
  init?(_ stream: UnsafeMutablePointer<AVStream>) {
    var size = 0
    guard let bytes = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36 else { return nil }
    self = bytes.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(matrix: $0) }
  }
  /// What the coded image says, or nil if nothing.
  init?(_ frame: Frame) {
    guard let side = av_frame_get_side_data(frame.pointer, AV_FRAME_DATA_DISPLAYMATRIX), side.pointee.size >= 36 else { return nil }
    self = side.pointee.data.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(matrix: $0) }
  }
}

/// `image`, `[H, W, C]`, after so many clockwise quarter turns.
package func turned(_ image: Tensor, quarterTurns: Int) -> Tensor { Orientation.upright.turned(quarterTurns).applied(to: image) }
