/// When a training ends: after so many steps, or so much time of training over all its sessions.
package enum TrainingBudget: Equatable, Sendable {
  case steps(Int)
  case seconds(Double)

  /// How much of it is used up after `step` steps and so many seconds, 0...1.
  package func fraction(step: Int, seconds: Double) -> Double {
    switch self {
    case .steps(let total): min(1, Double(step) / Double(max(1, total)))
    case .seconds(let total): min(1, seconds / max(1e-9, total))
    }
  }
}
