import Face
import Foundation
import Torch

/// Gauss-Newton steps on one frame at a time, as `FitSolver` makes them on many, without allocating.
final class LiveSolver {
  typealias Block = SIMD8<Float>

  /// How closely landmarks are met.
  struct Fidelity {
    /// As in `FitSolver`.
    let expectedError: Float
    let pairs: [(upper: Int, lower: Int, weight: Float)]
    let weights: [Float]

    init(expectedError: Float, pairs: LandmarkWeights.Pairs) {
      self.expectedError = expectedError
      let scale = 1 / (expectedError * expectedError)
      self.pairs = pairs.list.map { ($0.upper, $0.lower, ($0.weight * scale).squareRoot()) }
      weights = LandmarkWeights.points.map { $0 * scale }
    }
    /// For finding out who somebody is, and for following somebody who is known.
    static let usual = Fidelity(expectedError: 0.05, pairs: .openings)
    static let precise = Fidelity(expectedError: 0.025, pairs: .all)
  }
  /// What draws a frame's unknowns besides its landmarks.
  struct Wishes {
    /// How much the prior on expressions counts.
    var prior = 1.0
    /// Expressions that are drawn to the given ones, with a weight.
    var pull: (to: [Float], weight: Double)?
    /// A pose that is drawn to, with weights of turns and shifts.
    var pose: (to: Rigid, weights: [Double])?
    /// Of all expressions, those that stay as they are; none where empty.
    var told: [Bool] = []
  }

  let basis: LandmarkBasis
  private let sums: NormalMatrix
  private let system: BoundedSystem
  private let upper, lower: UnsafeMutablePointer<Block>
  /// Rows of the unknowns, columns of the person's and the residual.
  private let right: UnsafeMutablePointer<Double>
  private var base: [Float] = []
  /// The free expressions of the state that is moved.
  private var values: [Double] = []
  private var unknowns: Int { basis.expressions + 6 }

  init(_ model: LandmarkModel) {
    basis = LandmarkBasis(model)
    let widest = basis.frameBlocks + max(basis.personBlocks, 1)
    sums = NormalMatrix(widest: widest)
    system = BoundedSystem(size: basis.expressions + 6)
    upper = .allocate(capacity: 2 * widest)
    lower = .allocate(capacity: 2 * widest)
    upper.initialize(repeating: .zero, count: 2 * widest)
    lower.initialize(repeating: .zero, count: 2 * widest)
    right = .allocate(capacity: (basis.expressions + 6) * (basis.identities + 2))
    right.initialize(repeating: 0, count: (basis.expressions + 6) * (basis.identities + 2))
  }
  deinit {
    for rows in [upper, lower] { rows.deallocate() }
    right.deallocate()
  }

  /// Where the landmarks of a state are in head space: 468 points.
  func points(_ state: LiveState, _ shape: LiveShape) -> [Float] {
    var all = shape.still
    basis.move(&all, by: state.expression, where: { _ in true })
    return all
  }
  /// Where landmark `k` at `p` in head space falls in the image, as `LiveFrame` has it; `focal` in distances of the eyes.
  static func project(_ p: SIMD3<Float>, _ pose: Rigid, focal: Float) -> SIMD2<Float> {
    let q = pose.apply(p), s = -focal / q.z
    return SIMD2(q.x * s, -q.y * s)
  }

  /// Moves pose and expression towards the landmarks.
  func step(_ state: inout LiveState, _ frame: LiveFrame, _ shape: LiveShape, _ fidelity: Fidelity, _ wishes: Wishes = Wishes()) {
    gather(state, frame, shape, fidelity, withPerson: false)
    guard constrain(state, wishes, residual: 8 * basis.frameBlocks) else { return }
    move(&state) { self.system.step[$0] }
  }

