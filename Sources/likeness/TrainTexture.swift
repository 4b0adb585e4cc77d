import ArgumentParser
import Consent
import Datasets
import Driving
import Foundation
import Runs
import Speech
import Subject
import Texture
import Torch

struct TrainTexture: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "texture",
    abstract: "Train a network that adds the detail of the clip to an avatar's images.",
    discussion: """
      Renders the avatar's own clip, which takes a while and is kept in the run as frames/*.png, and trains a network on crops of it and of
      the truth. light corrects an image while it is shown; paper is the network of the paper, which looks at a filmed image of the
      person too and takes seconds an image.

      The run goes to outputs/<dataset>/texture/<time>/, with the parts that train subject writes; validation/*.png show a held-out frame as it
      was rendered, enhanced, and filmed. At its end it prints what enhancement does to held-out frames. Ctrl-C saves and stops; the same
      command with --resume continues, bit for bit where steps are counted.

      Examples:
        likeness train texture --load <run> --max-minutes 5
        likeness train texture --load <run> --variant paper --max-minutes 60
        likeness train texture --output <texture run> --max-minutes 10 --resume
      """)

  @Option(
    help: ArgumentHelp(
      "The avatar: the run folder that train subject printed; with --resume and --output the run knows it.", valueName: "run"))
  var load: String?
  @Option(help: ArgumentHelp("The avatar's dataset folder, if it has moved since.", valueName: "folder"))
  var data: String?
  @Option(help: "light, fast enough for use while images are shown, or paper, the network of the paper.")
  var variant: TextureConfiguration.Variant?
  @Option(
    help: ArgumentHelp(
      "Of variant paper: condition it on the clip's speech in place of the coarsest features of the person's image; mel.",
      valueName: "kind"))
  var speech: String?
  @Option(help: "The longer side of the images trained on, in pixels; that of the avatar's training by default.")
  var size: Int?
  @OptionGroup var training: TrainingOptions
  @OptionGroup var consent: ConsentOptions

  func validate() throws {
    if let speech, [.file, .general, nil].contains(SpeechKind(rawValue: speech)) {
      let known = SpeechKind.allCases.filter { $0 != .file && $0 != .general }.map(\.rawValue)
      throw ValidationError("--speech \(speech) is not known; choose one of \(known.joined(separator: ", "))")
    }
    if speech != nil, variant != .paper { throw ValidationError("--speech goes with --variant paper") }
    if load == nil, !training.namesRun { throw ValidationError("--load names the avatar's run to enhance") }
  }

  func run() throws {
    StopSignal.listen()
    var start = try training.start(
      method: "texture", experiment: try load.map(experimentName),
      given: ["--variant": variant != nil, "--speech": speech != nil, "--size": size != nil], kept: TextureConfiguration.init,
      new: chosenConfiguration)
    let source = try AvatarSource(load ?? start.configuration.avatar, step: nil, device: .cpu), avatar = source.avatar
    guard let folder = data.map({ URL(filePath: $0).standardizedFileURL }) ?? source.data else {
      throw Failure.usage("an exported avatar does not contain its clip; name its dataset with --data <folder>")
    }
    let camera = avatar.scene.camera
    let size = start.configuration.size ?? max(camera.width, camera.height)
    start.configuration.size = size
    let plan = start.configuration
    let dataset = try Dataset(folder, size: size)
    let sequence = try DrivingSequence(
      dataset, positions: Array(0..<dataset.count), for: avatar.scene, isOwn: true, speech: source.speech(nil, array: dataset.speechFile),
      notice: complain)
    func draw(_ position: Int) throws -> Tensor {
      let camera = avatar.scene.camera.scaled(width: dataset.width, height: dataset.height)
      return try sequence.image(position, of: avatar, camera: camera).image.rgb
    }
    let windows = try speechWindows(dataset, plan)
    // What cannot be drawn leaves no run folder behind.
    if start.run == nil, let first = dataset.trainIndices.first {
      _ = (try draw(first), try dataset.image(first), try dataset.labels(first))
    }
    let record = try consent.required(
      stored: start.run?.consent() ?? source.consent ?? ConsentFile.read(in: folder), of: nil, called: folder.relativePath)
    let run = try start.open(experiment: source.experiment, data: folder, consent: record)
    print("run       \(run.url.relativePath)")
    fflush(nil)

    let drawing = ProgressTable()
    let images = try TextureData(
      dataset, frames: plan.frames, keptIn: run.url.appending(path: "frames"), speech: windows, render: draw,
      progress: { drawing.show("drawn \($0) of \($1) frames of \(dataset.width) x \(dataset.height) pixels", last: $0 == $1) },
      shouldStop: { StopSignal.isRaised })
    drawing.finish()
    guard let images else { throw stopped("while the clip was drawn", goOn: "texture", run) }
    let trainer = try TextureTrainer(images, plan, run: run, warn: complain)
    if trainer.step > 0 { print("resumed   at step \(trainer.step), \(ProgressTable.clock(trainer.seconds)) of training so far") }
    let table = ProgressTable()
    let isDone = try trainer.train(
      training.budget(run, steps: plan.steps), progress: table.show,
      warn: {
        table.finish()
        complain($0)
      }, shouldStop: { StopSignal.isRaised })
    table.finish()
    print("saved     \(run.file(trainer.step).path(percentEncoded: false))")
    guard isDone else { throw stopped("at step \(trainer.step)", goOn: "texture", run) }
    try judge(images, run)
    let command = ["likeness", "render", "--load", load ?? plan.avatar, "--enhance", run.url.path(percentEncoded: false)]
    print("next      \(suggestedCommand(command + ["--output", "film.mp4"]))")
  }

  /// What is heard around every frame of the dataset, `[count, 16, channels]`; nil where the enhancement hears nothing.
  private func speechWindows(_ dataset: Dataset, _ plan: TextureConfiguration) throws -> Tensor? {
    guard plan.variant == .paper, let name = plan.paper.speechKind, let kind = SpeechKind(rawValue: name) else { return nil }
    let features = try kind.features(), numbers = dataset.track.frames.map(\.index)
    let windows = try features.windows(
      try dataset.speech(for: features), fps: dataset.track.fps, frames: (numbers.max() ?? 0) + 1)
    return windows.indexSelect(0, Tensor(numbers))
  }

  /// Prints what the enhancement does to held-out frames.
  private func judge(_ images: TextureData, _ run: RunFolder) throws {
    guard !images.held.isEmpty else { return }
    let judging = ProgressTable()
    let gain = TextureGain(images.held, by: try TextureEnhancer(run: run, warn: complain)) {
      judging.show("judged \($0) of \(images.held.count) held-out frames", last: $0 == images.held.count)
    }
    judging.finish()
    print("\n\(gain)\n")
  }

  private func experimentName(_ load: String) throws -> String {
    let url = URL(filePath: load)
    return RunFolder.exists(url) ? try RunFolder.open(url).experiment : url.deletingPathExtension().lastPathComponent
  }

  private func chosenConfiguration() throws -> TextureConfiguration {
    var plan = TextureConfiguration.variant(variant ?? .light)
    plan.avatar = URL(filePath: load ?? "").absoluteURL.path
    if let steps = training.steps { plan.steps = steps }
    if let seed = training.seed { plan.seed = seed }
    if let size { plan.size = size }
    if let kind = speech.flatMap({ SpeechKind(rawValue: $0) }) {
      (plan.paper.speech, plan.paper.speechKind) = (try kind.features().channels, kind.rawValue)
    }
    plan = try training.changed(plan)
    try plan.check()
    return plan
  }
}

extension TextureConfiguration.Variant: ExpressibleByArgument {}

extension ProgressTable {
  private static let textureHead = "      step      %       ETA    images/s       loss  rendered  enhanced"

  /// Shows how far a texture enhancement is: PSNR of the last cut-outs as they were rendered, and enhanced.
  func show(_ p: TextureProgress) {
    show(p.fraction, under: Self.textureHead) { left in
      Self.start(p.step, p.fraction, left)
        + String(format: " %11.1f %10.6f %9.2f %9.2f", locale: nil, p.imagesPerSecond, p.loss, p.psnrBefore, p.psnr)
    }
  }
}
