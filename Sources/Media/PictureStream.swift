import CFFmpeg
import Foundation

/// The decoded pictures of a file's video stream in the order they are shown, with times that only grow.
final class PictureStream {
  struct Picture {
    let frame: Frame
    /// Seconds since the first picture.
    let time: Double
    let duration: Double
    /// Its place among the decoded pictures.
    let index: Int
    /// How it differs from the one before; nil where that is not asked for.
    var change: PictureChange?
  }
  let demuxer: Demuxer
  let decoder: Decoder
  let stream: UnsafeMutablePointer<AVStream>
  /// Mean frames per second, as the header says.
  let rate: Rational
  /// The container's time of the first picture, in seconds.
  private(set) var start = 0.0
  private(set) var decoded = 0
  private(set) var corrupt = 0
  /// Whether pictures are compared with those before them.
  var measuresChange = false
  private(set) var sizeChanges: [String] = []
  private(set) var closedGaps: [String] = []
  private var shift: Double?
  private var previous: Picture?
  /// The container's time of the last picture, if that was before its predecessor's.
  private var lastBack: Double?

  /// What a picture lasts where nothing better is known.
  private var usual: Double {
    let candidates = [rate.value, Rational(stream.pointee.r_frame_rate)?.value ?? 25]
    return 1 / (candidates.first { (1...500).contains($0) } ?? 25)
  }

  /// Longer silences between two pictures are taken for damaged timestamps and closed.
  static let longestGap = 60.0

  init(_ url: URL, threads: Int) throws {
    demuxer = try Demuxer(url)
    guard let stream = demuxer.stream(AVMEDIA_TYPE_VIDEO) else {
      if demuxer.stream(AVMEDIA_TYPE_AUDIO) != nil {
        throw MediaError(.audioOnly, url, "holds sound but no video: name a file with pictures")
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

  func next() throws -> Picture? {
    while let frame = decoder.next() {
      let picture = frame.pointer.pointee
      guard picture.width > 0, picture.height > 0 else { continue }
      if picture.flags & AV_FRAME_FLAG_CORRUPT != 0 || picture.decode_error_flags != 0 { corrupt += 1 }
      var made = timed(frame)
      if measuresChange, let previous { made.change = PictureChange(previous.frame, frame) }
      noteSize(made)
      decoded += 1
      previous = made
      return made
    }
    return nil
  }

  private func timed(_ frame: Frame) -> Picture {
    let unit = stream.pointee.time_base.value
    let picture = frame.pointer.pointee
    let stated = picture.pkt_duration > 0 ? Double(picture.pkt_duration) * unit : usual
    let duration = stated > 0 && stated < Self.longestGap ? stated : usual
    guard let previous else {
      start = picture.best_effort_timestamp == FFMPEG_NO_TIME ? 0 : Double(picture.best_effort_timestamp) * unit
      shift = start
      return Picture(frame: frame, time: 0, duration: duration, index: 0)
    }
    var time = previous.time + usual
    if picture.best_effort_timestamp != FFMPEG_NO_TIME {
      let absolute = Double(picture.best_effort_timestamp) * unit
      let relative = absolute - (shift ?? 0)
      // One time out of order is a slip, two that go on from there are a clock that was set anew.
      let isBack = relative < previous.time - 1e-6
      let isReset = isBack && lastBack.map { absolute > $0 } == true
      lastBack = isBack && !isReset ? absolute : nil
      if relative - previous.time > Self.longestGap || isReset {
        if closedGaps.count < 4 {
          closedGaps.append(String(format: "the timestamps jump by %.1f s at %.1f s", relative - previous.time, previous.time))
        }
        shift = absolute - time
      } else if !isBack {
        time = relative
      }
    }
    return Picture(frame: frame, time: time, duration: duration, index: decoded)
  }
  private func noteSize(_ picture: Picture) {
    guard let previous else { return }
    let (old, new) = (previous.frame.pointer.pointee, picture.frame.pointer.pointee)
    if old.width != new.width || old.height != new.height, sizeChanges.count < 4 {
      sizeChanges.append(
        String(format: "the picture changes from %dx%d to %dx%d at %.1f s", old.width, old.height, new.width, new.height, picture.time))
    }
  }
}
