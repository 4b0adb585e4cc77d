import Torch

/// A camera as rays need it, in the space of the field.
package struct FrameCamera {
  /// `[4, 3]`: the origin of the rays, then what a column and a row add to their direction and where that starts:
  /// d = (i + 0.5) m₁ + (j + 0.5) m₂ + m₃ for the pixel in column i of row j.
  package var matrix: Tensor
  package var width, height: Int

  package init(matrix: Tensor, width: Int, height: Int) {
    self.matrix = matrix
    self.width = width
    self.height = height
  }
  /// `pinhole` in a space where `cameraToWorld` `[3, 4]` or `[4, 4]` places it; rays go through the middles of pixels.
  package init(_ pinhole: Pinhole, cameraToWorld: Tensor, width: Int, height: Int) {
    let (f, c) = (pinhole.focal, pinhole.center)
    let rows = [1 / f.x, 0, 0, 0, -1 / f.y, 0, -c.x / f.x, c.y / f.y, -1].map { Float($0) }
    let turned = Tensor(rows, [3, 3]).to(cameraToWorld.device).matmul(cameraToWorld[.to(3), .to(3)].t())
    self.init(matrix: cat([cameraToWorld[.to(3), 3].unsqueeze(0), turned], 0), width: width, height: height)
  }

  /// The rays of all pixels, row by row.
  package var rays: Rays {
    let device = matrix.device
    let column = (Tensor.arange(width, .float32, device: device) + 0.5).reshape(1, width, 1)
    let row = (Tensor.arange(height, .float32, device: device) + 0.5).reshape(height, 1, 1)
    let directions = (column * matrix[1] + row * matrix[2] + matrix[3]).reshape(-1, 3)
    return Rays(origins: matrix[0].expand(directions.shape), directions: directions, near: 0, far: 0)
  }
}

/// All that a frame of the fast field is drawn from: a lattice that deforms, features to look up, and two small networks.
package struct FrameField {
  /// Where there is something to sample.
  package var occupancy: OccupancyGrid
  /// `[Z, Y, X, 8]` float32: displacement (3, head units), ambient coordinates (2), nothing (3); and its axes `[3, 4]`.
  package var lattice: Tensor, latticeAxes: Tensor
  /// `[3, H, W, C]`, and `[1, Z, Y, X, C2]`, float16 or float32; both in axes `[3, 4]`.
  package var planes: Tensor, volume: Tensor, axes: Tensor
  /// `[1, 1, H, W, C3]`, over the ambient coordinates in -1...1.
  package var ambient: Tensor
  /// `[Z, Y, X / 32]` int32, a bit for each of the cells that divide the template's axes evenly (`packedBits`): 0 where nothing shows. nil: all of
  /// it is looked into.
  package var shown: Tensor?
  /// Features to density and what is shown; the first bias is the frame's own. Layers `[out, in]` and `[out]`.
  package var point: (weights: [Tensor], biases: [Tensor])
  /// What is shown, and the ray's unit direction, to 3 colour and K class logits.
  package var shading: (weights: [Tensor], biases: [Tensor])
  /// σ = `densityScale` softplus(raw - 1); hidden layers multiply what is below zero with `slope`.
  package var densityScale: Double, slope: Double
  /// Distance of samples, head units; the most samples a ray takes; rays that let less than `stop` through end there, and count as opaque.
  package var step: Double, limit: Int, stop: Double
  /// Pixels between two probes, 2, 4, 8 or 16: rays that end with the first sample that shows anything, shot before the others, which begin a
  /// little before what the four probes about them saw, and not at all where those saw nothing. What no probe sees and stands in front of
  /// what they see may be missed. Samples that are skipped count among the `limit`. 0: no probes.
  package var probes: Int
  /// Above 0: the image is drawn in passes of ever finer grids of pixels, and one between four others that differ by no more than this, in colours
  /// (0...1) and opacity, and show the same class at about the same depth, is their mean. Images of features are drawn whole, as all are on a GPU.
  package var tolerance: Double
  /// Whether the first layer of the point network may be rounded to bfloat16, where features are float16 and the processor multiplies these faster.
  package var rounds: Bool

  package init(
    occupancy: OccupancyGrid, lattice: Tensor, latticeAxes: Tensor, planes: Tensor, volume: Tensor, axes: Tensor, ambient: Tensor,
    shown: Tensor? = nil, point: (weights: [Tensor], biases: [Tensor]), shading: (weights: [Tensor], biases: [Tensor]),
    densityScale: Double = 10,
    slope: Double = 0, step: Double, limit: Int = 16, stop: Double = 0.01, probes: Int = 0, tolerance: Double = 0,
    rounds: Bool = false
  ) {
    self.occupancy = occupancy
    self.lattice = lattice
    self.latticeAxes = latticeAxes
    self.planes = planes
    self.volume = volume
    self.axes = axes
    self.ambient = ambient
    self.shown = shown
    self.point = point
    self.shading = shading
    self.densityScale = densityScale
    self.slope = slope
    self.step = step
    self.limit = limit
    self.stop = stop
    self.probes = probes
    self.tolerance = tolerance
    self.rounds = rounds
  }

  /// What `camera` sees in front of `plate` `[H, W, 3]` (0...1), without history.
  package func frame(_ camera: FrameCamera, background: Tensor, features: Bool = false) -> FieldFrame {
    withoutGradient {
      let found = callAll(
        "likeness::frame", camera.matrix, camera.width, camera.height, occupancy.cells, occupancy.box, lattice, latticeAxes, planes, axes,
        volume, ambient, shown, point.weights, point.biases, shading.weights, shading.biases, background, densityScale, slope, step, limit,
        stop,
        probes, tolerance, rounds, features
      ).compactMap(\.self)
      return FieldFrame(rgb: found[0], labels: found[1], depth: found[2], opacity: found[3], features: features ? found[4] : nil)
    }
  }
}

/// `cells` `[Z, Y, X]` bool, X a multiple of 32, a bit each: `[Z, Y, X / 32]` int32, the lowest bit first.
package func packedBits(_ cells: Tensor) -> Tensor {
  let bits = Tensor((0..<32).map { 1 << $0 }).to(cells.device)
  return (cells.reshape(cells.size(0), cells.size(1), -1, 32).to(.int64) * bits).sum(-1).to(.int32)
}

/// A frame that a field shows.
package struct FieldFrame {
  /// `[H, W, 3]` float32, 0...1.
  package var rgb: Tensor
  /// `[H, W]` uint8: the likeliest class, 0 for the plate.
  package var labels: Tensor
  /// `[H, W]`: t along the camera's directions, 0 where nothing is.
  package var depth: Tensor
  /// `[H, W]`, 0...1.
  package var opacity: Tensor
  /// `[H, W, F]`: what is shown, summed along the ray; only if it was asked for.
  package var features: Tensor?
}
