import Torch

/// How an image's samples are spread, filtered and thinned out.
package struct Resampling {
  /// Zeros are put between samples until there are this many times as many, along x and y.
  var up = (x: 1, y: 1)
  /// Every this-many-th sample is kept.
  var down = (x: 1, y: 1)
  /// Zeros around, `[left, right, top, bottom]`, counted in samples after `up`; negative ones crop.
  var padding = [0, 0, 0, 0]
  /// Whether the filter is applied as it lies in memory (a correlation) and not turned over (a convolution).
  var flips = false
  /// What the result is multiplied with.
  var gain = 1.0

  package init(
    up: (x: Int, y: Int) = (1, 1), down: (x: Int, y: Int) = (1, 1), padding: [Int] = [0, 0, 0, 0], flips: Bool = false, gain: Double = 1
  ) {
    (self.up, self.down, self.padding, self.flips, self.gain) = (up, down, padding, flips, gain)
  }
}

/// The filter [1, 3, 3, 1] of all published generators, as `[4, 4]` with the sum 1.
package func binomialFilter(device: Device = .cpu) -> Tensor {
  let taps = Tensor([0.125, 0.375, 0.375, 0.125] as [Float]).to(device)
  return taps.unsqueeze(1) * taps.unsqueeze(0)
}

extension Tensor {
  /// `[N, C, H, W]` with zeros put in, padded or cropped, convolved with `filter` (`[h, w]`; `[n]` along y and x; nil does nothing) and
  /// thinned out, in this order.
  package func resampled(_ filter: Tensor?, _ r: Resampling) -> Tensor {
    var x = self
    let (n, c, h, w) = (size(0), size(1), size(2), size(3))
    if r.up != (1, 1) {
      x = x.reshape(n, c, h, 1, w, 1).pad([0, r.up.x - 1, 0, 0, 0, r.up.y - 1]).reshape(n, c, h * r.up.y, w * r.up.x)
    }
    if r.padding.contains(where: { $0 != 0 }) { x = x.pad(r.padding) }
    guard let filter else { return r.down == (1, 1) ? x * r.gain : x.thinned(r.down) * r.gain }
    let taps = r.flips ? filter : filter.dim == 1 ? filter.flip(0) : filter.flip(0, 1)
    guard filter.dim == 1 else { return x.filtered(taps * r.gain, step: r.down) }
    // The gain is shared out over the two passes.
    let each = taps * r.gain.squareRoot()
    return x.filtered(each.unsqueeze(1), step: (1, r.down.y)).filtered(each.unsqueeze(0), step: (r.down.x, 1))
  }

  /// Every channel correlated with `[h, w]` taps.
  private func filtered(_ taps: Tensor, step: (x: Int, y: Int)) -> Tensor {
    let channels = size(1)
    let weight = taps.to(dtype).expand(channels, 1, taps.size(0), taps.size(1))
    return conv2d(weight, stride: [step.y, step.x], groups: channels)
  }
  private func thinned(_ step: (x: Int, y: Int)) -> Tensor {
    self[.all, .all, .slice(0, nil, step: step.y), .slice(0, nil, step: step.x)]
  }

  /// Filtered without a change of size.
  package func smoothed(_ filter: Tensor, flips: Bool = false, gain: Double = 1) -> Tensor {
    let (x, y) = filter.sides
    return resampled(filter, Resampling(padding: [x / 2, (x - 1) / 2, y / 2, (y - 1) / 2], flips: flips, gain: gain))
  }
  /// Made larger by whole factors; the gain makes up for the zeros.
  package func upsampled(_ filter: Tensor, by factor: (x: Int, y: Int) = (2, 2), flips: Bool = false, gain: Double = 1) -> Tensor {
    let (x, y) = filter.sides
    return resampled(
      filter,
      Resampling(
        up: factor, padding: [(x + factor.x - 1) / 2, (x - factor.x) / 2, (y + factor.y - 1) / 2, (y - factor.y) / 2], flips: flips,
        gain: gain * Double(factor.x * factor.y)))
  }
  /// Made smaller by whole factors.
  package func downsampled(_ filter: Tensor, by factor: (x: Int, y: Int) = (2, 2), flips: Bool = false, gain: Double = 1) -> Tensor {
    let (x, y) = filter.sides
    return resampled(
      filter,
      Resampling(
        down: factor, padding: [(x - factor.x + 1) / 2, (x - factor.x) / 2, (y - factor.y + 1) / 2, (y - factor.y) / 2], flips: flips,
        gain: gain))
  }
  /// A filter's extent.
  private var sides: (x: Int, y: Int) { (size(-1), size(0)) }
}

extension Tensor {
  /// `[N, C, H, W]` made twice as large with the filter [1, 3, 3, 1]: what `upsampled` with `binomialFilter` gives, without the zeros that it
  /// multiplies. An image with its channels last in memory stays one.
  package func doubled() -> Tensor {
    permute(0, 2, 3, 1).doubled(along: 1).doubled(along: 2).permute(0, 3, 1, 2)
  }
  /// Each element becomes two, (x[i - 1] + 3 x[i]) / 4 and (3 x[i] + x[i + 1]) / 4, with zeros outside.
  private func doubled(along dim: Int) -> Tensor {
    let n = size(dim)
    let padded = pad([Int](repeating: 0, count: 2 * (self.dim - 1 - dim)) + [1, 1]), three = self * 0.75
    let pairs = stack([three.add(padded.narrow(dim, 0, n), 0.25), three.add(padded.narrow(dim, 2, n), 0.25)], dim + 1)
    return pairs.flatten(dim, dim + 1)
  }
  private func add(_ other: Tensor, _ factor: Double) -> Tensor { call("aten::add.Tensor", self, other, factor) }
}
