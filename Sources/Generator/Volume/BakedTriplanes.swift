import Torch

/// A volume made ready to be drawn many times, fast and without gradients: what `TriplaneRenderer` draws, within 1e-3.
///
/// Reads of the planes and the decoder's first layer are both linear, so the layer is applied to the planes here, once, and a sample reads
/// its hidden values. `cells` says where nothing is, if it was asked for, so that nobody looks there.
package struct BakedTriplanes {
  package var configuration: RenderingConfiguration
  /// `[3, H + 2, W + 2, K]`: a third of the first layer's products, within a border of zeros; K is the hidden width, made a multiple of 16.
  let planes: Tensor
  /// `[K]`, `[K]`, and the density's own bias.
  let bias: Tensor, density: Tensor, densityBias: Double
  /// `[K, C]` and `[C]`, C made a multiple of 16; `channels` of them are wanted.
  let color: Tensor, colorBias: Tensor, channels: Int
  /// Where something may be; nil if nobody looked.
  private(set) var cells: EmptyCells?
  /// Rays that let less through see no further, and colours that weigh less are left out.
  var stop = 1e-5, least = 1e-6

  /// - Parameters:
  ///   - planes: Of one volume, `[3, C, H, W]` or `[3 C, H, W]`.
  ///   - skipping: Cells along each side in which to look for something first; 0 for none. It takes 1 / 15 of an image's time for 48 and
  ///     is worth it where a volume is mostly empty and drawn more than once.
  package init(_ planes: Tensor, _ decoder: TriplaneDecoder, _ configuration: RenderingConfiguration, skipping: Int = 0) {
    self.configuration = configuration
    (self.planes, bias, density, densityBias, color, colorBias, channels) = withoutGradient {
      let apart = TriplaneRenderer.separate(planes.dim == 3 || planes.dim == 4 && planes.size(0) == 3 ? planes.unsqueeze(0) : planes)
      precondition(apart.size(0) == 1, "one volume, not \(apart.size(0))")
      let (first, second) = decoder.layers
      let (hidden, outputs) = (first.weight.size(0), second.weight.size(0) - 1)
      let (moreHidden, moreOutputs) = (-hidden & 15, -outputs & 15)
      let (inputs, height, width) = (apart.size(2), apart.size(3), apart.size(4))
      let weight = first.weight.pad([0, 0, 0, moreHidden]) / 3
      let baked = Tensor.zeros([3, height + 2, width + 2, hidden + moreHidden])
      // A plane at a time, so that no second copy of them all is needed.
      for plane in 0..<3 {
        let products = apart[.at(0), .at(plane)].reshape(inputs, -1).t().matmul(weight.t())
        baked.select(0, plane).narrow(0, 1, height).narrow(1, 1, width).copy_(products.reshape(height, width, -1))
      }
      let row = second.weight.pad([0, moreHidden])
      return (
        baked, first.bias.pad([0, moreHidden]).contiguous(), row[.at(0)].contiguous(), second.bias[.at(0)].item,
        row[.from(1)].t().pad([0, moreOutputs]).contiguous(), second.bias[.from(1)].pad([0, moreOutputs]).contiguous(), outputs
      )
    }
    if skipping > 0 { cells = EmptyCells(self, count: skipping) }
  }

  /// The share of the cells in which something may be; nil if nobody looked.
  package var fullShare: Double? { cells.map { $0.full.to(.float32).mean().item } }

  /// Raw densities `[P]` at points `[P, 3]`, without history.
  package func densities(at points: Tensor) -> Tensor {
    call(
      "likeness::triplane_densities", planes, bias, density, densityBias, configuration.axes.pairs.flatMap { [$0.width, $0.height] },
      configuration.boxWarp, points.contiguous())
  }

  /// What the rays of one image see, without history; on the CPU.
  ///
  /// - Parameters:
  ///   - row: Rays in a row of the image, so that neighbours are drawn together; 0 if they are in no order.
  ///   - deformation: Moves points before they are read.
  package func render(
    _ rays: LabelRays, _ draws: RayDraws = .even, row: Int = 0, deformation: DeformationLattice? = nil
  ) -> RenderedFeatures {
    precondition(rays.batch == 1, "the rays of one image, not of \(rays.batch)")
    return withoutGradient {
      let (jitter, importance) = draws.numbers(batch: 1, rays: rays.count, configuration, device: .cpu)
      return drawn(
        rays, depths: DepthSampling.coarse(rays, jitter: jitter, configuration), u: importance, row: row, deformation: deformation
      ).bounded()
    }
  }

  /// The same with coarse depths `[1, M, S]` and the fine ones' `u` `[1, M, F]` given, and depths not yet held within bounds.
  func drawn(_ rays: LabelRays, depths: Tensor, u: Tensor, row: Int, deformation: DeformationLattice? = nil) -> DrawnRays {
    let found = callAll(
      "likeness::triplane_render", planes, bias, density, densityBias, color, colorBias, channels,
      configuration.axes.pairs.flatMap { [$0.width, $0.height] }, configuration.boxWarp, rays.origins[.at(0)].contiguous(),
      rays.directions[.at(0)].contiguous(), depths[.at(0)].contiguous(), u[.at(0)].contiguous(), row, configuration.whiteBack,
      deformation?.moves, deformation?.extent ?? 1, cells?.full, cells?.extent ?? 1, stop, least
    ).compactMap(\.self)
    let rays = RenderedFeatures(
      features: found[0].unsqueeze(0), depth: found[1].reshape(1, -1, 1), weights: found[2].reshape(1, -1, 1))
    return DrawnRays(rays: rays, low: found[3].min(), high: found[4].max())
  }
}

/// A grid of cells that says where a volume is empty.
struct EmptyCells {
  /// `[n, n, n]` (z, y, x) uint8: 0 where nothing is, nor in any cell around.
  let full: Tensor
  /// The grid covers -extent...extent along each axis.
  let extent: Double
  /// A raw density below which a metre of it would not be seen: ln(1 + e^(-11)) is 2e-5 a unit of length.
  static let threshold = -10.0

  /// Looks at the corners of all cells.
  init(_ volume: BakedTriplanes, count: Int) {
    // Rays begin and end outside of the box too, where two of the planes are zero.
    extent = 0.6 * volume.configuration.boxWarp
    let side = Tensor.linspace(-extent, extent, count + 1), shape = [count + 1, count + 1, count + 1]
    let (z, y, x) = (side.reshape(-1, 1, 1).expand(shape), side.reshape(1, -1, 1).expand(shape), side.reshape(1, 1, -1).expand(shape))
    let corners = volume.densities(at: stack([x, y, z], -1).reshape(-1, 3)).reshape(1, 1, count + 1, count + 1, count + 1)
    let greatest = call("aten::max_pool3d", corners, [2, 2, 2], [1, 1, 1])
    let around = call("aten::max_pool3d", greatest, [3, 3, 3], [1, 1, 1], [1, 1, 1])
    full = (around .> Self.threshold).to(.uint8).reshape(count, count, count).contiguous()
  }
}
