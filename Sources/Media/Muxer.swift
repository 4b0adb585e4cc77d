import CFFmpeg
import Foundation
import Torch

/// A film file being written through our own descriptor, so that every failure of the disk is seen.
final class Muxer {
  enum Layout {
    /// Pieces of at most half a second, each playable without what follows: for a run that may be killed.
    case fragments
    /// One index, in front: for players and for the web.
    case indexFirst
    /// What another container than MP4 does by itself.
    case asIs

    var flags: String? {
      switch self {
      case .fragments: "frag_keyframe+delay_moov+default_base_moof"
      case .indexFirst: "faststart"
      case .asIs: nil
      }
    }
  }
  let file: UnfinishedFile
  let context: UnsafeMutablePointer<AVFormatContext>
  private var io: UnsafeMutablePointer<AVIOContext>?
  private let layout: Layout
  private let packet: UnsafeMutablePointer<AVPacket>

  init(_ url: URL, _ layout: Layout, container: String = "mp4", calls: DiskCalls) throws {
    _ = ffmpegIsQuiet
    self.layout = layout
    file = try UnfinishedFile(url, calls: calls)
    var made: UnsafeMutablePointer<AVFormatContext>?
    guard avformat_alloc_output_context2(&made, nil, container, nil) >= 0, let made else {
      throw MediaError(.unsupported, url, "cannot be written, this FFmpeg cannot write \(container): install all of libavformat")
    }
    context = made
    guard let buffer = av_malloc(1 << 16), let packet = av_packet_alloc() else { fatalError("out of memory") }
    self.packet = packet
    io = avio_alloc_context(
      buffer.assumingMemoryBound(to: UInt8.self), 1 << 16, 1, Unmanaged.passUnretained(file).toOpaque(), nil,
      { opaque, bytes, count in
        let file = Unmanaged<UnfinishedFile>.fromOpaque(opaque!).takeUnretainedValue()
        return file.write(UnsafeRawBufferPointer(start: bytes, count: Int(count))) ? count : -EIO
      },
      { opaque, offset, whence in
        let file = Unmanaged<UnfinishedFile>.fromOpaque(opaque!).takeUnretainedValue()
        return whence & AVSEEK_SIZE != 0 ? -1 : Int64(file.seek(to: Int(offset), from: whence & ~AVSEEK_FORCE))
      })
    context.pointee.pb = io
    // To put the index in front, the muxer reads back what it wrote.
    context.pointee.url = av_strdup("file:" + file.temporary.path(percentEncoded: false))
    context.pointee.flags |= AVFMT_FLAG_BITEXACT
    context.pointee.flush_packets = 1
  }
  deinit {
    avformat_free_context(context)
    if let io { av_freep(&io.pointee.buffer) }
    avio_context_free(&io)
    var packet: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&packet)
  }

  /// Adds a stream of the kind that `encoder` makes.
  func add(_ encoder: UnsafeMutablePointer<AVCodecContext>) -> UnsafeMutablePointer<AVStream> {
    let stream = newStream()
    avcodec_parameters_from_context(stream.pointee.codecpar, encoder)
    stream.pointee.time_base = encoder.pointee.time_base
    stream.pointee.avg_frame_rate = encoder.pointee.framerate
    stream.pointee.sample_aspect_ratio = encoder.pointee.sample_aspect_ratio
    return stream
  }
  func newStream() -> UnsafeMutablePointer<AVStream> {
    guard let stream = avformat_new_stream(context, nil) else { fatalError("out of memory") }
    return stream
  }
  func writeHeader() throws {
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    if let flags = layout.flags { av_dict_set(&options, "movflags", flags, 0) }
    if case .fragments = layout { av_dict_set(&options, "frag_duration", "500000", 0) }
    try check(avformat_write_header(context, &options))
  }
  /// Hands on all packets that `encoder` has ready.
  func drain(_ encoder: UnsafeMutablePointer<AVCodecContext>, into stream: UnsafeMutablePointer<AVStream>) throws {
    while avcodec_receive_packet(encoder, packet) >= 0 {
      if packet.pointee.duration == 0, encoder.pointee.codec_type == AVMEDIA_TYPE_VIDEO { packet.pointee.duration = 1 }
      av_packet_rescale_ts(packet, encoder.pointee.time_base, stream.pointee.time_base)
      packet.pointee.stream_index = stream.pointee.index
      try write(packet)
    }
  }
  func write(_ packet: UnsafeMutablePointer<AVPacket>) throws { try check(av_interleaved_write_frame(context, packet)) }
  func writeTrailer() throws {
    try check(av_write_trailer(context))
    avio_flush(context.pointee.pb)
    try check(0)
  }
  private func check(_ status: Int32) throws {
    try file.check()
    guard status >= 0, context.pointee.pb.pointee.error >= 0 else {
      throw MediaError(.unsupported, file.url, "cannot be written (\(text(ofStatus: min(status, context.pointee.pb.pointee.error))))")
    }
  }
}

extension Muxer {
  /// Writes the finished MP4 at `part` anew with its index in front, to stand under `url` once it is committed; copies packets, decodes
  /// nothing.
  static func rewritten(_ part: URL, as url: URL, calls: DiskCalls) throws -> UnfinishedFile {
    let source = try Demuxer(part)
    let target = try Muxer(url, .indexFirst, container: url.pathExtension == "mov" ? "mov" : "mp4", calls: calls)
    for stream in source.streams {
      let copy = target.newStream()
      avcodec_parameters_copy(copy.pointee.codecpar, stream.pointee.codecpar)
      copy.pointee.time_base = stream.pointee.time_base
      copy.pointee.avg_frame_rate = stream.pointee.avg_frame_rate
      copy.pointee.sample_aspect_ratio = stream.pointee.sample_aspect_ratio
      copy.pointee.codecpar.pointee.codec_tag = 0
      var size = 0
      if let matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size) {
        av_stream_new_side_data(copy, AV_PKT_DATA_DISPLAYMATRIX, size)?.update(from: matrix, count: size)
      }
    }
    try target.writeHeader()
    while source.read(target.packet) {
      let index = Int(target.packet.pointee.stream_index)
      guard index < source.streams.count, index < Int(target.context.pointee.nb_streams) else { continue }
      av_packet_rescale_ts(target.packet, source.streams[index].pointee.time_base, target.context.pointee.streams[index]!.pointee.time_base)
      target.packet.pointee.pos = -1
      try target.write(target.packet)
    }
    guard source.file.failure == 0 else { throw FileError(url, "cannot read back what was written", code: source.file.failure) }
    try target.writeTrailer()
    return target.file
  }
}
