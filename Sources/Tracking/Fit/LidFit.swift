import Face
import Foundation
import Torch

/// How far lids are shut: 0 as the person's own open eye, 1 where they touch, whatever the network sees of them then.
///
/// The opening that is seen is measured along the fitted head's own in every frame, so that the head's turn does not count. What lowers the
/// upper lid because the eye looks down, and what raises the lower one in a squint, is no blink: it is taken out as far as the fit knows it.
struct LidFit {
  /// What the lids of every frame are like against the head's without expression, right then left: seen; not blinking; how well they are seen.
  private let seen, open, trust: [SIMD2<Float>]
  private let times: [Int]
  private(set) var range: LidRange

  /// Upper and lower lid from corner to corner.
  private static let lids = [MeshContour.rightEye, MeshContour.leftEye].map { loop in
    (1..<8).map { (upper: loop[$0], lower: loop[16 - $0]) }
  }
  /// Of those, the ones that measure.
  private static let middle = 2..<5

  /// Measures the lids of `state` against `observed`, `[n, 468, 2]`, frames `times`.
  ///
  /// - range: where the person is known; otherwise it is found out. `rest` says that the head's open eye is the person's.
  init(_ state: FitState, _ model: LandmarkModel, observed: Tensor, times: [Int], range known: LidRange?, rest: SIMD2<Float>?) {
    func points(_ keep: (String) -> Bool) -> [Float] {
      let kept = Tensor(model.expressionNames.map { keep($0) ? Float(1) : 0 })
      var other = state
      other.expression = state.expression * kept
      return other.projected(model).floats
    }
    let still = points { !$0.hasPrefix("eye") }, awake = points { !$0.hasPrefix("eyeBlink") && !$0.hasPrefix("eyeWide") }
    let sight = observed.floats
    let n = state.count, l = LandmarkModel.count
    func at(_ p: [Float], _ i: Int, _ k: Int) -> SIMD2<Float> { SIMD2(p[2 * (l * i + k)], p[2 * (l * i + k) + 1]) }
    var all = (seen: [SIMD2<Float>](), open: [SIMD2<Float>](), trust: [SIMD2<Float>]())
    for i in 0..<n {
      var (seen, open, trust) = (SIMD2<Float>.zero, SIMD2<Float>.zero, SIMD2<Float>.zero)
      for eye in 0..<2 {
        var (a, b, square): (Float, Float, Float) = (0, 0, 0)
        for (u, d) in Self.lids[eye][Self.middle] {
          let way = at(still, i, u) - at(still, i, d)
          a += ((at(sight, i, u) - at(sight, i, d)) * way).sum()
          b += ((at(awake, i, u) - at(awake, i, d)) * way).sum()
          square += (way * way).sum()
        }
        let loop = eye == 0 ? MeshContour.rightEye : MeshContour.leftEye
        let across = at(still, i, loop[0]) - at(still, i, loop[8])
        (seen[eye], open[eye], trust[eye]) = (a / max(square, 1e-9), max(b / max(square, 1e-9), 0.35), (across * across).sum().squareRoot())
      }
      all.seen.append(seen)
      all.open.append(open)
      all.trust.append(trust / max(trust.max(), 1e-9))
    }
    let (seen, open, trust) = all
    (self.seen, self.open, self.trust, self.times) = (seen, open, trust, times)
    // Where the head is turned far the farther eye is seen from its edge, and says little.
    let clear = seen.indices.filter { trust[$0].min() > 0.75 }
    let chosen = clear.isEmpty ? Array(seen.indices) : clear
    range = known ?? LidRange(seen: chosen.map { seen[$0] }, open: chosen.map { open[$0] }, times: chosen.map { times[$0] }, rest: rest)
  }

  /// How far both eyes are shut in every frame, right then left; `smooth` calms what trembles without softening blinks.
  func blinks(smooth: Bool) -> [SIMD2<Float>] {
    var all = seen.indices.map { i -> SIMD2<Float> in
      let opening = (seen[i] - range.closed) / (range.rest - range.closed)
      let shut = 1 - opening / open[i]
      // Both eyes blink together, and what they differ by a little is mostly the network's doubt; an eye at the far side is hardly seen.
      let weight = trust[i] * trust[i]
      let mean = (shut * weight).sum() / weight.sum(), apart = shut[1] - shut[0]
      let doubt = Self.doubt / weight.min()
      let kept = apart * apart * apart / (apart * apart + doubt * doubt)
      let share = weight / weight.sum()
      return SIMD2(mean - share[1] * kept, mean + share[0] * kept)
    }
    if smooth { all = Self.calm(all, times) }
    return all.map { pointwiseMin(pointwiseMax($0, .zero), .one) }
  }
  /// What the two eyes of somebody who closes both differ by.
  private static let doubt: Float = 0.15

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
      lids[eye][middle].map { length(at($0.upper) - at($0.lower)) }.reduce(0, +) / Float(middle.count) / eyes
    }
    return [mean(0), mean(1)]
  }

  /// `observed` with lids as far apart as they are, not as the network sees them.
  func corrected(_ observed: Tensor) -> Tensor {
    var points = observed.floats
    let l = LandmarkModel.count
    for i in seen.indices {
      for eye in 0..<2 {
        let opening = max(0, (seen[i][eye] - range.closed[eye]) / (range.rest[eye] - range.closed[eye])) * range.rest[eye]
        guard opening < range.rest[eye], seen[i][eye] > 1e-3 else { continue }
        // The upper lid is what moves.
        let nearer = 1 - opening / seen[i][eye]
        for (u, d) in Self.lids[eye] {
          for axis in 0..<2 {
            let (a, b) = (2 * (l * i + u) + axis, 2 * (l * i + d) + axis)
            let way = points[a] - points[b]
            points[a] -= 0.85 * nearer * way
            points[b] += 0.15 * nearer * way
          }
        }
      }
    }
    return Tensor(points, observed.shape)
  }

  /// `calibration` with lids at the person's own opening where the head is without expression.
  func rested(_ calibration: Tensor, _ state: FitState, _ model: LandmarkModel) -> Tensor {
    var offsets = calibration.floats
    let still = (model.mean + calibration + model.identity.matmul(state.identity)).floats
    for eye in 0..<2 {
      for (u, d) in Self.lids[eye] {
        for axis in 0..<3 {
          let way = (1 - range.rest[eye]) * (still[3 * u + axis] - still[3 * d + axis])
          offsets[3 * u + axis] -= 0.85 * way
          offsets[3 * d + axis] += 0.15 * way
        }
      }
    }
    return Tensor(offsets, calibration.shape)
  }
}
