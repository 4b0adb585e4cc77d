import Face
import Generator
import Photos
import Torch

/// Teaches deformation networks what the mesh of the head model does: people, expressions and places drawn at random, and where each place
/// lies in a volume of the person by `MeshField`, exactly.
package struct MeshTeacher {
  /// What is learned from at once; places and ways are the box's.
  package struct Lesson {
    /// `[N, P, 3]`
    package let points, moves: Tensor
    /// f of the distance from the skin, `[N, P]`, 0...1.
    package let shares: Tensor
    /// What the networks see before it is standardized: `[N, identity]`, `[N, expression]`.
    package let source, driving: Tensor
    /// The kind of skin that each point was drawn about, `[N, P]` uint8 of `SkinKind`.
    package let kinds: Tensor
  }
  /// A person, what their volume shows, and what they do.
  struct Task {
    let shown, driven: FaceState
  }
  let model: MorphableModel
  private let draw: MotionDraw
  private let placement: StandardPlacement
  private let surface: HeadSurface
  /// Triangles of the surface of each kind.
  private let triangles: [SkinKind: [SIMD3<Int32>]]
  private let seed: UInt64

  package init(_ model: MorphableModel = .builtIn(), seed: UInt64 = 1) {
    (self.model, self.seed) = (model, seed)
    draw = MotionDraw(model)
    placement = PhotoFit(model).placement
    let surface = HeadSurface(model, places: LiftHead(model, FaceState(), calibration: []).places, pieces: MeshField.pieces)
    self.surface = surface
    triangles = Dictionary(grouping: surface.triangles.indices) { SkinKind(surface.parts[$0]) }.mapValues {
      $0.map { surface.triangles[$0] }
    }
  }

  /// Box units in a millimeter.
  package var millimeter: Double { Double(placement.boxUnit) / 100 }

  /// Task `i` of `stream`: everything follows from the seed, the stream and the number. `together` tasks are of one person and photo.
  func task(_ i: Int, of stream: String, people: Int) -> Task {
    let photo = i / Self.together
    var random = SeededRandom(seed: seed, stream: "\(stream) photo \(photo)")
    var shown = draw.source(&random)
    shown.identity = draw.identity(Int(random.next() % UInt64(people)), stream: "\(stream) person", seed: seed)
    var motion = SeededRandom(seed: seed, stream: "\(stream) motion \(i)")
    var driven = draw.driven(&motion)
    driven.identity = shown.identity
    // A face at rest must keep still.
    if motion.unit() < 0.06 { driven = shown }
    return Task(shown: shown, driven: driven)
  }
  /// Motions of one photo that follow each other; what the photo alone decides is then worked out once.
  private static let together = 4
  /// α and β of tasks as they are, `[N, identity]` and `[N, expression]`.
  func coefficients(_ tasks: [Task]) -> (source: Tensor, driving: Tensor) {
    let (a, b) = LearnedMotion.widths(model, .shown)
    return (
      Tensor(tasks.flatMap { LearnedMotion.shown($0.shown, model) }, [tasks.count, a]),
      Tensor(tasks.flatMap { $0.driven.expression + [$0.driven.gaze.x, $0.driven.gaze.y] }, [tasks.count, b])
    )
  }

  /// `tasks` numbers of a stream, with `points` places each; `scatter` says how far from the skin.
  package func lesson(_ numbers: Range<Int>, of stream: String, people: Int, points count: Int, scatter: PointScatter) -> Lesson {
    let tasks = numbers.map { task($0, of: stream, people: people) }
    // By photos, of which the first and the last may be begun in the middle.
    let photos = Dictionary(grouping: tasks.indices) { (numbers.lowerBound + $0) / Self.together }.sorted { $0.key < $1.key }.map(\.value)
    let found = Lanes.pieces(photos.count) { photo in
      let rest = atRest(tasks[photos[photo][0]])
      return photos[photo].map { i in
        var random = SeededRandom(seed: seed, stream: "\(stream) points \(numbers.lowerBound + i)")
        return places(field(tasks[i], rest), count, scatter, &random)
      }
    }.flatMap(\.self)
    let (source, driving) = coefficients(tasks), shape = [tasks.count, count]
    return Lesson(
      points: Tensor(found.flatMap(\.points), shape + [3]), moves: Tensor(found.flatMap(\.moves), shape + [3]),
      shares: Tensor(found.flatMap(\.shares), shape), source: source, driving: driving, kinds: Tensor(found.flatMap(\.kinds), shape))
  }

  /// What works out the lattice of task `i` of a stream, as it is drawn with; nil where nothing moves.
  package func warp(_ i: Int, of stream: String, people: Int) -> () -> DeformationLattice? {
    let task = task(i, of: stream, people: people), warp = MeshWarp(LiftHead(model, task.shown, calibration: []), placement)
    return { warp.lattice(task.driven) }
  }
  /// What task `i` of a stream teaches about a place of the box.
  package func way(_ i: Int, of stream: String, people: Int) -> (SIMD3<Float>) -> SIMD3<Float> {
    let task = task(i, of: stream, people: people), field = field(task, atRest(task))
    return { field($0).move }
  }
  /// The head and its surface as a task's volume shows them.
  private func atRest(_ task: Task) -> (head: LiftHead, surface: HeadSurface) {
    let head = LiftHead(model, task.shown, calibration: [])
    return (head, surface.laid(on: head.places))
  }
  private func field(_ task: Task, _ rest: (head: LiftHead, surface: HeadSurface)) -> MeshField {
    MeshField(rest.surface, moved: rest.head.movement(task.driven), placement)
  }

  private func places(
    _ field: MeshField, _ count: Int, _ scatter: PointScatter, _ random: inout SeededRandom
  ) -> (points: [Float], moves: [Float], shares: [Float], kinds: [UInt8]) {
    let skin = field.skin
    var (points, moves, shares, kinds) = ([Float](), [Float](), [Float](), [UInt8]())
    for k in 0..<count {
      let kind = scatter.kind(k, of: count)
      var place = SIMD3<Float>.zero
      if let all = triangles[kind], !all.isEmpty {
        let t = all[Int(random.next() % UInt64(all.count))], u = random.unit().squareRoot(), v = random.unit()
        place = skin[Int(t.x)] * (1 - u) + skin[Int(t.y)] * (u * (1 - v)) + skin[Int(t.z)] * (u * v)
        place += scatter.away(k, &random)
      } else {
        for c in 0..<3 { place[c] = random.within(-MeshField.extent, MeshField.extent) }
      }
      let (move, share) = field(place)
      for c in 0..<3 {
        points.append(place[c])
        moves.append(move[c])
      }
      shares.append(share)
      kinds.append(kind.rawValue)
    }
    return (points, moves, shares, kinds)
  }
}
