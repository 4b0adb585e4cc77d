import CFFmpeg
import Foundation

/// Memory of one decoded image or piece of sound, freed with the object.
final class Frame {
  let pointer: UnsafeMutablePointer<AVFrame>
  init() {
    guard let made = av_frame_alloc() else { fatalError("out of memory") }
    pointer = made
  }
  deinit {
    var pointer: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&pointer)
  }
}

/// Decodes one stream of a container, packet by packet.
final class Decoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  let stream: UnsafeMutablePointer<AVStream>
  private let demuxer: Demuxer
  private let packet: UnsafeMutablePointer<AVPacket>
  private var isDrained = false
  /// Packets and frames that could not be decoded.
  private(set) var failures = 0
  /// When the first packet that needs no other was to be decoded, in the stream's unit; nil where that is not said.
  private(set) var firstKeyTime: Int64?
  /// Whether an edit list leaves out what some of the packets so far hold.
  private(set) var leavesOut = false

  init(_ demuxer: Demuxer, _ stream: UnsafeMutablePointer<AVStream>, threads: Int) throws {
    self.demuxer = demuxer
    self.stream = stream
    guard let parameters = stream.pointee.codecpar else { fatalError("a stream without parameters") }
    let name = avcodec_get_name(parameters.pointee.codec_id).map { String(cString: $0) } ?? "unknown"
    guard let codec = Self.transparent(stream) ?? avcodec_find_decoder(parameters.pointee.codec_id) else {
      throw MediaError(.unsupported, demuxer.url, "is encoded as \(name), which this FFmpeg cannot decode: convert it to H.264 and AAC")
    }
    guard let packet = av_packet_alloc(), let context = avcodec_alloc_context3(codec) else { fatalError("out of memory") }
    self.packet = packet
    self.context = context
    avcodec_parameters_to_context(context, parameters)
    context.pointee.pkt_timebase = stream.pointee.time_base
    context.pointee.max_pixels = Int64(Demuxer.maximumPixels)
    context.pointee.thread_count = Int32(threads)
    let status = avcodec_open2(context, codec, nil)
    guard status >= 0 else {
      throw MediaError(.damaged, demuxer.url, "its \(name) stream cannot be opened (\(text(ofStatus: status))): export it again")
    }
    demuxer.keepOnly(stream)
  }
  deinit {
    var context: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&context)
    var packet: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&packet)
  }

  /// Whether the stream says that it has transparency of the kind that needs a decoder of its own.
  static func saysTransparent(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    av_dict_get(stream.pointee.metadata, "alpha_mode", nil, 0).map { String(cString: $0.pointee.value) } == "1"
  }
  /// The decoder that keeps the transparency of VP8 and VP9, which FFmpeg's own ones drop; nil for others, or where it is not there.
  private static func transparent(_ stream: UnsafeMutablePointer<AVStream>) -> UnsafePointer<AVCodec>? {
    guard saysTransparent(stream) else { return nil }
    return switch stream.pointee.codecpar.pointee.codec_id {
    case AV_CODEC_ID_VP8: avcodec_find_decoder_by_name("libvpx")
    case AV_CODEC_ID_VP9: avcodec_find_decoder_by_name("libvpx-vp9")
    default: nil
    }
  }

  /// The next decoded frame, or nil at the end of what can be decoded.
  func next() -> Frame? {
    let frame = Frame()
    var failuresInRow = 0
    while true {
      let status = avcodec_receive_frame(context, frame.pointer)
      if status >= 0 { return frame }
      if status == FFMPEG_EOF { return nil }
      if status == FFMPEG_AGAIN {
        if isDrained { return nil }
        feed()
      } else {
        // A decoder that is stuck would say the same for ever.
        failures += 1
        failuresInRow += 1
        if failuresInRow > 1000 { return nil }
        if failuresInRow > 16, !isDrained { feed() }
      }
    }
  }
  private func feed() {
    while demuxer.read(packet) {
      guard packet.pointee.stream_index == stream.pointee.index else { continue }
      if firstKeyTime == nil, packet.pointee.flags & AV_PKT_FLAG_KEY != 0, packet.pointee.dts != FFMPEG_NO_TIME {
        firstKeyTime = packet.pointee.dts
      }
      if packet.pointee.flags & AV_PKT_FLAG_DISCARD != 0 { leavesOut = true }
      if avcodec_send_packet(context, packet) < 0 { failures += 1 }
      av_packet_unref(packet)
      return
    }
    isDrained = true
    avcodec_send_packet(context, nil)
  }
}
