import CFFmpeg
import Torch

/// Converts packed pixels into pictures of the format an encoder takes.
final class PictureFiller {
  private let scaler: OpaquePointer
  private let height: Int32
  private let rowBytes: Int32

  /// For pictures of the size, format and range of `frame`, from pixels of `format`, GRAY8, RGB24 or RGBA, by swscale's matrix `matrix`.
  init(_ frame: Frame, _ format: AVPixelFormat, matrix: Int32) {
    _ = ffmpegIsQuiet
    let picture = frame.pointer.pointee
    let target = AVPixelFormat(picture.format)
    height = picture.height
    rowBytes = picture.width * (format == AV_PIX_FMT_GRAY8 ? 1 : format == AV_PIX_FMT_RGBA ? 4 : 3)
    guard
      let made = sws_getContext(
        picture.width, height, format, picture.width, height, target,
        SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP, nil, nil, nil)
    else { fatalError("no conversion from \(format) to \(target)") }
    scaler = made
    let isFull = picture.color_range == AVCOL_RANGE_JPEG
    sws_setColorspaceDetails(
      made, sws_getCoefficients(SWS_CS_ITU601), 1, sws_getCoefficients(matrix), isFull ? 1 : 0, 0, 1 << 16, 1 << 16)
  }
  deinit { sws_freeContext(scaler) }

  /// Converts `picture`, `[H, W, channels]` uint8, into `frame`.
  func fill(_ frame: Frame, _ picture: Tensor) {
    var row = rowBytes
    picture.withElements(UInt8.self) { source in
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
