import Datasets
import Face
import Foundation
import Media
import Radiance
import Runs
import Speech
import Talking
import Torch

/// Trains the subject avatar: the field, its optimizer and its sampler, from a dataset into a run folder.
package final class SubjectTrainer: Trainer {
  package let configuration: SubjectConfiguration
  /// Of a run that is gone on with, as that began.
  package internal(set) var scene: SubjectScene
  let data: SubjectData
  package let session: TrainingSession
  let field: any SubjectField
  let adam: Adam
  let mesh: MeshSupervision?
  /// nil where the clip's frames are all that is learnt.
  let sides: SideViews?
  /// nil where the tracked expression alone drives.
  let speech: SpeechDriver?
  /// What speech is heard by where its features are those of any voice.
  let face: SpeechFace?
  /// `[D, 2]`: what each normalized driving number adds to the lips' distance and the mouth's width, in their spreads; nil for a face model
  /// that is not known.
  let lips: Tensor?
  /// Whether the dataset has expressions that speech can learn to say.
  let isTracked: Bool
  let sampler: RaySampler
  let generator: Generator
  let baseRates: [Double]
  /// What the steps since the last report showed.
  var recent = Averages()

  /// Goes on from the run's last checkpoint if it has one, on `device`, which need not be the one of before; `warn` hears of damaged ones.
  ///
  /// `views` are from sides that the clip does not show, drawn with its camera at the training's size, so many as `configuration.lift` says.
  /// `run` is asked for when all else stands, so that what cannot be trained leaves no run folder behind.
  package init(
    _ dataset: Dataset, _ configuration: SubjectConfiguration, views: [DrawnView] = [], run: @autoclosure () throws -> RunFolder,
    device: Device = .cpu, warn: (String) -> Void
  ) throws {
    self.configuration = configuration
    try configuration.check()
    // Weights, gradients, and the two moments of Adam.
    try Memory.require(numbers: 4 * configuration.numbersOfGrids, on: device, for: "the field")
    guard !dataset.trainIndices.isEmpty else { throw SubjectError.noFrames(dataset.folder.path) }
    isTracked = !dataset.track.expressionNames.isEmpty
    guard isTracked || configuration.driver != .both else { throw SubjectError.nothingTracked(dataset.folder.path) }
    scene = try SubjectScene(dataset, drivingWidth: configuration.field.driving)
    let face = try configuration.hearsGenerally ? SpeechFace.shipped() : nil
    self.face = face
    let features = try configuration.speech.map {
      let file = $0.weights == nil ? dataset.speechFile : nil
      return try dataset.fitted(try $0.makeFeatures(file: file, face: face ?? SpeechFace.shipped()), notice: warn)
    }
    data = try SubjectData(dataset, scene, speech: features, device: device)
    data.rest = configuration.mesh.rest
    generator = Generator(seed: configuration.seed)
    let field = configuration.makeField(generator)
    self.field = field
    try field.prepare(data, depth: configuration.depth)
    field.move(to: device)
    speech = configuration.speech.map { [generator] in
      SpeechDriver($0, channels: features?.channels ?? 0, driving: configuration.field.driving, generator)
    }
    if let speech, let heard = data.speech {
      let seen = heard.places.indexSelect(0, Tensor(data.train))
      speech.prepare(heard.windows.indexSelect(0, seen), expressionNames: dataset.track.expressionNames)
      speech.move(to: device)
    }
    lips = speech.flatMap { [data, scene] _ in data.lips(scene) }?.to(device)
    let (labels, track, rays) = (data.labels, data.track, configuration.rays)
    let repeats = BlinkFrames.repeats(data.train, track, share: rays.blinks)
    sampler = RaySampler(rays, frames: data.train, repeats: repeats) { frame in
      rays.lids ? BlinkFrames.withLids(labels[.at(frame)], track.frames[frame].landmarks) : labels[.at(frame)]
    }
    let usesMesh = configuration.mesh.weight > 0 || configuration.mesh.warmUpSteps > 0
    mesh = try usesMesh ? MeshSupervision(data, frames: data.train, drawn: data.train + repeats, lids: rays.lids) : nil
    sides = SideViews(
      configuration.planes == nil ? [] : views, camera: scene.camera, width: configuration.field.driving, device: device,
      normalized: scene.normalized)
    let rates = configuration.optimizer
    let parameters = field.parameters()
    func group(_ role: ParameterRole, _ rate: Double) -> Adam.ParameterGroup {
      .init(parameters: parameters.filter { field.role(of: $0.name) == role }, learningRate: rate)
    }
    let spoken = speech.map {
      [Adam.ParameterGroup(parameters: $0.parameters(), learningRate: configuration.speech?.learningRate ?? 0)]
    }
    adam = Adam(
      groups: [group(.grid, rates.grid), group(.template, rates.template), group(.deformation, rates.deformation)] + (spoken ?? []),
      betas: (0.9, rates.secondMoment), eps: rates.epsilon)
    baseRates = adam.groups.map(\.learningRate)
    session = TrainingSession(try run())
    try session.run.bind(to: dataset.fingerprint(sound: configuration.speech != nil))
    try session.resume(self, warn: warn)
  }

  package var validateEvery: Int { configuration.validateEvery }
  package var saveEvery: Int { configuration.saveEvery }
  package var optimizers: [Adam] { [adam] }

  /// Trains until the budget is used up or `shouldStop` asks, and saves; returns whether it is used up. Throws `RunError` where the
  /// training cannot be kept finite. `warmUp` hears of the steps on the mesh before the first ray, `progress` of those on rays, `warn` of
  /// skipped steps.
  package func train(
    _ budget: TrainingBudget, warmUp: (WarmUpProgress) -> Void = { _ in }, progress: (TrainingProgress) -> Void,
    warn: (String) -> Void = { _ in }, shouldStop: () -> Bool
  ) throws -> Bool {
    if step == 0 {
      try fitMesh(budget, warmUp, shouldStop)
      // Half a warm start is not worth a checkpoint: it is made again from the beginning.
      if shouldStop() { return false }
    }
    if run.savedSteps.isEmpty {
      try scene.write(run)
      if let sides { try ImageFile.write(sides.sheet, to: run.validation.appending(path: "sides.png")) }
      if let file = configuration.faceFile(run) { try face?.write(to: file) }
    }
    recent = Averages()
    return try session.train(
      self, budget, report: { try report($0, progress) }, warn: warn, shouldStop: shouldStop)
  }

  package func takeStep(done: Double) throws {
    for (i, rate) in baseRates.enumerated() { adam.groups[i].learningRate = rate * pow(configuration.optimizer.decay, done) }
    adam.groups[2].learningRate *= min(1, Double(step + 1) / Double(max(1, configuration.optimizer.deformationWarmUp)))
    if speech != nil { adam.groups[baseRates.count - 1].learningRate = speechRate }

    field.begin(step: step)
    let side = sideStep(done), isFirst = side != nil && step < configuration.lift.firstSteps
    let rays = try isFirst ? nil : rayStep(done), mesh = meshStep(done), heard = speechStep()
    let losses = [rays?.loss ?? 0, side?.loss ?? 0, mesh ?? 0, heard ?? 0]
    if session.move(adam, where: losses.allSatisfy(\.isFinite)) {
      if let rays {
        sampler.record(losses: rays.classLosses, rays: rays.classRays)
        sampler.record(errors: rays.errors)
      }
      if let shown = rays ?? side { recent.add(shown, rays: configuration.rays.rays) }
      recent.add(mesh: mesh)
      recent.add(speech: heard)
    }
    field.advance(step: step + 1, done: done)
  }
}
