import CFFmpeg
import Foundation

/// A container opened for reading: it finds streams and hands out their packets.
///
/// All bytes come through our own descriptor, and nothing else may be opened on the file's behalf: a play list or a
/// reference movie from a stranger cannot reach other files or the network.
final class Demuxer {
  /// Images beyond this are refused before memory is taken for them: 8192 x 8192.
  static let maximumPixels = 1 << 26

  let file: InputFile
  let context: UnsafeMutablePointer<AVFormatContext>
  /// FFmpeg's name of the container, as "avi".
  let formatName: String
  private var io: UnsafeMutablePointer<AVIOContext>?

  /// Opens `url`; `options` are FFmpeg's, for the container.
  init(_ url: URL, options: [String: String] = [:]) throws {
    _ = ffmpegIsQuiet
    file = try InputFile(url)
    guard let made = avformat_alloc_context(), let buffer = av_malloc(1 << 16) else { fatalError("out of memory") }
    io = avio_alloc_context(
      buffer.assumingMemoryBound(to: UInt8.self), 1 << 16, 0, Unmanaged.passUnretained(file).toOpaque(),
      { opaque, bytes, count in
        let got = Unmanaged<InputFile>.fromOpaque(opaque!).takeUnretainedValue().read(into: bytes!, count: Int(count))
        return got == 0 ? FFMPEG_EOF : Int32(got)
      }, nil,
      { opaque, offset, whence in
        let file = Unmanaged<InputFile>.fromOpaque(opaque!).takeUnretainedValue()
        if whence & AVSEEK_SIZE != 0 { return Int64(file.size) }
        return Int64(file.seek(to: Int(offset), from: whence & ~AVSEEK_FORCE))
      })
    made.pointee.pb = io
    made.pointee.io_open = { _, _, _, _, _ in -EACCES }
    var opened: UnsafeMutablePointer<AVFormatContext>? = made
    var settings: OpaquePointer?
    defer { av_dict_free(&settings) }
    for (name, value) in options { av_dict_set(&settings, name, value, 0) }
    // Without a name FFmpeg goes by the bytes alone, so that text called .png is not taken for an image.
    let status = avformat_open_input(&opened, "", nil, &settings)
    guard status >= 0, let opened else {
      Self.release(&io)
      throw Self.whyNotOpened(file, status)
    }
    context = opened
    formatName = opened.pointee.iformat.map { String(cString: $0.pointee.name) } ?? ""
    if Self.isRefused(formatName) {
      throw MediaError(.notMedia, url, "is \(Self.plainName(formatName)), not video, audio or an image: name the media file itself")
    }
    try findStreams()
  }
  deinit {
    var context: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&context)
    Self.release(&io)
  }
  private static func release(_ io: inout UnsafeMutablePointer<AVIOContext>?) {
    guard let held = io else { return }
    av_freep(&held.pointee.buffer)
    avio_context_free(&io)
  }

  private func findStreams() throws {
    let count = Int(context.pointee.nb_streams)
    var options = [OpaquePointer?](repeating: nil, count: count)
    for i in 0..<count {
      av_dict_set(&options[i], "max_pixels", String(Self.maximumPixels), 0)
      av_dict_set(&options[i], "threads", "1", 0)
    }
    let status = avformat_find_stream_info(context, &options)
    for i in 0..<count { av_dict_free(&options[i]) }
    // Streams found so far may still be good; what each lacks is said when it is opened.
    if status < 0, context.pointee.nb_streams == 0 { throw Self.whyNotOpened(file, status) }
  }

  var url: URL { file.url }
  var streams: [UnsafeMutablePointer<AVStream>] { (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] } }

  /// The stream of `kind` that FFmpeg thinks best; a cover image in a sound file is not video.
  func stream(_ kind: AVMediaType) -> UnsafeMutablePointer<AVStream>? {
    let index = av_find_best_stream(context, kind, -1, -1, nil, 0)
    guard index >= 0, let stream = context.pointee.streams[Int(index)] else { return nil }
    if stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 { return nil }
    return stream
  }
  /// Leaves the packets of all other streams out.
  func keepOnly(_ wanted: UnsafeMutablePointer<AVStream>) {
    for stream in streams { stream.pointee.discard = stream == wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL }
  }
  /// What the header says the file lasts, in seconds; nil where it does not say.
  var duration: Double? {
    let duration = context.pointee.duration
    return duration == FFMPEG_NO_TIME || duration <= 0 ? nil : Double(duration) / Double(AV_TIME_BASE)
  }

  /// Reads the next packet of any kept stream; false at the end of what can be read.
  func read(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    av_packet_unref(packet)
    // A demuxer may ask to be called again; a damaged one could ask for ever.
    for _ in 0..<1000 {
      let status = av_read_frame(context, packet)
      if status >= 0 { return true }
      if status != FFMPEG_AGAIN { return false }
    }
    return false
  }

  private static func whyNotOpened(_ file: InputFile, _ status: Int32) -> MediaError {
    if file.failure != 0 {
      return MediaError(.damaged, file.url, "cannot be read (\(String(cString: strerror(file.failure)))): check the disk it lies on")
    }
    let head = file.head(12)
    if head.count >= 8, ["ftyp", "mdat", "wide", "free"].contains(String(decoding: head[4..<8], as: UTF8.self)) {
      return MediaError(.truncated, file.url, "is cut short, its index is missing: copy it again or export it again")
    }
    return MediaError(.notMedia, file.url, "is not video, audio or an image (\(text(ofStatus: status))): check that it is the right file")
  }
  /// Demuxers of text, play lists and device descriptions.
  private static func isRefused(_ name: String) -> Bool {
    let refused: Set = [
      "hls", "dash", "concat", "sdp", "rtsp", "tty", "bin", "xbin", "adf", "idf", "ffmetadata", "imf", "webm_dash_manifest",
    ]
    return !refused.isDisjoint(with: name.split(separator: ",").map(String.init))
  }
  private static func plainName(_ name: String) -> String {
    ["hls", "dash", "concat", "sdp", "rtsp", "imf"].contains(name) ? "a play list" : "text"
  }
}
