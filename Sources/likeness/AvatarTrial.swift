import Datasets
import Driving
import Evaluation
import Face
import Foundation
import Marking
import Speech
import Texture
import Torch

/// An avatar doing what a dataset's frames did, frame by frame beside the truth: what `eval` and `ablate` judge by.
struct AvatarTrial {
  let avatar: any Avatar
  /// At the size of the avatar's images.
  let dataset: Dataset
  /// What moves the mouth in place of the tracked expression.
  let speech: (any SpeechFeatures)?
  /// What its images go through, if anything.
  var enhancer: TextureEnhancer?
  /// In the dataset's track, in order.
  let positions: [Int]
  private let sequence: DrivingSequence

  /// No frames yet: see `on`. `speech` makes, of the array that the dataset holds of its sound, what is to move the mouth; nil leaves that to
  /// the tracked expression.
  init(
    _ avatar: any Avatar, data folder: URL, speech: (_ array: URL) throws -> (any SpeechFeatures)?, enhancer: TextureEnhancer? = nil
  ) throws {
    let camera = avatar.scene.camera
    let dataset = try Dataset(folder, width: camera.width, height: camera.height)
    try self.init(avatar, dataset, speech(dataset.speechFile), enhancer, positions: [])
  }
  private init(
    _ avatar: any Avatar, _ dataset: Dataset, _ speech: (any SpeechFeatures)?, _ enhancer: TextureEnhancer?, positions: [Int]
  ) throws {
    (self.avatar, self.dataset, self.speech, self.enhancer, self.positions) = (avatar, dataset, speech, enhancer, positions)
    sequence = try DrivingSequence(dataset, positions: positions, for: avatar.scene, isOwn: true, speech: speech, notice: complain)
  }
  /// The same on some frames.
  func on(_ positions: [Int]) throws -> AvatarTrial { try AvatarTrial(avatar, dataset, speech, enhancer, positions: positions) }

  /// The avatar's image at a place in `positions`.
  func image(_ place: Int) throws -> RenderedFrame {
    var image = try sequence.image(place, of: avatar).image
    if let enhancer { image.rgb = enhancer(image.rgb) }
    return image
  }

  /// A film of both, truth left and avatar right.
  func film(_ url: URL, _ marks: OutputMarks) throws -> FilmSink { try FilmSink(url, sequence, columns: 2, marks) }

  /// How the avatar looks from aside in some of the frames.
  func aside() throws -> AsideViews {
    var views = try AsideViews()
    let count = min(positions.count, AsideViews.most)
    for k in 0..<count where !StopSignal.isRaised {
      let i = k * positions.count / count, frame = sequence.frames[i]
      try views.add(truth: try dataset.image(positions[i]), center: frame.state.pose.translation, frame.camera) { camera in
        try sequence.image(i, of: avatar, camera: camera).image
      }
    }
    return views
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

  /// Renders and compares every frame. `each` hears of both images, `[H, W, 3]` uint8, and of how many frames are done; where it
  /// returns false, nothing more is done and the result is nil.
  func evaluated(_ each: (_ truth: Tensor, _ shown: Tensor, _ frame: Int, _ done: Int) throws -> Bool) throws -> (
    evaluation: AvatarEvaluation, results: EvaluationReport.Results
  )? {
    var evaluation = try AvatarEvaluation()
    let start = ContinuousClock.now
    for (i, position) in positions.enumerated() {
      let image = try image(i), frame = sequence.frames[i].index
      // Judged as it would be shown: in 8 bits.
      let shown = (image.rgb * 255).round().clamp(0, 255).to(.uint8), truth = try dataset.image(position)
      let labels = try labels(position)
      try evaluation.add(shown, truth: truth, labels: labels, renderedLabels: image.labels, frame: frame)
      guard try each(truth, shown, frame, i + 1) else { return nil }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1), speed = Double(positions.count) / seconds
    return (evaluation, try evaluation.figures(framesPerSecond: speed, dataset.track, sound: dataset.audio))
  }
}
