import CFFmpeg
import Foundation
import Torch

/// Turns decoded images of any pixel format into RGB tensors, scaling on the way.
///
/// The image's own colour matrix and range are honoured; where it names none, BT.709 is taken from 720 lines up and BT.601
/// below, and limited range unless the format says otherwise. HDR and wide colours become those of standard video. Transparent images are
/// laid over white.
final class ImageConverter {
  private struct Setting: Equatable {
    var format: AVPixelFormat
    var target: AVPixelFormat
    var from: Int32x2
    var to: Int32x2
    var matrix: Int32
    var isFullRange: Bool
  }
  struct Int32x2: Equatable {
    var width: Int32
    var height: Int32
  }
  private let url: URL
  private let threads: Int
  private var setting: Setting?
  private var scaler: OpaquePointer?
  private var lights: LightConverter?
  private var deep: [UInt16] = []

  init(_ url: URL, threads: Int) {
    _ = ffmpegIsQuiet
    self.url = url
    self.threads = threads
  }
  deinit { sws_freeContext(scaler) }

  /// `frame` as `[height, width, 3]` uint8, before any turning.
  func rgb(_ frame: Frame, width: Int, height: Int) throws -> Tensor {
    let image = frame.pointer.pointee
    let format = AVPixelFormat(image.format)
    guard let description = av_pix_fmt_desc_get(format) else {
      throw MediaError(.damaged, url, "has frames of an unknown pixel format: export it again")
    }
    let hasAlpha = description.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0
    let channels = hasAlpha ? 4 : 3, light = WideLight(image)
    let target =
      switch (hasAlpha, light != nil) {
      case (true, true): AV_PIX_FMT_RGBA64LE
      case (false, true): AV_PIX_FMT_RGB48LE
      case (true, false): AV_PIX_FMT_RGBA
      case (false, false): AV_PIX_FMT_RGB24
      }
    let wanted = Setting(
      format: format, target: target, from: .init(width: image.width, height: image.height),
      to: .init(width: Int32(width), height: Int32(height)), matrix: Self.matrix(image), isFullRange: Self.isFullRange(image))
    if wanted != setting { try prepare(wanted) }
    let result = pixels(height, width, channels)
    try result.withMutableElements(UInt8.self) { bytes in
      guard let light else { return try scale(frame, into: bytes, rowBytes: width * channels) }
      if lights?.light != light { lights = LightConverter(light) }
      // swscale may write past a row's end.
      let count = width * height * channels
      if deep.count != count + 64 { deep = [UInt16](repeating: 0, count: count + 64) }
      try deep.withUnsafeMutableBytes { try scale(frame, into: $0.bindMemory(to: UInt8.self), rowBytes: 2 * width * channels) }
      deep.withUnsafeBufferPointer {
        guard let source = $0.baseAddress, let target = bytes.baseAddress else { return }
        lights?.convert(source, target, width: width, height: height, channels: channels, threads: threads)
      }
    }
    return hasAlpha ? overWhite(result) : result
  }

  /// Fills `bytes` with `frame` as the setting has it.
  private func scale(_ frame: Frame, into bytes: UnsafeMutableBufferPointer<UInt8>, rowBytes: Int) throws {
    guard let setting else { return }
    let target = Frame()
    target.pointer.pointee.format = setting.target.rawValue
    target.pointer.pointee.width = setting.to.width
    target.pointer.pointee.height = setting.to.height
    lend(bytes, to: target, rowBytes: rowBytes)
    let status = sws_scale_frame(scaler, target.pointer, frame.pointer)
    guard status >= 0 else {
      throw MediaError(.damaged, url, "a frame cannot be converted (\(text(ofStatus: status))): export it again")
    }
  }

