import Foundation
import Torch

/// Bands of hearing: triangles over frequency, narrow at the bottom and wide at the top.
enum MelFilterbank {
  /// The weights of `bands` triangles between two frequencies in Hz on the bins of a Fourier transform of `size` samples,
  /// `[bands, size / 2 + 1]`, each of area 1 over Hz.
  ///
  /// Slaney's scale: 3 mel are 200 Hz up to 1000 Hz, above that 27 mel are a factor of 6.4.
  static func weights(bands: Int, size: Int, sampleRate: Double, low: Double, high: Double) -> Tensor {
    let ends = (mel(low), mel(high))
    let edges = (0..<bands + 2).map { hertz(ends.0 + (ends.1 - ends.0) * Double($0) / Double(bands + 1)) }
    var weights: [Float] = []
    for band in 0..<bands {
      let (from, peak, to) = (edges[band], edges[band + 1], edges[band + 2])
      for bin in 0...size / 2 {
        let f = Double(bin) * sampleRate / Double(size)
        let height = max(0, min((f - from) / (peak - from), (to - f) / (to - peak)))
        weights.append(Float(height * 2 / (to - from)))
      }
    }
    return Tensor(weights, [bands, size / 2 + 1])
  }

  private static let knee = 1000.0, perHertz = 3.0 / 200, perRatio = 27 / log(6.4)
  private static func mel(_ hertz: Double) -> Double {
    hertz < knee ? hertz * perHertz : knee * perHertz + log(hertz / knee) * perRatio
  }
  private static func hertz(_ mel: Double) -> Double {
    mel < knee * perHertz ? mel / perHertz : knee * exp((mel - knee * perHertz) / perRatio)
  }
}
