import Datasets
import Face
import Foundation
import Media
import Torch
import Tracking

/// `preview.mp4`: every frame, the fitted mesh over it, and its masks, side by side, with the sound.
struct PreviewFilm {
  private let files: DatasetFolder
  private let track: Track
  private let head: FittedHead
  private let sound: URL?
  private let rate: Rational
  /// Larger images are shown scaled down to this.
  private static let panel = 512

  init(_ files: DatasetFolder, _ track: Track, _ model: MorphableModel, sound: URL?, rate: Rational) {
    head = FittedHead(track, model)
    (self.files, self.track, self.sound, self.rate) = (files, track, sound, rate)
  }

  func write(progress: (Int, Int) throws -> Void) throws {
    let size = min(Self.panel, track.camera.width)
    let shown = track.scaled(width: size, height: size)
    // It is looked at once or twice: what it is encoded by matters less than the time it takes.
    var format = FilmFormat()
    format.preset = "superfast"
    let film = try VideoWriter(
      files.preview, width: 3 * size, height: size, rate: rate, sound: sound.map { .file($0) }, quality: 23, format: format)
    let eyes = head.eyeCenters
    let painter = PreviewPainter(camera: shown.camera)
    var previous: Tensor?
    var frames = shown.frames.makeIterator(), next = 0, done = 0
    try Pipeline.run {
      frames.next()
    } work: { frame in
      let rgb = resize(try ImageFile.read(files.image(frame.index)), width: size, height: size)
      let labels = ImageScaling.scale(
        labels: SemanticClass.labels(of: try ImageFile.read(files.labels(frame.index))), width: size, height: size)
      let mesh = painter.overlay(
        rgb, points: head.landmarks(frame.state), eyes: eyes, state: frame.state)
      return (index: frame.index, image: cat([rgb, mesh, PreviewPainter.masks(rgb, labels: labels)], 1))
    } take: { panel in
      // Frames without a face show the last one that has it, so that the sound stays with the lips.
      while next < panel.index, let held = previous {
        try film.append(held)
        next += 1
      }
      while next <= panel.index {
        try film.append(panel.image)
        next += 1
      }
      previous = panel.image
      done += 1
      try progress(done, shown.frames.count)
    }
    try film.finish()
  }
}
