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
  private var done = 0

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

  /// Takes the next frame with a face: `[size, size, 3]` uint8, its number in the shot, and the face in its pixels.
  func add(_ rgb: Tensor, index: Int, _ face: FaceLandmarks) throws {
    let (labels, alpha) = try masks.masks(rgb, face)
    try images.write(try ImageFile.jpeg(rgb, quality: 95), to: files.image(index))
    try images.write(try ImageFile.png(SemanticClass.image(of: labels)), to: files.labels(index))
    plate.add(rgb, alpha: alpha)
    camera.add(rgb, alpha: alpha)
    torso.add(rgb, labels: labels)
    if done % Self.lookInterval == 0, let blur = Sharpness.blur(rgb, low: face.box.low, high: face.box.high) { blurs.append(blur) }
    done += 1
  }

  /// Writes the background and waits for all files.
  func finish() throws {
    // Where the person always fills the image, nothing of the background is known.
    let background = plate.finish()?.plate ?? Tensor.zeros([crop.size, crop.size, 3], .uint8)
    try images.write(try ImageFile.jpeg(background, quality: 95), to: files.background)
    try images.finish()
  }
}
