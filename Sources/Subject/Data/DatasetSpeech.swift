import Datasets
import Foundation
import Media
import Speech

extension Dataset {
  /// Features of files as they fit this clip; others as they are. `warn` hears how a file was read. Throws `SpeechError` naming the file
  /// where it has more or fewer frames than the clip.
  package func fitted(_ features: any SpeechFeatures, warn: (String) -> Void) throws -> any SpeechFeatures {
    guard let file = features as? FileFeatures else { return features }
    let needed = (track.frames.map(\.index).max() ?? 0) + 1
    let (fitted, notice) = try file.fitted(frames: needed, sound: try audio.map { try Self.frames(of: $0, fps: track.fps) })
    if let notice { warn(notice) }
    return fitted
  }

  /// How many frames a sound lasts.
  package static func frames(of sound: URL, fps: Double) throws -> Int {
    let reader = try AudioReader(sound)
    var samples = 0
    while let piece = try reader.next() { samples += piece.count }
    return Int((Double(samples) / Double(reader.sampleRate) * fps).rounded())
  }
}
