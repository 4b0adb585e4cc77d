import Foundation

/// How late the sound of a clip is: where the loudness of the voice best matches the opening of the mouth.
public struct SoundOffset: Codable, Equatable, Sendable {
  /// By how many video frames the sound comes late; negative where it comes early.
  public var frames: Int
  public var seconds: Double
  /// The correlation there, and with the sound as it is.
  public var correlation: Float
  public var correlationAsIs: Float

  /// nil where nothing can be said: silence, a still mouth, or no lag that stands out.
  ///
  /// - mouth: the lips' distance in each frame; nil where there is no face.
  /// - samples: mono sound from the first frame's moment on.
  public init?(mouth: [Float?], fps: Double, samples: [Float], sampleRate: Int, reach: Int = 15) {
    let perFrame = Double(sampleRate) / fps
    guard mouth.count > 50, Double(samples.count) > perFrame * 50 else { return nil }
    let loudness = (0..<mouth.count).map { i -> Float? in
      let (a, b) = (Int(Double(i) * perFrame), Int(Double(i + 1) * perFrame))
      guard b <= samples.count else { return nil }
      var sum: Float = 0
      for k in max(a, 1)..<b {
        // A first difference takes away hum and keeps the voice.
        let d = samples[k] - samples[k - 1]
        sum += d * d
      }
      return log(sum / Float(b - a) + 1e-7)
    }
    let speech = Self.detrended(loudness)
    let lips = Self.detrended(mouth)
    var scores: [(lag: Int, r: Float)] = []
    for lag in -reach...reach {
      var pairs: [(Float, Float)] = []
      for i in lips.indices {
        let j = i + lag
        guard j >= 0, j < speech.count, let a = lips[i], let b = speech[j] else { continue }
        pairs.append((a, b))
      }
      guard pairs.count > 50 else { return nil }
      scores.append((lag, Self.correlation(pairs)))
    }
    guard let best = scores.max(by: { $0.r < $1.r }), let asIs = scores.first(where: { $0.lag == 0 }) else { return nil }
    // It must stand out from what lags do by chance, and not lie at the end of the search.
    let others = scores.filter { abs($0.lag - best.lag) > 4 }.map(\.r)
    let mean = others.reduce(0, +) / Float(others.count)
    let deviation = (others.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Float(others.count)).squareRoot()
    guard best.r > 0.12, best.r > mean + 2.5 * deviation, abs(best.lag) < reach else { return nil }
    frames = best.lag
    seconds = Double(best.lag) / fps
    correlation = best.r
    correlationAsIs = asIs.r
  }

  /// What is left when the mean of the surrounding second is taken away.
  private static func detrended(_ series: [Float?]) -> [Float?] {
    series.indices.map { i in
      guard let value = series[i] else { return nil }
      let near = series[max(0, i - 12)...min(series.count - 1, i + 12)].compactMap { $0 }
      return value - near.reduce(0, +) / Float(near.count)
    }
  }
  private static func correlation(_ pairs: [(Float, Float)]) -> Float {
    let n = Float(pairs.count)
    let a = pairs.map(\.0).reduce(0, +) / n
    let b = pairs.map(\.1).reduce(0, +) / n
    var (ab, aa, bb): (Float, Float, Float) = (0, 0, 0)
    for (x, y) in pairs {
      ab += (x - a) * (y - b)
      aa += (x - a) * (x - a)
      bb += (y - b) * (y - b)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
  }
}
