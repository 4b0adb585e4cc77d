import Face
import Foundation
import Torch

/// How far lids are shut: 0 as the person's own open eye, 1 where they touch, whatever the network sees of them then.
///
/// The opening that is seen is measured along that of the fitted head without expression in the frame's pose, so that the head's turn does not
/// count. What lowers the upper lid because the eye looks down or brows hang, and what raises the lower one in a squint, is no blink: it is
/// taken out as far as the fit knows it.
struct LidFit {
  private let openings: [LidOpening]
  private let times: [Int]
  private(set) var range: LidRange
  /// Points of the fitted head that neither blinks nor opens its eyes wide, `[n, 468, 2]`.
  private let awake: [Float]

  /// Measures the lids of `state` against `observed`, `[n, 468, 2]`, frames `times`.
  ///
  /// - range: where the person is known; otherwise it is found out. `rest` is how open the head's eye is where it is met exactly.
  init(_ state: FitState, _ model: LandmarkModel, observed: Tensor, times: [Int], range known: LidRange?, rest: SIMD2<Float>?) {
    func points(_ keep: (String) -> Bool) -> [Float] {
      let kept = Tensor(model.expressionNames.map { keep($0) ? Float(1) : 0 })
      var other = state
      other.expression = state.expression * kept
      return other.projected(model).floats
    }
    let still = points { _ in false }, awake = points { !$0.hasPrefix("eyeBlink") && !$0.hasPrefix("eyeWide") }
    let sight = observed.floats
    let n = state.count, l = LandmarkModel.count
    func at(_ p: [Float], _ i: Int, _ k: Int) -> SIMD2<Float> { SIMD2(p[2 * (l * i + k)], p[2 * (l * i + k) + 1]) }
    let openings = (0..<n).map { i in LidOpening(seen: { at(sight, i, $0) }, still: { at(still, i, $0) }, awake: { at(awake, i, $0) }) }
    (self.openings, self.times, self.awake) = (openings, times, awake)
    // Where the head is turned far the farther eye is seen from its edge, and says little.
    let clear = openings.indices.filter { openings[$0].isClear }
    let chosen = clear.isEmpty ? Array(openings.indices) : clear
    if let known {
      range = known
    } else {
      range = LidRange(
        seen: chosen.map { openings[$0].seen }, open: chosen.map { openings[$0].open }, times: chosen.map { times[$0] }, rest: rest)
      if let rest { range.headRest = rest }
    }
  }

  /// How far both eyes are shut in every frame, right then left; `smooth` calms what trembles without softening blinks.
  func blinks(smooth: Bool) -> [SIMD2<Float>] {
    let all = openings.map { $0.shut(range) }
    return (smooth ? Self.calm(all, times) : all).map { pointwiseMin(pointwiseMax($0, .zero), .one) }
  }

  /// Each frame's mean with its neighbours as far as these are alike.
  private static func calm(_ values: [SIMD2<Float>], _ times: [Int]) -> [SIMD2<Float>] {
    values.indices.map { i in
      var (sum, total) = (values[i], SIMD2<Float>.one)
      for j in [i - 1, i + 1] where values.indices.contains(j) && abs(times[j] - times[i]) == 1 {
        let apart = (values[j] - values[i]) / 0.08
        let weight = SIMD2(exp(-apart.x * apart.x), exp(-apart.y * apart.y))
        (sum, total) = (sum + weight * values[j], total + weight)
      }
      return sum / total
    }
  }

  /// How far apart lids are on the head of `state` without expression, right then left, over the distance of the eyes.
  static func opening(_ state: FitState, _ model: LandmarkModel) -> SIMD2<Float> {
    let still = (model.mean + state.calibration + model.identity.matmul(state.identity)).floats
    func at(_ k: Int) -> SIMD3<Float> { SIMD3(still[3 * k], still[3 * k + 1], still[3 * k + 2]) }
    let eyes = length((at(33) + at(133) - at(263) - at(362)) / 2)
    func mean(_ eye: Int) -> Float {
      LidOpening.middle(eye).map { length(at($0.upper) - at($0.lower)) }.reduce(0, +) / Float(LidOpening.middle(eye).count) / eyes
    }
    return [mean(0), mean(1)]
  }

  /// `observed` without blinks: what is left is what the rest of the face does to the lids.
  func awake(_ observed: Tensor) -> Tensor {
    var points = observed.floats
    for i in openings.indices { openings[i].awaken(&points, from: 2 * LandmarkModel.count * i, range, awake: awake) }
    return Tensor(points, observed.shape)
  }

  /// How open the eyes of the head of `state` are with `expression`, right then left, as shares of those without.
  static func openness(_ expression: [Float], _ state: FitState, _ model: LandmarkModel) -> SIMD2<Float> {
    guard !expression.isEmpty else { return [1, 1] }
    let count = model.expressionNames.count
    let padded = Tensor(Array(expression.prefix(count)) + [Float](repeating: 0, count: max(0, count - expression.count)))
    let head = model.mean + state.calibration + model.identity.matmul(state.identity)
    let still = head.floats, shown = (head + model.expression.matmul(padded)).floats
    func at(_ p: [Float], _ k: Int) -> SIMD2<Float> { SIMD2(p[3 * k], p[3 * k + 1]) }
    return LidOpening(seen: { at(shown, $0) }, still: { at(still, $0) }, awake: { at(still, $0) }).seen
  }

  /// `calibration` with lids at the person's own opening where the head is without expression.
  func rested(_ calibration: Tensor, _ state: FitState, _ model: LandmarkModel) -> Tensor {
    var offsets = calibration.floats
    let still = (model.mean + calibration + model.identity.matmul(state.identity)).floats
    LidOpening.rest(&offsets, still, range.rest)
    return Tensor(offsets, calibration.shape)
  }
}