  /// The equations of the person's own unknowns after a frame's are eliminated, added to `person`; returns how the frame's follow from them:
  /// for each of its unknowns, the share of each of the person's and what it is by itself. nil where they have no solution.
  func eliminate(
    _ state: LiveState, _ frame: LiveFrame, _ shape: LiveShape, _ fidelity: Fidelity, prior: Double, into person: PersonEquations
  ) -> [Double]? {
    gather(state, frame, shape, fidelity, withPerson: true)
    let first = 8 * basis.frameBlocks, shared = basis.identities + 1, columns = shared + 1
    guard constrain(state, Wishes(prior: prior), residual: first + columns - 1) else { return nil }
    // Unknowns that are held do not follow the person's; those that are free do, and go their own way as far as they did alone.
    for k in 0..<unknowns {
      for c in 0..<shared { right[k * columns + c] = system.isHeld(k) ? 0 : Double(sums[first + c, k]) }
      right[k * columns + shared] = system.step[k]
    }
    let mixed = Array(UnsafeBufferPointer(start: right, count: unknowns * columns))
    system.solve(right, count: columns)
    for k in 0..<unknowns { right[k * columns + shared] = system.step[k] }
    person.add(columns: columns) { row, column in
      Double(self.sums[first + max(row, column), first + min(row, column)])
    } minus: { row, to in
      // mixed' solved, one row of it; of what is held, what its step does to the person's right side.
      for k in 0..<self.unknowns {
        let share = mixed[k * columns + row], solved = self.right + k * columns
        if share != 0 { for c in 0..<shared { to[c] -= share * solved[c] } }
        to[shared] -= Double(self.sums[first + row, k]) * solved[shared]
      }
    }
    return Array(UnsafeBufferPointer(start: right, count: unknowns * columns))
  }

  /// Moves a frame's unknowns by what `amount` says of each.
  func move(_ state: inout LiveState, by amount: (Int) -> Double) {
    let f = basis.expressions
    for (j, index) in basis.free.indices.enumerated() {
      state.expression[index] = min(1, max(0, state.expression[index] + Float(amount(j))))
    }
    var turn = SIMD3(Float(amount(f)), Float(amount(f + 1)), Float(amount(f + 2)))
    // No step may turn the head by more than a third of a radian.
    turn *= 0.35 / max(length(turn), 0.35)
    state.pose.rotation = (Matrix3(rotationVector: turn) * state.pose.rotation).orthonormalized
    state.pose.translation += SIMD3(Float(amount(f + 3)), Float(amount(f + 4)), Float(amount(f + 5)))
  }

  /// Sums up what the landmarks say.
  private func gather(_ state: LiveState, _ frame: LiveFrame, _ shape: LiveShape, _ fidelity: Fidelity, withPerson: Bool) {
    base = shape.still
    basis.move(&base, by: state.expression, where: { _ in true })
    let width = basis.frameBlocks + (withPerson ? basis.personBlocks : 1)
    sums.begin(width: width)
    let focal = shape.focal / frame.eye, robust = 2 * fidelity.expectedError
    for k in 0..<LandmarkModel.count {
      sums.addTwo { x, y in
        let residual = self.rows(k, state.pose, frame, focal, withPerson, x, y)
        let distance = (residual * residual).sum().squareRoot()
        let factor = (fidelity.weights[k] * robust / max(distance, robust)).squareRoot()
        for b in 0..<width { (x[b], y[b]) = (x[b] * factor, y[b] * factor) }
      }
    }
    for pair in fidelity.pairs {
      _ = rows(pair.upper, state.pose, frame, focal, withPerson, upper, upper + width)
      _ = rows(pair.lower, state.pose, frame, focal, withPerson, lower, lower + width)
      sums.addTwo { x, y in
        for b in 0..<width {
          x[b] = (self.upper[b] - self.lower[b]) * pair.weight
          y[b] = (self.upper[width + b] - self.lower[width + b]) * pair.weight
        }
      }
    }
    sums.end()
  }

