import Driving
import Foundation
import Marking
import Media
import Torch

/// Where rendered images go.
protocol ImageSink {
  /// The next image, `[H, W, 3]` uint8, or `[H, W, 4]` with opacity, of the frame with this number.
  func take(_ rgb: Tensor, _ index: Int) throws
  func finish() throws
}

/// PNGs named by frame number: `173.png`. One process at a time fills a folder.
struct FolderSink: ImageSink {
  let folder: URL
  let lock: NameLock
  let marks: OutputMarks

  init(_ folder: URL, _ marks: OutputMarks) throws {
    (self.folder, self.marks) = (folder, marks)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure.other("\(folder.relativePath): cannot make this folder; choose another place, or a name ending in .mp4 for a film")
    }
    lock = try NameLock(filling: folder)
  }
  func take(_ rgb: Tensor, _ index: Int) throws {
    try marks.write(rgb, to: folder.appending(path: "\(index).png"), frame: index)
  }
  func finish() throws { lock.release() }
}

/// A film with the sound of the frames that it shows.
final class FilmSink: ImageSink {
  private let writer: VideoWriter
  private let marks: OutputMarks
  private let sound: [Float]?
  private let fps: Double
  private static let sampleRate = 16000
  private var taken = 0

  /// Images are as large as the sequence's, `columns` of them side by side.
  init(_ url: URL, _ sequence: DrivingSequence, columns: Int = 1, isTransparent: Bool = false, _ marks: OutputMarks) throws {
    self.marks = marks
    fps = sequence.fps
    // The sound of a whole film can be read as it is written, however long it is.
    let isWhole = sequence.frames.enumerated().allSatisfy { $0 == $1.index }
    sound = isWhole ? nil : try sequence.sound.map { try AudioReader.read($0, sampleRate: Self.sampleRate) }
    guard let camera = sequence.frames.first?.camera else {
      throw Failure.input("\(url.relativePath): no frame is left to render; check --frames")
    }
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    writer = try VideoWriter(
      url, width: columns * camera.width, height: camera.height, rate: Rational(fps),
      sound: isWhole ? sequence.sound.map { .file($0) } : sound.map { _ in .samples(rate: Self.sampleRate) },
      isTransparent: isTransparent)
    writer.seal = { marks.seal($0, as: url) }
  }

  func take(_ rgb: Tensor, _ index: Int) throws {
    try writer.append(marks.marked(rgb, frame: taken))
    taken += 1
    guard let sound else { return }
    // Counted from the film's start, so that rounding does not add up.
    let end = Int((Double(taken) / fps * Double(Self.sampleRate)).rounded())
    let length = end - Int((Double(taken - 1) / fps * Double(Self.sampleRate)).rounded())
    let first = Int((Double(index) / fps * Double(Self.sampleRate)).rounded())
    let piece = sound[min(first, sound.count)..<min(first + length, sound.count)]
    try writer.append(samples: piece + [Float](repeating: 0, count: length - piece.count))
  }
  func finish() throws { try writer.finish() }
}
