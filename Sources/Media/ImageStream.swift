import CFFmpeg
import Foundation

/// The decoded images of a file's video stream in the order they are shown, with times that only grow.
final class ImageStream {
  struct Image {
    let frame: Frame
    /// Seconds since the first image.
    var time: Double
    let duration: Double
    /// Its place among the decoded images.
    let index: Int
    /// How it differs from the one before; nil where that is not asked for.
    var change: ImageChange?
    /// Of an interlaced image, which rows are earlier, and the image before it.
    var fields: Deinterlacer.Fields?
    var before: Frame?
  }
  let demuxer: Demuxer
  let decoder: Decoder
  let stream: UnsafeMutablePointer<AVStream>
  /// Mean frames per second, as the header says.
  let rate: Rational
  /// The container's time of the first image, in seconds.
  private(set) var start = 0.0
  private(set) var decoded = 0
  private(set) var corrupt = 0
  /// Whether images are compared with those before them.
  var measuresChange = false
  private(set) var sizeChanges: [String] = []
  private(set) var closedGaps: [String] = []
  private var shift = 0.0
  /// The image last decoded.
  private var previous: Image?
  /// The image last handed out.
  private var shown: Frame?
  /// Decoded images that are not handed out yet: those of a run whose times hardly grow, and the first behind it.
  private var waiting: [Image] = []
  /// How many of the waiting ones have their final times.
  private var settled = 0
  /// The container's time of the last image, if that was before its predecessor's.
  private var lastBack: Double?

  /// Whether the file says that it has transparency, and the images have none.
  var lacksTransparency: Bool {
    guard Decoder.saysTransparent(stream), let shown, let description = av_pix_fmt_desc_get(AVPixelFormat(shown.pointer.pointee.format))
    else {
      return false
    }
    return description.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) == 0
  }

  /// What an image lasts where nothing better is known.
  private var usual: Double {
    let candidates = [rate.value, Rational(stream.pointee.r_frame_rate)?.value ?? 25]
    return 1 / (candidates.first { (1...500).contains($0) } ?? 25)
  }

  /// What images whose times hardly grow are spread by at most.
  private var beat: Double { min(usual, 1 / 25) }
  /// Times that grow by less from image to image hardly grow.
  private var grain: Double { beat / 10 }
  /// More images of one time are not held back.
  private static let longestRun = 16

  /// Longer silences between two images are taken for damaged timestamps and closed.
  static let longestGap = 60.0

  init(_ url: URL, threads: Int) throws {
    demuxer = try Demuxer(url)
    guard let stream = demuxer.stream(AVMEDIA_TYPE_VIDEO) else {
      if demuxer.stream(AVMEDIA_TYPE_AUDIO) != nil {
        throw MediaError(.audioOnly, url, "contains sound but no video: name a file with video")
      }
      throw MediaError(.notMedia, url, "holds no video: check that it is the right file")
    }
    self.stream = stream
    let parameters = stream.pointee.codecpar.pointee
    let (width, height) = (Int(parameters.width), Int(parameters.height))
    guard width * height <= Demuxer.maximumPixels else {
      throw MediaError(.tooLarge, url, "says it is \(width) x \(height) pixels: scale it down to at most 8192 x 8192")
    }
    decoder = try Decoder(demuxer, stream, threads: threads)
    rate = Rational(stream.pointee.avg_frame_rate) ?? Rational(stream.pointee.r_frame_rate) ?? 25
  }

  func next() throws -> Image? {
    while settled == 0 {
      guard let image = try decode() else {
        settle(before: nil)
        break
      }
      waiting.append(image)
      if image.time - waiting[0].time > grain * Double(waiting.count - 1) {
        settle(before: image.time)
      } else if waiting.count > Self.longestRun {
        settle(before: nil)
      }
    }
    guard settled > 0 else { return nil }
    settled -= 1
    var image = waiting.removeFirst()
    if measuresChange, let shown { image.change = ImageChange(shown, image.frame) }
    image.fields = Deinterlacer.fields(image.frame, stream)
    if image.fields != nil { image.before = shown }
    shown = image.frame
    return image
  }

  private func decode() throws -> Image? {
    while let frame = decoder.next() {
      let image = frame.pointer.pointee
      guard image.width > 0, image.height > 0 else { continue }
      if image.flags & AV_FRAME_FLAG_CORRUPT != 0 || image.decode_error_flags != 0 { corrupt += 1 }
      let made = timed(frame)
      noteSize(made)
      decoded += 1
      previous = made
      return made
    }
    return nil
  }

  /// Hands out the waiting images but the one at `next`, where one is there; those whose times hardly grow are spread up to it.
  private func settle(before next: Double?) {
    settled = waiting.count - (next == nil ? 0 : 1)
    guard settled > 1, let first = waiting.first?.time else { return }
    let step = min(beat, next.map { ($0 - first) / Double(settled) } ?? beat)
    for i in 1..<settled { waiting[i].time = first + Double(i) * step }
    if next == nil { previous = waiting.last }
  }

  private func timed(_ frame: Frame) -> Image {
    let unit = stream.pointee.time_base.value
    let image = frame.pointer.pointee
    let stated = image.pkt_duration > 0 ? Double(image.pkt_duration) * unit : usual
    let duration = stated > 0 && stated < Self.longestGap ? stated : usual
    let stamp = image.best_effort_timestamp == FFMPEG_NO_TIME ? nil : Double(image.best_effort_timestamp) * unit
    guard let previous else {
      shift = stamp ?? 0
      start = FilmOrigin.seconds(frame, decoder, demuxer)
      return Image(frame: frame, time: 0, duration: duration, index: 0)
    }
    var time = previous.time + usual
    if let stamp {
      let relative = stamp - shift
      // One time out of order is a slip, two that go on from there are a clock that was set anew.
      let isBack = relative < previous.time - 1e-6
      let isReset = isBack && lastBack.map { stamp > $0 } == true
      lastBack = isBack && !isReset ? stamp : nil
      if relative - previous.time > Self.longestGap || isReset {
        if closedGaps.count < 4 {
          closedGaps.append(String(format: "the timestamps jump by %.1f s at %.1f s", relative - previous.time, previous.time))
        }
        // The slip before a clock that was set anew shares its predecessor's time.
        if isReset, !waiting.isEmpty { time += usual }
        shift = stamp - time
      } else if isBack {
        if !waiting.isEmpty { time = previous.time }
      } else {
        time = relative
      }
    }
    return Image(frame: frame, time: time, duration: duration, index: decoded)
  }
  private func noteSize(_ image: Image) {
    guard let previous else { return }
    let (old, new) = (previous.frame.pointer.pointee, image.frame.pointer.pointee)
    if old.width != new.width || old.height != new.height, sizeChanges.count < 4 {
      sizeChanges.append(
        String(format: "the image size changes from %dx%d to %dx%d at %.1f s", old.width, old.height, new.width, new.height, image.time))
    }
  }
}
