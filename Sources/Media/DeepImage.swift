import CFFmpeg
import Foundation
import Torch

/// Grey images of 16 bits, for measures such as depth.
extension ImageFile {
  /// `values` `[height * width]`, row by row, as the bytes of a grey PNG file of 16 bits.
  package static func png(_ values: [UInt16], width: Int) throws -> Data {
    _ = ffmpegIsQuiet
    precondition(width > 0 && !values.isEmpty && values.count % width == 0, "\(values.count) values in rows of \(width)")
    let frame = Frame(), height = values.count / width
    frame.pointer.pointee.format = AV_PIX_FMT_GRAY16BE.rawValue
    frame.pointer.pointee.width = Int32(width)
    frame.pointer.pointee.height = Int32(height)
    frame.pointer.pointee.color_range = AVCOL_RANGE_JPEG
    guard av_frame_get_buffer(frame.pointer, 0) >= 0, let plane = frame.pointer.pointee.data.0 else { fatalError("out of memory") }
    let stride = Int(frame.pointer.pointee.linesize.0)
    for row in 0..<height {
      for column in 0..<width {
        let value = values[row * width + column]
        plane[row * stride + 2 * column] = UInt8(value >> 8)
        plane[row * stride + 2 * column + 1] = UInt8(value & 255)
      }
    }
    return try encode(frame, AV_CODEC_ID_PNG, URL(filePath: "picture.png"), 100)
  }

  /// Reads a grey PNG file of 16 bits as `[H, W]` int32. Throws `MediaError` where it is something else.
  package static func readDeep(_ url: URL) throws -> Tensor {
    let file = try InputFile(url)
    guard let codec = try codec(of: file) else { throw MediaError(.notMedia, url, "is not an image this tool reads: name a depth file") }
    let frame = try decode(file, codec)
    guard frame.pointer.pointee.format == AV_PIX_FMT_GRAY16BE.rawValue, let plane = frame.pointer.pointee.data.0 else {
      throw MediaError(.unsupported, url, "is not a gray image of 16 bits: name a depth file")
    }
    let (width, height, stride) = (
      Int(frame.pointer.pointee.width), Int(frame.pointer.pointee.height), Int(frame.pointer.pointee.linesize.0)
    )
    let values = (0..<width * height).map { i -> Int32 in
      let at = i / width * stride + 2 * (i % width)
      return Int32(plane[at]) << 8 | Int32(plane[at + 1])
    }
    return Tensor(values, [height, width])
  }
}
