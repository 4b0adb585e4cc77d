import Foundation
import Generator
import Runs
import Torch

/// Trains D-Net and W-Net on the motion of the head model's mesh: a teacher that never runs out of people.
package final class DistillationTrainer: Trainer {
  /// How far it is, as it tells whoever shows it.
  package struct Progress {
    package let step: Int
    /// 0...1
    package let fraction: Double
    package let pointsPerSecond: Double
    /// Millimeters: the mean over the places of the last steps, and over those of people kept aside when these were last looked at.
    package let error: Double
    package let held: Double?
  }
  package let configuration: DistillationConfiguration
  package let session: TrainingSession
  let teacher: MeshTeacher
  let field: DeformationField
  let statistics: CoefficientStatistics
  let adam: Adam
  /// Of the steps since the last report.
  private var recent: [Tensor] = []
  private var clock = ContinuousClock.now
  private var held: MeshTeacher.Lesson?
  /// What people kept aside showed last.
  package private(set) var errors: FieldErrors?

  /// Goes on from the run's last checkpoint if it has one; `warn` hears of damaged ones.
  package init(_ configuration: DistillationConfiguration, run: @autoclosure () throws -> RunFolder, warn: (String) -> Void) throws {
    try configuration.check()
    let c = configuration
    self.configuration = c
    teacher = MeshTeacher(seed: c.seed)
    let field = DeformationField(c.field, Generator(seed: c.seed))
    self.field = field
    Self.start(field, c)
    statistics = CoefficientStatistics(identity: c.field.identity, expression: c.field.expression)
    let known = teacher.coefficients((0..<4096).map { [teacher] in teacher.task($0, of: "statistics", people: 4096) })
    statistics.learn(identity: known.source, expression: known.driving)
    let last = Set(["weight", "bias"].map { "displacement.layers.\(c.field.displacementDepth).\($0)" }), all = field.parameters()
    adam = Adam(
      groups: [
        .init(parameters: all.filter { !last.contains($0.name) }, learningRate: c.learningRate),
        .init(parameters: all.filter { last.contains($0.name) }, learningRate: c.learningRate * c.lastLayer),
      ], betas: (0.9, 0.99))
    precondition(adam.groups[1].parameters.count == last.count, "no last layer")
    session = TrainingSession(try run())
    try session.resume(self, warn: warn)
  }

  /// Layers of libtorch's usual start pass on less and less of what they see, and coefficients are many to a place's few numbers: hardly
  /// anything of where a place lies would reach the last layer.
  private static func start(_ field: DeformationField, _ c: DistillationConfiguration) {
    withoutGradient {
      for (network, condition, skip) in [
        (field.displacementNetwork, c.field.identity + c.field.expression, c.field.displacementSkip),
        (field.weightNetwork, c.field.identity, 0),
      ] {
        for (i, layer) in network.layers.dropLast().enumerated() {
          layer.weight.mul_(c.gain)
          // Layers that see the input have the coefficients last.
          guard i == 0 || i == skip else { continue }
          layer.weight.narrow(1, layer.weight.size(1) - condition, condition).mul_(c.conditionGain)
        }
      }
    }
  }

  package var validateEvery: Int { configuration.validateEvery }
  package var saveEvery: Int { configuration.saveEvery }
  package var optimizers: [Adam] { [adam] }

  /// What it trains on, in a line.
  package var words: String {
    let count = field.parameters().reduce(0) { $0 + $1.tensor.numel }
    return "\(count) numbers that move volumes as the mesh of \(configuration.faceModel) does, \(configuration.batch) motions a step"
  }

  /// Trains until the budget is used up or `shouldStop` asks, saves and exports; returns whether it is used up. Throws `RunError` where the
  /// training cannot be kept finite; `warn` hears of skipped steps.
  package func train(
    _ budget: TrainingBudget, progress: (Progress) -> Void, warn: (String) -> Void = { _ in }, shouldStop: () -> Bool
  ) throws -> Bool {
    (recent, clock) = ([], .now)
    let isDone = try session.train(self, budget, report: { try report($0, progress) }, warn: warn, shouldStop: shouldStop)
    errors = judge()
    try export()
    return isDone
  }

  package func takeStep(done: Double) {
    let c = configuration
    let rate = c.learningRate * min(1, Double(step + 1) / 50) * pow(c.decay, done)
    adam.groups[0].learningRate = rate
    adam.groups[1].learningRate = rate * c.lastLayer
    // Of the step's number alone, so that a training that goes on draws what one that never stopped would.
    let lesson = teacher.lesson(step * c.batch..<(step + 1) * c.batch, of: "lesson", people: c.people, points: c.points, scatter: c.scatter)
    let (alpha, beta) = seen(lesson)
    let encoded = field.encode(lesson.points), weight = field.weight(encoded, alpha)
    let off = (weight * field.displacement(encoded, alpha, beta) - lesson.moves) * (1 / teacher.millimeter)
    // Great ways first, then also what is wrong by little.
    let softness = c.softness * pow(c.lastSoftness / c.softness, done)
    let lengths = off.square().sum(-1), soft = (lengths + softness * softness).sqrt() - softness
    // Lids go a fifth of the way of lips, and are looked at as much.
    let emphasis = (lesson.kinds .== Double(SkinKind.lids.rawValue)).to(.float32) * (c.lidWeight - 1) + 1
    let error = (soft * emphasis).mean()
    let calm = (weight.squeeze(-1) * (1 - lesson.shares)).mean()
    (error + calm * c.calm).backward()
    if session.move(adam, losses: [error, calm]) { recent.append(lengths.detach().sqrt().mean()) }
  }

  /// α and β as the networks see them.
  private func seen(_ lesson: MeshTeacher.Lesson) -> (Tensor, Tensor) {
    (
      (lesson.source - statistics.identityMean) / statistics.identityScale,
      (lesson.driving - statistics.expressionMean) / statistics.expressionScale
    )
  }

  /// Looks at people kept aside.
  package func judge() -> FieldErrors {
    withoutGradient {
      let lesson =
        held ?? teacher.lesson(0..<configuration.held, of: "held out", people: configuration.held, points: 600, scatter: .seen)
      held = lesson
      let (alpha, beta) = seen(lesson)
      let moves = field.move(lesson.points, identity: alpha, expression: beta)
      return FieldErrors(moves, lesson.moves, lesson.kinds, millimeter: teacher.millimeter)
    }
  }
  package func validate(shouldStop: () -> Bool) throws -> Double? {
    let found = judge()
    errors = found
    try run.log(step: step, seconds: seconds, found.curves)
    return -found.mean
  }

  private func report(_ done: Double, _ progress: (Progress) -> Void) throws {
    guard !recent.isEmpty else { return }
    let error = stack(recent).mean().item, time = max(1e-9, (ContinuousClock.now - clock) / .seconds(1))
    let speed = Double(recent.count * configuration.batch * configuration.points) / time
    (recent, clock) = ([], .now)
    try run.log(step: step, seconds: seconds, ["error_mm": error, "points_per_second": speed])
    progress(Progress(step: step, fraction: done, pointsPerSecond: speed, error: error, held: errors?.mean))
  }

  package func state() -> (tensors: [String: Tensor], metadata: [String: String]) {
    var tensors = motion.tensors
    for (name, tensor) in adam.state() { tensors["optimizer." + name] = tensor }
    return (tensors, [:])
  }
  package func restore(_ checkpoint: Checkpoint) throws {
    func part(_ prefix: String) -> [String: Tensor] { checkpoint.tensors.filter { $0.key.hasPrefix(prefix) } }
    try field.load(part(LearnedMotion.fieldPrefix), prefix: LearnedMotion.fieldPrefix)
    try statistics.load(part(LearnedMotion.numbersPrefix), prefix: LearnedMotion.numbersPrefix)
    try adam.load(checkpoint.tensors, prefix: "optimizer.")
  }

  /// The networks as they are.
  package var motion: LearnedMotion {
    LearnedMotion(field: field, statistics: statistics, source: .shown, name: exported.lastPathComponent)
  }
  /// Where they lie as a file of their own.
  package var exported: URL { run.url.appending(path: "deformation.safetensors") }
  private func export() throws {
    var notes = ["steps": "\(step)"]
    for (name, value) in errors?.curves ?? [:] { notes[name] = String(format: "%.4f", locale: nil, value) }
    try motion.write(to: exported, faceModel: configuration.faceModel, notes: notes)
  }
}
