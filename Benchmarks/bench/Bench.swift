import Foundation
import Radiance
import Subject
import Torch

/// Measures what the project claims, as ratios within one run, and writes `bench.json`.
@main struct Bench {
  /// What the published implementation needed for a step in PyTorch on four cores of another day: for orientation, not a ratio of a run.
  private static let published = (seconds: 21.0, memory: 14.0)
  /// Multiplications and additions of a ray at paper sizes as published, 192 evaluations, forward.
  private static let operationsPerRay = 2 * 890_048.0 * 192

  static func main() throws {
    let output = CommandLine.arguments.dropFirst().first ?? "bench.json"
    var found: [Measurement] = []
    func add(_ measurement: Measurement) {
      found.append(measurement)
      print(measurement.line)
    }
    let ceiling = gemmCeiling()
    add(Measurement(name: "peak of matrix products, \(Libtorch.threads) threads", value: ceiling, unit: "GFLOP/s"))

    let reference = ReferenceField()
    let rays = 2048, batch = reference.batch(rays)
    var live = 1.0
    let step = seconds(2) { live = reference.step(batch).liveShare }
    let memory = peakMemory()
    reference.fill()
    let full = seconds(1) { _ = reference.step(batch) }
    let few = reference.batch(rays / 8)
    let plain = 8 * seconds(1) { reference.plainStep(few) }
    let work = 3 * operationsPerRay * Double(rays) * 1e-9
    let against = "faster than layer by layer as published, same run"
    add(
      Measurement(
        name: "reference field, training step of \(rays) rays, \(Int((100 * live).rounded())) % of the samples alive", value: step,
        unit: "s", ratio: plain / step, against: against))
    add(
      Measurement(
        name: "reference field, training step of \(rays) rays, all samples alive", value: full, unit: "s", ratio: plain / full,
        against: against))
    add(
      Measurement(
        name: "reference field, training step, work of the published step a second", value: work / full, unit: "GFLOP/s",
        ratio: work / full / ceiling, against: "the peak"))
    add(
      Measurement(
        name: "reference field, training step, published implementation in PyTorch on 4 cores", value: published.seconds, unit: "s",
        ratio: step / published.seconds, against: "as long is ours, measured on another day"))
    if let memory {
      add(
        Measurement(
          name: "reference field, training step, peak memory of the process", value: memory, unit: "GB", ratio: published.memory / memory,
          against: "less than the published implementation's 14 GB, measured on another day"))
    }

    let pixels = 2048, frame = Double(512 * 512)
    let render = seconds(1) { reference.pixels(reference.batch(pixels), .folded) } * frame / Double(pixels)
    let plainRender = seconds(1) { reference.pixels(few, .plain) } * frame / Double(rays / 8)
    add(
      Measurement(
        name: "reference field, 512x512 frame, from \(pixels) rays", value: render, unit: "s", ratio: plainRender / render, against: against
      ))

    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(found), to: URL(filePath: output))
  }

  /// The most that products of matrices reach here, over libtorch's two libraries and a few sizes.
  private static func gemmCeiling() -> Double {
    let generator = Generator(seed: 2)
    return withoutGradient {
      [(8192, 256), (16384, 256), (2048, 1024)].flatMap { rows, width in
        let x = Tensor.randn([rows, width], generator), weight = Tensor.randn([width, width], generator), bias = Tensor.zeros([width])
        let work = 2 * Double(rows * width * width) * 1e-9
        return [
          work / seconds(10) { _ = x.dense(weight, bias) }, work / seconds(10) { _ = x.matmul(weight) },
        ]
      }.max() ?? .nan
    }
  }
}
