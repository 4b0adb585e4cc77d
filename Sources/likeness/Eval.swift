import ArgumentParser
import Datasets
import Driving
import Evaluation
import Foundation
import Media
import Metrics
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

      Writes <run>/eval.json and <run>/eval/ (of anna.safetensors, which export wrote, anna/eval.json and anna/eval/): contact-sheet.png (truth above, avatar below) and <frame>.png of each of its frames.

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
  @Option(help: "Which frames: test (held out), train, all, or numbers such as 120..200.")
  var frames = "test"
  @Option(help: "The checkpoint to judge, by its step; the last one by default.")
  var step: Int?
  @Option(help: ArgumentHelp("Where to write the figures; <run>/eval.json (or <data>/eval.json) by default.", valueName: "file"))
  var output: String?
  @Option(help: ArgumentHelp("A film to write of the frames, truth left and avatar right.", valueName: "film"))
  var video: String?
  @Option(help: "What drives the mouth of an avatar that was trained for both: expression (as tracked) or speech (the clip's sound).")
  var by: MouthChoice?
  @Option(
    help: ArgumentHelp(
      "A texture enhancement of this avatar, made by train texture: the enhanced images are judged.", valueName: "run|file"))
  var enhance: String?
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    switch (load, truth) {
    case (nil, nil): throw ValidationError("give --load <run> to judge an avatar, or --data <folder> --truth <folder> to judge a capture")
    case (_?, _?): throw ValidationError("give --load or --truth, not both")
    case (nil, _?) where video != nil: throw ValidationError("--video shows an avatar; it goes with --load")
    case (nil, _?) where enhance != nil: throw ValidationError("--enhance goes with --load")
    case (nil, _?) where data == nil: throw ValidationError("--truth needs --data, the dataset that process made of the film")
    default: break
    }
    if let video { _ = try OutputKind(video, option: "--video", among: [.film]) }
    if FrameChoice(frames) == nil { throw ValidationError("--frames \(frames): write test, train, all, or numbers such as 120..200") }
  }

  func run() throws {
    StopSignal.listen()
    if let data, let truth {
      let evaluation = CaptureEvaluation(dataset: try Dataset(URL(filePath: data)), truth: TruthFolder(URL(filePath: truth)))
      return try evaluation.run(output: output.map { URL(filePath: $0) })
    }
    if let load { try judge(load) }
  }

  private func judge(_ load: String) throws {
    let device = try compute.chosen()
    let source = try AvatarSource(load, step: step, device: device)
    guard let folder = data.map({ URL(filePath: $0) }) ?? source.data else {
      throw Failure.usage("\(load): an exported avatar does not contain its clip; name its dataset with --data <folder>")
    }
    let enhancer = try enhance.map { try TextureEnhancer(URL(filePath: $0), warn: complain) }
    var trial = try AvatarTrial(source.avatar, data: folder, speech: { try source.speech(by, array: $0) }, enhancer: enhancer)
    let positions = try (FrameChoice(frames) ?? .test).positions(trial.dataset)
    trial = try trial.on(positions)

    let film = try video.map { try trial.film(URL(filePath: $0)) }
    let table = ProgressTable()
    var done = 0
    let found = try trial.evaluated { truth, shown, frame, count in
      done = count
      try film?.take(cat([truth, shown], 1), frame)
      table.show("judged \(count) of \(positions.count) frames", last: count == positions.count)
      return !StopSignal.isRaised || count == positions.count
    }
    table.finish()
    guard let (evaluation, figures) = found else {
      complain("stopped after \(done) of \(positions.count) frames; nothing was written")
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
    try film?.finish()

    let report = EvaluationReport(
      experimentName: source.experiment, methodName: source.method, checkpoint: source.file.path(percentEncoded: false),
      results: figures, notes: evaluation.notes)
    let file = output.map { URL(filePath: $0) } ?? source.results.appending(path: "eval.json")
    let sheet = try evaluation.writeImages(to: source.results.appending(path: "eval"))
    try report.write(to: file)
    print(report.table)
    print("\nfigures   \(file.path(percentEncoded: false))\npictures  \(sheet.path(percentEncoded: false))")
    if let video { print("film      \(video)") }
  }
}
