import Face
import Metrics
import Torch
import Tracking

/// Whether the torso stands and moves as the truth's does, which PSNR hardly tells: a torso that swims, or nods with the head, has a fine one.
package struct TorsoSteadiness {
  private struct Frame {
    var index: Int
    /// `[H, W, 3]` in 0...1.
    var render, truth: Tensor
    var labels: Tensor
  }
  /// Mean absolute changes from a frame to the next, one a pair of frames.
  private struct Change {
    var render: [Double] = []
    var truth: [Double] = []
    /// Of the render's change from the truth's.
    var error: [Double] = []
  }

  private let renderTracker = TorsoTracker(), truthTracker = TorsoTracker()
  private var indices: [Int] = []
  private var last: Frame?
  private var torso = Change(), background = Change()
  private var width = 0

  package init() {}

  /// Takes the next frame in order of time: avatar and truth `[H, W, 3]` uint8, the truth's classes `[H, W]`, and its number.
  package mutating func add(_ render: Tensor, truth: Tensor, labels: Tensor, frame: Int) {
    renderTracker.add(render, labels: labels)
    truthTracker.add(truth, labels: labels)
    indices.append(frame)
    width = labels.size(1)
    let now = Frame(index: frame, render: render.to(.float32) / 255, truth: truth.to(.float32) / 255, labels: labels)
    if let last, last.index + 1 == frame {
      let change = now.render - last.render, trueChange = now.truth - last.truth
      func add(_ kind: SemanticClass, to all: inout Change) {
        // Where both frames show it, so that an edge that moves is not taken for a change of the surface.
        let mask = (labels .== Double(kind.rawValue)) .& (last.labels .== Double(kind.rawValue))
        guard let error = l1(change, trueChange, where: mask) else { return }
        all.error.append(error)
        all.render.append(l1(change, change.zerosLike(), where: mask) ?? 0)
        all.truth.append(l1(trueChange, change.zerosLike(), where: mask) ?? 0)
      }
      add(.torso, to: &torso)
      add(.background, to: &background)
    }
    last = now
  }

  /// What is known, by the names of `eval.json`.
  ///
  /// `torso.change` and `torso.change_truth` are the mean absolute changes (0...1) of its pixels from a frame to the next, `torso.change_error`
  /// that of the difference between the two; `background.` has the same of the plate, as a measure of noise. `torso.shift_error` is how far
  /// the torso as a whole lies from the truth's, about its own mean, and `torso.speed_error` how much its movement from a frame to the
  /// next differs, `torso.speed_truth` how much it moves, all in thousandths of the image's width.
  package var figures: [String: Double] {
    var all: [String: Double] = [:]
    func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
    for (name, change) in [("torso", torso), ("background", background)] {
      all["\(name).change"] = mean(change.render)
      all["\(name).change_truth"] = mean(change.truth)
      all["\(name).change_error"] = mean(change.error)
    }
    let unit = 1000 / Float(max(1, width))
    let both = zip(indices, zip(renderTracker.motions, truthTracker.motions)).compactMap { index, motions in
      motions.0.flatMap { render in motions.1.map { (index: index, render: render.shift * unit, truth: $0.shift * unit) } }
    }
    guard !both.isEmpty else { return all }
    let offset = both.reduce(SIMD2<Float>.zero) { $0 + $1.render - $1.truth } / Float(both.count)
    func length(_ v: SIMD2<Float>) -> Double { Double((v * v).sum().squareRoot()) }
    all["torso.shift_error"] = mean(both.map { length($0.render - $0.truth - offset) })
    let pairs = zip(both, both.dropFirst()).filter { $0.index + 1 == $1.index }
    all["torso.speed_error"] = mean(pairs.map { length(($1.render - $0.render) - ($1.truth - $0.truth)) })
    all["torso.speed_truth"] = mean(pairs.map { length($1.truth - $0.truth) })
    return all
  }
}
