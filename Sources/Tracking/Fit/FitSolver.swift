import Foundation
import Torch

/// Gauss-Newton steps on a `FitState` towards the landmarks of `observed`.
struct FitSolver {
  let model: LandmarkModel
  /// `[N, 468, 2]`, as `FitState.projected`: from the principal point, y down, in distances of the eyes.
  let observed: Tensor
  /// The expected error of a landmark, in distances of the eyes. It is more than they scatter, since neighbours err together.
  let expectedError: Double
  let free: FreeExpressions
  private let weights: Tensor
  private let openings: Openings
  /// Frames that are dealt with at once, so that what they need fits a core's cache; cores take one such piece after another.
  private static let chunk = 8

  /// `told` are beginnings of names of expressions that are not solved for.
  init(
    _ model: LandmarkModel, observed: Tensor, expectedError: Double = 0.05, pairs: LandmarkWeights.Pairs = .openings, told: [String] = []
  ) {
    self.model = model
    self.observed = observed
    self.expectedError = expectedError
    free = FreeExpressions(model, told: told)
    let scale = 1 / (expectedError * expectedError)
    weights = Tensor(LandmarkWeights.points) * scale
    openings = Openings(pairs.list, scale: scale)
  }

  /// Calls `body` with runs of `count` frames, and returns what it returned, in order.
  private func pieces<R>(_ count: Int, _ body: (Range<Int>) -> R) -> [R] {
    Lanes.pieces((count + Self.chunk - 1) / Self.chunk) { body($0 * Self.chunk..<min(($0 + 1) * Self.chunk, count)) }
  }

  private func equations(_ state: FitState, _ range: Range<Int>, withClip: Bool = false) -> FitEquations {
    FitEquations(
      state.frames(range), model, observed: observed.narrow(0, range.lowerBound, range.count), weights: weights, openings: openings,
      free: free, robust: 2 * expectedError, withClip: withClip)
  }

  /// Adds the prior on expressions to a chunk's equations and holds coefficients at the bounds that they want to leave.
  ///
  /// `pull` is what stands in for the mean of zero, `[n, F]`, with its weight.
  private func constrain(_ e: inout FitEquations, _ expression: Tensor, pull: Tensor?, weight: Double, prior: Double) {
    let x = expression.indexSelect(1, free.index).to(.float64)
    let f = free.indices.count
    let d = f + 6
    var p = free.prior * prior
    var toPrior = -x.matmul(p)
    if let pull {
      p = p + Tensor.eye(f).to(.float64) * weight
      toPrior = toPrior + (pull.to(.float64) - x) * weight
    }
    let whole = Tensor.zeros([d, d], .float64)
    whole[.from(6), .from(6)].copy_(p)
    let hessian = e.hessian + whole
    let gradient = e.gradient + cat([Tensor.zeros([x.size(0), 6], .float64), toPrior], 1)
    // Which coefficients end at 0 and which at 1, all at once: cut off only afterwards, they would leave the others where these went too far.
    let force = gradient[.all, .from(6)], moves = Tensor.ones([x.size(0), 6], .float64)
    var (low, high) = ((x .<= 1e-6) .& (force .< 0), (x .>= 1 - 1e-6) .& (force .> 0))
    var live = moves, stopped = moves
    let damping = Tensor.full([d], 1e-3, .float64)
    for _ in 0..<8 {
      live = cat([moves, (low .| high).logicalNot().to(.float64)], 1)
      stopped = cat([moves * 0, (1 - x) * high.to(.float64) - x * low.to(.float64)], 1)
      e.hessian = hessian * live.unsqueeze(1) * live.unsqueeze(2) + call("aten::diag_embed", live * damping + (1 - live))
      e.gradient = (gradient - hessian.bmm(stopped.unsqueeze(-1)).squeeze(-1)) * live + stopped
      let step = choleskySolve(e.hessian, e.gradient.unsqueeze(-1))
      let end = x + step.squeeze(-1)[.all, .from(6)]
      // What still pulls at those that are held.
      let left = (gradient - hessian.bmm(step).squeeze(-1))[.all, .from(6)]
      let free = (low .| high).logicalNot()
      let nextLow = (free .& (end .< -1e-9)) .| (low .& (left .<= 0)), nextHigh = (free .& (end .> 1 + 1e-9)) .| (high .& (left .>= 0))
      guard ((nextLow .!= low) .| (nextHigh .!= high)).any() else { break }
      (low, high) = (nextLow, nextHigh)
    }
    guard let clip = e.clip else { return }
    e.clip?.gradient = clip.gradient - clip.mixed.bmm(stopped.unsqueeze(-1)).squeeze(-1).sum(0)
    e.clip?.mixed = clip.mixed * live.unsqueeze(1)
  }

