import Foundation
import Torch

/// Changes of a whole sound: its rate or speed, and the room it is heard in.
package enum SoundChange {
  /// `samples` read `factor` times as fast, or brought from a rate to one `factor` times lower: a windowed sinc of 16 zero crossings.
  package static func resampled(_ samples: [Float], by factor: Double) -> [Float] {
    guard factor != 1, !samples.isEmpty else { return samples }
    let cutoff = min(1, 1 / factor), reach = 8 / cutoff
    let phases = 64
    // The filter at so many places between two samples.
    let taps = 2 * Int(reach.rounded(.up)) + 1
    let table = (0...phases).map { phase -> [Float] in
      let weights = (0..<taps).map { tap -> Double in
        let x = Double(tap - taps / 2) - Double(phase) / Double(phases)
        guard abs(x) < reach else { return 0 }
        let sinc = x == 0 ? 1 : sin(.pi * x * cutoff) / (.pi * x * cutoff)
        return sinc * (0.5 + 0.5 * cos(.pi * x / reach))
      }
      let sum = weights.reduce(0, +)
      return weights.map { Float($0 / sum) }
    }
    let count = Int(Double(samples.count) / factor)
    return (0..<count).map { i in
      let place = Double(i) * factor, middle = Int(place)
      let weights = table[Int(((place - Double(middle)) * Double(phases)).rounded())]
      var sum: Float = 0
      for tap in max(0, taps / 2 - middle)..<min(taps, samples.count - middle + taps / 2) {
        sum += weights[tap] * samples[middle + tap - taps / 2]
      }
      return sum
    }
  }

  /// `samples` in a room whose echo falls by 60 dB in `seconds`, its strength `share` of the sound's own: noise that dies away (Polack 1988).
  static func inRoom(_ samples: [Float], seconds: Double, share: Float, rate: Int, noise: () -> Float) -> [Float] {
    guard !samples.isEmpty, share > 0 else { return samples }
    let length = max(1, Int(seconds * Double(rate)))
    var echo = (0..<length).map { noise() * exp(-6.9 * Float($0) / Float(length)) }
    // Nothing comes back within the first milliseconds.
    for i in 0..<min(length, rate / 250) { echo[i] = 0 }
    let energy = echo.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var response = echo.map { share * $0 / max(energy, 1e-6) }
    response[0] = 1
    var size = 1
    while size < samples.count + length { size *= 2 }
    return withoutGradient {
      let a = call("aten::fft_rfft", Tensor(samples), size, -1), b = call("aten::fft_rfft", Tensor(response), size, -1)
      let mixed: Tensor = call("aten::fft_irfft", a * b, size, -1)
      return mixed.narrow(0, 0, samples.count).contiguous().floats
    }
  }
}
