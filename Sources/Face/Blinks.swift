/// When people blink who are left to themselves.
package enum Blinks {
  /// How far each eye is shut in each frame, 0...1: closing in 80 ms, shut for 40, opening in 160, at random intervals of about three seconds.
  ///
  /// `rate` is in frames a second; the same `seed` gives the same blinks.
  package static func shut(frames: Int, rate: Float, seed: UInt64) -> [SIMD2<Float>] {
    var random = SeededRandom(seed: seed, stream: "blinks")
    var shut = [SIMD2<Float>](repeating: .zero, count: frames)
    var next = 0.5 + random.within(0, 1.2)
    while next < Float(frames) / rate {
      let closing = random.within(0.07, 0.1), hold = random.within(0.03, 0.07), opening = random.within(0.13, 0.2)
      let lag = random.within(-0.008, 0.008), full = random.unit() < 0.85 ? Float(1) : random.within(0.6, 0.9)
      for i in 0..<frames {
        for eye in 0..<2 {
          let t = Float(i) / rate - next - (eye == 0 ? lag : -lag)
          let value = t < closing ? smoothstep(0, closing, t) : 1 - smoothstep(closing + hold, closing + hold + opening, t)
          shut[i][eye] = max(shut[i][eye], full * value)
        }
      }
      // Now and then a second blink follows at once.
      next += random.unit() < 0.12 ? random.within(0.35, 0.5) : 1.1 + random.waiting(1.9)
    }
    return shut
  }
}
