/// Steps of 50 a second as frames of any rate: frame i belongs to the moment i / rate, and lies between the two nearest steps.
package struct FrameClock {
  package let rate: Double
  private var held: [[Float]] = []
  /// The number of the first step held, and of the next frame.
  private var first = 0, frame = 0

  package init(rate: Double) { self.rate = rate }

  /// The frames that further steps complete.
  package mutating func append(_ steps: [[Float]]) -> [[Float]] {
    held += steps
    var frames: [[Float]] = []
    while let last = held.indices.last, place(frame) <= Double(first + last) { frames.append(next()) }
    return frames
  }

  /// `frames`, which `append` gave last, without those that belong to a time after the sound's end.
  package func cut(_ frames: [[Float]], seconds: Double) -> [[Float]] {
    let late = (0..<frames.count).count { Double(frame - 1 - $0) / rate >= seconds - 1e-9 }
    return Array(frames.dropLast(late))
  }

  /// The frames that are left of a sound of so many seconds; the last step stands for what comes after it.
  package mutating func finish(seconds: Double) -> [[Float]] {
    var frames: [[Float]] = []
    guard !held.isEmpty else { return [] }
    while Double(frame) / rate < seconds - 1e-9 { frames.append(next()) }
    return frames
  }

  /// Where a frame lies among the steps.
  private func place(_ frame: Int) -> Double { Double(frame) / rate * Double(SpeechFaceNetwork.rate) - 0.5 }

  private mutating func next() -> [Float] {
    let place = min(max(self.place(frame) - Double(first), 0), Double(held.count - 1))
    let below = Int(place), share = Float(place - Double(below))
    let a = held[below], b = held[min(below + 1, held.count - 1)]
    frame += 1
    let needless = min(below, held.count - 1)
    held.removeFirst(needless)
    first += needless
    return share == 0 ? a : zip(a, b).map { $0 + ($1 - $0) * share }
  }
}
