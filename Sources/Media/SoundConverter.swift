import CFFmpeg
import Foundation

/// Turns pieces of sound of any sample format, rate and number of channels into interleaved floats of one rate and one number of channels.
///
/// Numbers that are not finite count as silence: one of them would poison the resampler for good.
final class SoundConverter {
  private struct Setting: Equatable {
    var format: Int32
    var rate: Int32
    var channels: Int32
    var mask: UInt64
  }
  /// How the channels of the sound become those of the result.
  enum Mix: Equatable {
    /// As is usual for their layout.
    case usual
    /// One of them, by its place, stands for all.
    case only(Int)
    /// Each stays what it is; the result has as many.
    case separate
  }
  let url: URL
  let rate: Int
  let channels: Int
  private let mix: Mix
  private var resampler: OpaquePointer?
  private var setting: Setting?
  /// Samples that were not finite numbers.
  private(set) var silenced = 0

  init(_ url: URL, rate: Int, channels: Int, mix: Mix = .usual) {
    self.url = url
    self.mix = mix
    self.rate = rate
    self.channels = channels
  }
  deinit { swr_free(&resampler) }

  /// The samples that `frame` completes, and those still waiting if its kind differs from the last one's.
  func convert(_ frame: Frame) throws -> [Float] {
    let sound = frame.pointer.pointee
    let layout = sound.ch_layout
    let isNative = layout.order == AV_CHANNEL_ORDER_NATIVE
    let wanted = Setting(
      format: sound.format, rate: sound.sample_rate, channels: layout.nb_channels, mask: isNative ? layout.u.mask : 0)
    var result: [Float] = []
    if wanted != setting {
      if setting != nil { result = flush() }
      try prepare(wanted)
    }
    sanitise(frame)
    guard let planes = frame.pointer.pointee.extended_data else { return result }
    planes.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: Int(layout.nb_channels)) {
      result += pull($0, sound.nb_samples)
    }
    return result
  }
  /// Planar floats of this converter's channel count but another rate.
  func convert(_ samples: [Float], rate: Int) throws -> [Float] {
    let wanted = Setting(format: AV_SAMPLE_FMT_FLT.rawValue, rate: Int32(rate), channels: Int32(channels), mask: channels == 1 ? 4 : 3)
    if wanted != setting { try prepare(wanted) }
    return samples.withUnsafeBytes { bytes in
      var plane: UnsafePointer<UInt8>? = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return pull(&plane, Int32(samples.count / channels))
    }
  }
  /// What the resampler still holds.
  func flush() -> [Float] {
    guard resampler != nil else { return [] }
    return pull(nil, 0)
  }
  /// How many samples a channel of the result lags behind what was put in.
  var delay: Int { resampler.map { Int(swr_get_delay($0, Int64(rate))) } ?? 0 }

  private func pull(_ planes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int32) -> [Float] {
    guard let resampler else { return [] }
    let room = Int(swr_get_out_samples(resampler, count)) + 32
    return [Float](unsafeUninitializedCapacity: room * channels) { buffer, used in
      var out: UnsafeMutablePointer<UInt8>? = UnsafeMutableRawPointer(buffer.baseAddress!).assumingMemoryBound(to: UInt8.self)
      let got = swr_convert(resampler, &out, Int32(room), planes, count)
      used = max(0, Int(got)) * channels
    }
  }

  private func prepare(_ wanted: Setting) throws {
    _ = ffmpegIsQuiet
    swr_free(&resampler)
    setting = nil
    guard wanted.rate >= 500, wanted.rate <= 1_536_000, wanted.channels > 0 else {
      throw MediaError(.unsupported, url, "has sound of \(wanted.rate) Hz in \(wanted.channels) channels: export it at 48000 Hz, stereo")
    }
    var from = AVChannelLayout(), to = AVChannelLayout()
    if wanted.mask == 0 { av_channel_layout_default(&from, wanted.channels) } else { av_channel_layout_from_mask(&from, wanted.mask) }
    if mix == .separate, wanted.channels == channels {
      av_channel_layout_copy(&to, &from)
    } else {
      av_channel_layout_default(&to, Int32(channels))
    }
    defer {
      av_channel_layout_uninit(&from)
      av_channel_layout_uninit(&to)
    }
    var status = swr_alloc_set_opts2(
      &resampler, &to, AV_SAMPLE_FMT_FLT, Int32(rate), &from, AVSampleFormat(wanted.format), wanted.rate, 0, nil)
    guard status >= 0, let resampler else { throw refusal(wanted, status) }
    // Without this, float sound is mixed 3 dB louder than any other.
    av_opt_set_double(UnsafeMutableRawPointer(resampler), "rematrix_maxval", 1, 0)
    if let matrix = matrix(Int(wanted.channels), isNative: from.order == AV_CHANNEL_ORDER_NATIVE) {
      status = swr_set_matrix(resampler, matrix, wanted.channels)
    }
    if status >= 0 { status = swr_init(resampler) }
    guard status >= 0 else { throw refusal(wanted, status) }
    setting = wanted
  }
  /// A row of weights for each channel of the result; nil where the layouts say them.
  private func matrix(_ count: Int, isNative: Bool) -> [Double]? {
    switch mix {
    case .only(let place) where place < count: (0..<count * channels).map { $0 % count == place ? 1 : 0 }
    case .separate where count == channels: (0..<count * count).map { $0 % count == $0 / count ? 1 : 0 }
    default: isNative ? nil : [Double](repeating: 1 / Double(count), count: count * channels)
    }
  }
  private func refusal(_ wanted: Setting, _ status: Int32) -> MediaError {
    MediaError(
      .unsupported, url,
      "has sound in \(wanted.channels) channels at \(wanted.rate) Hz that cannot be converted (\(text(ofStatus: status))): export it as stereo"
    )
  }

  private func sanitise(_ frame: Frame) {
    let format = AVSampleFormat(frame.pointer.pointee.format)
    let packed = av_get_packed_sample_fmt(format)
    guard packed == AV_SAMPLE_FMT_FLT || packed == AV_SAMPLE_FMT_DBL, av_frame_make_writable(frame.pointer) >= 0 else { return }
    let sound = frame.pointer.pointee
    let isPlanar = av_sample_fmt_is_planar(format) != 0
    let planes = isPlanar ? Int(sound.ch_layout.nb_channels) : 1
    let count = Int(sound.nb_samples) * (isPlanar ? 1 : Int(sound.ch_layout.nb_channels))
    for plane in 0..<planes {
      guard let bytes = sound.extended_data[plane] else { continue }
      if packed == AV_SAMPLE_FMT_FLT { silence(UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: Float.self), count) }
      if packed == AV_SAMPLE_FMT_DBL { silence(UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: Double.self), count) }
    }
  }
  /// Numbers beyond any loudness, as 1e30, count too: they would drown the rest.
  private func silence<F: BinaryFloatingPoint>(_ samples: UnsafeMutablePointer<F>, _ count: Int) {
    for i in 0..<count where !(samples[i].magnitude <= 1000) {
      samples[i] = 0
      silenced += 1
    }
  }
}
