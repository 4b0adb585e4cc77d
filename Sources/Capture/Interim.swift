import Media
import Torch

/// Finds cuts: frames that look unlike the one before.
final class ShotDetector {
  private var last: [Float] = []
  /// Whether a new shot begins with this frame, `[H, W, 3]` uint8.
  func isCut(_ rgb: Tensor) -> Bool {
    let small = resize(rgb, width: 24, height: 24).to(.float32).floats
    defer { last = small }
    guard !last.isEmpty else { return false }
    return zip(small, last).map { abs($0 - $1) }.reduce(0, +) / Float(small.count) > 20
  }
}

/// What stands behind the person: the mean of frames where the person is not.
final class BackgroundPlate {
  private var sum, weight: Tensor?
  func add(_ rgb: Tensor, _ alpha: Tensor) {
    let share = (1 - alpha).unsqueeze(-1) + 1e-3
    sum = (sum ?? Tensor.zeros(rgb.shape)) + rgb.to(.float32) * share
    weight = (weight ?? Tensor.zeros(share.shape)) + share
  }
  /// `[H, W, 3]` uint8; traps before the first frame.
  func image() -> Tensor {
    guard let sum, let weight else { fatalError("no frame was added") }
    return (sum / weight).to(.uint8)
  }
}
