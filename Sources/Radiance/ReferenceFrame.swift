import Torch

extension FrameField {
  /// `frame` with plain tensors, for tests: every formula as it is written down, all samples at once.
  package func referenceFrame(_ camera: FrameCamera, background: Tensor) -> FieldFrame {
    withoutGradient {
      let rays = camera.rays
      let beginnings = probes > 0 ? referenceBeginnings(camera) : nil
      let samples = referenceMarch(rays, occupancy: occupancy, step: step, jitter: beginnings?.jitter, limit: limit)
      let raw = referenceRaw(samples)
      let thickness = densityScale * (raw.select(1, 0) - 1).softplus() * samples.lengths
      let through = (-rows(thickness, of: samples).squeeze(-1).cumsum(1)).exp()
      let reached = cat([Tensor.ones([rays.count, 1]), through.narrow(1, 0, max(1, limit) - 1)], 1)
      let number = Tensor.arange(max(1, limit), .float32), mayTake = beginnings?.mayTake ?? .full([rays.count], Double(limit))
      let taken = (reached .>= stop) .& (number .< mayTake.unsqueeze(1))
      let seen = (reached - through) * taken.to(.float32), sum = seen.sum(1)
      // What lets hardly anything through is opaque.
      let ended = (1 - sum) .< stop
      let weights = (seen / sum.onesLike().where(ended.logicalNot(), else: sum).unsqueeze(1)).unsqueeze(1)
      let alpha = weights.sum(2).squeeze(1)
      let shown = weights.matmul(rows(raw.narrow(1, 1, raw.size(1) - 1), of: samples)).squeeze(1)
      let depth = weights.matmul(rows(samples.depths, of: samples)).reshape(-1) / alpha.clamp(1e-6)

      let logits = Self.network(cat([shown, rays.directions.normalized(1)], 1), shading, slope: slope)
      let a = alpha.unsqueeze(1), isBackground = Tensor.arange(logits.size(1) - 3) .== 0
      let color = a * logits.narrow(1, 0, 3).sigmoid() + (1 - a) * background.reshape(-1, 3)
      let classes = a * logits.narrow(1, 3, logits.size(1) - 3).softmax(1) + (1 - a) * isBackground.to(.float32)
      let size = [camera.height, camera.width]
      return FieldFrame(
        rgb: color.reshape(size + [3]), labels: classes.argmax(1).to(.uint8).reshape(size), depth: depth.reshape(size),
        opacity: alpha.reshape(size), features: shown.reshape(size + [shown.size(1)]))
    }
  }

  /// Of a frame `all` whose pixels were all drawn before `background`, what passes with `tolerance` make, in plain tensors.
  package func referencePasses(_ all: FieldFrame, background: Tensor) -> FieldFrame {
    withoutGradient {
      let clear = 1 - all.opacity.unsqueeze(-1)
      // Colours times opacity, opacity, depth, class.
      let planes = [
        all.rgb - clear * background, all.opacity.unsqueeze(-1), all.depth.unsqueeze(-1), all.labels.to(.float32).unsqueeze(-1),
      ]
      let seen = cat(planes, -1), (height, width) = (seen.size(0), seen.size(1))
      func every(second from: (row: Int, column: Int), of rows: Int, _ columns: Int) -> Tensor {
        let lines = call("aten::slice.Tensor", seen, 0, from.row, from.row + 2 * rows - 1, 2)
        return call("aten::slice.Tensor", lines, 1, from.column, from.column + 2 * columns - 1, 2)
      }
      for (y, x) in [(1, 1), (0, 1), (1, 0)] {
        // At an edge of the image a neighbour is missing.
        let (row, column) = (y == 0 ? 2 : y, x == 0 ? 2 : x)
        let (rows, columns) = ((height - row) / 2, (width - column) / 2)
        guard rows > 0, columns > 0 else { continue }
        let away = y == x ? [(-1, -1), (-1, 1), (1, -1), (1, 1)] : [(-1, 0), (0, -1), (0, 1), (1, 0)]
        let near = stack(away.map { every(second: (row + $0.0, column + $0.1), of: rows, columns) })
        let spread = near.amax(0) - near.amin(0), least = near.amin(0)
        let alike =
          (spread.narrow(-1, 0, 4).amax(-1) .<= tolerance) .& (spread.select(-1, 5) .== 0)
          .& (spread.select(-1, 4) * least.select(-1, 3) .<= 2 * step)
        let here = every(second: (row, column), of: rows, columns)
        here.copy_(near.mean(0).where(alike.unsqueeze(-1), else: here.clone()))
      }
      let opacity = seen.narrow(-1, 3, 1)
      return FieldFrame(
        rgb: seen.narrow(-1, 0, 3) + (1 - opacity) * background, labels: seen.select(-1, 5).to(.uint8), depth: seen.select(-1, 4),
        opacity: opacity.squeeze(-1))
    }
  }

