import CFFmpeg
import Foundation

/// Reads the sound of any file that holds some, in constant memory, as mono floats in -1...1 at one rate.
///
/// Of several sound tracks it takes the one that `URL.audioTrack` names, otherwise one with speech. Mono is the mix of all channels, or
/// the loudest one where they cancel one another. `notice` tells of both.
///
/// In a file with video, sample 0 is the moment of the video's first frame: earlier sound is left out, later sound is preceded
/// by silence, so that sample s belongs to frame s / sampleRate * rate of a `VideoReader`. Use it from one thread.
package final class AudioReader {
  package let url: URL
  package let sampleRate: Int
  /// What the header says the sound lasts, in seconds; nil where it does not say.
  package let duration: Double?

  /// What the user should know about which sound of the file is heard, in a line to be shown; nil if nothing.
  package let notice: String?

  let channels: Int
  private let decoder: Decoder
  private let demuxer: Demuxer
  private let converter: SoundConverter
  private let origin: Double?
  private var shift: Double?
  /// Samples of each channel delivered or about to be.
  private var delivered = 0
  private var surplus = 0
  private var gaps: [String] = []
  private var isFinished = false

  /// Longer gaps in the timestamps are taken for damage and closed, shorter ones filled with silence.
  private static let longestGap = 60.0

  /// Opens `url`.
  ///
  /// - Parameters:
  ///   - sampleRate: samples a second to deliver.
  ///   - start: the container's time of sample 0, in seconds; nil for the video's first frame, or the first sound where there is no video.
  /// - Throws: `MediaError` that says why the file has no readable sound.
  package convenience init(_ url: URL, sampleRate: Int = 16000, start: Double? = nil) throws {
    try self.init(url, sampleRate: sampleRate, start: start, maximumChannels: 1)
  }
  /// With up to `maximumChannels`, one or two, delivered interleaved.
  init(_ url: URL, sampleRate: Int, start: Double?, maximumChannels: Int) throws {
    precondition(sampleRate > 0, "\(sampleRate) samples a second")
    self.url = url
    self.sampleRate = sampleRate
    demuxer = try Demuxer(url)
    guard let choice = try SoundChoice(url, demuxer, mono: maximumChannels == 1) else {
      if demuxer.stream(AVMEDIA_TYPE_VIDEO) != nil {
        throw MediaError(.noAudio, url, "contains video but no sound: name a file with sound")
      }
      throw MediaError(.notMedia, url, "holds no sound: check that it is the right file")
    }
    let stream = choice.stream
    notice = choice.notices.isEmpty ? nil : "\(url.lastPathComponent): \(choice.notices.joined(separator: "; "))"
    decoder = try Decoder(demuxer, stream, threads: 1)
    channels = min(maximumChannels, max(1, Int(stream.pointee.codecpar.pointee.ch_layout.nb_channels)))
    converter = SoundConverter(url, rate: sampleRate, channels: channels, mix: choice.mix)
    origin = try start ?? FilmOrigin.seconds(demuxer)
    let promised = stream.pointee.duration
    duration = promised > 0 ? Double(promised) * stream.pointee.time_base.value : demuxer.duration
  }

  /// All of the sound at once.
  package static func read(_ url: URL, sampleRate: Int = 16000) throws -> [Float] {
    let reader = try AudioReader(url, sampleRate: sampleRate)
    var samples: [Float] = []
    while let piece = try reader.next() { samples += piece }
    return samples
  }

  /// The next piece of sound, never empty, or nil at the end; throws if there was none at all.
  package func next() throws -> [Float]? {
    while !isFinished {
      var piece: [Float]
      if let frame = decoder.next() {
        piece = align(frame)
        piece += try converter.convert(frame)
      } else {
        isFinished = true
        piece = converter.flush()
      }
      if surplus > 0 {
        let cut = min(surplus, piece.count / channels)
        piece.removeFirst(cut * channels)
        surplus -= cut
      }
      delivered += piece.count / channels
      if !piece.isEmpty { return piece }
    }
    if delivered == 0 {
      throw MediaError(.noAudio, url, "has a sound stream without a single readable sample: export it again")
    }
    return nil
  }

  /// The silence that belongs before `frame`; or notes how much of what follows is to be left out.
  private func align(_ frame: Frame) -> [Float] {
    let stamp = frame.pointer.pointee.best_effort_timestamp
    let isFirst = shift == nil
    guard stamp != FFMPEG_NO_TIME else {
      if isFirst { shift = 0 }
      return []
    }
    let absolute = Double(stamp) * decoder.stream.pointee.time_base.value
    if isFirst { shift = origin ?? absolute }
    let reached = Double(delivered + converter.delay - surplus) / Double(sampleRate)
    var lead = absolute - (shift ?? 0) - reached
    if abs(lead) > Self.longestGap, !isFirst || lead > 10 * Self.longestGap {
      gaps.append(String(format: "the timestamps jump by %.1f s at %.1f s", lead, reached))
      shift = (shift ?? 0) + lead
      lead = 0
    }
    // Timestamps of containers are rounded to milliseconds; only what is clearly a gap or an overlap is one.
    guard isFirst || abs(lead) > 0.1 else { return [] }
    let samples = Int((lead * Double(sampleRate)).rounded())
    if !isFirst {
      gaps.append(
        String(format: lead > 0 ? "%.2f s of sound are missing at %.1f s" : "%.2f s of sound overlap at %.1f s", abs(lead), reached))
    }
    if samples < 0 { surplus -= samples }
    return samples > 0 ? [Float](repeating: 0, count: samples * channels) : []
  }

  /// What is wrong with the file as far as it has been read, in a line to be shown; nil if nothing.
  package var damage: String? {
    var found: [String] = []
    if demuxer.file.failure != 0 { found.append("the disk fails to read it") }
    if decoder.failures > 0 { found.append("\(decoder.failures) pieces cannot be decoded") }
    if converter.silenced > 0 { found.append("\(converter.silenced) samples are not finite and count as silence") }
    found += gaps.prefix(4)
    if isFinished, let duration {
      let end = Double(delivered) / Double(sampleRate)
      if end < duration - 0.5, shift != nil {
        found.append(String(format: "it ends after %.1f s though its header says %.1f s", end, duration))
      }
    }
    return found.isEmpty ? nil : "\(url.lastPathComponent): " + found.joined(separator: "; ")
  }
}
