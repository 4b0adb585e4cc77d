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
    let film = try VideoWriter(files.preview, width: 3 * size, height: size, rate: rate, sound: sound.map { .file($0) }, quality: 23)
    let eyes = head.eyeCenters
    let painter = PreviewPainter(camera: shown.camera)
    var previous: Tensor?
    var next = 0
    for (i, frame) in shown.frames.enumerated() {
      // Frames without a face show the last one that has it, so that the sound stays with the lips.
      while next < frame.index, let held = previous {
        try film.append(held)
        next += 1
      }
      let rgb = resize(try ImageFile.read(files.image(frame.index)), width: size, height: size)
      let labels = ImageScaling.scale(
        labels: SemanticClass.labels(of: try ImageFile.read(files.labels(frame.index))), width: size, height: size)
      let mesh = painter.overlay(
        rgb, points: head.landmarks(frame.state), eyes: eyes, state: frame.state)
      let image = cat([rgb, mesh, PreviewPainter.masks(rgb, labels: labels)], 1)
      while next <= frame.index {
        try film.append(image)
        next += 1
      }
      previous = image
      try progress(i + 1, shown.frames.count)
    }
    try film.finish()
  }
}
