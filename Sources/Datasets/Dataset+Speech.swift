import Foundation
import Media
import Speech

extension Dataset {
  /// The file that features are made of: the sound, or the array that holds them. Throws `SpeechError` where there is no sound.
  package func speech(for features: any SpeechFeatures) throws -> URL {
    if let file = features as? FileFeatures { return file.url }
    guard let audio else { throw SpeechError.noSound(folder) }
    return audio
  }

  /// Features of files as they fit this clip; others as they are. `notice` hears how a file was read. Throws `SpeechError` naming the file
  /// where it has more or fewer frames than the clip.
  package func fitted(_ features: any SpeechFeatures, notice: (String) -> Void) throws -> any SpeechFeatures {
    guard let file = features as? FileFeatures else { return features }
    let needed = (track.frames.map(\.index).max() ?? 0) + 1
    let (fitted, words) = try file.fitted(frames: needed, sound: try audio.map { try Self.frames(of: $0, fps: track.fps) })
    if let words { notice(words) }
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
