import CFFmpeg

/// Makes images of one moment out of those whose rows are of two: the rows that come later are made anew for the moment of the earlier ones.
///
/// A row that is made keeps what it has where the image stands still against the one before, so that nothing is lost there; where
/// something moves it follows the edges of the rows above and below it.
enum Deinterlacer {
  /// Which rows are the earlier ones.
  enum Fields { case topFirst, bottomFirst }

  /// What `frame` is, or nil if all its rows are of one moment.
  static func fields(_ frame: Frame, _ stream: UnsafeMutablePointer<AVStream>) -> Fields? {
    let image = frame.pointer.pointee, parameters = stream.pointee.codecpar.pointee
    if image.interlaced_frame != 0 { return image.top_field_first != 0 ? .topFirst : .bottomFirst }
    // Codecs that predict images say of each what it is; of others the container knows more.
    guard let codec = avcodec_descriptor_get(parameters.codec_id), codec.pointee.props & AV_CODEC_PROP_INTRA_ONLY != 0 else { return nil }
    return switch parameters.field_order {
    case AV_FIELD_TT, AV_FIELD_BT: .topFirst
    case AV_FIELD_BB, AV_FIELD_TB: .bottomFirst
    default: nil
    }
  }

  /// `frame` at the moment of its earlier rows; `before` is the image before it. Returned as it is where the format is none of rows of
  /// numbers.
  static func progressive(_ frame: Frame, before: Frame?, _ fields: Fields) -> Frame {
    let image = frame.pointer.pointee
    guard let description = av_pix_fmt_desc_get(AVPixelFormat(image.format))?.pointee else { return frame }
    let others = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT
    guard description.flags & UInt64(others) == 0, image.height >= 4 else { return frame }
    let made = Frame()
    made.pointer.pointee.format = image.format
    made.pointer.pointee.width = image.width
    made.pointer.pointee.height = image.height
    guard av_frame_get_buffer(made.pointer, 0) >= 0 else { fatalError("out of memory") }
    av_frame_copy_props(made.pointer, frame.pointer)
    made.pointer.pointee.sample_aspect_ratio = image.sample_aspect_ratio
    guard av_frame_copy(made.pointer, frame.pointer) >= 0 else { return frame }
    let old = before.flatMap { Plane.isLike($0, frame) ? $0 : nil }
    for index in 0..<4 {
      guard let now = Plane(frame, index, description), let new = Plane(made, index, description) else { continue }
      let past = old.flatMap { Plane($0, index, description) }
      if now.isDeep {
        interpolate(UInt16.self, new, now, past, from: fields == .topFirst ? 1 : 0)
      } else {
        interpolate(UInt8.self, new, now, past, from: fields == .topFirst ? 1 : 0)
      }
    }
    return made
  }

  /// One of the planes of an image.
  private struct Plane {
    let bytes: UnsafeMutablePointer<UInt8>
    let rowBytes: Int
    let rows: Int
    /// Numbers in a row, and from one of a kind to the next.
    let count, step: Int
    let isDeep: Bool

    init?(_ frame: Frame, _ index: Int, _ description: AVPixFmtDescriptor) {
      let image = frame.pointer.pointee
      let planes = [image.data.0, image.data.1, image.data.2, image.data.3]
      let strides = [image.linesize.0, image.linesize.1, image.linesize.2, image.linesize.3]
      let parts = [description.comp.0, description.comp.1, description.comp.2, description.comp.3]
      guard let start = planes[index], let part = parts.prefix(Int(description.nb_components)).first(where: { $0.plane == index }) else {
        return nil
      }
      bytes = start
      rowBytes = Int(strides[index])
      isDeep = part.depth > 8
      let isColor = (index == 1 || index == 2) && description.flags & UInt64(AV_PIX_FMT_FLAG_RGB) == 0
      let shift = isColor ? Int(description.log2_chroma_h) : 0
      rows = (Int(image.height) + (1 << shift) - 1) >> shift
      step = Int(part.step) / (isDeep ? 2 : 1)
      count = Int(av_image_get_linesize(AVPixelFormat(image.format), image.width, Int32(index))) / (isDeep ? 2 : 1)
    }
    func row<S>(_ y: Int, of type: S.Type) -> UnsafeMutablePointer<S> {
      UnsafeMutableRawPointer(bytes + y * rowBytes).assumingMemoryBound(to: type)
    }
    static func isLike(_ a: Frame, _ b: Frame) -> Bool {
      let (a, b) = (a.pointer.pointee, b.pointer.pointee)
      return a.format == b.format && a.width == b.width && a.height == b.height
    }
  }

  /// Makes every second row of `new` from row `first` on.
  private static func interpolate<S: FixedWidthInteger>(_ type: S.Type, _ new: Plane, _ now: Plane, _ past: Plane?, from first: Int) {
    let (count, step) = (now.count, now.step)
    for y in stride(from: first, to: now.rows, by: 2) {
      let over = y > 0 ? y - 1 : y + 1, under = y + 1 < now.rows ? y + 1 : y - 1
      guard over < now.rows, under >= 0 else { continue }
      let above = now.row(over, of: type), below = now.row(under, of: type), own = now.row(y, of: type), out = new.row(y, of: type)
      let before = past.map { ($0.row(over, of: type), $0.row(under, of: type), $0.row(y, of: type)) }
      @inline(__always) func apart(_ a: S, _ b: S) -> Int32 { abs(Int32(truncatingIfNeeded: a) &- Int32(truncatingIfNeeded: b)) }
      for x in 0..<count {
        var value = (Int32(truncatingIfNeeded: above[x]) &+ Int32(truncatingIfNeeded: below[x])) / 2
        if x >= 2 * step, x < count - 2 * step {
          var least = Int32.max
          for lean in [0, -1, 1] {
            let (a, b) = (x + lean * step, x - lean * step)
            let cost = apart(above[a - step], below[b - step]) &+ apart(above[a], below[b]) &+ apart(above[a + step], below[b + step])
            if cost < least {
              least = lean == 0 ? cost &- 1 : cost
              value = (Int32(truncatingIfNeeded: above[a]) &+ Int32(truncatingIfNeeded: below[b])) / 2
            }
          }
        }
        if let (oldAbove, oldBelow, old) = before {
          let still = (Int32(truncatingIfNeeded: own[x]) &+ Int32(truncatingIfNeeded: old[x])) / 2
          let around = (apart(above[x], oldAbove[x]) &+ apart(below[x], oldBelow[x])) / 2
          let change = max(apart(own[x], old[x]) / 2, around)
          value = min(max(value, still &- change), still &+ change)
        }
        out[x] = S(truncatingIfNeeded: value)
      }
    }
  }
}
