import CFFmpeg
import Foundation
import Torch

/// Encodes images: as H.264, or as MPEG-4 where the libraries have no H.264 encoder, unless the format says otherwise.
final class ImageEncoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  private let frame = Frame()
  private let filler: ImageFiller
  private let padded: PixelBox
  private let isPadded: Bool
  private let url: URL

  /// - Parameters:
  ///   - quality: constant rate factor of x264, 0...51, smaller is better.
  init(_ url: URL, width: Int, height: Int, rate: Rational, quality: Int, threads: Int, format: FilmFormat) throws {
    _ = ffmpegIsQuiet
    self.url = url
    let chroma = format.chroma
    padded = PixelBox(
      x: 0, y: 0, width: (width + chroma.columns - 1) / chroma.columns * chroma.columns,
      height: (height + chroma.rows - 1) / chroma.rows * chroma.rows)
    isPadded = padded.width != width || padded.height != height
    guard let codec = format.codecs.lazy.compactMap({ avcodec_find_encoder_by_name($0) }).first else {
      throw MediaError(
        .unsupported, url, "cannot be encoded, this FFmpeg has none of \(format.codecs.joined(separator: ", ")): install libavcodec-extra")
    }
    guard let context = avcodec_alloc_context3(codec) else { fatalError("out of memory") }
    self.context = context
    context.pointee.width = Int32(padded.width)
    context.pointee.height = Int32(padded.height)
    context.pointee.pix_fmt = av_get_pix_fmt(format.pixels)
    context.pointee.time_base = AVRational(num: rate.av.den, den: rate.av.num)
    context.pointee.framerate = rate.av
    context.pointee.sample_aspect_ratio = format.pixelAspect.av
    if format.isTagged {
      let tags = format.tags
      context.pointee.colorspace = tags.space
      context.pointee.color_primaries = tags.primaries
      context.pointee.color_trc = tags.transfer
      context.pointee.color_range = format.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
      // ProRes writes down those of the frame.
      frame.pointer.pointee.colorspace = tags.space
      frame.pointer.pointee.color_primaries = tags.primaries
      frame.pointer.pointee.color_trc = tags.transfer
    }
    context.pointee.gop_size = Int32(max(1, min(300, (2 * rate.value).rounded())))
    context.pointee.thread_count = Int32(threads)
    if let count = format.bFrames { context.pointee.max_b_frames = Int32(count) }
    if let fields = format.fields {
      context.pointee.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME
      context.pointee.field_order = fields == .topFirst ? AV_FIELD_TT : AV_FIELD_BB
      frame.pointer.pointee.interlaced_frame = 1
      frame.pointer.pointee.top_field_first = fields == .topFirst ? 1 : 0
    }
    context.pointee.flags |= AV_CODEC_FLAG_BITEXACT | (format.hasGlobalHeader ? AV_CODEC_FLAG_GLOBAL_HEADER : 0)
    if codec.pointee.id == AV_CODEC_ID_H264 {
      av_opt_set(context.pointee.priv_data, "preset", format.preset, 0)
      av_opt_set(context.pointee.priv_data, "crf", String(quality), 0)
      // A short look-ahead, so that a killed run loses little.
      av_opt_set(context.pointee.priv_data, "x264-params", "rc-lookahead=10:sync-lookahead=0", 0)
    } else {
      if codec.pointee.id == AV_CODEC_ID_PRORES {
        // Some players take ProRes only from its maker.
        av_opt_set(context.pointee.priv_data, "vendor", "apl0", 0)
        av_opt_set(context.pointee.priv_data, "profile", "4444", 0)
      }
      context.pointee.flags |= AV_CODEC_FLAG_QSCALE
      context.pointee.global_quality = Int32(max(1, min(31, quality / 6))) * FF_QP2LAMBDA
    }
    frame.pointer.pointee.format = context.pointee.pix_fmt.rawValue
    frame.pointer.pointee.width = Int32(padded.width)
    frame.pointer.pointee.height = Int32(padded.height)
    frame.pointer.pointee.color_range = format.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    guard av_frame_get_buffer(frame.pointer, 0) >= 0 else { fatalError("out of memory") }
    filler = ImageFiller(frame, format.hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24, matrix: format.matrix)
    let status = avcodec_open2(context, codec, nil)
    guard status >= 0 else {
      throw MediaError(
        .unsupported, url,
        "cannot be encoded at \(width) x \(height) pixels, \(rate) frames a second (\(text(ofStatus: status))): choose others")
    }
  }
  deinit {
    var context: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&context)
  }

  /// Takes `image`, `[H, W, 3]` uint8, or 4 channels where the format has alpha, to be shown from `tick` / rate.
  func encode(_ image: Tensor, tick: Int) throws {
    guard av_frame_make_writable(frame.pointer) >= 0 else { fatalError("out of memory") }
    filler.fill(frame, isPadded ? crop(image, to: padded) : image)
    frame.pointer.pointee.pts = Int64(tick)
    try send(frame.pointer)
  }
  func end() throws { try send(nil) }
  private func send(_ frame: UnsafeMutablePointer<AVFrame>?) throws {
    let status = avcodec_send_frame(context, frame)
    guard status >= 0 else { throw MediaError(.unsupported, url, "a frame cannot be encoded (\(text(ofStatus: status)))") }
  }
}
