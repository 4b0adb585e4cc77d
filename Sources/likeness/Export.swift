import ArgumentParser
import Foundation
import Portrait
import Runs
import Subject
import Torch

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write an avatar into one file that renders without its run.",
    discussion: """
      The file is safetensors, with a checksum of every tensor. It holds what render needs (weights, background, camera, names of the
      expressions, the identity) and nothing of the clip, the training or this computer. render and eval --load it like a run; it knows no clip
      of its own, so say with --track, --driver or --data what it is to do. The images are the same bit for bit.

      With --baked it holds what rendering needs in place of the weights: a smaller file that loads faster and cannot be
      trained on. Only a fast field can be baked.

      Whoever has the file can make the person do anything: give it to nobody whom that person has not agreed to.

      Examples:
        likeness export --load <run> --baked --output anna.safetensors
        likeness render --load anna.safetensors --driver other.mp4 --output film.mp4
      """)

  @Option(help: ArgumentHelp("The run folder that train printed.", valueName: "run"))
  var load: String
  @Flag(help: "Only what rendering needs, without the weights.")
  var baked = false
  @Option(help: "The checkpoint to use, by its step; the last one by default.")
  var step: Int?
  @Option(help: ArgumentHelp("The file to write, ending in .safetensors.", valueName: "file"))
  var output: String

  func validate() throws {
    if URL(filePath: output).pathExtension != "safetensors" {
      throw ValidationError("--output \(output): the name must end in .safetensors")
    }
  }

  func run() throws {
    if PortraitLift.isLift(URL(filePath: load)) {
      throw Failure.usage("\(load): is a portrait, which is one file already; copy it, render and eval --load it as it is")
    }
    let avatar = try SubjectAvatar(run: RunFolder.open(URL(filePath: load)), step: step, warn: complain)
    let file = URL(filePath: output)
    try avatar.export(to: file, baked: baked)
    // Read back whole: what was written can be used.
    let start = ContinuousClock.now
    _ = try SubjectAvatar(file: file)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let bytes = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    print(
      "\(output): the avatar of step \(avatar.step)\(baked ? ", baked" : ""), "
        + String(format: "%.1f MB, loads in %.2f s", locale: nil, Double(bytes) / 1e6, seconds))
  }
}
