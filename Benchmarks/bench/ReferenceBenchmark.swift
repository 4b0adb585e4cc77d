import Radiance
import Subject
import Torch

/// The field at the paper's sizes: a training step, a frame, its memory, beside the same in plain PyTorch and layer by layer as published.
enum ReferenceBenchmark {
  static let rays = 2048
  /// Multiplications and additions of a ray at paper sizes as published, 192 evaluations, forward.
  private static let operationsPerRay = 2 * 880_448.0 * 192

  static func run(_ report: Report) {
    let reference = ReferenceField()
    let batch = reference.batch(rays), few = reference.batch(rays / 8)
    var live = 1.0
    let times = report.times(3)
    let step = fastest(times) { live = reference.step(batch).liveShare }
    let pixels = report.isQuick ? 1024 : 4096
    let picture = reference.batch(pixels)
    let perFrame = Double(512 * 512) / Double(pixels)
    let frame = perFrame * fastest(times) { reference.pixels(picture, .folded) }
    let plainFrame = perFrame * Double(pixels) / Double(few.rays.count) * fastest(1) { reference.pixels(few, .plain) }
    reference.fill()
    let full = fastest(times) { _ = reference.step(batch) }
    let plain = 8 * fastest(1) { reference.plainStep(few) }
    let work = 3 * operationsPerRay * Double(rays)

    let name = "reference field, training step of \(rays) rays"
    let published = "faster than layer by layer as published, in this program"
    report.add(
      "\(name), at the start (\(Int((100 * live).rounded())) % of samples alive)", step, "s", ratio: plain / step, against: published)
    report.add("\(name), all samples alive", full, "s", ratio: plain / full, against: published)
    report.add("\(name), the published step's work", operations: work, in: full)
    report.add("reference field, 512x512 frame (from \(pixels) rays)", frame, "s", ratio: plainFrame / frame, against: published)

    let memory = PeakMemory.ofProcess(doing: .referenceStep)
    if let memory { report.add("\(name), peak memory of a process", memory, "GB") }
    if let memory = PeakMemory.ofProcess(doing: .referenceFrame) { report.add("reference field, 512x512 frame, peak memory", memory, "GB") }
    compareWithPeer(report, name: name, step: step, full: full, frame: frame, memory: memory)
  }

  private static func compareWithPeer(_ report: Report, name: String, step: Double, full: Double, frame: Double, memory: Double?) {
    do {
      let peer = try Peer.measured(isQuick: report.isQuick)
      let theirs = peer.step * Double(rays) / Double(peer.stepRays)
      let theirFrame = peer.frame * Double(512 * 512) / Double(peer.frameRays)
      let title = "vanilla field in PyTorch \(peer.torch)"
      report.add("\(title), step of \(rays) rays (from \(peer.stepRays))", theirs, "s", ratio: theirs / step, against: "as long as ours")
      report.add("\(title), the same with all samples alive in ours", theirs, "s", ratio: theirs / full, against: "as long as ours")
      report.add(
        "\(title), 512x512 frame (from \(peer.frameRays) rays)", theirFrame, "s", ratio: theirFrame / frame, against: "as long as ours")
      report.add(
        "\(title), step of \(peer.stepRays) rays, peak memory", peer.stepMemory, "GB", ratio: memory.map { peer.stepMemory / $0 },
        against: "what ours takes for \(rays)")
    } catch {
      print("not compared with PyTorch: \(error)")
    }
  }
}
