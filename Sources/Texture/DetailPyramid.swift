import Torch

/// A Laplacian pyramid (Burt and Adelson 1983) of `[B, C, H, W]`: what each halving of the size takes away, the finest first.
///
/// A band is an image less its blur by (1 4 6 4 1) / 16 both ways; every second pixel of the blur is the next image.
func detailBands(_ image: Tensor, levels: Int = 3) -> [Tensor] {
  let channels = image.size(1)
  let taps = (Tensor([1, 4, 6, 4, 1] as [Float]) / 16).to(image.device).expand(channels, 1, 5)
  let (row, column) = (taps.unsqueeze(2), taps.unsqueeze(3))
  var bands: [Tensor] = [], rest = image
  for _ in 0..<levels {
    let wide = rest.pad([2, 2, 0, 0], .replicate).conv2d(row, groups: channels)
    let blurred = wide.pad([0, 0, 2, 2], .replicate).conv2d(column, groups: channels)
    bands.append(rest - blurred)
    rest = blurred[.all, .all, .slice(0, nil, step: 2), .slice(0, nil, step: 2)]
  }
  return bands
}

/// How much a band has around each place, whatever its sign: the root of the mean square in windows of 8 x 8, every 4 pixels.
///
/// `floor` keeps the slope finite where there is nothing.
func detail(_ band: Tensor, floor: Double = 0) -> Tensor { (band.square().avgPool2d(8, stride: [4]) + floor * floor).sqrt() }

/// What an image costs that differs from the truth, `[B, 3, H, W]` each, in 0...1.
///
/// `mean |a - b|`, which makes a network blur what it does not know, and over three bands of a Laplacian pyramid
/// `bands * mean |band a - band b| + detail * mean |d(a) - d(b)|` with d the local amount of `detail`: fine structure that is a pixel off costs
/// the second term as much as none at all, and the third one nothing.
struct TextureLoss {
  let weights: TextureConfiguration.Loss

  func callAsFunction(_ made: Tensor, _ truth: Tensor) -> Tensor {
    var loss = (made - truth).abs().mean()
    for (a, b) in zip(detailBands(made), detailBands(truth)) {
      loss += (a - b).abs().mean() * weights.bands
      // Smaller than a window of the coarsest band there is nothing to compare.
      if weights.detail > 0, a.size(2) >= 8, a.size(3) >= 8 {
        loss += (detail(a, floor: 1e-3) - detail(b, floor: 1e-3)).abs().mean() * weights.detail
      }
    }
    return loss
  }
}
