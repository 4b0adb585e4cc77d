import CKernels

/// Marks frames with an identity that nobody sees and `WatermarkDetector` finds. The same identity, frame number and pixels give the same
/// bytes on every machine.
package struct Watermark: Sendable {
  /// What is marked: the frames of a film, or an image that stands alone.
  package enum Use: Sendable { case film, image }

  /// Frames whose shorter side has fewer pixels are not marked.
  package static let smallestSide = 256
  /// The sign of the pattern changes after so many frames of a film.
  static let framesOfASign = 5

  package let id: WatermarkID
  package let use: Use
  private let pattern: Pattern

  package init(_ id: WatermarkID, for use: Use = .film) {
    self.id = id
    self.use = use
    // Coarse cells survive the compression of films; fine ones stand out from a single image.
    pattern = Pattern(WatermarkTile.signs(id), cell: use == .film ? 8 : 4)
  }

  /// Marks a frame in place: `pixels` [height, width, channels] with 3 channels (RGB) or 4 (RGBA), `rowBytes` bytes from row to row; `frame`
  /// counts from 0. Pixels with less than half of opacity stay as they are, and so does a frame that is too small. Returns whether it marked
  /// the frame.
  @discardableResult
  package func mark(
    _ pixels: UnsafeMutableBufferPointer<UInt8>, width: Int, height: Int, channels: Int = 3, rowBytes: Int? = nil, frame: Int
  ) -> Bool {
    let rowBytes = rowBytes ?? width * channels
    precondition(channels == 3 || channels == 4, "a frame has 3 or 4 channels, not \(channels)")
    guard min(width, height) >= Self.smallestSide else { return false }
    precondition(rowBytes >= width * channels && pixels.count >= (height - 1) * rowBytes + width * channels, "too few pixels")
    let sign: Int32 = use == .image || frame / Self.framesOfASign % 2 == 0 ? 1 : -1
    return cm_mark(pattern.pointer, pixels.baseAddress!, Int32(width), Int32(height), Int32(channels), Int64(rowBytes), sign) != 0
  }

  private final class Pattern: @unchecked Sendable {
    let pointer: OpaquePointer
    init(_ signs: [Int8], cell: Int32) { pointer = cm_pattern_new(signs, cell) }
    deinit { cm_pattern_free(pointer) }
  }
}
