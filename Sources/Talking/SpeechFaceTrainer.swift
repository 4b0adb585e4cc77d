import Face
import Foundation
import Metrics
import Runs
import Speech
import Torch

/// How far such a training is.
package struct SpeechFaceProgress: Equatable, Sendable {
  package var step: Int
  /// Of the budget, 0...1.
  package var fraction: Double
  package var loss: Double
  /// Correlation of the jaw with the truth in what is kept aside, at the last look.
  package var jaw: Double?
}

/// Trains a network from speech to expression.
package final class SpeechFaceTrainer: Trainer {
  package let configuration: SpeechFaceConfiguration
  package let session: TrainingSession
  package let data: SpeechFaceData
  let network: SpeechFaceNetwork
  private let adam: Adam
  private let weights, gap: Tensor
  private var losses: [Tensor] = []
  private var jaw: Double?

  /// Goes on from the run's last checkpoint if it has one; `warn` hears of damaged ones.
  package init(_ data: SpeechFaceData, _ configuration: SpeechFaceConfiguration, run: RunFolder, warn: (String) -> Void) throws {
    try configuration.check()
    (self.configuration, self.data, session) = (configuration, data, TrainingSession(run))
    network = SpeechFaceNetwork(
      width: configuration.width, dilations: configuration.dilations, styles: data.sources.count, Generator(seed: configuration.seed))
    adam = Adam(groups: [.init(parameters: network.parameters(), learningRate: configuration.learningRate)])
    // Each shape in its own spread; what hardly moves does not count more for it.
    weights = Tensor(data.spread.map { 1 / max($0, 0.04) }).reshape(1, -1, 1)
    gap = Tensor(LipMeasures().gap).reshape(1, -1, 1)
    try run.bind(to: data.fingerprint)
    try session.resume(self, warn: warn)
  }

  package var validateEvery: Int { configuration.validateEvery }
  package var saveEvery: Int { configuration.saveEvery }
  package var optimizers: [Adam] { [adam] }

  /// What was learnt so far, as it is written to a file.
  package var face: SpeechFace { SpeechFace(network, configuration, spectrum: data.spectrum, sources: data.sources) }

  /// Trains until the budget is used up or `shouldStop` asks, and saves; returns whether it is used up.
  package func train(
    _ budget: TrainingBudget, progress: (SpeechFaceProgress) -> Void, warn: (String) -> Void = { _ in }, shouldStop: () -> Bool
  ) throws -> Bool {
    try session.train(
      self, budget,
      report: { fraction in
        let loss = losses.isEmpty ? Double.nan : withoutGradient { stack(losses).mean().item }
        losses = []
        try run.log(step: step, seconds: seconds, ["loss": loss])
        progress(SpeechFaceProgress(step: step, fraction: fraction, loss: loss, jaw: jaw))
      }, warn: warn, shouldStop: shouldStop)
  }

  package func takeStep(done: Double) {
    let start = min(1, Double(step + 1) / 50)
    adam.groups[0].learningRate = configuration.learningRate * start * pow(configuration.decay, done)
    let batch = data.draw(configuration, step: step)
    let loss = loss(batch)
    loss.backward()
    if session.move(adam, losses: [loss]) { losses.append(loss.detach()) }
  }

  /// Mean squares of what is wrong about the shapes and the lips' distance, and about how fast they change.
  func loss(_ batch: SpeechBatch) -> Tensor {
    let said = network(batch.heard, style: batch.style).narrow(2, configuration.ahead, configuration.length)
    func error(_ weights: Tensor, sum: Bool) -> Tensor {
      var wrong = (said - batch.truth) * weights
      if sum { wrong = wrong.sum(1, keepdim: true) }
      return wrong.square().mean() + configuration.speedLoss * (wrong.diff(2) * 4).square().mean()
    }
    // The lips' distance spreads by about a twentieth of the eyes'.
    return error(weights, sum: false) + configuration.gapLoss * error(gap / 0.05, sum: true)
  }

  /// Logs how well jaw and lips go with the truth in the recordings that were kept aside; the mean of both.
  package func validate(shouldStop: () -> Bool) throws -> Double? {
    guard !data.held.isEmpty else { return nil }
    let measures = LipMeasures(), shapes = SpokenShapes.names.count
    var jaws: [Double] = [], gaps: [Double] = []
    for take in data.held.map(\.heard) where !shouldStop() {
      let said = withoutGradient { self.said(take) }
      func series(_ values: [Float], _ of: (ArraySlice<Float>) -> Float) -> [Double?] {
        stride(from: 0, to: values.count, by: shapes).map { Double(of(values[$0..<$0 + shapes])) }
      }
      let truth = Array(take.truth.prefix(said.count))
      if let r = correlation(series(said) { $0[$0.startIndex] }, series(truth) { $0[$0.startIndex] }) { jaws.append(r) }
      if let r = correlation(series(said) { measures.lipGap(Array($0)) }, series(truth) { measures.lipGap(Array($0)) }) { gaps.append(r) }
    }
    guard !jaws.isEmpty, !gaps.isEmpty else { return nil }
    let mean = (jaws.reduce(0, +) / Double(jaws.count), gaps.reduce(0, +) / Double(gaps.count))
    jaw = mean.0
    try run.log(step: step, seconds: seconds, ["validation_jaw": mean.0, "validation_gap": mean.1])
    return (mean.0 + mean.1) / 2
  }

  /// What the network says of a whole take, `shapes` a step.
  private func said(_ take: SpeechFaceData.Heard) -> [Float] {
    var level = CausalLevel(spectrum: data.spectrum)
    let bands = CausalMel.bands, joined = SpeechFaceNetwork.joined, ahead = configuration.ahead
    let padded = take.bands + [Float](repeating: CausalMel.floor, count: ahead * joined * bands)
    var heard: [Float] = []
    for i in 0..<padded.count / bands { heard += level.next(padded[i * bands..<(i + 1) * bands]) }
    let steps = take.steps / joined
    let x = Tensor(heard, [1, steps + ahead, joined * bands]).transpose(1, 2).contiguous()
    return network(x, style: Tensor([take.style])).narrow(2, ahead, steps).squeeze(0).t().clamp(0, 1).contiguous().floats
  }

  package func state() throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    var tensors = network.namedState(prefix: "model.")
    for (name, tensor) in adam.state() { tensors["optimizer." + name] = tensor }
    return (tensors, [:])
  }
  package func restore(_ checkpoint: Checkpoint) throws {
    func part(_ prefix: String) -> [String: Tensor] { checkpoint.tensors.filter { $0.key.hasPrefix(prefix) } }
    try network.load(part("model."), prefix: "model.")
    try adam.load(part("optimizer."), prefix: "optimizer.")
  }
}
