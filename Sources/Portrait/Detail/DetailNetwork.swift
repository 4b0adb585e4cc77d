import Perception
import Torch

/// Sees what the coarse image of a photo lacks and changes the generator's features by it (Eq 2 and 3 of NOFA++).
///
/// F_res = trunk(photo - coarse image), and F' = gamma(F_res) F + eta(F_res), where gamma is one plus, and eta, what two light networks
/// say. Both end in a convolution of zeros: an untrained network changes nothing, bit for bit.
package final class DetailNetwork: Module {
  let stem: Conv2d
  let slope: PReLU
  let trunk: [ResidualBottleneck]
  let head: Conv2d
  let gamma, eta: FusionMap
  package let configuration: DetailConfiguration

  package init(_ configuration: DetailConfiguration, _ generator: Generator) {
    let c = configuration
    self.configuration = c
    stem = Conv2d(3, c.widths[0], kernel: 3, padding: 1, generator)
    slope = PReLU(c.widths[0])
    var trunk: [ResidualBottleneck] = []
    var width = c.widths[0]
    for next in c.widths {
      for i in 0..<c.blocks {
        trunk.append(ResidualBottleneck(width, next, stride: i == 0 ? 2 : 1, normalization: .group, generator))
        width = next
      }
    }
    self.trunk = trunk
    head = Conv2d(width, c.features, kernel: 3, padding: 1, generator)
    gamma = FusionMap(c.features, width: c.fusionWidth, c.channels, generator)
    eta = FusionMap(c.features, width: c.fusionWidth, c.channels, generator)
  }

  /// What the coarse image lacks, `[N, 3, H, W]`, for both images in -1...1; no gradient goes back into the coarse one, so that it is
  /// not made worse to be mended.
  package static func residual(photo: Tensor, coarse: Tensor) -> Tensor {
    var seen = coarse.detach()
    if seen.size(2) != photo.size(2) || seen.size(3) != photo.size(3) {
      seen = seen.interpolate(size: [photo.size(2), photo.size(3)], .linear, antialias: true)
    }
    return photo - seen.clamp(-1, 1)
  }

  /// F_res, `[N, features, r, r]`, of a residual `[N, 3, H, W]` (Eq 2).
  package func features(_ residual: Tensor) -> Tensor {
    let side = configuration.imageResolution
    let fits = residual.size(2) == side && residual.size(3) == side
    let seen = fits ? residual : residual.interpolate(size: [side, side], .linear, antialias: true)
    return head(trunk.reduce(slope(stem(seen))) { $1($0) })
  }

  /// `feature`, `[N, channels, s, s]`, with what F_res says of it (Eq 3); the maps are brought to its size where it is not theirs.
  package func fuse(_ feature: Tensor, _ found: Tensor) -> Tensor {
    func sized(_ map: Tensor) -> Tensor {
      map.size(2) == feature.size(2) ? map : map.interpolate(size: [feature.size(2), feature.size(3)], .linear)
    }
    return feature * (sized(gamma(found)) + 1) + sized(eta(found))
  }
}
