import Datasets
import Face
import Tracking

extension FittedHead {
  /// The head of a track that was fitted with `model`.
  init(_ track: Track, _ model: MorphableModel) {
    self.init(model, identity: track.identity, calibration: track.calibration)
  }
}
