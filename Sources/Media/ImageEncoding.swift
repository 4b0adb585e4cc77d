import CFFmpeg
import Foundation
import Torch

extension ImageFile {
  /// Writes `image` as PNG or JPEG, by the name's extension, so that a file under that name is always whole.
  ///
  /// - Parameters:
  ///   - image: `[H, W, 3]`, grey `[H, W]`, `[H, W, 1]`, or `[H, W, 4]` with opacity, which colors are not multiplied by; uint8, or floating point in 0...1, which is clamped and rounded.
  ///   - quality: 1...100, of a JPEG.
  /// - Throws: `MediaError` if the extension is another, `FileError` if the disk does not take it.
  package static func write(_ image: Tensor, to url: URL, quality: Int = 95) throws {
    try AtomicFile.write(try encode(image, url, quality), to: url)
  }

  /// `image` as the bytes of a JPEG file; it must be as `write` takes it.
  package static func jpeg(_ image: Tensor, quality: Int = 80) throws -> Data {
    try encode(image, URL(filePath: "picture.jpg"), quality)
  }

  /// `image` as the bytes of a PNG file; it must be as `write` takes it. `compression`, 0...9, is zlib's.
  package static func png(_ image: Tensor, compression: Int = 6) throws -> Data {
    try encode(image, URL(filePath: "picture.png"), 100, compression)
  }

  private static func encode(_ image: Tensor, _ url: URL, _ quality: Int, _ compression: Int = 6) throws -> Data {
    _ = ffmpegIsQuiet
    let isGrey = image.dim == 2 || image.size(2) == 1
    let hasAlpha = image.dim == 3 && image.size(2) == 4
    precondition(isGrey || hasAlpha || (image.dim == 3 && image.size(2) == 3), "an image is [H, W], [H, W, 1], [H, W, 3] or [H, W, 4]")
    let (height, width) = (image.size(0), image.size(1))
    guard width > 0, height > 0, width * height <= maximumPixels else {
      throw MediaError(.tooLarge, url, "cannot hold \(width) x \(height) pixels")
    }
    let isJPEG: Bool
    switch url.pathExtension.lowercased() {
    case "png": isJPEG = false
    case "jpg", "jpeg": isJPEG = true
    default: throw MediaError(.badRequest, url, "its extension is not that of an image that can be written: end the name in .png or .jpg")
    }
    if isJPEG, hasAlpha { throw MediaError(.badRequest, url, "a JPEG holds no transparency: end the name in .png") }
    // FFmpeg writes no JPEG without colour; that of a grey image is empty and costs next to nothing.
    let pixels = isGrey ? AV_PIX_FMT_GRAY8 : hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24
    let format = isJPEG ? (isGrey ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUVJ444P) : pixels
    let frame = Frame()
    frame.pointer.pointee.format = format.rawValue
    frame.pointer.pointee.width = Int32(width)
    frame.pointer.pointee.height = Int32(height)
    frame.pointer.pointee.color_range = AVCOL_RANGE_JPEG
    guard av_frame_get_buffer(frame.pointer, 0) >= 0 else { fatalError("out of memory") }
    ImageFiller(frame, pixels, matrix: SWS_CS_ITU601).fill(frame, bytes(of: image))
    return try encode(frame, isJPEG ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_PNG, url, quality, compression)
  }

  static func encode(_ frame: Frame, _ id: AVCodecID, _ url: URL, _ quality: Int, _ compression: Int = 6) throws -> Data {
    guard let codec = avcodec_find_encoder(id) else {
      throw MediaError(.unsupported, url, "cannot be encoded by this FFmpeg: install FFmpeg's libraries with PNG and JPEG")
    }
    var context = avcodec_alloc_context3(codec)
    var packet = av_packet_alloc()
    defer {
      avcodec_free_context(&context)
      av_packet_free(&packet)
    }
    guard let context, let packet else { fatalError("out of memory") }
    context.pointee.width = frame.pointer.pointee.width
    context.pointee.height = frame.pointer.pointee.height
    context.pointee.pix_fmt = AVPixelFormat(frame.pointer.pointee.format)
    context.pointee.time_base = AVRational(num: 1, den: 25)
    context.pointee.color_range = AVCOL_RANGE_JPEG
    context.pointee.thread_count = 1
    context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    if id == AV_CODEC_ID_PNG { context.pointee.compression_level = Int32(compression) }
    if id == AV_CODEC_ID_MJPEG {
      // The usual quality Q scales JPEG's table by 2 - Q / 50 above 50 and by 50 / Q below; FFmpeg scales one half as coarse by q / 8.
      let scale = quality >= 50 ? 2 - Double(quality) / 50 : 50 / Double(max(quality, 1))
      let q = min(max((16 * scale).rounded(), 1), 31)
      context.pointee.flags |= AV_CODEC_FLAG_QSCALE
      context.pointee.qmin = 1
      context.pointee.global_quality = Int32(q) * FF_QP2LAMBDA
      frame.pointer.pointee.quality = context.pointee.global_quality
      av_opt_set(context.pointee.priv_data, "huffman", "optimal", 0)
    }
    var status = avcodec_open2(context, codec, nil)
    if status >= 0 { status = avcodec_send_frame(context, frame.pointer) }
    if status >= 0 { status = avcodec_send_frame(context, nil) }
    if status >= 0 { status = avcodec_receive_packet(context, packet) }
    guard status >= 0 else { throw MediaError(.unsupported, url, "cannot be encoded (\(text(ofStatus: status)))") }
    return Data(bytes: packet.pointee.data, count: Int(packet.pointee.size))
  }

  /// `image` as uint8 in row-major order.
  static func bytes(of image: Tensor) -> Tensor {
    if image.dtype == .uint8 { return image }
    precondition([.float32, .float64, .float16, .bfloat16].contains(image.dtype), "an image is uint8 or floating point in 0...1")
    return withoutGradient { call("aten::nan_to_num", image.to(.float32)).clamped(0, 1).scaledToBytes() }
  }
}

extension Tensor {
  fileprivate func clamped(_ low: Double, _ high: Double) -> Tensor { call("aten::clamp", self, low, high) }
  fileprivate func scaledToBytes() -> Tensor { call("aten::round", self * 255).to(.uint8) }
}
