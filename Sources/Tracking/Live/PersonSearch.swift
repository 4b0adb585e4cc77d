import Face
import Foundation

/// Who is seen: what stays the same from frame to frame.
struct LivePerson {
  var identity: [Float]
  /// 468 points in head units.
  var calibration: [Float]
  /// Pixels.
  var focal: Float
}

/// Finds out who is seen as `FaceFit` does, from a few frames, in pieces that are small enough to be done beside a frame.
///
/// First poses and expressions of the mean head, then identity and focal length with them, then the calibration.
final class PersonSearch {
  private let solver: LiveSolver
  private let equations: PersonEquations
  private let calibrator: Calibration
  /// The focal length that is expected, and those that are considered, in pixels.
  private let expected: Float, range: ClosedRange<Float>
  private var frames: [Keyframe] = []
  private var restIsKnown = false
  private var toPerson: [[Double]?] = []
  private(set) var person: LivePerson
  private var shape: LiveShape
  private var stage: Stage?

  private enum Stage: Equatable {
    case settle(round: Int, frame: Int)
    case identify(round: Int, frame: Int)
    case calibrate(round: Int)
    case rest(round: Int, frame: Int)
  }
  private static let restPrior = 4.0
  /// Rounds of each stage, of the first search and of later ones, which begin at what was found before.
  private struct Rounds { let settle, identify, calibrate: Int }
  private static let first = Rounds(settle: 4, identify: 5, calibrate: 1), later = Rounds(settle: 2, identify: 1, calibrate: 4)
  private var rounds = PersonSearch.first

  init(_ solver: LiveSolver, longerSide: Int) {
    self.solver = solver
    let basis = solver.basis, longer = Float(longerSide)
    equations = PersonEquations(identities: basis.identities)
    calibrator = Calibration(basis)
    expected = 2.2 * longer
    range = 1.2 * longer...4 * longer
    person = LivePerson(
      identity: [Float](repeating: 0, count: basis.identities), calibration: [Float](repeating: 0, count: basis.mean.count), focal: expected
    )
    shape = LiveShape(still: basis.mean, focal: expected)
  }

  var isUnderway: Bool { stage != nil }

  /// Begins a search in these frames.
  func begin(_ keyframes: Keyframes, isFirst: Bool) {
    guard !keyframes.all.isEmpty else { return }
    (frames, restIsKnown) = (keyframes.all, keyframes.restIsKnown)
    toPerson = [[Double]?](repeating: nil, count: frames.count)
    rounds = isFirst ? Self.first : Self.later
    person.calibration = [Float](repeating: 0, count: person.calibration.count)
    reshape()
    stage = .settle(round: 0, frame: 0)
  }

  /// Does work worth about `effort` steps of a frame; true where that ended the search.
  func advance(effort: Int) -> Bool {
    var left = effort
    while left > 0, let now = stage {
      left -= cost(now)
      stage = next(now)
      if stage == nil { return true }
    }
    return false
  }
  /// In steps of a frame's own unknowns.
  private func cost(_ stage: Stage) -> Int { if case .identify = stage { 10 } else if case .rest = stage { 2 } else { 1 } }

  private func next(_ now: Stage) -> Stage? {
    switch now {
    case .settle(let round, let i):
      solver.step(&frames[i].state, frames[i].frame, shape, .usual, LiveSolver.Wishes(prior: Self.restPrior))
      if i + 1 < frames.count { return .settle(round: round, frame: i + 1) }
      if round + 1 < rounds.settle { return .settle(round: round + 1, frame: 0) }
      equations.begin()
      return .identify(round: 0, frame: 0)
    case .identify(let round, let i):
      toPerson[i] = solver.eliminate(frames[i].state, frames[i].frame, shape, .usual, prior: Self.restPrior, into: equations)
      if i + 1 < frames.count { return .identify(round: round, frame: i + 1) }
      identify()
      equations.begin()
      return round + 1 < rounds.identify ? .identify(round: round + 1, frame: 0) : .calibrate(round: 0)
    case .calibrate(let round):
      calibrate()
      return .rest(round: round, frame: 0)
    case .rest(let round, let i):
      for _ in 0..<2 {
        solver.step(&frames[i].state, frames[i].frame, shape, .usual, LiveSolver.Wishes(prior: Self.restPrior))
      }
      if i + 1 < frames.count { return .rest(round: round, frame: i + 1) }
      return round + 1 < rounds.calibrate ? .calibrate(round: round + 1) : nil
    }
  }

  private func reshape() {
    shape = LiveShape(still: solver.basis.still(identity: person.identity, calibration: person.calibration), focal: person.focal)
  }

  private func identify() {
    let log = Foundation.log(Double(person.focal)), columns = equations.unknowns + 1
    guard let x = equations.solved(identity: person.identity, focal: (Foundation.log(Double(expected)) - log, 20)) else { return }
    for i in frames.indices {
      guard let share = toPerson[i] else { continue }
      solver.move(&frames[i].state) { k in
        var sum = share[k * columns + columns - 1]
        for c in x.indices { sum -= share[k * columns + c] * x[c] }
        return sum
      }
    }
    for i in person.identity.indices { person.identity[i] += Float(x[i]) }
    let focal = Float(Foundation.exp(log + min(0.3, max(-0.3, x[x.count - 1]))))
    person.focal = min(max(focal, range.lowerBound), range.upperBound)
    reshape()
  }

  /// What faces at rest seem to do all the time is how they are made.
  private func calibrate() {
    let names = solver.basis.model.expressionNames
    // Until it is known how far the mouth is mostly open, the frame tells whose lips are nearest.
    let nearest = frames.min { $0.view.gap < $1.view.gap }.flatMap { $0.view.gap < Keyframes.shut ? $0.state.expression : nil }
    for j in names.indices {
      var least = frames.map { $0.state.expression[j] }.sorted()[frames.count / 4]
      if !restIsKnown, names[j].hasPrefix("mouth") || names[j].hasPrefix("jaw") { least = nearest?[j] ?? 0 }
      for i in frames.indices { frames[i].state.expression[j] = max(0, frames[i].state.expression[j] - least) }
    }
    calibrator.fit(&person.calibration, frames.map { ($0.state, $0.frame) }, shape, solver, .usual)
    reshape()
  }
}
