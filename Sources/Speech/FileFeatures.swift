import Foundation
import Torch

/// Features that another program made of the sound, in a NumPy file: an entry a frame.
///
/// - `[N, 16, C]`: the frames' windows, as AD-NeRF's aud.npy (C = 29, DeepSpeech) and its successors' (44, 1024) have them.
/// - `[N, 2, C]` and `[2 N, C]`: two steps a frame, as hidden layers of HuBERT and wav2vec are stored; windows are cut from them.
/// - `[N, C]` where a clip of N frames says so, see `fitted`: one step a frame, which counts twice.
///
/// Numbers are float16, float32 or float64.
package struct FileFeatures: SpeechFeatures {
  package let name = SpeechKind.file.rawValue
  package let channels: Int
  package let url: URL
  private let array: NumpyArray
  /// Whether a row of `[N, C]` stands for a frame, not for half of one.
  private var hasRowsOfFrames = false

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
          "\(audio.relativePath): has \(other.channels) values a step, but \(url.lastPathComponent) has \(channels); "
            + "make it with the same program")
      }
      return other.stream()
    }
    return stream()
  }

  /// How many frames the file has something for.
  private var frames: Int { array.shape.count == 3 || hasRowsOfFrames ? array.shape[0] : (array.shape[0] + 1) / 2 }

  /// The features as they fit a clip whose last frame is number `frames` - 1 and whose sound, where it has some, lasts for `sound` frames,
  /// and what is to be said of how they were read. Programs differ by a few frames at the end of a clip.
  ///
  /// Throws `SpeechError` with both counts where the file is of another length.
  package func fitted(frames needed: Int, sound: Int?) throws -> (features: FileFeatures, notice: String?) {
    let whole = max(needed, sound ?? needed), slack = max(8, whole / 100)
    func fits(_ count: Int) -> Bool { count >= needed - slack && count <= whole + slack }
    var rows = self
    rows.hasRowsOfFrames = array.shape.count == 2
    let isNearer = abs(rows.frames - whole) < abs(frames - whole)
    if rows.hasRowsOfFrames, fits(rows.frames), isNearer || !fits(frames) {
      let notice = "\(url.relativePath): has \(rows.frames) rows for \(whole) frames; read as one row a frame, where others have two"
      return (rows, notice)
    }
    if fits(frames) { return (self, nil) }
    // Without a sound nobody knows how long the clip was that the dataset's frames are of.
    if sound == nil, frames > whole {
      return (self, "\(url.relativePath): has features of \(frames) frames, of which the dataset's \(needed) use the first")
    }
    throw SpeechError(
      .badInput,
      "\(url.relativePath): has features of \(frames) frames (its shape is \(array.shape)) where the clip has \(whole); make them of the "
        + "clip's whole sound, for its frame rate")
  }

  private func stream() -> SpeechStream {
    guard array.shape.count == 3, array.shape[1] == SpeechWindows.length else {
      return SpeechWindows.stream(FileSteps(array, repeats: hasRowsOfFrames ? 2 : 1))
    }
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
  /// How often each row counts.
  private let repeats: Int
  private var row = 0

  init(_ array: NumpyArray, repeats: Int) {
    (self.array, self.repeats) = (array, repeats)
    channels = array.shape.last ?? 0
  }
  func next() throws -> Tensor? {
    let end = min(row + 256, array.shape[0])
    guard row < end else { return nil }
    defer { row = end }
    let steps = try array.rows(row..<end).reshape(-1, channels)
    return repeats == 1 ? steps : steps.unsqueeze(1).expand([steps.size(0), repeats, channels]).reshape(-1, channels)
  }
}
