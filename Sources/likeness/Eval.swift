import ArgumentParser
import Datasets
import Driving
import Evaluation
import Foundation
import Marking
import Media
import Metrics
import Portrait
import Subject
import Texture
import Torch

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge an avatar on the frames it never saw.",
    discussion: """
      Renders the held-out frames of the run's dataset and compares them with the truth: L1, PSNR, SSIM (Gaussian window of 11 x 11), sharpness
      and detail of the whole image, head, face, mouth and torso, and of the face alone as the paper has it, as means over frames. A sharp face
      that does not move has a fine PSNR, so the renders are also tracked as any clip is, and lip gap, mouth width, eye opening and brow height
      compared with the truth's: correlation and amplitude (standard deviation over the truth's), 1 is best for both; how many frames late the
      lips are; and the average distances of expression (AED) and pose (APD). The report says what each figure means, as does Docs/metrics.md.

      Writes <run>/eval.json and <run>/eval/ (of anna.safetensors, which export wrote, anna/eval.json and anna/eval/): contact-sheet.png (truth above, avatar below) and <frame>.png of each of its frames, aside.png (from both sides, the truth between them), and motion.csv: what moved how far in every frame.

      --from-frame 0 judges what one photo is good for: an avatar is made of that frame of --data alone, as from any photo, moves as the person does
      in the other frames, and is compared with them. Writes <data>/from-frame-0.json and <data>/from-frame-0/. --load anna.portrait --data <folder> does the same with a
      portrait that was made before.

      --photos judges many photos at once: which become an avatar, how like they stay as the camera goes around them and, with --driver, as others
      drive them. --output names the folder of figures and sheets.
        likeness eval --photos holiday/ --driver film.mp4 --output judged/

      With --truth in place of --load it judges what process saw in a synthetic film (head rotation, expressions, gaze, masks):
        likeness synth performer --output film.mp4 --truth truth
        likeness process film.mp4 --output data/film
        likeness eval --data data/film --truth truth
      """)

  @Option(help: ArgumentHelp("The run folder that train printed, or the file that export wrote.", valueName: "run|file"))
  var load: String?
  @Option(help: ArgumentHelp("The dataset folder, if it has moved since; the one to judge with --truth.", valueName: "folder"))
  var data: String?
  @Option(help: ArgumentHelp("The folder that synth performer --truth wrote: judges the capture, not an avatar.", valueName: "folder"))
  var truth: String?
  @Option(help: ArgumentHelp("The number of a frame of --data to make an avatar of, as of a photo, and judge it.", valueName: "number"))
  var fromFrame: Int?
  @Option(
    help: ArgumentHelp("A photo, or a folder of photos, to make avatars of and judge; may be given again.", valueName: "photo|folder"))
  var photos: [String] = []
  @Option(help: ArgumentHelp("With --photos, a film that drives each of them; may be given again.", valueName: "film"))
  var driver: [String] = []
  @Flag(help: "With --photos, replace a folder of figures of this name.")
  var overwrite = false
  @OptionGroup(title: "With --from-frame") var coarse: CoarseOptions
  @Option(help: "The side of the images that --from-frame judges, in pixels.")
  var size = 256
  @Option(help: "Which frames: test (held out), train, all, numbers such as 120..200, or every 25th as 0..500/25.")
  var frames: String?
  @Option(help: "The checkpoint to judge, by its step; the last one by default.")
  var step: Int?
  @Option(
    help: ArgumentHelp(
      "Where to write the figures, and beside them pictures in a folder of that name; <run>/eval.json (or <data>/eval.json) by default.",
      valueName: "file"))
  var output: String?
  @Option(help: ArgumentHelp("A film to write of the frames, truth left and avatar right.", valueName: "film"))
  var video: String?
  @Option(help: "What drives the mouth of an avatar that was trained for both: expression (as tracked) or speech (the clip's sound).")
  var by: MouthChoice?
  @Option(
    help: ArgumentHelp(
      "A texture enhancement of this avatar, made by train texture: the enhanced images are judged.", valueName: "run|file"))
  var enhance: String?
  @OptionGroup(title: "With --from-frame and --photos") var consent: ConsentOptions
  @OptionGroup(title: "With --video") var marking: MarkOptions
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if coarse.coarse != .lift, fromFrame == nil { throw ValidationError("--coarse goes with --from-frame") }
    if let fromFrame {
      guard load == nil, truth == nil, data != nil else {
        throw ValidationError("--from-frame goes with --data <folder> and not with --load or --truth")
      }
      guard fromFrame >= 0 else { throw ValidationError("--from-frame counts from 0") }
      guard (64...1024).contains(size) else { throw ValidationError("--size must be 64...1024") }
      if enhance != nil || by != nil || step != nil { throw ValidationError("--enhance, --by and --step go with --load") }
    }
    if !photos.isEmpty {
      guard load == nil, truth == nil, data == nil, fromFrame == nil, enhance == nil, by == nil, step == nil, video == nil, frames == nil
      else {
        throw ValidationError("--photos goes with --driver and --output only")
      }
      guard let output else { throw ValidationError("--photos needs --output <folder> for the figures and sheets") }
      try OutputKind.requireFolder(output)
    } else if !driver.isEmpty || overwrite {
      throw ValidationError("--driver and --overwrite go with --photos")
    }
    switch (load, truth) {
    case (nil, nil) where fromFrame != nil || !photos.isEmpty: break
    case (nil, nil): throw ValidationError("give --load <run> to judge an avatar, or --data <folder> --truth <folder> to judge a capture")
    case (_?, _?): throw ValidationError("give --load or --truth, not both")
    case (nil, _?) where video != nil: throw ValidationError("--video shows an avatar; it goes with --load")
    case (nil, _?) where enhance != nil: throw ValidationError("--enhance goes with --load")
    case (nil, _?) where data == nil: throw ValidationError("--truth needs --data, the dataset that process made of the film")
    default: break
    }
    if let video { _ = try OutputKind(video, option: "--video", among: [.film]) }
    if let frames, FrameChoice(frames) == nil {
      throw ValidationError("--frames \(frames): write test, train, all, numbers such as 120..200, or every 25th as 0..500/25")
    }
  }

  func run() throws {
    StopSignal.listen()
    if let output, !photos.isEmpty {
      let files = try photos.flatMap { try PhotoFiles(URL(filePath: $0), called: $0).found }.compactMap { entry -> URL? in
        if case .image(let url) = entry { url } else { nil }
      }
      // One answer for all of them, where each would be asked for.
      _ = try consent.required(stored: nil, of: nil, called: photos.joined(separator: ", "))
      return try PhotosTrial(photos: files, drivers: driver.map { URL(filePath: $0) }).run(output: output, replace: overwrite)
    }
    if let data, let truth {
      let evaluation = CaptureEvaluation(dataset: try Dataset(URL(filePath: data)), truth: TruthFolder(URL(filePath: truth)))
      return try evaluation.run(output: output.map { URL(filePath: $0) })
    }
    if let data, let fromFrame { return try judge(frame: fromFrame, of: URL(filePath: data).standardizedFileURL) }
    if let load { try judge(load) }
  }

  private func judge(_ load: String) throws {
    let device = try compute.chosen()
    let source = try AvatarSource(load, step: step, device: device)
    guard let folder = data.map({ URL(filePath: $0) }) ?? source.data else {
      throw Failure.usage("\(load): an exported avatar does not contain its clip; name its dataset with --data <folder>")
    }
    if let portrait = source.avatar as? any PhotoAvatar {
      if enhance != nil || by != nil { throw Failure.usage("\(load): --enhance and --by go with an avatar of a clip") }
      return try judge(PortraitTrial(portrait, data: folder), except: nil, source.experiment, source.file, source.results)
    }
    let enhancer = try enhance.map { try TextureEnhancer(URL(filePath: $0), warn: complain) }
    var trial = try AvatarTrial(source.avatar, data: folder, speech: { try source.speech(by, array: $0) }, enhancer: enhancer)
    let positions = try (frames.flatMap { FrameChoice($0) } ?? .test).positions(trial.dataset)
    trial = try trial.on(positions)

    let film = try video.map { try trial.film(URL(filePath: $0), marks(source, avatar: URL(filePath: load))) }
    var (evaluation, figures) = try shown(positions.count) {
      try trial.evaluated($0)
    } film: { truth, shown, frame in
      try film?.take(cat([truth, shown], 1), frame)
    }
    try film?.finish()
    let aside = try trial.aside()
    figures.scores.merge(aside.figures) { $1 }
    try report(
      EvaluationReport(
        experimentName: source.experiment, methodName: source.method, checkpoint: source.file.path(percentEncoded: false),
        results: figures, notes: evaluation.notes), evaluation, to: source.results.appending(path: "eval.json"),
      images: source.results.appending(path: "eval"), aside: aside)
  }

  private func marks(_ source: AvatarSource, avatar: URL) throws -> OutputMarks {
    try marking.marks(of: source.shown(), avatar: avatar, output: video ?? "")
  }

  /// Makes an avatar of a frame as of a photo, and judges it on the others.
  private func judge(frame: Int, of folder: URL) throws {
    let dataset = try Dataset(folder)
    let record = try consent.required(run: nil, data: folder)
    guard let position = dataset.track.frames.firstIndex(where: { $0.index == frame }) else {
      throw Failure.input(
        "\(folder.relativePath): has no frame \(frame); its frame numbers end at \(dataset.track.frames.last?.index ?? 0)")
    }
    let start = ContinuousClock.now
    let trial = try PortraitTrial(photoAt: position, of: dataset, size: size, by: coarse, notice: complain)
    trial.avatar.consent = record
    print(String(format: "photo -> avatar, and what the clip does, in %.1f s", locale: nil, (ContinuousClock.now - start) / .seconds(1)))
    try judge(
      trial, except: position, "\(folder.lastPathComponent), frame \(frame)", dataset.folder,
      folder.appending(path: "from-frame-\(frame)"))
  }

  private func judge(_ trial: PortraitTrial, except photo: Int?, _ name: String, _ file: URL, _ results: URL) throws {
    let chosen = try (frames.flatMap { FrameChoice($0) } ?? .all).positions(trial.dataset).filter { $0 != photo }
    let likeness = ShownLikeness(photo: trial.avatar, name: name, .composite, consent: trial.avatar.consent)
    let film = try video.map {
      try trial.film(URL(filePath: $0), chosen, marking.marks(of: likeness, avatar: load.map { URL(filePath: $0) }, output: $0))
    }
    let (evaluation, figures) = try shown(chosen.count) {
      try trial.evaluated(chosen, $0)
    } film: { truth, shown, frame in
      try film?.take(cat([truth, shown], 1), frame)
    }
    try film?.finish()
    let place = photo == nil ? results.appending(path: "eval.json") : results.appendingPathExtension("json")
    try report(
      EvaluationReport(
        experimentName: name, methodName: "portrait", checkpoint: file.path(percentEncoded: false), results: figures,
        notes: evaluation.notes), evaluation, to: place, images: photo == nil ? results.appending(path: "eval") : results)
  }

  private typealias Found = (evaluation: AvatarEvaluation, results: EvaluationReport.Results)

  /// Judges with progress; throws `ExitCode` where a signal came between.
  private func shown(
    _ count: Int, _ evaluated: (_ each: (Tensor, Tensor, Int, Int) throws -> Bool) throws -> Found?,
    film: @escaping (_ truth: Tensor, _ shown: Tensor, _ frame: Int) throws -> Void
  ) throws -> Found {
    let table = ProgressTable()
    var done = 0
    let found = try evaluated { truth, shown, frame, number in
      done = number
      try film(truth, shown, frame)
      table.show("judged \(number) of \(count) frames", last: number == count)
      return !StopSignal.isRaised || number == count
    }
    table.finish()
    guard let found else {
      complain("stopped after \(done) of \(count) frames; nothing was written")
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
    return found
  }

  /// Pictures go with their figures: figures that were told where to go leave those of an earlier judgement as they are.
  private static func images(beside file: URL) -> URL {
    let folder = file.deletingPathExtension()
    return folder.lastPathComponent == file.lastPathComponent ? file.appendingPathExtension("pictures") : folder
  }

  private func report(
    _ report: EvaluationReport, _ evaluation: AvatarEvaluation, to place: URL, images folder: URL, aside: AsideViews? = nil
  ) throws {
    let file = output.map { URL(filePath: $0) } ?? place
    let pictures = output == nil ? folder : Self.images(beside: file), sheet = try evaluation.writeImages(to: pictures)
    try aside?.writeImages(to: pictures)
    try report.write(to: file)
    print(report.table)
    print("\nfigures   \(file.path(percentEncoded: false))\npictures  \(sheet.path(percentEncoded: false))")
    if let video { print("film      \(video)") }
  }
}