  private func moved(_ state: FitState, pose: Tensor, expression: Tensor) -> FitState {
    var new = state
    let turn = pose[.all, .to(3)]
    // No step may turn the head by more than a third of a radian.
    let angle = turn.norm(1, keepdim: true)
    let short = turn * (0.35 * angle.clamp(0.35).reciprocal())
    new.rotation = orthonormal(rotations(short).bmm(state.rotation.to(.float64))).to(.float32)
    new.translation = state.translation + pose[.all, .from(3)].to(.float32)
    let all = state.expression.clone()
    callVoid("aten::index_add_", all, 1, free.index, expression.to(.float32))
    new.expression = all.clamp(0, 1)
    return new
  }

  /// One step of poses and expressions of all frames, the clip's values staying.
  ///
  /// - pull: where expressions are drawn besides zero, `[N, Ne]`, with a weight: smoothness in time.
  /// - motion: smoothness of the poses; nil solves every frame by itself.
  func step(_ state: FitState, pull: Tensor? = nil, weight: Double = 0, motion: PoseMotion? = nil, prior: Double = 1) -> FitState {
    let reduced = pieces(state.count) { range -> (a: Tensor, b: Tensor, toPose: Tensor, alone: Tensor) in
      let start = range.lowerBound
      var e = equations(state, range)
      let expression = state.expression.narrow(0, start, range.count)
      let wanted = pull.map { $0.narrow(0, start, range.count).indexSelect(1, free.index) }
      constrain(&e, expression, pull: wanted, weight: weight, prior: prior)
      // The expressions are eliminated, so that poses alone are coupled in time.
      let (pp, pe, ee) = (e.hessian[.all, .to(6), .to(6)], e.hessian[.all, .to(6), .from(6)], e.hessian[.all, .from(6), .from(6)])
      let (gp, ge) = (e.gradient[.all, .to(6)].unsqueeze(-1), e.gradient[.all, .from(6)].unsqueeze(-1))
      let solved = choleskySolve(ee, cat([pe.transpose(1, 2), ge], -1))
      let (toPose, alone) = (solved[.ellipsis, .to(6)], solved[.ellipsis, .from(6)])
      return (pp - pe.bmm(toPose), gp - pe.bmm(alone), toPose, alone)
    }
    let a = cat(reduced.map(\.a))
    let b = cat(reduced.map(\.b))
    let pose = (motion.map { $0.solve(a, b, HeadPoses(rotation: state.rotation, translation: state.translation)) } ?? choleskySolve(a, b))
    let expression = (cat(reduced.map(\.alone)) - cat(reduced.map(\.toPose)).bmm(pose)).squeeze(-1)
    return moved(state, pose: pose.squeeze(-1), expression: expression)
  }

  /// One step of everything but the calibration, for a few frames that stand alone.
  ///
  /// - focal: the logarithm that the focal length is drawn to, and with what weight; nil keeps it.
  func clipStep(_ state: FitState, focal: (log: Double, weight: Double)?, prior: Double) -> FitState {
    let ni = model.identity.size(2)
    var s = Tensor.zeros([ni + 1, ni + 1], .float64)
    var r = Tensor.zeros([ni + 1], .float64)
    let parts = pieces(state.count) { range -> (toClip: Tensor, alone: Tensor, hessian: Tensor, gradient: Tensor) in
      var e = equations(state, range, withClip: true)
      constrain(&e, state.expression.narrow(0, range.lowerBound, range.count), pull: nil, weight: 0, prior: prior)
      guard let clip = e.clip else { fatalError("clip equations were asked for") }
      let solved = choleskySolve(e.hessian, cat([clip.mixed.transpose(1, 2), e.gradient.unsqueeze(-1)], -1))
      let (toClip, alone) = (solved[.ellipsis, .to(ni + 1)], solved[.ellipsis, .from(ni + 1)])
      return (toClip, alone, clip.hessian - clip.mixed.bmm(toClip).sum(0), clip.gradient - clip.mixed.bmm(alone).sum(0).squeeze(-1))
    }
    for part in parts { (s, r) = (s + part.hessian, r + part.gradient) }
    // Identity coefficients are of variance one (counted once per frame, since all frames share the errors of the landmark network);
    // the focal length is held or drawn to its prior.
    let log = Foundation.log(state.focal)
    let shared = 10 * Double(state.count)
    var diagonal = [Double](repeating: shared, count: ni)
    diagonal.append(focal?.weight ?? 1e12)
    var drawn = state.identity.array(Double.self).map { -$0 * shared }
    drawn.append(focal.map { $0.weight * ($0.log - log) } ?? 0)
    let x = choleskySolve((s + call("aten::diag", Tensor(diagonal))).unsqueeze(0), (r + Tensor(drawn)).reshape(1, ni + 1, 1))[.at(0)]
    let own = (cat(parts.map(\.alone)) - cat(parts.map(\.toClip)).matmul(x)).squeeze(-1)
    var new = moved(state, pose: own[.all, .to(6)], expression: own[.all, .from(6)])
    new.identity = state.identity + x[.to(ni), .at(0)].to(.float32)
    new.focal = Foundation.exp(log + min(0.3, max(-0.3, x[.at(ni), .at(0)].item)))
    return new
  }

