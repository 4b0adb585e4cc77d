import Radiance
import Torch

extension HyperPlanes {
  /// Density (per head unit) `[N]` and features `[N, C]` of points `[N, 3]` of frames, each of its `frame` `[N]` int32, with history: in one
  /// operator, and with the lattice's basis at the nodes that it reads alone, where device and sizes allow it. Where the points are those of
  /// `rays`, samples that hardly any light reaches may be left at 0.
  package func samples(_ points: Tensor, frame: Tensor, _ signals: FrameSignals, of rays: MarchedSamples? = nil) -> (
    density: Tensor, features: Tensor
  ) {
    let planes = foldedPlanes
    guard configuration.deformation == .lattice, configuration.lattice.allSatisfy({ $0 > 1 }), points.size(0) > 0,
      SampleField.canRead(planes: planes, volume: volume, ambient: ambient, hidden: configuration.hidden)
    else { return conditioned(signals).samples(points, frame: frame) }
    let (mixture, pointBias) = conditions(signals)
    let (nodes, rows) = touchedNodes(points, axes: space.latticeAxes, size: configuration.lattice.reversed())
    let field = SampleField(
      moves: mixed(functions(at: nodes), mixture).reshape(-1, mixture.count, 8), rows: rows,
      latticeAxes: space.latticeAxes, axes: space.templateAxes, planes: planes, volume: volume, ambient: ambient,
      point: (point.map(\.weight), [pointBias, point[1].bias!]), densityScale: configuration.densityScale)
    return field.samples(at: points, frame: frame, of: rays)
  }
  /// h at `nodes` `[n]` int64 of the lattice, with history in steps that move it.
  private func functions(at nodes: Tensor) -> Tensor {
    if !learnsFunctions {
      let rows = activeNodes.rows.indexSelect(0, nodes)
      if rows.min().item >= 0 { return activeFunctions.indexSelect(0, rows) }
    }
    return basisFunctions(latticePlaces.at(nodes))
  }
}
