import Foundation
import Speech
import Torch

/// How late the sound of a clip is: where the mouth's opening can best be told from what is heard.
///
/// For each lag a linear map from ten bands of the sound to the distance of the lips is found on five sixths of the frames and tried on the
/// last sixth, in turn (ridge regression, drawn to the map that three people's clips have in common). How loud a voice is says less than
/// half as much of the mouth as its bands do.
package struct SoundOffset: Codable, Equatable, Sendable {
  /// By how many video frames the sound comes late; negative where it comes early.
  package var frames: Int
  /// The same between frames: the top of the parabola through the best lag and its neighbours.
  package var seconds: Double
  /// The correlation of the mouth's opening with what the sound says of it there, and with the sound as it is.
  package var correlation: Float
  package var correlationAsIs: Float

  private static let bands = 10, parts = 6
  /// What a band says of the lips' distance, lowest first, all in standard deviations: from clips of three people.
  private static let usual = [-0.13, -0.15, 0.28, -0.1, 0.23, 0.11, 0.19, 0.09, 0.12, -0.28]
  /// How strongly the map is drawn to that, over the bands' own variance.
  private static let restraint = 1.0
  /// Frames on either side whose mean is taken away: half a second at 25 a second.
  private static let surroundings = 0.5
  /// By how much the best lag must pass those more than four frames away: so many over the root of the number of frames. It is more than
  /// any of nine clips reached with the sound of any other.
  private static let margin: Float = 4.6

  /// nil where nothing can be said: silence, a still mouth, or no lag that stands out.
  ///
  /// - mouth: the lips' distance in each frame; nil where there is no face.
  /// - samples: mono sound at 16 kHz from the first frame's moment on.
  package init?(mouth: [Float?], fps: Double, samples: [Float], reach: Int = 15) {
    guard let steps = try? MelFeatures().steps(samples, fps: fps) else { return nil }
    let count = min(mouth.count, steps.size(0) / 2)
    guard count > 50 else { return nil }
    let near = Int((Self.surroundings * fps).rounded())
    let lips = Self.detrended(mouth.prefix(count).map { $0.map { [$0] } }, near)
    guard lips.count(where: { $0 != nil }) > 50 else { return nil }
    // What is heard while a frame is shown: its two steps, in fewer bands.
    let heard = steps.narrow(0, 0, 2 * count).reshape(count, 2, Self.bands, -1).mean(1, 3).floats
    let speech = Self.detrended((0..<count).map { Array(heard[$0 * Self.bands..<($0 + 1) * Self.bands]) }, near)
    var scores: [Float] = []
    for lag in -reach...reach {
      var rows: [[Float]] = [], wanted: [Float] = []
      for i in max(0, -lag)..<min(count, count - lag) {
        guard let lip = lips[i], let sound = speech[i + lag] else { continue }
        rows.append(sound)
        wanted.append(lip[0])
      }
      guard wanted.count > 50 else { return nil }
      scores.append(Self.score(rows, wanted))
    }
    guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }), best > 0, best < scores.count - 1 else { return nil }
    let others = scores.indices.filter { abs($0 - best) > 4 }.map { scores[$0] }
    guard let next = others.max(), scores[best] > 0.2, scores[best] - next > Self.margin / Float(count).squareRoot() else { return nil }
    let (before, after) = (Double(scores[best - 1]), Double(scores[best + 1]))
    let bend = before - 2 * Double(scores[best]) + after
    let lag = Double(best - reach) + (bend < 0 ? 0.5 * (before - after) / bend : 0)
    frames = Int(lag.rounded())
    seconds = lag / fps
    correlation = scores[best]
    correlationAsIs = scores[reach]
  }

  /// What is left when the mean of what surrounds each entry is taken away.
  private static func detrended(_ series: [[Float]?], _ near: Int) -> [[Float]?] {
    series.indices.map { i in
      guard let value = series[i] else { return nil }
      let around = series[max(0, i - near)...min(series.count - 1, i + near)].compactMap { $0 }
      return value.indices.map { k in value[k] - around.reduce(0) { $0 + $1[k] } / Float(around.count) }
    }
  }

  /// How well `wanted` can be told from `rows` by a map that was found without the rows in question: the correlation.
  private static func score(_ rows: [[Float]], _ wanted: [Float]) -> Float {
    withoutGradient {
      let n = rows.count
      let raw = Tensor(rows.flatMap { $0 }, [n, bands]).to(.float64)
      let x = (raw - raw.mean(0)) / (raw.std(0, correction: 0) + 1e-6)
      let lips = Tensor(wanted).to(.float64)
      let y = (lips - lips.mean()) / (lips.std(0, correction: 0) + 1e-6)
      let usual = Tensor(Self.usual)
      let ends = (0...parts).map { $0 * n / parts }
      let all = x.t().matmul(x)
      var told: [Tensor] = []
      for (from, end) in zip(ends, ends.dropFirst()) {
        let held = x[.in(from..<end)]
        let others = cat([x[.to(from)], x[.from(end)]]), answers = cat([y[.to(from)], y[.from(end)]])
        let share = Double(n - end + from) * restraint
        let left = all - held.t().matmul(held) + Tensor.eye(bands).to(.float64) * share
        let right = others.t().matmul(answers - answers.mean()) + usual * share
        told.append(held.matmul(call("aten::linalg_solve", left, right)))
      }
      let a = cat(told)
      let centred = a - a.mean()
      let scale = (centred.square().sum() * y.square().sum()).item.squareRoot()
      return scale > 0 ? Float((centred * y).sum().item / scale) : 0
    }
  }
}
