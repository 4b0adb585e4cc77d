import Dispatch
import Face
import Radiance
import Synchronization
import Torch

/// The principal fields of the head's motion on the lattice: the functions of position that, mixed for a frame, say where each place of the
/// tracked head belongs in canonical space.
///
/// For many expressions of the clip, and some more that shut the eyes or do what the clip does not show, the way back to canonical space is
/// fitted to points of the head (`LatticeFit`). The functions are the principal components of the coordinates of all these fields.
struct HeadFields {
  /// `[Z Y X, S]` of the lattice's nodes, the largest value of each a tenth.
  let functions: Tensor
  let head: SubjectHead
  private let axes: Tensor
  private let size: [Int]

  /// How many expressions, and from how many places on the head and in the gap of its mouth each is known.
  private static let (states, vertices, gaps) = (160, 9_000, 1_500)
  /// The same where only the mixture of the functions is looked for.
  private static let (mixedVertices, mixedGaps) = (2_000, 400)

  init(_ data: SubjectData, _ head: SubjectHead, _ space: HyperSpace, _ c: HyperPlanesConfiguration, _ generator: Generator) {
    self.head = head
    // The field may go to another device.
    axes = space.latticeAxes.clone()
    size = c.lattice.reversed()
    let chosen = head.vertices(Self.vertices, generator), random = Tensor.rand([(Self.vertices + Self.gaps) * 3], generator).floats
    let fit = head.lattice(c.lattice, axes: axes)
    let posed = Self.states(data, head.model, Self.states, generator).map { head.posed($0.expression, gaze: $0.gaze) }
    let (count, surface) = (fit.count, head.surface)
    let all = Mutex([Float](repeating: 0, count: 3 * posed.count * count))
    DispatchQueue.concurrentPerform(iterations: posed.count) { i in
      let p = surface.points(posed[i], vertices: chosen, gaps: Self.gaps, random: random)
      let field = fit.fit(p.seen, zip(p.homes, p.seen).map { $0 - $1 }, weights: p.weights)
      all.withLock { all in
        for k in 0..<3 {
          let start = (3 * i + k) * count
          for n in 0..<count { all[start + n] = field[n][k] }
        }
      }
    }
    let fields = all.withLock { Tensor($0, [3 * posed.count, count]) }
    // What more is known of matters more.
    let known = surface.points(head.canonical, vertices: chosen, gaps: Self.gaps, random: random)
    let weighted = fields * (Tensor(fit.coverage(known.seen, known.weights)) + 0.02).sqrt()
    let (_, vectors) = weighted.matmul(weighted.t()).eigh()
    let top = vectors.narrow(1, vectors.size(1) - c.headFields, c.headFields).t().matmul(fields)  // [S, n]
    let scaled = top / (top.abs().amax(1, keepdim: true).clamp(1e-6) * 10)
    let none = Tensor.zeros([c.lattice.reduce(1, *), c.headFields])
    functions = call("aten::index_copy", none, 0, Tensor(fit.nodes), scaled.t().contiguous())
  }

  /// A face to be learnt, and the frame that it is of or most like.
  struct State {
    var frame: Int
    var expression: [Float]
    var gaze: SIMD2<Float>
  }

  /// Expressions of the clip: a third of them with eyes shut by a random amount, a fourth with two shapes more.
  static func states(_ data: SubjectData, _ model: MorphableModel, _ count: Int, _ generator: Generator) -> [State] {
    let random = Tensor.rand([count, 8], generator).floats
    let blinks = model.expressionNames.indices.filter { model.expressionNames[$0].hasPrefix("eyeBlink") }
    let looks = model.expressionNames.indices.filter { model.expressionNames[$0].hasPrefix("eyeLook") }
    return (0..<count).map { i in
      let r = Array(random[(8 * i)..<(8 * i + 8)])
      let frame = data.train[min(Int(r[0] * Float(data.train.count)), data.train.count - 1)]
      var e = data.track.frames[frame].state.expression
      if r[1] < 1 / 3.0 {
        for b in blinks { e[b] = r[2] }
        for l in looks { e[l] *= 1 - r[2] }
      } else if r[1] > 0.75 {
        for k in 0..<2 {
          let shape = min(Int(r[3 + 2 * k] * Float(e.count)), e.count - 1)
          e[shape] = min(1, e[shape] + r[4 + 2 * k])
        }
      }
      return State(frame: frame, expression: e, gaze: data.track.frames[frame].state.gaze)
    }
  }

  /// How each state mixes the functions best, `[M, 3, S]`.
  func mixtures(_ states: [State], _ generator: Generator) -> Tensor {
    let n = Self.mixedVertices + Self.mixedGaps, chosen = head.vertices(Self.mixedVertices, generator)
    let random = Tensor.rand([n * 3], generator).floats
    let lattice = functions.reshape([1] + size + [functions.size(1)])
    var found: [Tensor] = []
    let ridge = Tensor.eye(functions.size(1)) * 1e-5
    for state in states {
      let p = head.surface.points(head.posed(state.expression, gaze: state.gaze), vertices: chosen, gaps: Self.mixedGaps, random: random)
      let at = Tensor(p.seen.flatMap { [$0.x, $0.y, $0.z] }, [n, 3])
      let way = Tensor(zip(p.homes, p.seen).flatMap { h, s in [h.x - s.x, h.y - s.y, h.z - s.z] }, [n, 3])
      let f = latticeFeatures(lattice, at: at, axes: axes), w = Tensor(p.weights).unsqueeze(1)
      let fw = f * w
      found.append((fw.t().matmul(f) + ridge).solve(fw.t().matmul(way)).t())
    }
    return stack(found, 0)
  }
}

extension SubjectHead {
  /// The part of a lattice of `size` along x, y and z that the face moves, for fits.
  func lattice(_ size: [Int], axes: Tensor) -> LatticeFit {
    let face = model.landmarkVertices.prefix(FaceMeshTopology.pointCount).map { canonical[Int($0)] }
    let low = face.reduce(face[0]) { $0.replacing(with: $1, where: $1 .< $0) }
    let high = face.reduce(face[0]) { $0.replacing(with: $1, where: $1 .> $0) }
    return LatticeFit(SIMD3(size[0], size[1], size[2]), axes: axes, low: low - [0.2, 0.5, 0.3], high: high + [0.2, 0.2, 0.2])
  }
}
