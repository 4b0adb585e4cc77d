import Torch

/// Steps of one rate from those of another, linearly between the middles of the two nearest.
package final class Resampled: StepSource {
  package let channels: Int
  private let source: any StepSource
  /// Steps of the source for each step here.
  private let ratio: Double
  private var held: Tensor
  /// The source's number of the first step held.
  private var first = 0
  private var step = 0
  private var hasEnded = false

  package init(_ source: any StepSource, from: Double, to: Double) {
    self.source = source
    channels = source.channels
    ratio = from / to
    held = .zeros([0, source.channels])
  }

  /// Where the middle of a step lies among the source's.
  private func place(_ step: Int) -> Double { (Double(step) + 0.5) * ratio - 0.5 }

  package func next() throws -> Tensor? {
    var count = ready
    while count <= 0, !hasEnded {
      if let part = try source.next() { held = cat([held, part]) } else { hasEnded = true }
      count = ready
    }
    guard count > 0 else { return nil }
    let places = (step..<step + count).map { max(0, place($0) - Double(first)) }
    let last = held.size(0) - 1
    let below = places.map { min(Int($0), last) }
    let weights = Tensor(zip(places, below).map { Float(min(1, $0 - Double($1))) }, [count, 1])
    let a = held.indexSelect(0, Tensor(below)), b = held.indexSelect(0, Tensor(below.map { min($0 + 1, last) }))
    step += count
    let used = min(max(0, Int(place(step)) - first), held.size(0))
    held = held.narrow(0, used, held.size(0) - used).clone()
    first += used
    return a + (b - a) * weights
  }

  /// Steps that lie between what is held.
  private var ready: Int {
    let end = first + held.size(0)
    // At the end of the sound the last step of the source stands for what comes after it.
    let limit = hasEnded ? (Double(end) / ratio - 1e-9).rounded(.up) : ((Double(end - 1) + 0.5) / ratio - 0.5).rounded(.up)
    return Int(limit) - step
  }
}
