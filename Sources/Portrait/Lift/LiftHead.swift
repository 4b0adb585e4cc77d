import Face
import Foundation
import Torch
import Tracking

/// The head model as one photo shows it, its landmarks brought exactly onto those seen, and how it moves from there.
struct LiftHead {
  let model: MorphableModel
  /// What the photo shows.
  let source: FaceState
  /// Beside identity and expression, of the landmarks, in head units: tracking a film of the same person takes it too.
  let calibration: [SIMD3<Float>]
  /// All vertices in head space as the photo shows them.
  let places: [SIMD3<Float>]
  /// `[52, V * 3]`.
  private let basis: Tensor

  init(_ model: MorphableModel, _ source: FaceState, landmarks: FaceLandmarks, camera: Camera) {
    let seen = camera.inHead(source.pose)
    let bare = FittedHead(model, identity: source.identity, calibration: []).landmarks(source)
    let calibration = bare.enumerated().map { i, p in
      let shown = seen.project(p)
      return seen.unproject(landmarks[i], depth: shown.z) - p
    }
    self.init(model, source, calibration: calibration)
  }
  init(_ model: MorphableModel, _ source: FaceState, calibration: [SIMD3<Float>]) {
    (self.model, self.source, self.calibration) = (model, source, calibration)
    let head = FittedHead(model, identity: source.identity, calibration: calibration)
    var state = source
    state.expression += [Float](repeating: 0, count: max(0, model.expressionNames.count - state.expression.count))
    let flat = head.vertices(state).floats, offsets = head.offsets.floats
    var places = (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    // Eyeballs go with their lids as a whole, and a little deeper: lids that were moved must not cut into them.
    for (eye, range) in model.eyes.enumerated() {
      let lids = eye == 0 ? FaceMeshTopology.rightEye : FaceMeshTopology.leftEye
      let shift = calibration.isEmpty ? .zero : lids.map { calibration[$0] }.reduce(.zero, +) / Float(lids.count)
      for v in range {
        let moved = SIMD3(offsets[3 * v], offsets[3 * v + 1], offsets[3 * v + 2])
        places[v] += shift - moved - [0, 0, 0.012]
      }
    }
    // The inside of the mouth goes with the lips as a whole; upper teeth stand out below the lip, as those of most people do.
    let lips = FaceMeshTopology.lipsInner
    let shift = calibration.isEmpty ? .zero : lips.map { calibration[$0] }.reduce(.zero, +) / Float(lips.count)
    for (v, part) in Self.mouthVertices(model) {
      places[v] += shift - SIMD3(offsets[3 * v], offsets[3 * v + 1], offsets[3 * v + 2]) - (part == .upperTeeth ? [0, 0.014, 0] : .zero)
    }
    Self.flattenTeeth(&places, model)
    self.places = places
    basis = model.expressionBasis.reshape(model.expressionNames.count, -1)
  }

  /// Fills the notches between the upper teeth's edges, which at the size of a photo are a ragged line.
  private static func flattenTeeth(_ places: inout [SIMD3<Float>], _ model: MorphableModel) {
    let corners = model.triangles.array(Int32.self)
    var teeth = Set<Int>()
    for (f, part) in model.parts.enumerated() where part == .upperTeeth { for k in 0..<3 { teeth.insert(Int(corners[3 * f + k])) } }
    let given = places
    for v in teeth {
      let edge = teeth.filter { abs(given[$0].x - given[v].x) < 0.06 }.map { given[$0].y }.min() ?? given[v].y
      if given[v].y - edge < 0.014 { places[v].y = edge + 0.003 }
    }
  }
  /// Vertices of teeth, gums and tongue.
  private static func mouthVertices(_ model: MorphableModel) -> [(Int, FacePart)] {
    let corners = model.triangles.array(Int32.self)
    var found: [Int: FacePart] = [:]
    for (f, part) in model.parts.enumerated() where [.upperTeeth, .lowerTeeth, .gums, .tongue].contains(part) {
      for k in 0..<3 where found[Int(corners[3 * f + k])] != .upperTeeth { found[Int(corners[3 * f + k])] = part }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// How every vertex of the model has moved from where the photo shows it, `[V]`, in head space.
  func movement(_ state: FaceState) -> [SIMD3<Float>] {
    let count = model.expressionNames.count
    func padded(_ e: [Float]) -> [Float] { Array(e.prefix(count)) + [Float](repeating: 0, count: max(0, count - e.count)) }
    let change = zip(padded(state.expression), padded(source.expression)).map { $0 - $1 }
    let flat = withoutGradient { Tensor(change, [1, count]).matmul(basis) }.floats
    var moved = (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    turnEyes(&moved, state.gaze)
    Self.keepApart(&moved, places, FaceMeshTopology.lipsInner, corners: 10)
    for eye in [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye] { Self.keepApart(&moved, places, eye, corners: 8) }
    return moved
  }

  private func turnEyes(_ moved: inout [SIMD3<Float>], _ gaze: SIMD2<Float>) {
    func turn(_ gaze: SIMD2<Float>) -> Matrix3 { Matrix3(yaw: gaze.x, pitch: gaze.y, roll: 0) }
    let (now, before) = (turn(gaze), turn(source.gaze))
    for range in model.eyes {
      // The ball's middle lies between its poles.
      let center = (places[range.lowerBound] + places[range.upperBound - 1]) / 2
      for v in range {
        let at = before.transposed * (places[v] - center)
        moved[v] = now * at + center - places[v]
      }
    }
  }

  /// Upper and lower borders of lips or lids meet, and do not cross.
  private static func keepApart(_ moved: inout [SIMD3<Float>], _ places: [SIMD3<Float>], _ loop: [Int], corners: Int) {
    for i in 1..<corners {
      let (upper, lower) = (loop[i], loop[loop.count - i])
      let over = places[lower].y + moved[lower].y - places[upper].y - moved[upper].y
      guard over > 0 else { continue }
      // What gives way is the upper lid, and both lips.
      let share: Float = corners == 8 ? 1 : 0.5
      moved[upper].y += over * share
      moved[lower].y -= over * (1 - share)
    }
  }

  /// How far each eye is open against the photo, right then left, of the model's vertices moved by `moved`.
  func openings(_ moved: [SIMD3<Float>]) -> SIMD2<Float> {
    func opening(_ loop: [Int]) -> Float {
      var (now, before): (Float, Float) = (0, 0)
      for i in 2...6 {
        let (u, l) = (loop[i], loop[16 - i])
        before += max(0, places[u].y - places[l].y)
        now += max(0, places[u].y + moved[u].y - places[l].y - moved[l].y)
      }
      return now / max(before, 0.01)
    }
    return [opening(FaceMeshTopology.rightEye), opening(FaceMeshTopology.leftEye)]
  }
  /// The distance between the inner lips over the mouth's width, of the model's vertices moved by `moved`.
  func lipGap(_ moved: [SIMD3<Float>]) -> Float {
    let loop = FaceMeshTopology.lipsInner
    func at(_ v: Int) -> SIMD3<Float> { places[v] + moved[v] }
    let gap = (3...7).map { at(loop[$0]).y - at(loop[20 - $0]).y }.reduce(0, +) / 5
    return max(0, gap) / max(length(at(61) - at(291)), 0.1)
  }
}
