import CFFmpeg
import Foundation
import Torch

/// One frame of a video.
package struct VideoFrame {
  /// Its place in the delivered sequence, from 0.
  package let index: Int
  /// Seconds since the video's first frame: index / rate, or the frame's own time at the native rate.
  package let time: Double
  /// Which decoded frame it shows, from 0.
  package let source: Int
  /// `[height, width, 3]` uint8, RGB, row-major, nobody else's.
  package let rgb: Tensor
  package var width: Int { rgb.size(1) }
  package var height: Int { rgb.size(0) }
}

/// Reads a video of any length in constant memory, upright, with square pixels, at a constant rate.
///
/// Each tick of the rate shows the source frame nearest in time, so that variable rates keep their timing; frames that the source
/// shows twice, as film of 25 frames a second stored as 30 does, are passed over. Interlaced film is deinterlaced, HDR and wide colours
/// become those of standard video, and transparency lies over white. Tick 0 is the video's first frame, and
/// `AudioReader` starts sound at that same moment. Use it from one thread.
package final class VideoReader {
  package let url: URL
  /// Pixels of the delivered frames.
  package let width: Int
  package let height: Int
  /// Frames per second delivered; at the native rate, the stream's mean.
  package let rate: Rational
  /// The stream's mean frames per second.
  package let sourceRate: Rational
  /// How many frames the header promises at `rate`; 0 where it promises nothing. Only for showing progress: headers lie.
  package let frameCount: Int
  /// Whether the file holds sound.
  package let hasAudio: Bool
  /// The name of the HDR that the frames are converted from, as HLG; nil for standard video.
  package let hdr: String?
  /// Whether any of the frames delivered so far was interlaced and has been deinterlaced.
  package private(set) var isInterlaced = false
  /// The container's time of the first frame, in seconds.
  package var startTime: Double { images.start }

  private let images: ImageStream
  private let converter: ImageConverter
  private let orientation: Orientation
  private let region: PixelBox?
  private let promised: Double?
  private var chooser: FrameChooser?
  private var delivered = 0
  /// Decoded images, from the one last shown on.
  private var waiting: [ImageStream.Image]
  private var end = 0.0
  private var isFinished = false

  /// Opens `url` and decodes its first frame.
  ///
  /// - Parameters:
  ///   - rate: frames per second to deliver; nil for each source frame once, at its own time.
  ///   - size: pixels to scale to, after `crop`; nil keeps them.
  ///   - crop: the part of the upright image to deliver; where it leaves the image, border pixels are repeated.
  ///   - quarterTurns: clockwise turns of the images beyond what the file says, for films that lie on a side.
  ///   - threads: for decoding and conversion; 0 for as many as cores, at most 4.
  /// - Throws: `MediaError` that says why the file has no readable video.
  package init(
    _ url: URL, rate: Rational? = 25, size: (width: Int, height: Int)? = nil, crop: PixelBox? = nil, quarterTurns: Int = 0, threads: Int = 0
  ) throws {
    precondition(rate.map { $0.numerator > 0 } ?? true, "a rate of \(rate.map(\.value) ?? 0) frames per second")
    self.url = url
    let threads = threads > 0 ? threads : min(4, ProcessInfo.processInfo.activeProcessorCount)
    images = try ImageStream(url, threads: threads)
    converter = ImageConverter(url, threads: threads)
    hasAudio = images.demuxer.stream(AVMEDIA_TYPE_AUDIO) != nil
    guard let first = try images.next() else {
      throw MediaError(.noFrames, url, "has a video stream without a single readable frame: export it again")
    }
    waiting = [first]
    orientation = (Orientation(images.stream) ?? Orientation(first.frame) ?? .upright).turned(quarterTurns)
    hdr = WideLight(first.frame.pointer.pointee).flatMap { $0.isHDR ? $0.curve == .hlg ? "HLG" : "PQ" : nil }
    sourceRate = images.rate
    let delivery = rate ?? images.rate
    self.rate = delivery

    end = first.time + first.duration
    if let rate {
      let horizon = Self.horizon(sourceRate, rate, first.frame)
      images.measuresChange = horizon > 0
      var chooser = FrameChooser(rate: rate, horizon: horizon)
      chooser.add(index: first.index, time: first.time, change: nil)
      self.chooser = chooser
    }

    let stored = Self.squarePixels(first.frame, images)
    let upright = orientation.transposed ? (width: stored.height, height: stored.width) : stored
    region = crop
    let cut = crop.map { (width: $0.width, height: $0.height) } ?? upright
    (width, height) = size ?? cut
    guard width * height <= Demuxer.maximumPixels, stored.width * stored.height <= Demuxer.maximumPixels, width > 0, height > 0 else {
      throw MediaError(.tooLarge, url, "would be \(width) x \(height) pixels: scale it to at most 8192 x 8192")
    }
    let whole = crop == nil ? (width: width, height: height) : upright
    scaled = orientation.transposed ? (width: whole.height, height: whole.width) : whole

    let stream = images.stream.pointee
    promised = stream.duration > 0 ? Double(stream.duration) * stream.time_base.value : images.demuxer.duration
    let native = stream.nb_frames > 0 && rate == nil ? Int(stream.nb_frames) : nil
    frameCount = native ?? promised.map { Int(min($0 * delivery.value, 1e9).rounded()) } ?? 0
  }
  /// What stored images are converted to, before turning and cropping.
  private let scaled: (width: Int, height: Int)

  /// The next frame, or nil after the last.
  package func next() throws -> VideoFrame? {
    guard let image = try advance() else { return nil }
    var frame = image.frame
    if let fields = image.fields {
      frame = Deinterlacer.progressive(frame, before: image.before, fields)
      isInterlaced = true
    }
    var rgb = orientation.applied(to: try converter.rgb(frame, width: scaled.width, height: scaled.height))
    if let region {
      rgb = crop(rgb, to: region)
      if region.width != width || region.height != height { rgb = resize(rgb, width: width, height: height) }
    }
    return VideoFrame(
      index: delivered - 1, time: chooser.map { Double(delivered - 1) / $0.rate.value } ?? image.time, source: image.index, rgb: rgb)
  }
  /// Passes over `count` frames without converting them; returns how many there were.
  @discardableResult
  package func skip(_ count: Int) throws -> Int {
    for i in 0..<count where try advance() == nil { return i }
    return count
  }

  private func advance() throws -> ImageStream.Image? {
    guard !isFinished else { return nil }
    let image = chooser == nil ? try following() : try chosen()
    if image != nil { delivered += 1 } else { isFinished = true }
    return image
  }
  /// The next source image.
  private func following() throws -> ImageStream.Image? {
    if delivered > 0 { waiting = try decode().map { [$0] } ?? [] }
    return waiting.first
  }
  /// The source image for the next tick.
  private func chosen() throws -> ImageStream.Image? {
    while true {
      switch chooser?.next() {
      case .show(let index):
        waiting.removeAll { $0.index < index }
        return waiting.first
      case .needsMore:
        if let first = chooser?.oldest { waiting.removeAll { $0.index < first } }
        if let next = try decode() {
          waiting.append(next)
          chooser?.add(index: next.index, time: next.time, change: next.change)
        } else {
          chooser?.end(at: end)
        }
      case .finished, nil: return nil
      }
    }
  }
  private func decode() throws -> ImageStream.Image? {
    let image = try images.next()
    if let image { end = image.time + image.duration }
    return image
  }
  /// How many ticks to look ahead for images that the source repeats; none where source and delivery agree or memory would be large.
  private static func horizon(_ source: Rational, _ delivery: Rational, _ frame: Frame) -> Int {
    let ratio = source.value / delivery.value
    guard abs(ratio - 1) > 0.002, ratio < 4 else { return 0 }
    let pixels = Int(frame.pointer.pointee.width) * Int(frame.pointer.pointee.height)
    return min(6, Int(Double(1 << 26) / Double(pixels) / max(ratio, 1)))
  }

  /// How the delivered frames differ from the decoded ones, so far.
  package struct Counts: Sendable, Equatable {
    /// Source frames decoded.
    package var decoded: Int
    package var delivered: Int
    /// Deliveries that repeat the source frame before them.
    package var duplicated: Int
    /// Source frames that no tick showed, repetitions left aside.
    package var dropped: Int
    /// Source frames that repeat the image before them, as pulldown does; counted only where the source's rate is not `rate`.
    package var repeated: Int
  }
  package var counts: Counts {
    Counts(
      decoded: images.decoded, delivered: delivered, duplicated: chooser?.duplicated ?? 0, dropped: chooser?.dropped ?? 0,
      repeated: chooser?.repeated ?? 0)
  }

  /// What is wrong with the file as far as it has been read, in a line to be shown; nil if nothing.
  package var damage: String? {
    var found: [String] = []
    if images.demuxer.file.failure != 0 { found.append("the disk fails to read it") }
    if images.decoder.failures > 0 { found.append("\(images.decoder.failures) pieces cannot be decoded") }
    if images.corrupt > 0 { found.append("\(images.corrupt) frames are damaged") }
    if images.lacksTransparency { found.append("its transparency cannot be read, because this FFmpeg lacks libvpx") }
    found += images.sizeChanges + images.closedGaps
    if isFinished, let promised {
      if end < promised - max(0.5, 2 / sourceRate.value) {
        found.append(String(format: "it ends after %.1f s though its header says %.1f s", end, promised))
      }
    }
    return found.isEmpty ? nil : "\(url.lastPathComponent): " + found.joined(separator: "; ")
  }

  /// The stored size with the longer-stretched side widened until pixels are square.
  private static func squarePixels(_ frame: Frame, _ images: ImageStream) -> (width: Int, height: Int) {
    let (width, height) = (Int(frame.pointer.pointee.width), Int(frame.pointer.pointee.height))
    let aspect = av_guess_sample_aspect_ratio(images.demuxer.context, images.stream, frame.pointer)
    guard aspect.num > 0, aspect.den > 0, aspect.num != aspect.den, aspect.value > 0.1, aspect.value < 10 else { return (width, height) }
    if aspect.value > 1 { return (Int((Double(width) * aspect.value).rounded()), height) }
    return (width, Int((Double(height) / aspect.value).rounded()))
  }
}
