import ArgumentParser
import Consent
import Face
import Foundation
import Synthetic

struct SynthPopulation: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "population",
    abstract: "Draw images of many people who do not exist, with cameras, coefficients, masks and depth.",
    discussion: """
      The folder is a dataset in EG3D's format (images and dataset.json), with masks/, depth/ and population.safetensors beside it.
      The same command continues where a stopped one ended; with a larger --count it adds people.
      """)

  @Option(help: "How many images.")
  var count: Int
  @Option(help: "The folder to fill.")
  var output: String
  @Option(help: "How many images show each person.")
  var views = 4
  @Option(help: "Width and height in pixels.")
  var size = 256
  @Option(help: "The seed that decides who they are.")
  var seed: UInt64 = 0
  @Option(help: "The largest turn of the camera to either side, in degrees.")
  var yaw: Float = 50
  @Option(help: "How far the camera rises or sinks, in degrees.")
  var pitch: Float = 22
  @Option(help: "The heads: builtin, or a packed ICT-FaceKit file.")
  var model = "builtin"
  @Option(help: "How many people to draw at a time.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws { try OutputKind.requireFolder(output) }

  func run() throws {
    let script = PopulationScript(count: count, views: views, size: size, seed: seed, yaw: yaw, pitch: pitch)
    try script.check()
    guard threads > 0 else { throw Failure.usage("--threads \(threads): ask for one or more") }
    let head = model == "builtin" ? MorphableModel.builtIn() : try .ict(URL(filePath: model))
    let folder = try PopulationFolder(URL(filePath: output), crowd: Crowd(script, model: head))
    let there = count - folder.missing.count
    print(
      "\(output): \(count) images of \(folder.crowd.personCount) people, \(size) x \(size) pixels"
        + (there > 0 ? "; \(there) are there already" : "")
        + (there < count ? "; about \(max(1, folder.need / 1_000_000)) MB to write" : ""))
    StopSignal.listen()
    let place = URL(filePath: output)
    if try ConsentFile.read(in: place) == nil { try ConsentFile.write(.synthetic(), in: place) }
    let table = ProgressTable(), start = Date()
    let isComplete = try folder.fill(lanes: threads, stop: { StopSignal.isRaised }) { done in
      table.show(Double(done) / Double(count), under: "    images      %       ETA   a second") { left in
        let rate = Double(done - there) / max(1e-3, -start.timeIntervalSinceNow)
        return ProgressTable.start(done, Double(done) / Double(count), left) + String(format: " %10.2f", locale: nil, rate)
      }
    }
    table.finish()
    guard isComplete else {
      complain("stopped with \(count - folder.missing.count) of \(count) images done; the same command continues from there")
      throw ArgumentParser.ExitCode(StopSignal.exitStatus ?? 1)
    }
    let drawn = count - there, seconds = -start.timeIntervalSinceNow
    print("\(output): complete" + (drawn > 0 ? String(format: "; %d images in %.1f s", locale: nil, drawn, seconds) : ""))
  }
}