  /// Density and features of samples before any function of theirs, `[N, 1 + F]`.
  private func referenceRaw(_ samples: MarchedSamples) -> Tensor {
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
    guard let shown else { return raw }
    let size = (0..<3).map { shown.size(2 - $0) * ($0 == 0 ? 32 : 1) }
    let cells = (0..<3).map { axis in
      ((place.select(1, axis) + 1) * (0.5 * Double(size[axis]))).clamp(0, Double(size[axis]) - 0.5).to(.int64)
    }
    let cell = (cells[2] &* size[1] + cells[1]) &* size[0] + cells[0]
    let shifted = call("aten::bitwise_right_shift.Tensor", shown.unsqueeze(-1).to(.int64), Tensor.arange(32))
    let bits = call("aten::bitwise_and.Scalar", shifted, 1)
    let nothing = (bits.reshape(-1).indexSelect(0, cell) .== 0).unsqueeze(1)
    return cat([raw.narrow(1, 0, 1).maskedFill(nothing, -1e4), raw.narrow(1, 1, raw.size(1) - 1)], 1)
  }

  /// Rays as rows, their samples as columns, `[R, limit, C]`; what is not there is 0.
  private func rows(_ values: Tensor, of samples: MarchedSamples) -> Tensor {
    let most = max(1, limit), count = samples.rayCount, width = values.dim == 1 ? 1 : values.size(1)
    let ray = samples.ray.to(.int64), first = samples.starts.to(.int64).indexSelect(0, ray)
    let slot = ray &* most + (Tensor.arange(samples.count) - first)
    return Tensor.zeros([count * most, width]).indexAdd(0, slot, values.reshape(-1, width)).reshape(count, most, width)
  }

  /// With probes: how many steps from where each ray enters the box its first sample may lie, `[R]`, beyond the box for those without any;
  /// and how many samples it may take, `[R]`.
  private func referenceBeginnings(_ camera: FrameCamera) -> (jitter: Tensor, mayTake: Tensor) {
    let apart = Double(probes), m = camera.matrix
    let (across, down) = ((camera.width - 1) / probes + 2, (camera.height - 1) / probes + 2)
    let matrix = stack([m[0], apart * m[1], apart * m[2], m[3] + (0.5 - apart / 2) * (m[1] + m[2])])
    let samples = referenceMarch(
      FrameCamera(matrix: matrix, width: across, height: down).rays, occupancy: occupancy, step: step, limit: limit)
    let thickness = densityScale * (referenceRaw(samples).select(1, 0) - 1).softplus() * samples.lengths
    let real = rows(samples.lengths, of: samples) .> 0, dimmed = (-rows(thickness, of: samples).cumsum(1)).exp() .< 0.99
    let seen = real .& dimmed, taken = (real .& dimmed.logicalNot()).to(.float32).sum(1).reshape(down, across) + 1
    let far = 1e6
    let first = rows(samples.depths, of: samples).maskedFill(seen.logicalNot(), far).amin(1).reshape(down, across)
    // Each pixel lies between two rows and two columns of probes, or on one.
    func ends(_ count: Int) -> [Tensor] {
      [0, probes - 1].map { more in Tensor((0..<count).map { ($0 + more) / probes }) }
    }
    func corners(_ grid: Tensor) -> Tensor {
      stack(
        ends(camera.height).flatMap { row in ends(camera.width).map { grid.indexSelect(0, row).indexSelect(1, $0).reshape(-1) } })
    }
    let which = corners(first).argmin(0).unsqueeze(0), nearest = corners(first).gather(0, which).squeeze(0)
    let skipped = (corners(taken).gather(0, which).squeeze(0) - 3).clamp(0)
    let (enter, _, rayStep, _) = raySteps(camera.rays, box: occupancy.box, step: step)
    return (((nearest - enter) / rayStep - 1.25).ceil().clamp(0) + 0.5, Double(limit) - skipped)
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
