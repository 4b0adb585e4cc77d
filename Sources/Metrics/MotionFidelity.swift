/// Whether something moves as the truth does: a sharp image with a frozen mouth has a fine PSNR and fails here.
package struct MotionFidelity: Equatable, Sendable {
  /// Pearson's, of the signal with the truth's; 1 is best. nil where a signal is constant.
  package var correlation: Double?
  /// The signal's standard deviation over the truth's; 1 is best, 0 frozen. nil where the truth is constant.
  package var amplitude: Double?
  /// Frames in which both have a value.
  package var frames: Int

  package init(correlation: Double?, amplitude: Double?, frames: Int) {
    self.correlation = correlation
    self.amplitude = amplitude
    self.frames = frames
  }

  /// Compares two series of one length, frame by frame; nil stands for a frame without a value.
  package init(_ series: [Double?], truth: [Double?]) {
    self.init(
      correlation: Metrics.correlation(series, truth), amplitude: Metrics.amplitude(of: series, truth: truth),
      frames: zip(series, truth).count { $0 != nil && $1 != nil })
  }

  /// Compares named signals, one dictionary (or nil) a frame; every name of the truth is in the result.
  package static func compare(_ frames: [[String: Double]?], truth: [[String: Double]?]) -> [String: MotionFidelity] {
    let names = truth.reduce(into: Set<String>()) { $0.formUnion($1?.keys.map { $0 } ?? []) }
    return Dictionary(
      uniqueKeysWithValues: names.map { name in (name, MotionFidelity(frames.map { $0?[name] }, truth: truth.map { $0?[name] })) })
  }
}
