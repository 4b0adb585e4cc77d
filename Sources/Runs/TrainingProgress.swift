/// How far a training is, as it tells whoever shows it.
public struct TrainingProgress: Equatable, Sendable {
  /// Steps made, those before a resume included.
  public var step: Int
  /// 0...1: of the steps or of the time, whichever ends first.
  public var fraction: Double
  /// Seconds of training, those before a resume included.
  public var seconds: Double
  public var raysPerSecond: Double
  /// A running mean of the loss.
  public var loss: Double
  /// Decibels, a running mean over the training rays or the last validation.
  public var psnr: Double

  public init(step: Int, fraction: Double, seconds: Double, raysPerSecond: Double, loss: Double, psnr: Double) {
    self.step = step
    self.fraction = fraction
    self.seconds = seconds
    self.raysPerSecond = raysPerSecond
    self.loss = loss
    self.psnr = psnr
  }
}
