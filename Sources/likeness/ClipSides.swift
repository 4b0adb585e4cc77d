import Datasets
import Face
import Portrait
import Subject
import Torch

/// What lifts of a clip's frames show from the sides, for a training that learns from them beside the clip.
struct ClipSides {
  let views: [DrawnView]
  /// How long it took to make them.
  let seconds: Double

  /// As many as `configuration` says, at the size of `dataset`; none where its field takes none, or nothing can be lifted.
  init(_ dataset: Dataset, _ configuration: SubjectConfiguration) throws {
    let begin = ContinuousClock.now, count = configuration.planes == nil ? 0 : configuration.lift.views
    guard count > 0 else {
      (views, seconds) = ([], 0)
      return
    }
    // Bytes of colors, opacity, classes and worth.
    try Memory.require(numbers: Memory.product(count, dataset.width, dataset.height) / 4 * 6, for: "\(count) views from the sides")
    // Photos are lifted at the dataset's own size, which shows more than the training does.
    let lift = try ClipLift(try Dataset(dataset.folder, size: min(max(dataset.width, 512), 768)))
    views = try lift?.views(count, dataset.camera, seed: configuration.seed) ?? []
    seconds = (ContinuousClock.now - begin) / .seconds(1)
  }
}