  /// Writes the derivatives of landmark `k`'s image by all unknowns, and its residual, which it returns.
  @inline(__always)
  private func rows(
    _ k: Int, _ pose: Rigid, _ frame: LiveFrame, _ focal: Float, _ withPerson: Bool, _ x: UnsafeMutablePointer<Block>,
    _ y: UnsafeMutablePointer<Block>
  ) -> SIMD2<Float> {
    let turned = pose.rotation * SIMD3(base[3 * k], base[3 * k + 1], base[3 * k + 2]), p = turned + pose.translation
    let inverse = -1 / p.z, s = inverse * focal
    let image = SIMD2(p.x * s, -p.y * s), residual = frame[k] - image
    let toX = SIMD3(s, 0, image.x * inverse), toY = SIMD3(0, -s, image.y * inverse)
    let r = pose.rotation
    let gx = SIMD3(dot(r.x, toX), dot(r.y, toX), dot(r.z, toX)), gy = SIMD3(dot(r.x, toY), dot(r.y, toY), dot(r.z, toY))
    let n = basis.frameBlocks, shapes = basis.frame(k)
    for b in 0..<n {
      let (u, v, w) = (shapes[b], shapes[n + b], shapes[2 * n + b])
      x[b] = u * gx.x + v * gx.y + w * gx.z
      y[b] = u * gy.x + v * gy.y + w * gy.z
    }
    let turnX = cross(turned, toX), turnY = cross(turned, toY), f = basis.expressions
    let (ownX, ownY) = (
      UnsafeMutableRawPointer(x).assumingMemoryBound(to: Float.self), UnsafeMutableRawPointer(y).assumingMemoryBound(to: Float.self)
    )
    for axis in 0..<3 {
      (ownX[f + axis], ownY[f + axis]) = (turnX[axis], turnY[axis])
      (ownX[f + 3 + axis], ownY[f + 3 + axis]) = (toX[axis], toY[axis])
    }
    guard withPerson else {
      (x[n], y[n]) = (.zero, .zero)
      (ownX[8 * n], ownY[8 * n]) = (residual.x, residual.y)
      return residual
    }
    let m = basis.personBlocks, identity = basis.person(k)
    for b in 0..<m {
      let (u, v, w) = (identity[b], identity[m + b], identity[2 * m + b])
      x[n + b] = u * gx.x + v * gx.y + w * gx.z
      y[n + b] = u * gy.x + v * gy.y + w * gy.z
    }
    let last = 8 * n + basis.identities
    (ownX[last], ownY[last]) = (image.x, image.y)
    (ownX[last + 1], ownY[last + 1]) = (residual.x, residual.y)
    return residual
  }

  /// Sets up the equations of a frame's own unknowns, with priors, and solves them; `residual` is the residual's column.
  private func constrain(_ state: LiveState, _ wishes: Wishes, residual: Int) -> Bool {
    let f = basis.expressions, n = unknowns, indices = basis.free.indices, a = system.hessian, force = system.force
    values = indices.map { Double(state.expression[$0]) }
    for i in 0..<n {
      for j in 0...i {
        let sum = Double(sums[i, j])
        (a[i * n + j], a[j * n + i]) = (sum, sum)
      }
      force[i] = Double(sums[residual, i])
    }
    for i in 0..<f {
      for j in 0..<f {
        let p = wishes.prior * basis.prior[i * f + j]
        a[i * n + j] += p
        force[i] -= p * values[j]
      }
      if let pull = wishes.pull {
        a[i * n + i] += pull.weight
        force[i] += pull.weight * (Double(pull.to[indices[i]]) - values[i])
      }
    }
    if let wish = wishes.pose {
      let turn = (wish.to.rotation * state.pose.rotation.transposed).rotationVector, shift = wish.to.translation - state.pose.translation
      for k in 0..<6 {
        a[(f + k) * n + f + k] += wish.weights[k]
        force[f + k] += wish.weights[k] * Double(k < 3 ? turn[k] : shift[k - 3])
      }
    }
    for i in 0..<n { a[i * n + i] += 1e-3 }
    return system.solve(values) { !wishes.told.isEmpty && wishes.told[indices[$0]] }
  }
}
