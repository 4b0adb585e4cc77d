import Consent
import Datasets
import Evaluation
import Face
import Foundation
import Media
import Runs
import Study
import Subject
import Texture
import Torch

/// A row of a study: trained, judged, its images kept.
final class AblationRun {
  struct Progress {
    /// Of the training, and of the judging, 0...1.
    var fraction: Double
    var judged = 0.0
    var words: String
  }
  let row: StudyRow
  let folder: StudyFolder
  let device: Device
  /// Seconds of training of this session.
  private(set) var trained = 0.0

  init(row: StudyRow, folder: StudyFolder, device: Device) { (self.row, self.folder, self.device) = (row, folder, device) }

  /// Why a row cannot be run on a dataset; nil if it can.
  static func obstacle(_ row: StudyRow, _ dataset: Dataset) -> String? {
    row.driver != .expression && dataset.audio == nil ? "the dataset has no sound" : nil
  }

  /// Trains and judges the row, or the rest of it; nil where a signal came between. The row is finished when this returns.
  func run(_ progress: @escaping (Progress) -> Void) throws -> RowResult? {
    guard var made = try train(progress) else { return nil }
    let run = try RunFolder.open(folder.run(row))
    let avatar = try SubjectAvatar(run: run, device: device, warn: complain)
    // What knows both drivers is judged by coefficients.
    var trial = try AvatarTrial(
      avatar, data: URL(filePath: folder.plan.data), speech: { row.driver == .speech ? try avatar.speechFeatures(file: $0) : nil })
    if row.enhances {
      guard let texture = try enhance(trial, progress) else { return nil }
      trial.enhancer = texture.enhancer
      made.seconds += texture.seconds
    }
    return try judge(trial, run, step: avatar.step, steps: made.steps, seconds: made.seconds, progress)
  }

  /// Trains the texture enhancement of what the field draws.
  private func enhance(_ trial: AvatarTrial, _ progress: (Progress) -> Void) throws -> (enhancer: TextureEnhancer, seconds: Double)? {
    let plan = folder.plan, place = folder.texture(row), dataset = trial.dataset, budget = plan.secondsPerRow * StudyRow.textureShare
    var configuration = TextureConfiguration.light
    (configuration.avatar, configuration.seed, configuration.frames) = (folder.run(row).path(percentEncoded: false), plan.seed, 200)
    let run: RunFolder
    if RunFolder.exists(place) {
      run = try RunFolder.resume(place)
      configuration = try TextureConfiguration(run)
    } else {
      let data = URL(filePath: plan.data)
      let record = try RunRecord(
        experiment: data.lastPathComponent, method: "texture", data: data, maxMinutes: budget / 60, configuration: configuration)
      run = try RunFolder.create(place, record, consent: ConsentFile.read(in: folder.url))
    }
    let all = try trial.on(Array(0..<dataset.count))
    let images = try TextureData(
      dataset, frames: configuration.frames, keptIn: place.appending(path: "frames"), render: { try all.image($0).rgb },
      progress: { progress(Progress(fraction: 1, words: "drawn \($0) of \($1) frames to enhance")) },
      shouldStop: { StopSignal.isRaised })
    guard let images else { return nil }
    let trainer = try TextureTrainer(images, configuration, run: run, warn: complain), before = trainer.seconds
    let isDone = try trainer.train(
      .seconds(budget),
      progress: { progress(Progress(fraction: 1, words: "texture \(Int($0.fraction * 100)) %, step \($0.step)")) },
      warn: complain, shouldStop: { StopSignal.isRaised })
    trained += trainer.seconds - before
    return isDone ? (try TextureEnhancer(run: run, warn: complain), trainer.seconds) : nil
  }

  /// What the row's field is trained with, the study's own changes included; throws `ValidationError` or `ConfigurationError` for changes that do not fit.
  static func configuration(_ row: StudyRow, _ plan: StudyPlan) throws -> SubjectConfiguration {
    let changed = try ConfigurationChanges(file: nil, fields: plan.changes).applied(
      to: row.configuration(size: plan.size, seed: plan.seed))
    try changed.check()
    return changed
  }

  private func train(_ progress: (Progress) -> Void) throws -> (steps: Int, seconds: Double)? {
    let plan = folder.plan, data = URL(filePath: plan.data), place = folder.run(row)
    _ = try folder.folder(row)
    let run = RunFolder.exists(place) ? try RunFolder.resume(place) : nil
    let configuration = try run.map { try SubjectConfiguration($0) } ?? Self.configuration(row, plan)
    let dataset = try Dataset(data, size: configuration.size)
    func created() throws -> RunFolder {
      let record = try RunRecord(
        experiment: data.lastPathComponent, method: "subject", data: data, maxMinutes: plan.secondsPerRow / 60, configuration: configuration
      )
      return try RunFolder.create(place, record, consent: ConsentFile.read(in: folder.url))
    }
    let sides = try ClipSides(dataset, configuration)
    let trainer = try SubjectTrainer(
      dataset, configuration, views: sides.views, run: try run ?? created(), device: device, warn: complain)
    if trainer.step == 0 { trainer.session.add(seconds: sides.seconds) }
    let before = trainer.seconds
    let isDone = try trainer.train(
      .seconds(plan.secondsPerRow),
      warmUp: { now in progress(Progress(fraction: now.fraction / 4, words: "warm-up, step \(now.step)")) },
      progress: { now in
        let psnr = String(format: "%.1f dB", locale: nil, now.psnr)
        progress(Progress(fraction: now.fraction, words: "training \(Int(now.fraction * 100)) %, step \(now.step), \(psnr)"))
      }, warn: complain, shouldStop: { StopSignal.isRaised })
    trained = trainer.seconds - before
    return isDone ? (trainer.step, trainer.seconds) : nil
  }