  private func prepare(_ wanted: Setting) throws {
    sws_freeContext(scaler)
    setting = nil
    scaler = sws_alloc_context()
    guard let scaler else { fatalError("out of memory") }
    let isSmaller = wanted.to.width < wanted.from.width || wanted.to.height < wanted.from.height
    let flags = (isSmaller ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT
    let raw = UnsafeMutableRawPointer(scaler)
    av_opt_set_int(raw, "srcw", Int64(wanted.from.width), 0)
    av_opt_set_int(raw, "srch", Int64(wanted.from.height), 0)
    av_opt_set_int(raw, "src_format", Int64(wanted.format.rawValue), 0)
    av_opt_set_int(raw, "src_range", wanted.isFullRange ? 1 : 0, 0)
    av_opt_set_int(raw, "dstw", Int64(wanted.to.width), 0)
    av_opt_set_int(raw, "dsth", Int64(wanted.to.height), 0)
    av_opt_set_int(raw, "dst_format", Int64(wanted.target.rawValue), 0)
    av_opt_set_int(raw, "dst_range", 1, 0)
    av_opt_set_int(raw, "sws_flags", Int64(flags), 0)
    av_opt_set_int(raw, "threads", Int64(threads), 0)
    let status = sws_init_context(scaler, nil, nil)
    guard status >= 0 else {
      let name = av_get_pix_fmt_name(wanted.format).map { String(cString: $0) } ?? "unknown"
      throw MediaError(.unsupported, url, "has frames of the pixel format \(name), which cannot be converted: export it as yuv420p")
    }
    let table = sws_getCoefficients(wanted.matrix)
    sws_setColorspaceDetails(
      scaler, table, wanted.isFullRange ? 1 : 0, sws_getCoefficients(Int32(SWS_CS_DEFAULT)), 1, 0, 1 << 16, 1 << 16)
    setting = wanted
  }

  private static func isFullRange(_ image: AVFrame) -> Bool {
    let always = [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUVJ411P]
    return image.color_range == AVCOL_RANGE_JPEG || always.contains(AVPixelFormat(image.format))
  }
  /// The swscale number of the image's colour matrix.
  private static func matrix(_ image: AVFrame) -> Int32 {
    switch image.colorspace {
    case AVCOL_SPC_BT709: SWS_CS_ITU709
    case AVCOL_SPC_FCC: SWS_CS_FCC
    case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
    case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
    case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
    default: min(image.width, image.height) >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601
    }
  }
}

/// An uninitialised `[height, width, channels]` uint8 tensor with room behind it, since swscale may write past a row's end.
func pixels(_ height: Int, _ width: Int, _ channels: Int) -> Tensor {
  let count = height * width * channels
  return Tensor.empty([count + 64], .uint8).narrow(0, 0, count).view(height, width, channels)
}

/// Makes `bytes` the one plane of `frame`, without a copy; they must outlive its use.
func lend(_ bytes: UnsafeMutableBufferPointer<UInt8>, to frame: Frame, rowBytes: Int) {
  frame.pointer.pointee.data.0 = bytes.baseAddress
  frame.pointer.pointee.linesize.0 = Int32(rowBytes)
  frame.pointer.pointee.buf.0 = av_buffer_create(bytes.baseAddress, bytes.count, { _, _ in }, nil, 0)
}

/// Lays `[H, W, 4]` uint8 with straight alpha over white: c a + 255 (1 - a), as `[H, W, 3]` uint8.
func overWhite(_ image: Tensor) -> Tensor {
  let count = image.size(0) * image.size(1)
  let result = pixels(image.size(0), image.size(1), 3)
  result.withMutableElements(UInt8.self) { out in
    image.withElements(UInt8.self) { source in
      for i in 0..<count {
        let alpha = Int32(source[4 * i + 3])
        let white = 255 * (255 - alpha) + 127
        for c in 0..<3 { out[3 * i + c] = UInt8(truncatingIfNeeded: (Int32(source[4 * i + c]) * alpha + white) / 255) }
      }
    }
  }
  return result
}
