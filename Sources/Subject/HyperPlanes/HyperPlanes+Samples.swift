import Radiance
import Torch

extension HyperPlanes {
  /// What the field has at points `[N, 3]` of frames, each of its `frame` `[N]` int32, with history: in one
  /// operator, and with the lattice's basis at the nodes that it reads alone, where device and sizes allow it. Where the points are those of
  /// `rays`, samples that hardly any light reaches may be left at 0. Unless `learnsMotion`, no gradient reaches how frames move.
  package func samples(
    _ points: Tensor, frame: Tensor, _ signals: FrameSignals, of rays: MarchedSamples? = nil, learnsMotion: Bool = true
  ) -> FieldValues {
    let planes = foldedPlanes
    guard configuration.deformation == .lattice, configuration.lattice.allSatisfy({ $0 > 1 }), points.size(0) > 0,
      SampleField.canRead(planes: planes, volume: volume, ambient: ambient, hidden: configuration.hidden)
    else { return conditioned(signals).samples(points, frame: frame, learnsMotion: learnsMotion) }
    let (mixture, pointBias) = conditions(signals)
    let (nodes, rows) = touchedNodes(points, axes: space.latticeAxes, size: configuration.lattice.reversed())
    let moved = learnsMotion ? moves(at: nodes, mixture) : withoutGradient { moves(at: nodes, mixture) }
    let field = SampleField(
      moves: moved.reshape(-1, mixture.count, 8), rows: rows,
      latticeAxes: space.latticeAxes, axes: space.templateAxes, planes: planes, volume: volume, ambient: ambient,
      point: (point.map(\.weight), [pointBias, point[1].bias!]), densityScale: configuration.densityScale)
    return field.samples(at: points, frame: frame, of: rays)
  }
  /// Displacement and ambient coordinates (and three zeros) of `nodes` `[n]` int64 of the lattice in all frames, `[n, F * 8]`, with history;
  /// h has one in steps that move it.
  private func moves(at nodes: Tensor, _ mixture: FrameMixture) -> Tensor {
    let weights = mixingWeights(mixture)
    let all = weights.reshape(weights.size(0) * weights.size(1), -1)
    let none = Tensor.zeros([all.size(0)], device: all.device)
    if !learnsFunctions {
      let rows = activeNodes.rows.indexSelect(0, nodes)
      if rows.min().item >= 0 { return fusedMLP(activeFunctions, at: rows, weights: [all], biases: [none]) }
    }
    // The last layer of h is linear, as the mixing is: one layer does both, and h itself is never written down.
    let places = latticePlaces, width = configuration.basis.width, fields = configuration.mixedHeadFields, last = basis[basis.count - 1]
    let own = all.narrow(1, 0, width)
    let learnt = fusedMLP(
      places.encoded, at: nodes, weights: basis.dropLast().map(\.weight) + [own.matmul(last.weight)],
      biases: basis.dropLast().map { $0.bias! } + [own.matmul(last.bias!)], slope: 0.01)
    let share = torso.reshape(-1, 1).indexSelect(0, nodes).sigmoid()
    let carried = fusedMLP(
      cat([share, share * places.points.indexSelect(0, nodes)], 1), weights: [all.narrow(1, width + fields, 4)], biases: [none])
    guard fields > 0, let known = space.headFields else { return learnt + carried }
    return learnt + carried + fusedMLP(known, at: nodes, weights: [all.narrow(1, width, fields)], biases: [none])
  }
}
