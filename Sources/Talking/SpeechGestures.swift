import Face
import Foundation

/// What eyes, brows and head do by themselves while somebody speaks: blinks, brows that rise on some stresses, a head that sways and nods a
/// little with the voice. It follows the sound as it comes, and the same seed gives the same gestures.
package struct SpeechGestures {
  /// What they are at a moment.
  package struct Moment: Equatable, Sendable {
    /// How far each eye is shut, 0...1, left and right.
    package var blink: SIMD2<Float>
    /// How far the brows are raised, 0...1.
    package var brows: Float
    /// How the head is turned from where it was, radians: yaw to the subject's left, pitch up, roll.
    package var head: SIMD3<Float>
  }
  private struct Blink {
    var start: Float, closing: Float, hold: Float, opening: Float, lag: Float
    func shut(_ t: Float) -> Float {
      let t = t - start
      return t < closing ? smoothstep(0, closing, t) : 1 - smoothstep(closing + hold, closing + hold + opening, t)
    }
    var end: Float { start + closing + hold + opening + 0.02 }
  }
  private struct Wave { let frequency, phase, size: Float }

  private let interval: Float
  private var random: SeededRandom
  private var blink: Blink
  private var time: Float = 0
  private let waves: [[Wave]]
  /// The voice's strength, smoothed over 60 ms, .5 s and 2 s; what the brows move to, and their place and speed.
  private var fast: Float = 0, slow: Float = 0, talking: Float = 0
  private var stress: Float = 0, sinceStress: Float = 10, brows: Float = 0, browSpeed: Float = 0, nod: Float = 0

  /// Of `rate` moments a second.
  package init(seed: UInt64, rate: Double) {
    interval = Float(1 / rate)
    random = SeededRandom(seed: seed, stream: "speech gestures")
    var random = random
    let bands: [(ClosedRange<Float>, Float)] = [(0.08...0.5, 0.06), (0.1...0.6, 0.03), (0.08...0.4, 0.03)]
    waves = bands.map { band, size in
      (0..<4).map { k in
        let place = (Float(k) + random.unit()) / 4
        return Wave(
          frequency: band.lowerBound * pow(band.upperBound / band.lowerBound, place), phase: random.within(0, 2 * .pi),
          size: size * pow(0.8, Float(k)) / 2)
      }
    }
    self.random = random
    blink = Self.blink(&self.random, at: self.random.within(0.8, 2.5))
  }

  /// The next moment; `strength` is that of the voice, 0...1.
  package mutating func next(_ strength: Float) -> Moment {
    defer { time += interval }
    func follow(_ value: inout Float, _ seconds: Float) { value += (strength - value) * min(1, interval / seconds) }
    follow(&fast, 0.06)
    follow(&slow, 0.5)
    follow(&talking, strength > talking ? 0.5 : 2)
    if time > blink.end {
      blink = Self.blink(&random, at: time + (random.unit() < 0.12 ? random.within(0.1, 0.25) : 0.8 + random.waiting(2.2)))
    }
    sinceStress += interval
    if fast - slow > 0.22, sinceStress > 0.5 {
      sinceStress = 0
      stress = random.unit() < 0.45 ? random.within(0.25, 0.7) : 0
    }
    let target = sinceStress < 0.25 ? stress : 0
    // A spring that is damped so that it does not swing, about a sixth of a second long.
    let stiffness: Float = 14
    browSpeed += interval * (stiffness * stiffness * (target - brows) - 2 * stiffness * browSpeed)
    brows += interval * browSpeed
    nod += (max(-0.3, min(0.5, fast - slow)) - nod) * min(1, interval / 0.15)
    let life = 0.3 + 0.7 * talking
    let sway = waves.map { $0.reduce(Float(0)) { $0 + $1.size * sin(2 * .pi * $1.frequency * time + $1.phase) } * life }
    let lag = blink.lag
    return Moment(
      blink: [blink.shut(time - lag), blink.shut(time + lag)], brows: max(0, brows), head: [sway[0], sway[1] - 0.06 * nod, sway[2]])
  }

  private static func blink(_ random: inout SeededRandom, at start: Float) -> Blink {
    Blink(
      start: start, closing: random.within(0.07, 0.1), hold: random.within(0.03, 0.07), opening: random.within(0.13, 0.2),
      lag: random.within(-0.006, 0.006))
  }
}

/// 0 up to `low`, 1 from `high` on, and evenly curved between.
private func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
  let t = min(max((x - low) / (high - low), 0), 1)
  return t * t * (3 - 2 * t)
}

extension SpeechGestures.Moment {
  /// The coefficients that go with them, by ARKit's names.
  package var shapes: [String: Float] {
    [
      "eyeBlinkLeft": blink.x, "eyeBlinkRight": blink.y, "browInnerUp": 0.6 * brows, "browOuterUpLeft": 0.45 * brows,
      "browOuterUpRight": 0.4 * brows,
    ]
  }
}
