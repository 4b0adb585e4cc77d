import CFFmpeg
import Foundation
import Torch

/// Writes an MP4 film: H.264, 4:2:0, BT.709, and AAC sound. Transparent films are ProRes 4444 in a .mov.
///
/// While it is written the film lies beside its final name as `<name>.unfinished-<process>.mp4`, in pieces, so that what a killed run
/// leaves can be played. `finish` rewrites it with the index in front, brings it to the disk and gives it its name. A writer
/// that goes away unfinished removes what it wrote. Odd sizes gain a column or row, a copy of the last one. Use it from one thread.
package final class VideoWriter {
  /// Where the film's sound comes from.
  package enum Sound {
    /// Mono samples at this rate, handed to `append(samples:)`.
    case samples(rate: Int)
    /// The sound of a file, mixed to at most stereo; it is cut where the film ends. Sound of a film starts with its first frame.
    case file(URL)
  }
  package let url: URL
  package let width: Int
  package let height: Int
  package let rate: Rational
  /// Frames taken so far.
  package private(set) var frameCount = 0

  /// Changes the finished film before it gets its name: what is to be said of a film can only be said of a whole one.
  package var seal: ((_ film: URL) throws -> Void)?

  private let muxer: Muxer
  private let format: FilmFormat
  private let calls: DiskCalls
  private let images: ImageEncoder
  private let imageStream: UnsafeMutablePointer<AVStream>
  private let sound: SoundEncoder?
  private let soundStream: UnsafeMutablePointer<AVStream>?
  private let soundFile: AudioReader?
  private var soundWaiting: [Float] = []
  private var soundTaken = 0
  private var isFinished = false

  /// Starts a film of `width` x `height` pixels at `rate` frames a second.
  ///
  /// - Parameters:
  ///   - quality: x264's constant rate factor, 0...51, smaller is better and larger in bytes.
  ///   - isTransparent: frames have a fourth channel, the opacity, which the others are not multiplied by; the name must end in .mov.
  /// - Throws: `FileError` if the disk refuses, `MediaError` if the sound file cannot be read or the libraries cannot encode.
  package convenience init(
    _ url: URL, width: Int, height: Int, rate: Rational = 25, sound: Sound? = nil, quality: Int = 18, isTransparent: Bool = false,
    threads: Int = 0
  ) throws {
    try self.init(
      url, width: width, height: height, rate: rate, sound: sound, quality: quality, threads: threads,
      format: isTransparent ? .transparent : FilmFormat(), calls: DiskCalls())
  }

  package init(
    _ url: URL, width: Int, height: Int, rate: Rational, sound: Sound?, quality: Int = 18, threads: Int = 0,
    format: FilmFormat = FilmFormat(), calls: DiskCalls = DiskCalls()
  ) throws {
    precondition(width > 0 && height > 0 && rate.numerator > 0, "a film of \(width) x \(height) pixels at \(rate) frames a second")
    guard !format.isMP4 || MediaName.films.contains(url.pathExtension.lowercased()) else {
      throw MediaError(.badRequest, url, "its extension is not that of a film that can be written: end the name in .mp4")
    }
    (self.url, self.width, self.height, self.rate, self.format, self.calls) = (url, width, height, rate, format, calls)
    switch sound {
    case .samples(let rate):
      soundFile = nil
      self.sound = try SoundEncoder(url, sampleRate: rate, channels: 1, codecs: format.soundCodecs)
    case .file(let file):
      let reader = try AudioReader(file, sampleRate: 48000, start: nil, maximumChannels: 2)
      soundFile = reader
      self.sound = try SoundEncoder(url, sampleRate: 48000, channels: reader.channels, codecs: format.soundCodecs)
    case nil:
      soundFile = nil
      self.sound = nil
    }
    let threads = threads > 0 ? threads : min(4, ProcessInfo.processInfo.activeProcessorCount)
    images = try ImageEncoder(url, width: width, height: height, rate: rate, quality: quality, threads: threads, format: format)
    muxer = try Muxer(url, format.isMP4 ? .fragments : .asIs, container: format.container, calls: calls)
    imageStream = muxer.add(images.context)
    if let matrix = format.displayMatrix {
      let bytes = av_stream_new_side_data(imageStream, AV_PKT_DATA_DISPLAYMATRIX, 36)
      matrix.withUnsafeBytes { bytes?.update(from: $0.bindMemory(to: UInt8.self).baseAddress!, count: 36) }
    }
    soundStream = self.sound.map { [muxer] in muxer.add($0.context) }
    try muxer.writeHeader()
  }

  /// Takes the next frame, `[height, width, 3]` or, of a transparent film, 4, uint8 or floating point in 0...1.
  package func append(_ rgb: Tensor) throws {
    try append(rgb, tick: frameCount)
  }
  /// Takes the next frame, to be shown from `tick` / rate on; ticks grow.
  package func append(_ rgb: Tensor, tick: Int) throws {
    let shape = [height, width, format.hasAlpha ? 4 : 3]
    precondition(rgb.shape == shape, "a frame of shape \(rgb.shape) in a film of \(shape)")
    precondition(!isFinished, "a frame for a film that is finished")
    try images.encode(ImageFile.bytes(of: rgb), tick: tick)
    frameCount += 1
    try muxer.drain(images.context, into: imageStream)
    try takeSound()
  }
  /// Takes the next samples in -1...1 of a film made with `.samples`; best in step with the frames, which they follow in time.
  package func append(samples: [Float]) throws {
    precondition(sound != nil && soundFile == nil, "samples for a film made without .samples")
    precondition(!isFinished, "samples for a film that is finished")
    try encodeSound(samples)
  }

  /// Completes the film; only now is there a file of its name.
  package func finish() throws {
    precondition(!isFinished, "a film finished twice")
    isFinished = true
    guard frameCount > 0 else { throw MediaError(.noFrames, url, "cannot be a film without frames: there was nothing to write") }
    try images.end()
    try muxer.drain(images.context, into: imageStream)
    if let sound, let soundStream { try sound.end { try muxer.drain(sound.context, into: soundStream) } }
    try muxer.writeTrailer()
    // Where there is no room for a second copy, say, the first one plays as well.
    guard format.isMP4, let whole = try? Muxer.rewritten(muxer.file.temporary, as: url, calls: calls) else {
      return try muxer.file.commit(seal: seal)
    }
    do {
      try whole.commit(seal: seal)
    } catch let error as FileError {
      guard seal == nil else { throw error }
      return try muxer.file.commit()
    }
    muxer.file.discard()
  }

  /// As much of the sound file as the frames so far last.
  private func takeSound() throws {
    guard let soundFile else { return }
    let wanted = Int((Double(frameCount) / rate.value * Double(soundFile.sampleRate)).rounded()) * soundFile.channels
    while soundTaken < wanted {
      if soundWaiting.isEmpty {
        guard let piece = try soundFile.next() else { return }
        soundWaiting = piece
      }
      let count = min(wanted - soundTaken, soundWaiting.count)
      try encodeSound(Array(soundWaiting.prefix(count)))
      soundWaiting.removeFirst(count)
      soundTaken += count
    }
  }
  private func encodeSound(_ samples: [Float]) throws {
    guard let sound, let soundStream else { return }
    try sound.append(samples) { try muxer.drain(sound.context, into: soundStream) }
  }
}
