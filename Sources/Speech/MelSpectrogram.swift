import Foundation
import Torch

/// How loud a sound is in bands of hearing, over time.
package struct MelSpectrogram {
  /// Samples a second of the sound.
  package var sampleRate = 16000
  /// Samples that one step looks at, through a Hann window.
  package var window = 400
  /// Samples of the Fourier transform; what the window lacks is zero.
  package var size = 512
  package var bands = 80
  /// The ends of the bands in Hz.
  package var low = 55.0, high = 7600.0
  /// How much of a sample is taken from the next one before all else.
  package var preemphasis: Float = 0.97

  package init() {}

  /// As Wav2Lip and SadTalker make it: windows of 50 ms, 80 steps a second.
  package static var wav2Lip: MelSpectrogram {
    var mel = MelSpectrogram()
    (mel.window, mel.size) = (800, 800)
    return mel
  }
  /// Samples from one step of Wav2Lip's to the next.
  package static let wav2LipHop = 200

  /// `[80, frames]` in -4...4 as Wav2Lip's network wants it: 8 (20 log10(max(1e-5, |S|)) - 20 + 100) / 100 - 4, where |S| is the
  /// magnitude in a band of the steps centred at samples 0, 200, 400, ...; silence lies before and behind.
  package func wav2Lip(_ samples: [Float]) -> Tensor {
    let bank = Bank(self)
    let count = samples.count / Self.wav2LipHop + 1
    let emphasised = emphasise(samples, after: 0)
    var pieces = [Float](repeating: 0, count: count * window)
    for i in 0..<count { copy(emphasised, from: i * Self.wav2LipHop - window / 2, to: &pieces, at: i) }
    let magnitude = bank.power(pieces, count).sqrt().matmul(bank.weights.t())
    let decibels = 20 * magnitude.clamp(1e-5).log10() - 20
    return (8 * (decibels + 100) / 100 - 4).clamp(-4, 4).t().contiguous()
  }

  /// x[i] - preemphasis x[i - 1], where `before` comes before the first.
  func emphasise(_ samples: [Float], after before: Float) -> [Float] {
    samples.indices.map { samples[$0] - preemphasis * ($0 > 0 ? samples[$0 - 1] : before) }
  }
  /// `window` samples from `start` on as piece `index`; zeros where there are none.
  func copy(_ samples: [Float], from start: Int, to pieces: inout [Float], at index: Int) {
    let from = max(start, 0), end = min(start + window, samples.count)
    guard from < end else { return }
    pieces.replaceSubrange(index * window + from - start..<index * window + end - start, with: samples[from..<end])
  }

  /// What is made once for many steps.
  struct Bank {
    let hann, weights: Tensor
    private let window, size: Int
    private let scale: Double

    init(_ mel: MelSpectrogram) {
      (window, size) = (mel.window, mel.size)
      hann = Tensor((0..<mel.window).map { Float(0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(mel.window))) })
      weights = MelFilterbank.weights(
        bands: mel.bands, size: mel.size, sampleRate: Double(mel.sampleRate), low: mel.low, high: mel.high)
      // The bands' areas are 1 over Hz.
      scale = Double(mel.sampleRate) / Double(mel.size) / hann.square().sum().item
    }
    /// The power at each frequency of `count` pieces of `window` samples, `[count, size / 2 + 1]`.
    func power(_ pieces: [Float], _ count: Int) -> Tensor {
      let spectrum = call("aten::fft_rfft", Tensor(pieces, [count, window]) * hann, size, -1)
      return call("aten::view_as_real", spectrum).square().sum(-1)
    }
    /// The power in each band, `[count, bands]`: the variance of white noise that would be as loud there.
    func bandPower(_ pieces: [Float], _ count: Int) -> Tensor { power(pieces, count).matmul(weights.t()) * scale }
  }
}
