import Radiance
import Torch

/// Rays of a training step, of one frame or several, and what they should show.
package struct RayBatch {
  package var rays: Rays
  /// Which of the step's frames each ray belongs to, R numbers; rays of one frame should stand together.
  package var frames: [Int]
  /// `[R, 3]`, 0...1.
  package var colors: Tensor
  /// `[R]` uint8 or int64, classes; anything above is unlabelled.
  package var labels: Tensor
  /// What lies behind each ray, `[R, 3]`; nil is black.
  package var background: Tensor?
  /// What its loss is multiplied with; the fast field's alone.
  package var weight = 1.0
  /// Whether it shows the person from sides that no frame shows: what is empty there may be full in another frame.
  package var isAside = false

  package init(rays: Rays, frames: [Int], colors: Tensor, labels: Tensor, background: Tensor? = nil) {
    precondition(frames.count == rays.count, "\(frames.count) frame numbers for \(rays.count) rays")
    self.rays = rays
    self.frames = frames
    self.colors = colors
    self.labels = labels
    self.background = background
  }
  /// The rays at `indices`.
  func gathered(_ indices: [Int]) -> RayBatch {
    let chosen = Tensor(indices).to(colors.device)
    return RayBatch(
      rays: rays.gathered(chosen), frames: indices.map { frames[$0] }, colors: colors.indexSelect(0, chosen),
      labels: labels.indexSelect(0, chosen), background: background?.indexSelect(0, chosen))
  }
}

/// What a step found.
package struct StepReport {
  /// The loss that was differentiated.
  package var loss: Double
  /// Mean squared error over rays and channels of the last pass: PSNR is -10 log10 of it.
  package var squaredError: Double
  /// Sums over the rays of each class of their losses, all passes and both kinds, and the number of rays: what `RaySampler` wants.
  package var classLosses: [Double], classRays: [Double]
  /// The part of the samples that had something to learn.
  package var liveShare: Double
  /// Squared errors of the rays, mean over the channels; none where nobody keeps them.
  package var errors: [Float] = []
}
