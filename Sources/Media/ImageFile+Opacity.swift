import CFFmpeg
import Foundation
import Torch

extension ImageFile {
  /// `image`, `[H, W, 4]` uint8 of red, green, blue and opacity (not multiplied in), as the bytes of a PNG file.
  package static func png(withOpacity image: Tensor) throws -> Data {
    precondition(image.dim == 3 && image.size(2) == 4 && image.dtype == .uint8, "an image with opacity is [H, W, 4] uint8")
    _ = ffmpegIsQuiet
    let frame = Frame(), url = URL(filePath: "picture.png")
    frame.pointer.pointee.format = AV_PIX_FMT_RGBA.rawValue
    frame.pointer.pointee.width = Int32(image.size(1))
    frame.pointer.pointee.height = Int32(image.size(0))
    frame.pointer.pointee.color_range = AVCOL_RANGE_JPEG
    guard av_frame_get_buffer(frame.pointer, 0) >= 0 else { fatalError("out of memory") }
    ImageFiller(frame, AV_PIX_FMT_RGBA, matrix: SWS_CS_ITU601).fill(frame, image)
    return try encode(frame, AV_CODEC_ID_PNG, url, 100)
  }
}
