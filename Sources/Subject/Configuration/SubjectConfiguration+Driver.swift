import Speech

extension SubjectConfiguration {
  /// What a run of this configuration can be driven by.
  package var driver: Driver {
    guard let speech else { return .expression }
    return speech.leads || speech.trackedShare == 0 ? .speech : .both
  }
  /// Lets `driver` drive it: speech by features of the kind `features`.
  package mutating func drive(by driver: Driver, features: SpeechKind = .general, weights: String? = nil) {
    guard driver != .expression else { return speech = nil }
    var chosen = speech ?? .new
    chosen.features = features.rawValue
    chosen.weights = weights ?? chosen.weights
    chosen.leads = driver == .speech
    speech = chosen
  }
}

extension SpeechConfiguration {
  /// Of new runs; what a run does not say has the values of `init`, as it always had.
  fileprivate static var new: SpeechConfiguration {
    var new = SpeechConfiguration()
    new.lipsLoss = 1
    return new
  }
}
