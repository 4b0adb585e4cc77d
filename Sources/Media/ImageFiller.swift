import CFFmpeg
import Torch

/// Converts packed pixels into images of the format an encoder takes.
final class ImageFiller {
  private let scaler: OpaquePointer
  private let height: Int32
  private let rowBytes: Int32

  /// For images of the size, format and range of `frame`, from pixels of `format`, GRAY8, RGB24 or RGBA, by swscale's matrix `matrix`.
  init(_ frame: Frame, _ format: AVPixelFormat, matrix: Int32) {
    _ = ffmpegIsQuiet
    let image = frame.pointer.pointee
    let target = AVPixelFormat(image.format)
    height = image.height
    rowBytes = image.width * (format == AV_PIX_FMT_GRAY8 ? 1 : format == AV_PIX_FMT_RGBA ? 4 : 3)
    guard
      let made = sws_getContext(
        image.width, height, format, image.width, height, target,
        SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP, nil, nil, nil)
    else { fatalError("no conversion from \(format) to \(target)") }
    scaler = made
    let isFull = image.color_range == AVCOL_RANGE_JPEG
    sws_setColorspaceDetails(
      made, sws_getCoefficients(SWS_CS_ITU601), 1, sws_getCoefficients(matrix), isFull ? 1 : 0, 0, 1 << 16, 1 << 16)
  }
  deinit { sws_freeContext(scaler) }

  /// Converts `image`, `[H, W, channels]` uint8, into `frame`.
  func fill(_ frame: Frame, _ image: Tensor) {
    var row = rowBytes
    image.withElements(UInt8.self) { source in
      var from: UnsafePointer<UInt8>? = source.baseAddress
      withUnsafeMutablePointer(to: &frame.pointer.pointee.data) { planes in
        planes.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) { planes in
          withUnsafeMutablePointer(to: &frame.pointer.pointee.linesize) { lines in
            lines.withMemoryRebound(to: Int32.self, capacity: 8) { _ = sws_scale(scaler, &from, &row, 0, height, planes, $0) }
          }
        }
      }
    }
  }
}
