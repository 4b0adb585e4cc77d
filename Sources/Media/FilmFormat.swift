import CFFmpeg

/// How a film is coded and packed: what `VideoWriter` makes unless told otherwise, and what tests ask for to have other kinds to read.
package struct FilmFormat: Sendable {
  /// FFmpeg's name of the container.
  package var container = "mp4"
  /// FFmpeg's names of encoders; the first that is present is used.
  package var codecs = ["libx264", "libopenh264", "mpeg4"]
  /// FFmpeg's name of the pixel format.
  package var pixels = "yuv420p"
  package var isFullRange = false
  /// BT.709 or, if false, BT.601.
  package var isHD = true
  /// Whether the matrix and range are written down.
  package var isTagged = true
  /// Clockwise quarter turns that a player is to give the pictures.
  package var quarterTurns = 0
  /// Width of a pixel over its height.
  package var pixelAspect = Rational(1)
  package init() {}

  var isMP4: Bool { container == "mp4" || container == "mov" }
  var matrix: Int32 { isHD ? SWS_CS_ITU709 : SWS_CS_ITU601 }
  /// Whether what a decoder needs to know stands once in the container and not before the pictures.
  var hasGlobalHeader: Bool { av_guess_format(container, nil, nil).map { $0.pointee.flags & AVFMT_GLOBALHEADER != 0 } ?? false }
  var hasAlpha: Bool {
    let description = av_pix_fmt_desc_get(av_get_pix_fmt(pixels))
    return description.map { $0.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0 } ?? false
  }
  /// Columns and rows that share a colour sample.
  var chroma: (columns: Int, rows: Int) {
    guard let description = av_pix_fmt_desc_get(av_get_pix_fmt(pixels))?.pointee else { return (1, 1) }
    return (1 << Int(description.log2_chroma_w), 1 << Int(description.log2_chroma_h))
  }
  /// Nine 16.16 numbers that turn the picture; nil where it stands upright.
  var displayMatrix: [Int32]? {
    let one: Int32 = 1 << 16
    return switch (quarterTurns % 4 + 4) % 4 {
    case 1: [0, one, 0, -one, 0, 0, 0, 0, 1 << 30]
    case 2: [-one, 0, 0, 0, -one, 0, 0, 0, 1 << 30]
    case 3: [0, -one, 0, one, 0, 0, 0, 0, 1 << 30]
    default: nil
    }
  }
}
