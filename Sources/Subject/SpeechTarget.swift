import Face
import Torch

/// What the tracked mouth did, for what hears to learn: its numbers, and how far the lips stood apart.
///
/// Of thirty coefficients a voice foretells few; left to their mean error, it learns them all a little and opens the mouth too little.
struct SpeechTarget {
  /// `[K, D]`: from driving numbers to the ways between points of upper and lower lip and between the corners, in spreads of these; nil
  /// without a face model.
  private let lips: Tensor?
  private let configuration: SpeechConfiguration

  /// `frames` are those of the training.
  init(_ data: SubjectData, _ configuration: SpeechConfiguration, spread: Tensor, frames: [Int]) {
    self.configuration = configuration
    guard configuration.lipLoss > 0, let model = try? data.model() else {
      lips = nil
      return
    }
    let vertices = model.landmarkVertices
    let (upper, lower) = (FaceGaps.upper.prefix(9) + [61], FaceGaps.lower.prefix(9) + [291])
    func basis(_ points: some Sequence<Int>) -> Tensor { model.expressionBasis.indexSelect(1, Tensor(points.map { vertices[$0] })) }
    let ways = (basis(upper) - basis(lower)).reshape(model.expressionBasis.size(0), -1).t()
    let known = min(ways.size(1), spread.numel)
    let all = cat([ways.narrow(1, 0, known) * spread.narrow(0, 0, known), .zeros([ways.size(0), spread.numel - known])], 1)
    let seen = data.driving.indexSelect(0, Tensor(frames)).matmul(all.t())
    lips = (all / seen.variance(0, correction: 0).mean().sqrt().clamp(1e-6)).to(data.device)
  }

  /// The loss of what members say, `[M, F, D]`, where `tracked` `[F, D]` was seen; each member's own. Speech says `spoken` `[D]` of them.
  func loss(_ voices: Tensor, tracked: Tensor, spoken: Tensor) -> (total: Tensor, numbers: Tensor) {
    let error = (voices - tracked) * spoken, rows = Double(voices.size(0) * voices.size(1))
    let numbers = error.square().sum() / (spoken.sum().clamp(1) * rows)
    let total = numbers * configuration.trackedLoss
    guard let lips else { return (total, numbers) }
    return (total + error.matmul(lips.t()).square().mean() * configuration.lipLoss, numbers)
  }
}
