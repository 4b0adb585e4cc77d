import CFFmpeg

/// How much an image differs from the one before it, in grey levels of 255: over all of it, and where it differs most.
struct ImageChange {
  var mean: Float
  /// The largest mean over a block of 16 x 16 pixels.
  var peak: Float
}

extension ImageChange {
  /// Compares every fourth row of the first plane, brightness in most formats; nil if the two are of different kinds.
  init?(_ old: Frame, _ new: Frame) {
    let (a, b) = (old.pointer.pointee, new.pointer.pointee)
    guard a.format == b.format, a.width == b.width, a.height == b.height,
      let description = av_pix_fmt_desc_get(AVPixelFormat(a.format))?.pointee, let from = a.data.0, let to = b.data.0
    else { return nil }
    let depth = Int(description.comp.0.depth), samples = Int(description.comp.0.step) * Int(a.width) / (depth > 8 ? 2 : 1)
    guard depth >= 8, depth <= 16, description.flags & UInt64(AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT) == 0 else { return nil }
    let blocks = (samples + 15) / 16
    var sums = [Int32](repeating: 0, count: blocks)
    var total = 0, peak: Int32 = 0
    let rows = stride(from: 0, to: Int(a.height), by: 4)
    for (count, row) in rows.enumerated() {
      let x = UnsafeRawPointer(from + row * Int(a.linesize.0)), y = UnsafeRawPointer(to + row * Int(b.linesize.0))
      if depth == 8 {
        add(x.assumingMemoryBound(to: UInt8.self), y.assumingMemoryBound(to: UInt8.self), samples, &sums)
      } else {
        add(x.assumingMemoryBound(to: UInt16.self), y.assumingMemoryBound(to: UInt16.self), samples, &sums)
      }
      if count % 4 == 3 || row + 4 >= Int(a.height) {
        for block in 0..<blocks {
          total += Int(sums[block])
          peak = max(peak, sums[block])
          sums[block] = 0
        }
      }
    }
    let unit = Float(1 << (depth - 8))
    mean = Float(total) / Float(samples * max(1, (Int(a.height) + 3) / 4)) / unit
    self.peak = Float(peak) / 64 / unit
  }
}

/// Adds |x - y| of `count` samples to the sums of their blocks of 16.
private func add<S: FixedWidthInteger>(_ x: UnsafePointer<S>, _ y: UnsafePointer<S>, _ count: Int, _ sums: inout [Int32]) {
  for i in 0..<count {
    let difference = Int32(truncatingIfNeeded: x[i]) &- Int32(truncatingIfNeeded: y[i])
    sums[i >> 4] &+= abs(difference)
  }
}
