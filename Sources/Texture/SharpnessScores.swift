import Metrics
import Torch

/// How the fine structure of an image compares with the truth's, in figures that need no network and no weights.
package struct SharpnessScores: Equatable, Sendable {
  /// 0...1: 0 where every place has as much detail as the truth, 1 where one has all and the other none.
  ///
  /// Mean over three bands of a Laplacian pyramid of the luma and over windows p (8 x 8 pixels of the band, every 4) of
  /// `|d_a(p) - d_b(p)| / (d_a(p) + d_b(p) + c)`, d the root mean square of the band, `c = 0.004`, one step of 8 bits.
  package var detail: Double
  /// The finest band's root mean square over the truth's: 1 is right, below it is blurred, above it too sharp or noisy.
  package var sharpness: Double
  /// 0...1, 1 is best: the mean gradient magnitude similarity (Xue et al. 2014), edges that are as strong in the same place.
  ///
  /// `(2 g_a g_b + c) / (g_a^2 + g_b^2 + c)` of Prewitt gradients of the luma at half the size, `c = 170 / 255^2`.
  package var edges: Double

  package init(detail: Double, sharpness: Double, edges: Double) {
    (self.detail, self.sharpness, self.edges) = (detail, sharpness, edges)
  }

  /// Compares images `[H, W, 3]` in 0...1 where `mask`, `[H, W]` bool, holds for at least half of a window; nil if it holds nowhere, or
  /// the images are below 32 pixels.
  package init?(_ image: Tensor, truth: Tensor, where mask: Tensor? = nil) {
    precondition(image.shape == truth.shape && image.dim == 3, "images \(image.shape) and \(truth.shape) cannot be compared")
    guard min(image.size(0), image.size(1)) >= 32 else { return nil }
    let found = withoutGradient { () -> SharpnessScores? in
      let (a, b) = (luma(image), luma(truth))
      let chosen = mask.map { $0.to(.float32).unsqueeze(0).unsqueeze(0) }
      func mean(_ map: Tensor) -> Double? {
        guard let chosen else { return map.to(.float64).mean().item }
        let inside = map.maskedSelect(chosen.interpolate(size: [map.size(2), map.size(3)], .area) .>= 0.5)
        return inside.numel == 0 ? nil : inside.to(.float64).mean().item
      }
      var distances: [Double] = [], energies: [(Double, Double)] = []
      for (x, y) in zip(detailBands(a), detailBands(b)) {
        let (dx, dy) = (Texture.detail(x), Texture.detail(y))
        guard let distance = mean((dx - dy).abs() / (dx + dy + 0.004)), let ex = mean(dx.square()), let ey = mean(dy.square()) else {
          return nil
        }
        distances.append(distance)
        energies.append((ex, ey))
      }
      let (ga, gb) = (gradients(a), gradients(b)), c = 170.0 / (255 * 255)
      guard let edges = mean((2 * (ga * gb) + c) / (ga.square() + gb.square() + c)) else { return nil }
      return SharpnessScores(
        detail: distances.reduce(0, +) / Double(distances.count),
        sharpness: (energies[0].0 / max(energies[0].1, 1e-12)).squareRoot(), edges: edges)
    }
    guard let found else { return nil }
    self = found
  }

  /// The mean of each figure; nil of none.
  package static func mean(_ all: [SharpnessScores]) -> SharpnessScores? {
    guard !all.isEmpty else { return nil }
    func mean(_ figure: KeyPath<SharpnessScores, Double>) -> Double { all.reduce(0) { $0 + $1[keyPath: figure] } / Double(all.count) }
    return SharpnessScores(detail: mean(\.detail), sharpness: mean(\.sharpness), edges: mean(\.edges))
  }
}

/// `[1, 1, H, W]`, ITU-R BT.601.
private func luma(_ image: Tensor) -> Tensor {
  (image.to(.float32) * Tensor([0.299, 0.587, 0.114] as [Float])).sum(-1).unsqueeze(0).unsqueeze(0)
}

/// Lengths of Prewitt gradients at half the size.
private func gradients(_ luma: Tensor) -> Tensor {
  let across = Tensor([1, 0, -1, 1, 0, -1, 1, 0, -1] as [Float], [1, 1, 3, 3]) / 3
  let both = luma.avgPool2d(2).pad([1, 1, 1, 1], .replicate).conv2d(cat([across, across.transpose(2, 3)]))
  return both.square().sum(1, keepdim: true).sqrt()
}
