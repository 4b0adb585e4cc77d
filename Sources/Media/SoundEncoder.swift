import CFFmpeg
import Foundation

/// Encodes interleaved floats: as AAC, unless other encoders are named.
final class SoundEncoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  let channels: Int
  /// What AAC knows of rates; others are resampled to 48000 Hz.
  private static let rates: Set<Int> = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000]
  private let inputRate: Int
  private let converter: SoundConverter?
  private let url: URL
  private let frame = Frame()
  private var waiting: [Float] = []
  private var sent = 0

  init(_ url: URL, sampleRate: Int, channels: Int, codecs: [String] = ["aac"]) throws {
    _ = ffmpegIsQuiet
    self.url = url
    self.channels = channels
    inputRate = sampleRate
    let rate = Self.rates.contains(sampleRate) ? sampleRate : 48000
    converter = rate == sampleRate ? nil : SoundConverter(url, rate: rate, channels: channels)
    guard let codec = codecs.lazy.compactMap({ avcodec_find_encoder_by_name($0) }).first, let context = avcodec_alloc_context3(codec) else {
      throw MediaError(
        .unsupported, url,
        "its sound cannot be encoded, this FFmpeg has none of \(codecs.joined(separator: ", ")): write it without sound")
    }
    self.context = context
    // Some encoders take the channels interleaved.
    context.pointee.sample_fmt = codec.pointee.sample_fmts?.pointee == AV_SAMPLE_FMT_FLT ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP
    context.pointee.sample_rate = Int32(rate)
    context.pointee.time_base = AVRational(num: 1, den: Int32(rate))
    context.pointee.bit_rate = Int64(channels * min(96_000, 4 * rate))
    context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT
    av_channel_layout_default(&context.pointee.ch_layout, Int32(channels))
    let status = avcodec_open2(context, codec, nil)
    guard status >= 0 else {
      throw MediaError(.unsupported, url, "its sound cannot be encoded at \(rate) Hz (\(text(ofStatus: status))): resample it to 48000 Hz")
    }
  }
  deinit {
    var context: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&context)
  }

  /// Takes samples, interleaved; `packets` is called whenever some may be ready.
  func append(_ samples: [Float], packets: () throws -> Void) throws {
    let clean = samples.map(finite)
    waiting += try converter?.convert(clean, rate: inputRate) ?? clean
    let piece = Int(context.pointee.frame_size) * channels
    var start = 0
    while waiting.count - start >= piece {
      try encode(waiting[start..<start + piece])
      try packets()
      start += piece
    }
    waiting.removeFirst(start)
  }
  func end(packets: () throws -> Void) throws {
    if let converter {
      waiting += converter.flush()
      try append([], packets: packets)
    }
    if !waiting.isEmpty { try encode(waiting[...]) }
    waiting = []
    try send(nil)
    try packets()
  }

  private func encode(_ samples: ArraySlice<Float>) throws {
    let count = samples.count / channels
    av_frame_unref(frame.pointer)
    frame.pointer.pointee.nb_samples = Int32(count)
    frame.pointer.pointee.format = context.pointee.sample_fmt.rawValue
    frame.pointer.pointee.sample_rate = context.pointee.sample_rate
    av_channel_layout_copy(&frame.pointer.pointee.ch_layout, &context.pointee.ch_layout)
    guard av_frame_get_buffer(frame.pointer, 0) >= 0 else { fatalError("out of memory") }
    let isPlanar = context.pointee.sample_fmt == AV_SAMPLE_FMT_FLTP
    for channel in 0..<(isPlanar ? channels : 1) {
      guard let bytes = frame.pointer.pointee.extended_data[channel] else { continue }
      let plane = UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: Float.self)
      if isPlanar {
        for i in 0..<count { plane[i] = samples[samples.startIndex + i * channels + channel] }
      } else {
        for (i, sample) in samples.enumerated() { plane[i] = sample }
      }
    }
    frame.pointer.pointee.pts = Int64(sent)
    sent += count
    try send(frame.pointer)
  }
  private func send(_ frame: UnsafeMutablePointer<AVFrame>?) throws {
    let status = avcodec_send_frame(context, frame)
    guard status >= 0 else { throw MediaError(.unsupported, url, "its sound cannot be encoded (\(text(ofStatus: status)))") }
  }
}
