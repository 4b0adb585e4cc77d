import CKernels
import Foundation

/// Finds a watermark in the frames of a film, one after the other, or in one image. It keeps sums of frames, never the frames.
package struct WatermarkDetector {
  /// A part of a film that is looked at by itself, in seconds, and in frames where these have no times.
  package static let secondsOfAPart = 10.0, framesOfAPart = 300
  /// The smallest cell of a film that is looked for, in pixels: a film keeps none that was made so small.
  private static let smallestCellOfAFilm: Float = 2.4
  /// Parts of a film that are looked at, at most.
  static let mostParts = 16

  /// What was found so far; once there is something, further frames change nothing.
  package private(set) var finding: WatermarkFinding?

  private var sums: Sums?
  private var clock = Clock.frames
  private var firstTime: Double?, lastTime: Double?
  private var frames = 0, parts = 0

  package init() {}

  /// Adds the next frame: `pixels` [height, width, channels] with 1 channel (grey), 3 (RGB) or 4 (RGBA), `rowBytes` bytes from row to row, its
  /// time in seconds where it is known. Frames of another size begin a new part.
  package mutating func add(
    _ pixels: UnsafeBufferPointer<UInt8>, width: Int, height: Int, channels: Int = 3, rowBytes: Int? = nil, time: Double? = nil
  ) {
    let rowBytes = rowBytes ?? width * channels
    precondition([1, 3, 4].contains(channels), "a frame has 1, 3 or 4 channels, not \(channels)")
    guard finding == nil, parts < Self.mostParts, min(width, height) >= 64 else { return }
    precondition(rowBytes >= width * channels && pixels.count >= (height - 1) * rowBytes + width * channels, "too few pixels")
    if let sums, (sums.width, sums.height) != (width, height) || isFull(time) { endPart() }
    guard finding == nil, parts < Self.mostParts else { return }
    if sums?.width != width || sums?.height != height { sums = Sums(width: width, height: height) }
    guard let sums else { return }
    if frames == 0 {
      clock = time == nil ? .frames : .seconds
      firstTime = time
    }
    lastTime = time ?? lastTime
    let weights = clock.weights(frame: frames, time: (time ?? 0) - (firstTime ?? 0))
    cm_sums_add(sums.pointer, pixels.baseAddress!, Int32(channels), Int64(rowBytes), weights)
    frames += 1
  }

  /// What was found in all frames so far; nil if nothing was. Looking takes up to a few seconds.
  package mutating func result() -> WatermarkFinding? {
    if finding == nil { endPart() }
    return finding
  }

  /// The reading at the place that stands out the most in the frames since the last part ended, for measurements; nil without frames.
  package func reading() -> WatermarkReading? {
    guard sums != nil, frames > 0 else { return nil }
    return readings(most: 1).max { $0.reading.z < $1.reading.z }?.reading
  }

  /// The reading at any place, not searched for, as if the frames since the last part ended were of the own frequency: for measurements of
  /// chance. `cell` in pixels of the shrunken frames, the tile's corner at `x`, `y` cells; nil without frames.
  package func reading(cell: Float, x: Float, y: Float, mirrored: Bool) -> WatermarkReading? {
    guard let sums, frames > 0 else { return nil }
    let shrink = Int(cm_sums_shrink(sums.pointer))
    let place = cm_place(across: cell, down: cell, x: x, y: y, z: 0, mirrored: mirrored ? 1 : 0)
    guard let table = cm_table_new(sums.pointer, 0) else { return nil }
    defer { cm_table_free(table) }
    return WatermarkReading(table, place: place, width: sums.width / shrink, height: sums.height / shrink)
  }

  private func isFull(_ time: Double?) -> Bool {
    guard clock == .seconds, let time, let firstTime else { return frames >= Self.framesOfAPart }
    return time - firstTime >= Self.secondsOfAPart || frames >= 8 * Self.framesOfAPart
  }

  private mutating func endPart() {
    guard let sums, frames > 0, parts < Self.mostParts else { return }
    for (reading, frequency) in readings(most: 4) {
      guard let (id, statistic) = reading.identity(), statistic >= WatermarkFinding.threshold else { continue }
      let shrink = Float(cm_sums_shrink(sums.pointer)), place = reading.place
      func inTile(_ corner: Float) -> Float { corner - 32 * (corner / 32).rounded(.down) }
      finding = WatermarkFinding(
        id: id, statistic: statistic, agreement: reading.agreement(with: id),
        cell: (place.across * shrink, place.down * shrink), offset: (inTile(place.x), inTile(place.y)), mirrored: place.mirrored != 0,
        frequency: 2 * clock.frequencies[frequency])
      break
    }
    cm_sums_clear(sums.pointer)
    frames = 0
    parts += 1
  }

  /// What the places say that stand out, frequency by frequency, the likeliest first.
  private func readings(most: Int) -> some Sequence<(reading: WatermarkReading, frequency: Int)> {
    let sums = sums!
    let shrink = Int(cm_sums_shrink(sums.pointer)), sizes = WatermarkReading.cellSizes
    return searched.lazy.flatMap { frequency -> [(reading: WatermarkReading, frequency: Int)] in
      guard let table = cm_table_new(sums.pointer, Int32(frequency)) else { return [] }
      defer { cm_table_free(table) }
      var places = [cm_place](repeating: cm_place(), count: most)
      let smallest = clock.frequencies[frequency] == 0 ? sizes.lowerBound : Self.smallestCellOfAFilm
      let found = cm_search(table, WatermarkTile.known, smallest, sizes.upperBound, &places, Int32(most))
      return places.prefix(max(0, Int(found))).compactMap {
        WatermarkReading(table, place: $0, width: sums.width / shrink, height: sums.height / shrink).map { ($0, frequency) }
      }
    }
  }

  /// The frequencies that are worth a search: one is enough for one frame, and one of two that are the same in this film.
  private var searched: [Int] {
    guard sums != nil, frames > 0 else { return [] }
    if frames < 2 * Watermark.framesOfASign { return [clock.frequencies.count - 1] }
    guard clock == .seconds, let firstTime, let lastTime, lastTime > firstTime else { return Array(clock.frequencies.indices) }
    let rate = Double(frames - 1) / (lastTime - firstTime)
    return clock.frequencies.indices.filter { index in
      let frequency = clock.frequencies[index]
      return index == 0 || frequency == 0
        || (frequency < rate / 4 && abs(frequency - rate * Clock.ownFrequency) * (lastTime - firstTime) > 0.1)
    }
  }

  private final class Sums {
    let pointer: OpaquePointer
    let width: Int, height: Int
    init?(width: Int, height: Int) {
      guard let pointer = cm_sums_new(Int32(width), Int32(height), Int32(Clock.frames.frequencies.count)) else { return nil }
      self.pointer = pointer
      self.width = width
      self.height = height
    }
    deinit { cm_sums_free(pointer) }
  }
}

/// What the time is measured in, and at which frequencies the sign of the pattern may change by it.
private enum Clock {
  case frames, seconds

  /// Periods per frame of a film whose frames are those that were marked.
  static let ownFrequency = 1 / Double(2 * Watermark.framesOfASign)

  /// In periods per frame or per second. The first is that of a film whose frames are the marked ones, the last that of an image. The others
  /// are those of films of 25, 30, 24, 50 and 60 frames a second; where the times are unknown, of what becomes of 25 frames a second in a film
  /// of 30, 30 in 25, 25 in 50 (or 30 in 60), 24 in 30 and 24 in 25.
  var frequencies: [Double] {
    self == .frames ? [Self.ownFrequency, 1 / 12, 0.12, 0.05, 0.08, 0.096, 0] : [Self.ownFrequency, 2.5, 3, 2.4, 5, 6, 0]
  }

  func weights(frame: Int, time: Double) -> [Float] {
    frequencies.enumerated().flatMap { index, frequency -> [Float] in
      if frequency == 0 { return [1, 0] }
      let angle = 2 * Double.pi * frequency * (self == .frames || index == 0 ? Double(frame) : time)
      return [Float(cos(angle)), Float(sin(angle))]
    }
  }
}
