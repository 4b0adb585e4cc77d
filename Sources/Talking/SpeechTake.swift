import Foundation
import Media
import Speech
import Torch

/// A recording with what the mouth does in it.
package struct SpeechTake {
  package let name: String
  /// Mono at 16 kHz.
  package let samples: [Float]
  /// Spoken coefficients, as `SpokenShapes.names` has them, of frame i at i / rate.
  package let frames: [[Float]]
  package let rate: Double

  package init(name: String, samples: [Float], frames: [[Float]], rate: Double) {
    (self.name, self.samples, self.frames, self.rate) = (name, samples, frames, rate)
  }

  /// The coefficients at a moment in seconds, between the two nearest frames; those of the first and last beyond the ends.
  func spoken(at seconds: Double) -> [Float] {
    let place = min(max(seconds * rate, 0), Double(frames.count - 1)), below = Int(place), share = Float(place - Double(below))
    return zip(frames[below], frames[min(below + 1, frames.count - 1)]).map { $0 + ($1 - $0) * share }
  }

  /// The takes of a folder, in the order of their names: sounds that have an array of the same name, `[frames, channels]` at 30 frames a
  /// second, beside a list of the channels' names in channels.json. Throws where there are none, or what reading them throws.
  package static func folder(_ folder: URL) throws -> [SpeechTake] {
    let list = folder.appending(path: "channels.json")
    guard let data = try? Data(contentsOf: list) else {
      throw TalkingError(
        .input, "\(folder.relativePath): has no channels.json; name a folder with it, and a sound and an array (.npy) for each recording")
    }
    guard let channels = try? JSONDecoder().decode([String].self, from: data) else {
      throw TalkingError(.input, "\(list.relativePath): is not a list of names; write one name for each channel of the arrays")
    }
    let mixing = ChannelTable.mixing(channels)
    guard mixing.contains(where: { !$0.isEmpty }) else {
      throw TalkingError(
        .input, "\(list.relativePath): names no channel that is known; use ARKit's names, or those of FACEGOOD's recordings")
    }
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
    let takes = try files.filter { $0.pathExtension == "npy" }.compactMap { url -> SpeechTake? in
      let name = url.deletingPathExtension().lastPathComponent
      guard let sound = files.first(where: { $0 != url && $0.deletingPathExtension().lastPathComponent == name }) else { return nil }
      let array = try NumpyArray(url)
      guard array.shape.count == 2, array.shape[1] == channels.count, array.shape[0] > 1 else {
        throw TalkingError(
          .input, "\(url.relativePath): is of shape \(array.shape), not [frames, \(channels.count)] as channels.json says; save it so")
      }
      let values = try array.rows(0..<array.shape[0]).floats
      let frames = (0..<array.shape[0]).map { row in
        mixing.map { parts in parts.reduce(Float(0)) { $0 + $1.weight * values[row * channels.count + $1.channel] } }
      }
      return SpeechTake(name: name, samples: try AudioReader.read(sound), frames: frames, rate: 30)
    }
    guard !takes.isEmpty else {
      throw TalkingError(.input, "\(folder.relativePath): has no sound with an array (.npy) of the same name; put both there")
    }
    return takes
  }
}
