import Foundation
import Torch

/// Features that another program made of the sound, in a NumPy file: an entry a frame.
///
/// - `[N, 16, C]`: the frames' windows, as AD-NeRF's aud.npy (C = 29, DeepSpeech) and its successors' (44, 1024) have them.
/// - `[N, 2, C]` and `[2 N, C]`: two steps a frame, as hidden layers of HuBERT and wav2vec are stored; windows are cut from them.
///
/// Numbers are float16, float32 or float64.
package struct FileFeatures: SpeechFeatures {
  package let name = SpeechKind.file.rawValue
  package let channels: Int
  package let url: URL
  private let array: NumpyArray

  /// Throws `SpeechError` or `FileError`, with the file's name and a remedy.
  package init(_ url: URL) throws {
    array = try NumpyArray(url)
    self.url = url
    let shape = array.shape
    guard shape.count == 2 || shape.count == 3 && [SpeechWindows.length, SpeechWindows.hop].contains(shape[1]), !shape.contains(0),
      let channels = shape.last, channels <= 4096
    else {
      throw SpeechError(
        .badInput,
        "\(url.relativePath): is of shape \(shape), which is neither windows [N, 16, C] nor steps [N, 2, C] or [2 N, C]; "
          + "save the features in one of these")
    }
    self.channels = channels
  }

  /// The file's own windows, whatever the sound; where `audio` itself is an .npy file, its.
  package func stream(_ audio: URL, fps: Double) throws -> SpeechStream {
    if audio.pathExtension.lowercased() == "npy", audio.standardizedFileURL != url.standardizedFileURL {
      let other = try FileFeatures(audio)
      guard other.channels == channels else {
        throw SpeechError(
          .badInput,
          "\(audio.relativePath): holds \(other.channels) numbers a step where \(url.lastPathComponent) holds \(channels); "
            + "make it with the same program")
      }
      return other.stream()
    }
    return stream()
  }

  private func stream() -> SpeechStream {
    guard array.shape.count == 3, array.shape[1] == SpeechWindows.length else { return SpeechWindows.stream(FileSteps(array)) }
    var next = 0
    return SpeechStream { [array] frames in
      let end = min(next + frames, array.shape[0])
      guard next < end else { return nil }
      defer { next = end }
      return try array.rows(next..<end)
    }
  }
}

/// Steps as they stand in a file.
private final class FileSteps: StepSource {
  let channels: Int
  private let array: NumpyArray
  private var row = 0

  init(_ array: NumpyArray) {
    self.array = array
    channels = array.shape.last ?? 0
  }
  func next() throws -> Tensor? {
    let end = min(row + 256, array.shape[0])
    guard row < end else { return nil }
    defer { row = end }
    return try array.rows(row..<end).reshape(-1, channels)
  }
}