  /// Sets the calibration to what the frames' residuals have in common, each landmark by itself, drawn to zero with the given deviation.
  ///
  /// Rigid motion and scale are taken out: those are the pose's.
  func calibrated(_ state: FitState, deviation: Double) -> FitState {
    let n = state.count
    let l = LandmarkModel.count
    let p = state.points(model).placed
    let inverseDepth = -p[.ellipsis, 2].reciprocal()
    let s = inverseDepth * state.focal
    let (x, y) = (p[.ellipsis, 0] * s, -(p[.ellipsis, 1] * s))
    let zero = s.zerosLike()
    let m = stack([stack([s, zero, x * inverseDepth], -1), stack([zero, -s, y * inverseDepth], -1)], -2)
    let rows = m.reshape(n, 2 * l, 3).bmm(state.rotation).reshape(n, l, 2, 3).permute(1, 0, 2, 3).reshape(l, 2 * n, 3)
    let residual = observed - stack([x, y], -1)
    let robust = (2 * expectedError) * residual.norm(-1, keepdim: true).clamp(2 * expectedError).reciprocal()
    let w = (robust * (1 / (expectedError * expectedError))).expand(n, l, 2).permute(1, 0, 2).reshape(l, 2 * n, 1)
    let r = residual.permute(1, 0, 2).reshape(l, 2 * n, 1)
    let ridge = 1 / (deviation * deviation)
    let a = rows.transpose(1, 2).bmm(rows * w) + Tensor.eye(3) * ridge
    let b = rows.transpose(1, 2).bmm(r * w) - state.calibration.unsqueeze(-1) * ridge
    var new = state
    new.calibration = withoutMotion(state.calibration + choleskySolve(a.to(.float64), b.to(.float64)).squeeze(-1).to(.float32))
    return new
  }

  private func withoutMotion(_ offsets: Tensor) -> Tensor {
    let centered = model.mean - model.mean.mean(0, keepdim: true)
    let zero = centered[.all, 0].zerosLike()
    let (x, y, z) = (centered[.all, 0], centered[.all, 1], centered[.all, 2])
    let one = zero + 1
    let modes = stack(
      [
        stack([one, zero, zero], 1), stack([zero, one, zero], 1), stack([zero, zero, one], 1), stack([zero, -z, y], 1),
        stack([z, zero, -x], 1), stack([-y, x, zero], 1), centered,
      ], 0
    ).reshape(7, -1)
    let flat = offsets.reshape(-1, 1)
    let share = choleskySolve(modes.matmul(modes.t()).to(.float64).unsqueeze(0), modes.matmul(flat).to(.float64).unsqueeze(0))[.at(0)]
    return (flat - modes.t().matmul(share.to(.float32))).reshape(-1, 3)
  }
}

/// Solves A x = b for symmetric positive definite `[n, d, d]` and `[n, d, k]`, float64.
///
/// A matrix that rounding made indefinite gets a heavier diagonal until it is not. Of one that stays so, or holds what is not a finite
/// number, x is zero: whoever steps by it stays where they are.
package func choleskySolve(_ a: Tensor, _ b: Tensor) -> Tensor {
  var (factor, info) = call2("aten::linalg_cholesky_ex", a)
  guard !(info .== 0).all() else { return call("aten::cholesky_solve", b, factor) }
  let diagonal = call("aten::diag_embed", a.diagonal().abs())
  for share in [1e-10, 1e-7, 1e-4, 1e-1] where !(info .== 0).all() {
    let failed = (info .!= 0).unsqueeze(-1).unsqueeze(-1)
    let (heavier, again) = call2("aten::linalg_cholesky_ex", a + diagonal * share)
    (factor, info) = (heavier.where(failed, else: factor), again.where(info .!= 0, else: info))
  }
  let x = call("aten::cholesky_solve", b, factor)
  let isSolved = (info .== 0).unsqueeze(-1).unsqueeze(-1) .& x.isFinite().all(-1, keepdim: true).all(-2, keepdim: true)
  return x.where(isSolved, else: x.zerosLike())
}

/// Rotation matrices `[n, 3, 3]` of rotation vectors `[n, 3]`, float64.
func rotations(_ vectors: Tensor) -> Tensor {
  let v = vectors.unbind(1)
  let zero = v[0].zerosLike()
  let skew = stack([zero, -v[2], v[1], v[2], zero, -v[0], -v[1], v[0], zero], -1).reshape(-1, 3, 3)
  return call("aten::linalg_matrix_exp", skew)
}

/// The rotations nearest to nearly orthonormal matrices `[n, 3, 3]`, by one step of Newton's iteration for the polar factor.
func orthonormal(_ m: Tensor) -> Tensor { m * 1.5 - m.bmm(m.transpose(1, 2)).bmm(m) * 0.5 }
