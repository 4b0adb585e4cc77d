import Torch

/// What the landmarks of some frames say about a small change of the state: Gauss-Newton's equations H d = g.
///
/// A frame's own unknowns are, in order, a rotation vector (applied after the pose's rotation), a translation and the free expressions.
/// The clip's are the identity and the logarithm of the focal length.
struct FitEquations {
  /// `[n, D, D]` and `[n, D]` float64, of the frames' own unknowns.
  var hessian, gradient: Tensor
  /// Of the clip's unknowns: `[S, S]`, `[n, S, D]`, `[S]`, float64; nil unless asked for.
  var clip: (hessian: Tensor, mixed: Tensor, gradient: Tensor)?

  /// - observed: `[n, 468, 2]` as `FitState.projected`.
  /// - weights: `[468]`, what a landmark counts before robust weighting, over the square of its expected error.
  /// - robust: residuals beyond this length count linearly.
  init(
    _ state: FitState, _ model: LandmarkModel, observed: Tensor, weights: Tensor, openings: Openings, free: FreeExpressions, robust: Double,
    withClip: Bool
  ) {
    let n = state.count
    let l = LandmarkModel.count
    let (p, q) = state.points(model)
    let inverseDepth = -p[.ellipsis, 2].reciprocal()
    let s = inverseDepth * state.focal
    let x = p[.ellipsis, 0] * s
    let y = -(p[.ellipsis, 1] * s)
    let residual = observed - stack([x, y], -1)
    // Huber's weights, as factors of residuals and rows.
    let length = residual.norm(-1)
    let factor = (weights * (robust * length.clamp(robust).reciprocal())).sqrt().unsqueeze(-1)

    // d(x, y) / d point, [n, 468, 2, 3].
    let zero = s.zerosLike()
    let toX = stack([s, zero, x * inverseDepth], -1)
    let toY = stack([zero, -s, y * inverseDepth], -1)
    let m = stack([toX, toY], -2)
    let turn = call("aten::linalg_cross", q.unsqueeze(2), m, -1)
    let inHead = m.reshape(n, 2 * l, 3).bmm(state.rotation).reshape(n, l, 2, 3)
    let byLandmark = inHead.permute(1, 0, 2, 3).reshape(l, 2 * n, 3)
    func through(_ basis: Tensor) -> Tensor { byLandmark.bmm(basis).reshape(l, n, 2, -1).permute(1, 0, 2, 3) }
    let rows = cat([turn, m, through(free.basis)], -1)
    let weighted = openings.append(rows * factor.unsqueeze(-1), rows).reshape(n, -1, rows.size(-1))
    let errors = openings.append(residual * factor, residual).reshape(n, -1, 1)
    let transposed = weighted.transpose(1, 2)
    hessian = transposed.bmm(weighted).to(.float64)
    gradient = transposed.bmm(errors).squeeze(-1).to(.float64)
    guard withClip else { return }
    let clipRows = cat([through(model.identity), stack([x, y], -1).unsqueeze(-1)], -1)
    let clipWeighted = openings.append(clipRows * factor.unsqueeze(-1), clipRows).reshape(n, -1, clipRows.size(-1))
    let flat = clipWeighted.reshape(-1, clipRows.size(-1))
    clip = (
      flat.t().matmul(flat).to(.float64), clipWeighted.transpose(1, 2).bmm(weighted).to(.float64),
      flat.t().matmul(errors.reshape(-1)).to(.float64)
    )
  }
}

/// Pairs of landmarks whose difference says how far lids or lips are open: rows of their own, so that it is met whatever else is not.
struct Openings {
  private let upper, lower: Tensor
  /// Square roots of the weights, `[E, 1]`.
  private let factor: Tensor

  /// `scale` is what a landmark's weight of one is worth.
  init(_ pairs: [(upper: Int, lower: Int, weight: Float)], scale: Double) {
    upper = Tensor(pairs.map { Int64($0.upper) })
    lower = Tensor(pairs.map { Int64($0.lower) })
    factor = Tensor(pairs.map { ($0.weight * Float(scale)).squareRoot() }, [pairs.count, 1])
  }

  /// `[n, 468, 2(, D)]` rows with the pairs' own after them, `[n, 468 + E, 2(, D)]`.
  func append(_ weighted: Tensor, _ rows: Tensor) -> Tensor {
    let difference = rows.indexSelect(1, upper) - rows.indexSelect(1, lower)
    return cat([weighted, difference * (rows.dim == 4 ? factor.unsqueeze(-1) : factor)], 1)
  }
}
