import Datasets
import Face
import Foundation
import Media
import Segmentation
import Torch
import Tracking

/// Writes the images of a dataset: the second look at a clip, through the shot that is used.
final class DatasetBuilder {
  private let crop: FaceCrop
  private let files: DatasetFolder
  private let masks: SemanticMasks
  private let plate = BackgroundPlate()
  private let images = ImageQueue()
  let torso = TorsoTracker()
  let camera = CameraMotion()
  let drawing = DrawingCheck()
  private(set) var blurs: [Double] = []

  /// Frames from one look at the sharpness to the next.
  private static let lookInterval = 5

  init(_ crop: FaceCrop, _ files: DatasetFolder) throws {
    (self.crop, self.files) = (crop, files)
    masks = try SemanticMasks()
    for folder in [files.images, files.labels] {
      guard mkdir(folder.path, 0o777) == 0 else { throw FileError(folder, "cannot make this folder", code: errno) }
    }
  }

  /// Learns the clip's colours from a few frames spread over the shot; `faces` are in pixels of the source.
  func learn(_ video: URL, _ shot: ClipSurvey.Shot, rate: Rational, quarterTurns: Int) throws {
    let known = shot.faces.indices.filter { shot.faces[$0] != nil }
    let chosen = Set((0..<12).map { known[(2 * $0 + 1) * known.count / 24] })
    let reader = try VideoReader(video, rate: rate, size: (crop.size, crop.size), crop: crop.box, quarterTurns: quarterTurns)
    try reader.skip(shot.range.lowerBound)
    var next = 0
    for position in chosen.sorted() {
      try reader.skip(position - next)
      guard let frame = try reader.next(), let face = shot.faces[position] else { break }
      try masks.learn(frame.rgb, crop.apply(face))
      drawing.add(frame.rgb, crop.apply(face))
      next = position + 1
    }
  }

  /// Reads the shot from `reader`, writes the images and masks of the frames that have one of `faces`, which are in the images' pixels, and
  /// returns what their small images show. `progress` hears of every frame.
  func build(_ reader: VideoReader, _ faces: [FaceLandmarks?], progress: (Int) throws -> Void) throws -> BandImages {
    let side = min(HeadAlignment.resolution, crop.size)
    let bands = BandImages(count: faces.count { $0 != nil }, width: side, height: side)
    let film = Prefetch(limit: faces.count) { try reader.next() }
    // Whoever gives up removes the folder, and nobody may write into it then.
    defer { images.wait() }
    var read = 0, kept = 0, taken = 0
    try Pipeline.run { () -> Look? in
      while let frame = try film.next() {
        read += 1
        guard let face = faces[read - 1] else { continue }
        kept += 1
        return Look(index: read - 1, position: kept - 1, rgb: frame.rgb, face: face, beliefs: try masks.beliefs(frame.rgb, face))
      }
      return nil
    } work: { [images, files] look in
      let (labels, alpha) = look.beliefs.masks(look.rgb, look.face)
      try images.write(try ImageFile.jpeg(look.rgb, quality: 95), to: files.image(look.index))
      try images.write(try ImageFile.png(SemanticClass.image(of: labels), compression: 3), to: files.labels(look.index))
      bands.set(look.position, look.rgb)
      return (look, labels, alpha)
    } take: { look, labels, alpha in
      plate.add(look.rgb, alpha: alpha)
      camera.add(look.rgb, alpha: alpha)
      torso.add(look.rgb, labels: labels)
      if taken % Self.lookInterval == 0, let blur = Sharpness.blur(look.rgb, low: look.face.box.low, high: look.face.box.high) {
        blurs.append(blur)
      }
      taken += 1
      try progress(look.index + 1)
    }
    if faces.last.map({ $0 == nil }) == true { try progress(faces.count) }
    return bands
  }

  /// A frame with a face: its number in the shot and its position among those with a face.
  private struct Look {
    let index, position: Int
    let rgb: Tensor
    let face: FaceLandmarks
    let beliefs: RegionBeliefs
  }

  /// Writes the background and waits for all files.
  func finish() throws {
    // Where the person always fills the image, nothing of the background is known.
    let background = plate.finish()?.plate ?? Tensor.zeros([crop.size, crop.size, 3], .uint8)
    try images.write(try ImageFile.jpeg(background, quality: 95), to: files.background)
    try images.finish()
  }
}
