import Face
import Generator
import Runs
import Torch

/// How deformation networks learn the mesh's motion.
package struct DistillationConfiguration: Codable, Equatable, Sendable {
  /// Sizes of D-Net and W-Net; how many numbers they see is the head model's affair.
  package var field: DeformationConfiguration
  /// The head model that teaches.
  package var faceModel: String
  /// Different people who teach; others are examined.
  package var people = 100_000
  /// Motions of a step, and places of each.
  package var batch = 32, points = 320
  package var scatter = PointScatter()
  /// Adam's rate at first, and what is left of it at the end of the budget.
  package var learningRate = 2e-3, decay = 0.02
  /// The share of that rate which D-Net's last layer has: it speaks in units of the box, of which a millimeter is 3 thousandths.
  package var lastLayer = 0.02
  /// What hidden layers are multiplied with before the first step.
  package var gain = 1.8
  /// What is left of the part of these that sees the coefficients.
  package var conditionGain = 0.3
  /// What w costs where the mesh moves nothing.
  package var calm = 0.02
  /// Errors below this count quadratically, mm: at first, and at the end of the budget.
  package var softness = 2.0, lastSoftness = 0.1
  /// What errors about lids count, when others count 1.
  package var lidWeight = 4.0
  /// Motions that are examined.
  package var held = 64
  package var steps = 6_000, validateEvery = 500, saveEvery = 500
  package var seed: UInt64 = 1

  package init(_ model: MorphableModel = .builtIn()) {
    let (identity, expression) = LearnedMotion.widths(model, .shown)
    field = DeformationConfiguration(identity: identity, expression: expression)
    faceModel = model.name
  }

  /// Throws `PortraitError` naming the first field that nothing can be trained with.
  package func check(_ model: MorphableModel = .builtIn()) throws(PortraitError) {
    if let fault = field.fault { throw .configuration("field.\(fault)") }
    guard faceModel == model.name else { throw .otherFaceModel(found: faceModel, expected: model.name) }
    let (identity, expression) = LearnedMotion.widths(model, .shown)
    try PortraitError.require(identity...identity, ["field.identity": field.identity])
    try PortraitError.require(expression...expression, ["field.expression": field.expression])
    try PortraitError.require(
      1...1_000_000_000, ["people": people, "steps": steps, "validateEvery": validateEvery, "saveEvery": saveEvery])
    try PortraitError.require(1...1024, ["batch": batch, "held": held])
    try PortraitError.require(16...65536, ["points": points])
    try PortraitError.require(0...1, ["scatter.face": scatter.face, "scatter.lids": scatter.lids, "scatter.lips": scatter.lips])
    try PortraitError.require(0...1, ["scatter.space": scatter.space])
    try PortraitError.require(0...1, ["scatter.near": scatter.near, "scatter.far": scatter.far])
    try PortraitError.require(1e-9...1, ["learningRate": learningRate, "decay": decay, "lastLayer": lastLayer])
    try PortraitError.require(0...1e6, ["calm": calm, "gain": gain, "conditionGain": conditionGain, "lidWeight": lidWeight])
    try PortraitError.require(1e-6...100, ["softness": softness, "lastSoftness": lastSoftness])
  }
  /// That of a run; throws `RunError` or `PortraitError` naming the field.
  package init(_ run: RunFolder) throws {
    guard run.record.method == "deformation" else {
      throw PortraitError.file(
        run.url, "is a run of train \(run.record.method), not of train portrait --stage deformation; name one of those")
    }
    self = try run.record.configuration(run: run.url, defaults: DistillationConfiguration())
    try check()
  }
}
