import Foundation
import Torch

/// Mel-frequency cepstra as SyncNet was trained on: those of python_speech_features with its defaults.
///
/// Windows of 25 ms every 10 ms, rectangular, pre-emphasis 0.97, 26 triangular mel bands to 8 kHz, cosine transform, 13 kept, liftering by 22,
/// the first replaced by the logarithm of the window's energy.
package enum Cepstra {
  static let rate = 16000
  private static let (length, step, size, bands, count) = (400, 160, 512, 26, 13)

  /// Mono sound at 16 kHz in -1...1 to `[steps, 13]`.
  package static func of(_ sound: [Float]) -> Tensor {
    // The published features are of 16-bit numbers.
    let signal = Tensor(sound).to(.float64) * 32768
    let before = signal.narrow(0, 0, max(signal.numel - 1, 0))
    let sharpened = cat([
      signal.narrow(0, 0, min(signal.numel, 1)), signal.narrow(0, signal.numel - before.numel, before.numel) - before * 0.97,
    ])
    let steps = sound.count <= length ? 1 : 1 + (sound.count - length + step - 1) / step
    let frames = sharpened.pad([0, max((steps - 1) * step + length - sound.count, 0)]).windows(0, length, step: step)
    let (bands, cosines) = (bank.t(), transform.t())
    // A minute at a time, so that the spectrum of a long sound takes no more memory than that of a short one.
    return cat(
      stride(from: 0, to: steps, by: 6000).map { start in
        let part = frames.narrow(0, start, min(6000, steps - start))
        let spectrum = call("aten::abs", call("aten::fft_rfft", part, size, -1)).square() / Double(size)
        let cepstra = logarithm(spectrum.matmul(bands)).matmul(cosines)
        return cat([logarithm(spectrum.sum(1)).unsqueeze(1), cepstra.narrow(1, 1, count - 1)], 1).to(.float32)
      })
  }
  /// Of nothing, the logarithm of the smallest step above 1, as NumPy's users do it.
  private static func logarithm(_ x: Tensor) -> Tensor { x.maskedFill(x .== Tensor.zeros([], .float64), 0x1p-52).log() }

  /// Triangles over the spectrum's bins, `[26, 257]`.
  private static var bank: Tensor {
    func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
    let top = mel(Double(rate) / 2)
    let edges = (0..<bands + 2).map { i in
      floor(Double(size + 1) * 700 * (pow(10, top * Double(i) / Double(bands + 1) / 2595) - 1) / Double(rate))
    }
    var weights = [Double](repeating: 0, count: bands * (size / 2 + 1))
    for band in 0..<bands {
      let (low, middle, high) = (edges[band], edges[band + 1], edges[band + 2])
      for bin in Int(low)..<Int(middle) { weights[band * (size / 2 + 1) + bin] = (Double(bin) - low) / (middle - low) }
      for bin in Int(middle)..<Int(high) { weights[band * (size / 2 + 1) + bin] = (high - Double(bin)) / (high - middle) }
    }
    return Tensor(weights, [bands, size / 2 + 1])
  }
  /// The orthonormal cosine transform with the lifter's weights, `[13, 26]`.
  private static var transform: Tensor {
    let weights = (0..<count).flatMap { k in
      let lift = 1 + 11 * sin(.pi * Double(k) / 22)
      let norm = (k == 0 ? 1 / Double(bands) : 2 / Double(bands)).squareRoot()
      return (0..<bands).map { n in lift * norm * cos(.pi * Double(k) * (2 * Double(n) + 1) / Double(2 * bands)) }
    }
    return Tensor(weights, [count, bands])
  }
}
