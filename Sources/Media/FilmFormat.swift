import CFFmpeg

/// How a film is coded and packed: what `VideoWriter` makes unless told otherwise, and what tests ask for to have other kinds to read.
package struct FilmFormat: Sendable {
  /// FFmpeg's name of the container.
  package var container = "mp4"
  /// FFmpeg's names of encoders; the first that is present is used.
  package var codecs = ["libx264", "libopenh264", "mpeg4"]
  /// What x264 does to keep a film small: "fast", or "superfast" where time counts more.
  package var preset = "fast"
  /// FFmpeg's name of the pixel format.
  package var pixels = "yuv420p"
  package var isFullRange = false
  /// BT.709 or, if false, BT.601.
  package var isHD = true
  /// What the numbers of the images mean.
  package enum Light: Sendable { case standard, wide, hlg, pq }
  /// BT.709 or BT.601 or, with the primaries and the matrix of BT.2020, the same curve, HLG or PQ.
  package var light = Light.standard
  /// Whether the matrix, the range and the like are written down.
  package var isTagged = true
  package enum Fields: Sendable { case topFirst, bottomFirst }
  /// Which rows of an image are earlier; nil where all are of one moment.
  package var fields: Fields?
  /// How many images in a row are predicted from later ones; nil for what the encoder does by itself.
  package var bFrames: Int?
  /// FFmpeg's names of encoders of sound; the first that is present is used.
  package var soundCodecs = ["aac"]
  /// Clockwise quarter turns that a player is to give the images.
  package var quarterTurns = 0
  /// Width of a pixel over its height.
  package var pixelAspect = Rational(1)
  package init() {}
  /// ProRes 4444 with opacity, which players and editors read in a .mov: images have four channels, their colors not multiplied by the
  /// opacity.
  package static var transparent: FilmFormat {
    var format = FilmFormat()
    (format.container, format.codecs, format.pixels) = ("mov", ["prores_ks"], "yuva444p10le")
    return format
  }

  var isMP4: Bool { container == "mp4" || container == "mov" }
  var matrix: Int32 { light != .standard ? SWS_CS_BT2020 : isHD ? SWS_CS_ITU709 : SWS_CS_ITU601 }
  var tags: (space: AVColorSpace, primaries: AVColorPrimaries, transfer: AVColorTransferCharacteristic) {
    switch light {
    case .standard where isHD: (AVCOL_SPC_BT709, AVCOL_PRI_BT709, AVCOL_TRC_BT709)
    case .standard: (AVCOL_SPC_SMPTE170M, AVCOL_PRI_SMPTE170M, AVCOL_TRC_SMPTE170M)
    case .wide: (AVCOL_SPC_BT2020_NCL, AVCOL_PRI_BT2020, AVCOL_TRC_BT2020_10)
    case .hlg: (AVCOL_SPC_BT2020_NCL, AVCOL_PRI_BT2020, AVCOL_TRC_ARIB_STD_B67)
    case .pq: (AVCOL_SPC_BT2020_NCL, AVCOL_PRI_BT2020, AVCOL_TRC_SMPTE2084)
    }
  }
  /// Whether what a decoder needs to know stands once in the container and not before the images.
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
  /// Nine 16.16 numbers that turn the image; nil where it stands upright.
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
