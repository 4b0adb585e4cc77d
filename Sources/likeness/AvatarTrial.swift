import Datasets
import Face
import Foundation
import Subject
import Texture
import Torch

/// An avatar doing what a dataset's frames did, frame by frame beside the truth: what `eval` and `ablate` judge by.
struct AvatarTrial {
  let avatar: SubjectAvatar
  /// At the size of the avatar's pictures.
  let dataset: Dataset
  /// What moves the mouth: the tracked expression or speech.
  let driver: Driver
  /// What its pictures go through, if anything.
  var enhancer: TextureEnhancer?
  /// In the dataset's track, in order.
  let positions: [Int]
  let performance: Performance

  /// No frames yet: see `on`.
  init(_ avatar: SubjectAvatar, data folder: URL, driver: Driver, enhancer: TextureEnhancer? = nil) throws {
    let camera = avatar.scene.camera
    try self.init(avatar, try Dataset(folder, width: camera.width, height: camera.height), driver, enhancer, positions: [])
  }
  private init(_ avatar: SubjectAvatar, _ dataset: Dataset, _ driver: Driver, _ enhancer: TextureEnhancer?, positions: [Int]) throws {
    (self.avatar, self.dataset, self.driver, self.enhancer, self.positions) = (avatar, dataset, driver, enhancer, positions)
    performance = try Performance(dataset, positions: positions, by: avatar, isOwn: true, driver: driver)
  }
  /// The same on some frames.
  func on(_ positions: [Int]) throws -> AvatarTrial { try AvatarTrial(avatar, dataset, driver, enhancer, positions: positions) }

  /// The avatar's picture at a place in `positions`.
  func picture(_ place: Int) throws -> RenderedFrame {
    let shot = performance.shots[place]
    var picture = try avatar.render(
      shot.state, torso: shot.torso, heard: try performance.voice?.heard(about: shot.index), camera: shot.camera)
    if let enhancer { picture.rgb = enhancer(picture.rgb) }
    return picture
  }

  /// The truth's classes; nil where a folder of another project has none of this frame. What is broken throws: figures of a part of the
  /// frames would pass for those of all.
  private func labels(_ position: Int) throws -> Tensor? {
    do {
      return try dataset.labels(position)
    } catch DatasetError.missing where dataset.style != .likeness {
      return nil
    }
  }

  /// Renders and compares every frame. `each` hears of both pictures, `[H, W, 3]` uint8, and of how many frames are done; where it
  /// returns false, nothing more is done and the result is nil.
  func judged(_ each: (_ truth: Tensor, _ shown: Tensor, _ frame: Int, _ done: Int) throws -> Bool) throws -> (
    judgement: Judgement, results: EvaluationReport.Results
  )? {
    var judgement = try Judgement()
    let start = ContinuousClock.now
    for (i, position) in positions.enumerated() {
      let picture = try picture(i), frame = performance.shots[i].index
      // Judged as it would be shown: in 8 bits.
      let shown = (picture.rgb * 255).round().clamp(0, 255).to(.uint8), truth = try dataset.image(position)
      let labels = try labels(position)
      try judgement.add(shown, truth: truth, labels: labels, renderedLabels: picture.labels, frame: frame)
      guard try each(truth, shown, frame, i + 1) else { return nil }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1), speed = Double(positions.count) / seconds
    return (judgement, try judgement.figures(framesPerSecond: speed, dataset.track, sound: dataset.audio))
  }
}
