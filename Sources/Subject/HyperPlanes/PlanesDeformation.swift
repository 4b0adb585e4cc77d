import Radiance
import Torch

extension HyperPlanes {
  /// h at places, the head's fields among it, and what carries the torso: `[n, K + 4]`.
  func basisFunctions(_ places: EncodedPlaces) -> Tensor {
    let (own, carried) = learntFunctions(places)
    guard let fields = space.headFields else { return cat([own, carried], -1) }
    let known =
      places.nodes.map { fields.indexSelect(0, $0) }
      ?? latticeFeatures(fields.reshape([1] + configuration.lattice.reversed() + [-1]), at: places.points, axes: space.latticeAxes)
    return cat([own, known, carried], -1)
  }
  /// What is learnt of it: the network's values, and s(x) (1, x) with s the part that hangs on the torso, `[n, 4]`.
  func learntFunctions(_ places: EncodedPlaces) -> (own: Tensor, carried: Tensor) {
    // The last layer is linear: functions that no place reaches could not come back.
    let own = fusedMLP(places.encoded, weights: basis.map(\.weight), biases: basis.map { $0.bias! }, slope: 0.01)
    let logit =
      places.nodes.map { torso.reshape(-1, 1).indexSelect(0, $0) }
      ?? latticeFeatures(torso, at: places.points, axes: space.latticeAxes)
    let share = logit.sigmoid()
    return (own, cat([share, share * places.points], -1))
  }
  /// `nodes` says which of the lattice's nodes the points are, if they are.
  func encode(_ points: Tensor, nodes: Tensor? = nil) -> EncodedPlaces {
    EncodedPlaces(encoded: configuration.encoding((points - space.center) * space.scale), points: points, nodes: nodes)
  }
}

extension HyperPlanes {
  /// Displacement and ambient coordinates, `[N, 8]`, of points `[N, 3]`, each of its `frame` `[N]` int32, sorted by it: evaluated at each.
  func deformed(_ points: Tensor, frame: Tensor, _ mixture: FrameMixture) -> Tensor {
    let functions = basisFunctions(encode(points))
    let counts = call("aten::bincount", frame, Tensor?.none, mixture.count).array(Int.self)
    var start = 0
    return cat(
      counts.enumerated().map { f, count in
        defer { start += count }
        let one = FrameMixture(weights: mixture.weights.narrow(0, f, 1), torsoFromHead: mixture.torsoFromHead.narrow(0, f, 1))
        return mixed(functions.narrow(0, start, count), one)
      })
  }
}

/// Places as the basis takes them.
struct EncodedPlaces {
  /// `[n, E]`, and the places themselves, `[n, 3]`.
  var encoded, points: Tensor
  /// `[n]` int64: which of the lattice's nodes they are; nil for any points.
  var nodes: Tensor?
}

/// The lattice's nodes around occupied cells.
struct ActiveNodes {
  /// `[n]` int64; and of all the lattice's nodes which of these they are, `[Z Y X]` int64, -1 for others.
  var nodes, rows: Tensor
  var places: EncodedPlaces

  init(_ field: HyperPlanes) {
    let space = field.space, size = Array(field.configuration.lattice.reversed())
    let centers = space.occupancy.centers.indexSelect(0, (space.cells.reshape(-1) .== 0).nonzero().squeeze(1))
    (nodes, rows, places) = withoutGradient {
      // A node's gradient tells whether it was read.
      let probe = Tensor.zeros([1] + size + [1], device: centers.device)
      let ones = Tensor.ones([centers.size(0), 1], device: centers.device)
      let touched = callAll("likeness::lattice_backward", ones, probe, centers, Tensor?.none, space.latticeAxes, true, false)[0]
      let near = ((touched ?? probe) .> 0).to(.float32).reshape(size).widened
      let nodes = near.reshape(-1).nonzero().squeeze(1)
      let none = (Tensor.zeros([near.numel], device: centers.device) - 1).to(.int64)
      let rows = call("aten::index_copy", none, 0, nodes, Tensor.arange(nodes.numel, .int64, device: centers.device))
      return (nodes, rows, field.encode(space.nodes.indexSelect(0, nodes), nodes: nodes))
    }
  }
}

/// The fast field for the frames of a step.
package struct ConditionedPlanes {
  let field: HyperPlanes
  let mixture: FrameMixture
  /// `[F, Z, Y, X, 8]`; nil where the deformation is evaluated at the samples.
  let lattice: Tensor?
  /// `[3, H, W, C]`.
  let planes: Tensor
  /// `[F, hidden]`.
  let pointBias: Tensor

  /// Displacement and ambient coordinates, `[N, 8]`, of points `[N, 3]`, each of its `frame` `[N]` int32, sorted by it.
  package func deformed(_ points: Tensor, frame: Tensor) -> Tensor {
    if let lattice { return latticeFeatures(lattice, at: points, frame: frame, axes: field.space.latticeAxes) }
    return field.deformed(points, frame: frame, mixture)
  }

  /// What the field has at points of frames.
  package func samples(_ points: Tensor, frame: Tensor, learnsMotion: Bool = true) -> FieldValues {
    let moved = learnsMotion ? deformed(points, frame: frame) : deformed(points, frame: frame).detach()
    let place = points + moved.narrow(1, 0, 3), w = moved.narrow(1, 3, 3)
    let axes = field.space.templateAxes
    let seen = cat(
      [
        planeFeatures(planes, at: place, axes: axes), latticeFeatures(field.volume, at: place, axes: axes),
        latticeFeatures(field.ambient, at: w, axes: AxisWarp.identity.tensor.to(points.device)),
      ], -1)
    let out = fusedMLP(
      seen, weights: field.point.map(\.weight), biases: [pointBias, field.point[1].bias!], group: frame, slope: 0)
    let density = (out.select(1, 0) - 1).softplus() * field.configuration.densityScale
    return FieldValues(density: density, features: out.narrow(1, 1, field.configuration.features), places: place.detach().t())
  }
}
