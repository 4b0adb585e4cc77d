import Datasets
import Foundation
import Radiance
import Runs
import Subject
import Torch

/// The field at the paper's sizes: a training step, a frame, its memory, beside the same in plain PyTorch and layer by layer as published.
enum ReferenceBenchmark {
  static let rays = 2048
  /// Multiplications and additions of a ray at paper sizes as published, 192 evaluations, forward.
  private static let operationsPerRay = 2 * 880_448.0 * 192

  /// `run` is a trained one whose frame is to be measured too.
  static func run(_ report: Report, trained run: URL?) throws {
    let reference = ReferenceField()
    let batch = reference.batch(rays), few = reference.batch(rays / 8)
    var live = 1.0
    let times = report.times(3)
    let step = fastest(times) { live = reference.step(batch).liveShare }
    let strips = report.isQuick ? 4 : 8, image = reference.image(strips: strips)
    func frame() -> Double { Double(512 / 4) / Double(strips) * fastest(times) { reference.pixels(image, .folded) } }
    let start = frame()
    let referenceFrame = Double(512 * 512) / Double(few.rays.count) * fastest(1) { reference.pixels(few, .plain) }
    reference.fill()
    let full = fastest(times) { _ = reference.step(batch) }
    let filled = frame()
    let plain = 8 * fastest(1) { reference.plainStep(few) }
    let work = 3 * operationsPerRay * Double(rays)

    let name = "reference field, training step of \(rays) rays"
    let published = "faster than layer by layer as published, in this program"
    report.add(
      "\(name), at the start (\(Int((100 * live).rounded())) % of samples alive)", step, "s", ratio: plain / step, against: published)
    report.add("\(name), all samples alive", full, "s", ratio: plain / full, against: published)
    report.add("\(name), the published step's work", operations: work, in: full)
    var frames: [(name: String, seconds: Double)] = [
      ("at the start (from \(strips) strips of 128)", start), ("every sample shows a colour, none is opaque", filled),
    ]
    if let run { frames.append(try trained(run, isQuick: report.isQuick)) }
    for frame in frames {
      report.add(
        "reference field, 512x512 frame, \(frame.name)", frame.seconds, "s", ratio: referenceFrame / frame.seconds, against: published)
    }

    let memory = PeakMemory.ofProcess(doing: .referenceStep)
    if let memory { report.add("\(name), peak memory of a process", memory, "GB") }
    if let memory = PeakMemory.ofProcess(doing: .referenceFrame) { report.add("reference field, 512x512 frame, peak memory", memory, "GB") }
    compareWithPeer(report, name: name, step: step, full: full, frames: frames, memory: memory)
  }

  /// Seconds that a frame of a trained run takes, from bands of rows spread over it.
  private static func trained(_ place: URL, isQuick: Bool) throws -> (name: String, seconds: Double) {
    let run = try RunFolder.open(place), data = try Dataset(URL(filePath: run.record.data))
    let avatar = try SubjectAvatar(run: run, warn: { _ in })
    let frame = data.track.frames[data.testIndices.first ?? 0]
    let whole = data.camera.scaled(width: 512, height: 512), bands = isQuick ? 4 : 8, rows = 8
    let cameras = (0..<bands).map {
      whole.cropped(x: 0, y: (2 * $0 + 1) * whole.height / (2 * bands) - rows / 2, width: whole.width, height: rows)
    }
    _ = try avatar.render(frame.state, torso: frame.torso, heard: nil, camera: cameras[0])
    let start = ContinuousClock.now
    for camera in cameras { _ = try avatar.render(frame.state, torso: frame.torso, heard: nil, camera: camera) }
    let seconds = (ContinuousClock.now - start) / .seconds(1) * Double(whole.height) / Double(bands * rows)
    return ("step \(avatar.step) of \(run.experiment) (from \(bands) bands of \(rows) rows)", seconds)
  }

  private static func compareWithPeer(
    _ report: Report, name: String, step: Double, full: Double, frames: [(name: String, seconds: Double)], memory: Double?
  ) {
    do {
      let peer = try Peer.measured(isQuick: report.isQuick)
      let theirs = peer.step * Double(rays) / Double(peer.stepRays)
      let theirFrame = peer.frame * Double(512 * 512) / Double(peer.frameRays)
      let title = "vanilla field in PyTorch \(peer.torch)"
      report.add("\(title), step of \(rays) rays (from \(peer.stepRays))", theirs, "s", ratio: theirs / step, against: "as long as ours")
      report.add("\(title), the same with all samples alive in ours", theirs, "s", ratio: theirs / full, against: "as long as ours")
      // It does the same work whatever the weights say.
      for frame in frames {
        report.add(
          "\(title), 512x512 frame (from \(peer.frameRays) rays), beside ours, \(frame.name)", theirFrame, "s",
          ratio: theirFrame / frame.seconds, against: "as long as ours")
      }
      report.add(
        "\(title), step of \(peer.stepRays) rays, peak memory", peer.stepMemory, "GB", ratio: memory.map { peer.stepMemory / $0 },
        against: "what ours takes for \(rays)")
    } catch {
      print("not compared with PyTorch: \(error)")
    }
  }
}