  private func judge(
    _ whole: AvatarTrial, _ run: RunFolder, step: Int, steps: Int, seconds: Double, _ progress: (Progress) -> Void
  ) throws -> RowResult? {
    let telling = Self.telling(whole.dataset)
    let (positions, note) = try chosen(whole, telling)
    let trial = try whole.on(positions)
    let images = AblationImages(folder: folder, row: row)
    let numbers = Set(telling.map { trial.dataset.track.frames[$0].index })
    let found = try trial.evaluated { truth, shown, frame, count in
      if numbers.contains(frame) { try images.write(truth: truth, shown: shown, frame: frame) }
      let share = Double(count) / Double(positions.count)
      progress(Progress(fraction: 1, judged: share, words: "judged \(count) of \(positions.count) frames"))
      return !StopSignal.isRaised
    }
    guard let (evaluation, results) = found else { return nil }
    let own = try folder.folder(row)
    _ = try evaluation.writeImages(to: own.appending(path: "eval"))
    let report = EvaluationReport(
      experimentName: run.record.experiment, methodName: row.name, checkpoint: run.file(step).path(percentEncoded: false),
      results: results, notes: evaluation.notes)
    try report.write(to: own.appending(path: "eval.json"))
    let result = RowResult(
      name: row.name, steps: steps, seconds: seconds, figures: results.flat.filter { $0.value.isFinite }, images: numbers.sorted(),
      notes: note.map { [$0] } ?? [])
    try folder.write(result, of: row)
    return result
  }

  /// The held-out frames, or every so manieth where images are so slow that all of them would take longer than the training did.
  private func chosen(_ trial: AvatarTrial, _ telling: [Int]) throws -> (positions: [Int], note: String?) {
    let all = trial.dataset.testIndices, first = try trial.on(Array(all.prefix(1)))
    // The first image takes longer than the others will.
    var seconds = 0.0
    for _ in 0..<2 {
      let start = ContinuousClock.now
      _ = try first.image(0)
      seconds = (ContinuousClock.now - start) / .seconds(1)
    }
    let most = max(1, Int(max(folder.plan.secondsPerRow, 30) / max(seconds, 1e-3)))
    guard all.count > most else { return (all, nil) }
    let every = (all.count + most - 1) / most
    let some = Set(stride(from: 0, to: all.count, by: every).map { all[$0] }).union(telling).sorted()
    let words = String(format: "%.1f", locale: nil, seconds)
    return (some, "judged on \(some.count) of \(all.count) held-out frames, as an image takes \(words) s")
  }

  /// Held-out frames that show most: the jaw widest open and shut, the eyes most closed, the head turned farthest.
  static func telling(_ dataset: Dataset) -> [Int] {
    let held = dataset.testIndices, frames = dataset.track.frames, names = dataset.track.expressionNames
    func coefficient(_ name: String) -> ((FaceState) -> Float)? {
      names.firstIndex(of: name).map { place in { $0.expression.indices.contains(place) ? $0.expression[place] : 0 } }
    }
    var wanted: [(FaceState) -> Float] = []
    if let jaw = coefficient("jawOpen") { wanted += [jaw, { -jaw($0) }] }
    if let blink = coefficient("eyeBlinkLeft") { wanted.append(blink) }
    wanted.append { abs($0.pose.rotation.yawPitchRoll.x) }
    var chosen: [Int] = []
    for measure in wanted {
      let most = held.filter { !chosen.contains($0) }.max { measure(frames[$0].state) < measure(frames[$1].state) }
      if let most { chosen.append(most) }
    }
    return chosen.sorted()
  }
}

/// The images of a row that the report shows, small.
struct AblationImages {
  let folder: StudyFolder
  let row: StudyRow
  private static let widest = 256

  /// Takes images `[H, W, 3]` uint8.
  func write(truth: Tensor, shown: Tensor, frame: Int) throws {
    for place in [folder.truth, folder.images(row)] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    try ImageFile.write(small(truth), to: folder.truth.appending(path: "\(frame).jpg"))
    try ImageFile.write(small(shown), to: folder.images(row).appending(path: "\(frame).jpg"))
    try ImageFile.write(small(Self.errors(shown, truth)), to: folder.images(row).appending(path: "\(frame)-error.jpg"))
  }
  private func small(_ image: Tensor) -> Tensor {
    let (h, w) = (image.size(0), image.size(1)), scale = min(1, Double(Self.widest) / Double(max(h, w)))
    return resize(image, width: max(1, Int((Double(w) * scale).rounded())), height: max(1, Int((Double(h) * scale).rounded())))
  }

  /// The squared error of a pixel, mean over channels, from black over red and yellow to white, which stands for 0.04 and more.
  static func errors(_ shown: Tensor, _ truth: Tensor) -> Tensor {
    let squared = (shown.to(.float32) / 255 - truth.to(.float32) / 255).square().mean(-1) / 0.04
    let parts = (0..<3).map { (squared * 3 - Double($0)).clamp(0, 1) }
    return (stack(parts, -1) * 255).round().to(.uint8)
  }
}
