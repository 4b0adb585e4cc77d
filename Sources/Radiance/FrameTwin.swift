import Torch

extension FrameField {
  /// `frame` with plain tensors, for tests: every formula as it is written down, all samples at once.
  package func framePlainly(_ camera: FrameCamera, plate: Tensor) -> FieldFrame {
    withoutGradient {
      let rays = camera.rays
      let samples = marchPlainly(rays, occupancy: occupancy, step: step, limit: limit)
      let moved = Self.cell(lattice.unsqueeze(0), at: Self.coordinates(samples.positions, latticeAxes))
      let place = Self.coordinates(samples.positions + moved.narrow(1, 0, 3), axes)
      let ambientPlace = cat([moved.narrow(1, 3, 2).clamp(-1, 1), moved.narrow(1, 3, 1).zerosLike()], 1)
      let columns = [[0, 1], [0, 2], [1, 2]]
      let squares = columns.enumerated().map { plane, pair in
        let flat = stack(pair.map { place.select(1, $0) } + [place.select(1, 0).zerosLike()], 1)
        return Self.cell(planes.select(0, plane).unsqueeze(0).unsqueeze(0), at: flat)
      }
      let features = cat(
        [squares[0] * squares[1] * squares[2], Self.cell(volume, at: place), Self.cell(ambient, at: ambientPlace)], 1)
      let raw = Self.network(features, point, slope: slope)
      let thickness = densityScale * (raw.select(1, 0) - 1).softplus() * samples.lengths

      // Rays as rows, their samples as columns; what is not there is empty.
      let count = rays.count, most = max(1, limit)
      let ray = samples.ray.to(.int64), first = samples.starts.to(.int64).indexSelect(0, ray)
      let slot = ray &* most + (Tensor.arange(samples.count) - first)
      func rows(_ values: Tensor) -> Tensor {
        let width = values.dim == 1 ? 1 : values.size(1)
        return Tensor.zeros([count * most, width]).indexAdd(0, slot, values.reshape(-1, width)).reshape(count, most, width)
      }
      let through = (-rows(thickness).squeeze(-1).cumsum(1)).exp()
      let reached = cat([Tensor.ones([count, 1]), through.narrow(1, 0, most - 1)], 1)
      let weights = ((reached - through) * (reached .>= stop).to(.float32)).unsqueeze(1)
      let alpha = weights.sum(2).squeeze(1)
      let shown = weights.matmul(rows(raw.narrow(1, 1, raw.size(1) - 1))).squeeze(1)
      let depth = weights.matmul(rows(samples.depths)).reshape(-1) / alpha.clamp(1e-6)

      let logits = Self.network(cat([shown, rays.directions.normalized(1)], 1), shading, slope: slope)
      let a = alpha.unsqueeze(1), background = Tensor.arange(logits.size(1) - 3) .== 0
      let color = a * logits.narrow(1, 0, 3).sigmoid() + (1 - a) * plate.reshape(-1, 3)
      let classes = a * logits.narrow(1, 3, logits.size(1) - 3).softmax(1) + (1 - a) * background.to(.float32)
      let size = [camera.height, camera.width]
      return FieldFrame(
        rgb: color.reshape(size + [3]), labels: classes.argmax(1).to(.uint8).reshape(size), depth: depth.reshape(size),
        opacity: alpha.reshape(size), features: shown.reshape(size + [shown.size(1)]))
    }
  }

  /// u = slope (x - center) + extra clamp(x - center, -half, half), held within -1...1: `[N, 3]` with axes `[3, 4]`.
  private static func coordinates(_ points: Tensor, _ axes: Tensor) -> Tensor {
    let offset = points - axes.select(1, 0), half = axes.select(1, 1)
    return (axes.select(1, 2) * offset + axes.select(1, 3) * offset.maximum(-half).minimum(half)).clamp(-1, 1)
  }

  /// Trilinear between the nodes of `table` `[1, Z, Y, X, C]`, the outermost of which lie at -1 and 1, at `[N, 3]`: `[N, C]`.
  private static func cell(_ table: Tensor, at place: Tensor) -> Tensor {
    let grid = table.to(.float32).permute(0, 4, 1, 2, 3)
    let read = call("aten::grid_sampler_3d", grid, place.reshape(1, place.size(0), 1, 1, 3), 0, 1, true)
    return read.reshape(table.size(4), place.size(0)).t()
  }

  private static func network(_ x: Tensor, _ layers: (weights: [Tensor], biases: [Tensor]), slope: Double) -> Tensor {
    zip(layers.weights, layers.biases).enumerated().reduce(x) { x, layer in
      let (number, (weight, bias)) = layer
      let sum = x.linear(weight, bias)
      return number == layers.weights.count - 1 ? sum : sum.leakyRelu(slope)
    }
  }
}
