import Driving
import Face
import Foundation
import Marking
import Media
import Torch

/// How far away what is drawn lies: a folder of gray PNGs of 16 bits to measure in, or a gray film to look at.
struct DepthOutput {
  private let folder: URL?
  private let lock: NameLock?
  private let film: FilmSink?
  private let marks: OutputMarks

  /// The last part of `ArgumentHelp` for the option.
  static let help =
    "Also write how far away what is seen lies: a folder of gray PNGs of 16 bits, in thousandths of a head unit (0.1 mm), 0 where nobody is, or a gray film, near is bright."

  /// Throws `ValidationError` for a name that is neither.
  init(_ output: String, _ sequence: DrivingSequence, _ marks: OutputMarks) throws {
    self.marks = marks
    let place = URL(filePath: output)
    if try OutputKind(output, option: "--depth", among: [.film, .folder]) == .film {
      var silent = sequence
      silent.sound = nil
      (film, folder, lock) = (try FilmSink(place, silent, marks), nil, nil)
    } else {
      let sink = try FolderSink(place, marks)
      (film, folder, lock) = (nil, sink.folder, sink.lock)
    }
  }

  /// Takes what was drawn of a frame.
  func take(_ image: RenderedFrame, _ frame: DrivingSequence.Frame) throws {
    if let folder {
      let file = folder.appending(path: "\(frame.index).png")
      try AtomicFile.write(Self.measures(image), to: file)
      marks.seal(file)
    } else {
      try film?.take(Self.shades(image, frame), frame.index)
    }
  }
  func finish() throws {
    try film?.finish()
    lock?.release()
  }

  /// A gray PNG of 16 bits: thousandths of a head unit, 0 where less than half of a pixel is the person.
  static func measures(_ image: RenderedFrame) throws -> Data {
    let opacity = image.opacity.floats
    let values = zip(image.depth.floats, opacity).map { depth, opacity -> UInt16 in
      let steps = depth * 1000
      return opacity >= 0.5 && steps > 0 && steps.isFinite ? UInt16(min(max(steps.rounded(), 1), 65535)) : 0
    }
    return try ImageFile.png(values, width: image.depth.size(1))
  }
  /// `[H, W, 3]` uint8: what lies two head units before the middle of the head is white, as much behind it black.
  static func shades(_ image: RenderedFrame, _ frame: DrivingSequence.Frame) -> Tensor {
    withoutGradient {
      let middle = Double(-frame.camera.worldToCamera.apply(frame.state.pose.translation).z), reach = 2.0
      let near = ((image.depth * -1 + (middle + reach)) / (2 * reach)).clamp(0, 1) * (image.opacity .>= 0.5).to(.float32)
      return (near * 255).round().to(.uint8).unsqueeze(2).expand(near.size(0), near.size(1), 3).contiguous()
    }
  }
}
