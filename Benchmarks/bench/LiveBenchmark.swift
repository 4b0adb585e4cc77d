import Face
import Synthetic
import Torch
import Tracking

/// The live tracker on a drawn person whose head turns, frame by frame.
enum LiveBenchmark {
  /// Where the face networks are absent, nothing is measured.
  static func run(_ report: Report) throws {
    let crowd = try Crowd(PopulationScript(count: 1, views: 1, size: 512, seed: 5))
    let image = crowd.sitter(0).image(crowd.shot(0)).rgb, head = MorphableModel.builtIn()
    guard let tracker = try? LiveTracker(head) else { return print("the live tracker is not measured: the face networks are absent") }
    var frames = 0, each: [Double] = []
    for _ in 0..<report.times(400) {
      each.append(seconds { _ = try? tracker.track(image, at: Double(frames) / 25) })
      frames += 1
    }
    let sorted = each.sorted()
    report.add(
      "live tracker, a frame of 512 x 512 pixels", sorted[sorted.count / 2] * 1e3, "ms", ratio: 0.04 / sorted[sorted.count / 2],
      against: "faster than film of 25 images a second")
    report.add("live tracker, a frame that is among the slowest 5 %", sorted[sorted.count * 95 / 100] * 1e3, "ms")
  }
}
