import ArgumentParser
import Driving
import Face
import Foundation
import Marking
import Media
import Torch

/// Draws what an avatar does into a film or a folder of PNGs, with progress.
struct SequenceFilm {
  let output: String
  private let isFilm, isTransparent: Bool
  private let marks: OutputMarks

  /// Throws `ValidationError` for a name that is neither. Of a transparent one the frames are drawn in front of zeros.
  init(_ output: String, isTransparent: Bool = false, _ marks: OutputMarks) throws {
    (self.output, self.isTransparent, self.marks) = (output, isTransparent, marks)
    isFilm = try OutputKind(output, among: [.film, .folder]) == .film
  }

  /// Draws all frames, and how far they are where `depth` names a place for that; `enhance` changes each image before it is written.
  /// Throws `ExitCode` where a signal came between.
  func write(
    _ sequence: DrivingSequence, of avatar: any Avatar, depth: String? = nil,
    enhance: (_ rgb: Tensor, _ heard: Tensor?) -> Tensor = { rgb, _ in rgb }
  ) throws {
    let place = URL(filePath: output)
    let sink: any ImageSink = isFilm ? try FilmSink(place, sequence, isTransparent: isTransparent, marks) : try FolderSink(place, marks)
    let distances = try depth.map { try DepthOutput($0, sequence, marks.ofMeasures) }
    let table = ProgressTable(), start = ContinuousClock.now, count = sequence.frames.count
    for (i, frame) in sequence.frames.enumerated() {
      if let status = StopSignal.exitStatus {
        table.finish()
        complain("stopped after \(i) of \(count) frames")
        throw ExitCode(status)
      }
      let (image, heard) = try sequence.image(i, of: avatar)
      let pixels = isTransparent ? image.cutOut : (enhance(image.rgb, heard) * 255).round().clamp(0, 255).to(.uint8)
      try sink.take(pixels, frame.index)
      try distances?.take(image, frame)
      let speed = Double(i + 1) / ((ContinuousClock.now - start) / .seconds(1))
      table.show(
        "rendered \(i + 1) of \(count) frames, " + String(format: "%.2f", locale: nil, speed) + " a second", last: i + 1 == count)
    }
    table.finish()
    try sink.finish()
    try distances?.finish()
  }

  /// Says that the sound of a driver is lost where the output has none.
  func noticeLostSound(of sequence: DrivingSequence) {
    guard !isFilm, sequence.sound != nil else { return }
    complain("\(output): a folder of PNGs has no sound; name a film (.\(MediaName.films[0])) to keep it")
  }
}
