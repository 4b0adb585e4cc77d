import Foundation
import Media

/// The stretch of sound that belongs to a shot, moved to where the mouth is if that is asked for.
package struct ShotSound {
  /// Samples a second, mono.
  package static let rate = 16000
  /// As long as the shot: where the clip has no sound there is silence.
  let samples: [Float]
  /// How late the sound is in the clip, where that can be told.
  let offset: SoundOffset?
  /// By how many frames it was moved forward; nil where it was left.
  let shift: Int?
  /// What the user should know about which sound of the clip it is; nil if nothing.
  let notice: String?

  /// nil where the clip has no sound. Throws `MediaError`.
  init?(_ video: URL, _ shot: ClipSurvey.Shot, _ options: ClipOptions) throws {
    let fps = options.fps.value
    let video = video.audioTrack(options.audioTrack)
    let plain: [Float]
    do {
      notice = try AudioReader(video, sampleRate: Self.rate).notice
      guard let read = try Self.read(video, shot.range, fps, shift: 0) else { return nil }
      plain = read
    } catch let error as MediaError where error.kind == .noAudio { return nil }
    let offset = SoundOffset(mouth: shot.mouth, fps: fps, samples: plain)
    let wanted =
      switch options.sync {
      case .none: 0
      // A frame more or less is no more than the lips' own lead.
      case .found: offset.map { abs($0.frames) > 1 ? $0.frames : 0 } ?? 0
      case .frames(let frames): frames
      }
    self.offset = offset
    shift = wanted == 0 ? nil : wanted
    samples = wanted == 0 ? plain : try Self.read(video, shot.range, fps, shift: wanted) ?? plain
  }

  /// The sound of some frames, from so many frames later; nil where there is none at all.
  package static func read(_ video: URL, _ range: Range<Int>, _ fps: Double, shift: Int) throws -> [Float]? {
    let reader = try AudioReader(video, sampleRate: rate)
    let first = Int(Double(range.lowerBound + shift) / fps * Double(rate))
    let end = Int(Double(range.upperBound + shift) / fps * Double(rate))
    var samples = [Float](repeating: 0, count: max(0, min(end, 0) - first))
    var position = 0
    while position < end, let piece = try reader.next() {
      let from = min(piece.count, max(0, first - position))
      let to = min(piece.count, end - position)
      if from < to { samples += piece[from..<to] }
      position += piece.count
    }
    guard !samples.isEmpty else { return nil }
    // Sound that ends before the image is followed by silence, so that every frame has its stretch.
    samples += [Float](repeating: 0, count: max(0, end - first - samples.count))
    return samples
  }
}
