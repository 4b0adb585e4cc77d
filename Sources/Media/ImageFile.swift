import CFFmpeg
import Foundation
import Torch

/// Images in files as tensors.
package enum ImageFile {
  /// Images beyond this many pixels are refused before memory is taken for them.
  package static let maximumPixels = 1 << 27

  /// Reads a PNG, JPEG, WebP, BMP, GIF (first image), TIFF or JPEG 2000 file, or any other image that FFmpeg reads (AVIF, mostly), as
  /// `[H, W, 3]` uint8 RGB, upright. What it is, its content says.
  ///
  /// Grey and palette become RGB, 16 bits become 8, transparency is laid over white, a JPEG's EXIF orientation is applied,
  /// colour profiles are ignored.
  /// - Throws: `MediaError` that says why the file is not a readable image.
  package static func read(_ url: URL) throws -> Tensor {
    let file = try InputFile(url)
    let (frame, turn): (Frame, Orientation?)
    if let codec = try codec(of: file) {
      (frame, turn) = (try decode(file, codec), nil)
    } else {
      (frame, turn) = try ContainedImage.decode(file)
    }
    let converter = ImageConverter(url, threads: 1)
    let image = frame.pointer.pointee
    let rgb = try converter.rgb(frame, width: Int(image.width), height: Int(image.height))
    return (turn ?? Orientation(frame) ?? .upright).applied(to: rgb)
  }

  /// Whether the first bytes are those of an image of the usual kinds, an animated one included.
  package static func isImage(_ url: URL) -> Bool { ((try? InputFile(url)).flatMap { try? codec(of: $0) }) != nil }

  /// The codec that the first bytes name, nil where they name none of the usual ones; checks the size where the header tells it cheaply.
  static func codec(of file: InputFile) throws -> AVCodecID? {
    let head = file.head(32)
    func starts(_ bytes: [UInt8], at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: bytes) }
    if starts([0x89, 0x50, 0x4E, 0x47]) {
      guard head.count >= 24 else { throw truncated(file.url) }
      let width = head[16..<20].reduce(0) { $0 << 8 | Int($1) }
      let height = head[20..<24].reduce(0) { $0 << 8 | Int($1) }
      if max(width, height) > maximumPixels || width * height > maximumPixels { throw tooLarge(file.url, "\(width) x \(height)") }
      return AV_CODEC_ID_PNG
    }
    if starts([0xFF, 0xD8]) { return AV_CODEC_ID_MJPEG }
    if starts(Array("RIFF".utf8)), starts(Array("WEBP".utf8), at: 8) { return AV_CODEC_ID_WEBP }
    if starts(Array("BM".utf8)) { return AV_CODEC_ID_BMP }
    if starts(Array("GIF8".utf8)) { return AV_CODEC_ID_GIF }
    if starts([0x49, 0x49, 42, 0]) || starts([0x4D, 0x4D, 0, 42]) { return AV_CODEC_ID_TIFF }
    if starts([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]) || starts([0xFF, 0x4F, 0xFF, 0x51]) { return AV_CODEC_ID_JPEG2000 }
    return nil
  }

  static func decode(_ file: InputFile, _ id: AVCodecID) throws -> Frame {
    _ = ffmpegIsQuiet
    guard file.size <= 1 << 30 else { throw tooLarge(file.url, "\(file.size >> 20) MB") }
    guard let codec = avcodec_find_decoder(id) else {
      throw MediaError(.unsupported, file.url, "cannot be decoded by this FFmpeg: convert it to PNG or JPEG")
    }
    var packet = av_packet_alloc()
    var context = avcodec_alloc_context3(codec)
    defer {
      av_packet_free(&packet)
      avcodec_free_context(&context)
    }
    guard let packet, let context, av_new_packet(packet, Int32(file.size)) >= 0 else { fatalError("out of memory") }
    var filled = 0
    while filled < file.size {
      let got = file.read(into: packet.pointee.data + filled, count: file.size - filled)
      guard got > 0 else { throw MediaError(.damaged, file.url, "cannot be read to its end: check the disk it lies on") }
      filled += got
    }
    if id == AV_CODEC_ID_MJPEG, !JPEGMarkers(UnsafeRawBufferPointer(start: packet.pointee.data, count: file.size)).end {
      throw truncated(file.url)
    }
    context.pointee.max_pixels = Int64(maximumPixels)
    context.pointee.thread_count = 1
    var status = avcodec_open2(context, codec, nil)
    if status >= 0 { status = avcodec_send_packet(context, packet) }
    if status >= 0 { status = avcodec_send_packet(context, nil) }
    let frame = Frame()
    if status >= 0 { status = avcodec_receive_frame(context, frame.pointer) }
    guard status >= 0 else {
      if Int(context.pointee.width) * Int(context.pointee.height) > maximumPixels {
        throw tooLarge(file.url, "\(context.pointee.width) x \(context.pointee.height)")
      }
      throw MediaError(.damaged, file.url, "is a damaged image (\(text(ofStatus: status))): copy it again or save it again")
    }
    return frame
  }

  static func truncated(_ url: URL) -> MediaError {
    MediaError(.truncated, url, "is cut short: copy it again, or open what there is and save it again")
  }
  private static func tooLarge(_ url: URL, _ size: String) -> MediaError {
    MediaError(.tooLarge, url, "is \(size) pixels large: scale it down to at most \(maximumPixels >> 20) megapixels")
  }
}
