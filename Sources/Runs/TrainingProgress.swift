/// How far a training is, as it tells whoever shows it.
package struct TrainingProgress: Equatable, Sendable {
  /// Steps made, those before a resume included.
  package var step: Int
  /// 0...1: of the steps or of the time, whichever ends first.
  package var fraction: Double
  /// Seconds of training, those before a resume included.
  package var seconds: Double
  package var raysPerSecond: Double
  /// A running mean of the loss.
  package var loss: Double
  /// Decibels, a running mean over the training rays or the last validation.
  package var psnr: Double

  package init(step: Int, fraction: Double, seconds: Double, raysPerSecond: Double, loss: Double, psnr: Double) {
    self.step = step
    self.fraction = fraction
    self.seconds = seconds
    self.raysPerSecond = raysPerSecond
    self.loss = loss
    self.psnr = psnr
  }
}
