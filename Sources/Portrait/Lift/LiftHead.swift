import Face
import Foundation
import Torch
import Tracking

/// The head model as one photo shows it, its landmarks brought exactly onto those seen, and how it moves from there.
package struct LiftHead {
  let model: MorphableModel
  /// What the photo shows.
  let source: FaceState
  /// Beside identity and expression, of the landmarks, in head units: tracking a film of the same person takes it too.
  let calibration: [SIMD3<Float>]
  /// All vertices in head space as the photo shows them.
  package let places: [SIMD3<Float>]
  /// Its vertices.
  private let tongue: [Int]
  /// What a blink of the right and of the left eye moves, `[V]` each; empty where the model has none.
  private let blinks: [[SIMD3<Float>]]
  private let parting: LipParting
  /// `[52, V * 3]`.
  private let basis: Tensor

  private static let tongueFollows: Float = 0.8
  /// Shares of an eye's opening in the photo: what counts as closed, and from where on lids go there.
  private static let shut: Float = 0.15, nearlyShut: Float = 0.3

  init(_ model: MorphableModel, _ source: FaceState, landmarks: FaceLandmarks, camera: Camera) {
    let seen = camera.inHead(source.pose)
    let bare = FittedHead(model, identity: source.identity, calibration: []).landmarks(source)
    let calibration = bare.enumerated().map { i, p in
      let shown = seen.project(p)
      return seen.unproject(landmarks[i], depth: shown.z) - p
    }
    self.init(model, source, calibration: calibration)
  }
  package init(_ model: MorphableModel, _ source: FaceState, calibration: [SIMD3<Float>]) {
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
      places[v] += shift - SIMD3(offsets[3 * v], offsets[3 * v + 1], offsets[3 * v + 2]) - (part == .upperTeeth ? [0, 0.006, 0] : .zero)
      // A tongue at rest lies higher than the model's.
      if part == .tongue { places[v].y += 0.02 }
    }
    tongue = Self.mouthVertices(model).filter { $0.1 == .tongue }.map(\.0)
    Self.flattenTeeth(&places, model, .upperTeeth, down: 1)
    Self.flattenTeeth(&places, model, .lowerTeeth, down: -1)
    self.places = places
    parting = LipParting(model, places)
    let basis = model.expressionBasis.reshape(model.expressionNames.count, -1)
    self.basis = basis
    blinks = ["eyeBlinkRight", "eyeBlinkLeft"].map { name in
      guard let i = model.expressionIndex(name) else { return [] }
      let row = basis[.at(i)].floats
      return (0..<row.count / 3).map { SIMD3(row[3 * $0], row[3 * $0 + 1], row[3 * $0 + 2]) }
    }
  }

  /// Fills the notches between the edges of a row of teeth, which at the size of a photo are a ragged line; `down` is -1 for the lower row.
  private static func flattenTeeth(_ places: inout [SIMD3<Float>], _ model: MorphableModel, _ kind: FacePart, down: Float) {
    let corners = model.triangles.array(Int32.self)
    var teeth = Set<Int>()
    for (f, part) in model.parts.enumerated() where part == kind { for k in 0..<3 { teeth.insert(Int(corners[3 * f + k])) } }
    let given = places
    for v in teeth {
      let edge = teeth.filter { abs(given[$0].x - given[v].x) < 0.06 }.map { down * given[$0].y }.min() ?? down * given[v].y
      if down * given[v].y - edge < 0.014 { places[v].y = down * (edge + 0.003) }
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
  package func movement(_ state: FaceState) -> [SIMD3<Float>] {
    let count = model.expressionNames.count
    func padded(_ e: [Float]) -> [Float] { Array(e.prefix(count)) + [Float](repeating: 0, count: max(0, count - e.count)) }
    let change = zip(padded(state.expression), padded(source.expression)).map { $0 - $1 }
    let flat = withoutGradient { Tensor(change, [1, count]).matmul(basis) }.floats
    var moved = (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    closeLids(&moved, state)
    turnEyes(&moved, state.gaze)
    // The tongue goes down with the jaw, but not as far.
    for v in tongue { moved[v] *= Self.tongueFollows }
    Self.keepApart(&moved, places, FaceMeshTopology.lipsInner, corners: 10)
    parting.apply(&moved, places)
    for eye in [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye] { Self.keepApart(&moved, places, eye, corners: 8) }
    return moved
  }

  /// A blink closes this person's eyes, which may be larger than the model's, and lids that nearly meet close.
  private func closeLids(_ moved: inout [SIMD3<Float>], _ state: FaceState) {
    let names = ["eyeBlinkRight", "eyeBlinkLeft"], loops = [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye]
    for (blink, (name, loop)) in zip(blinks, zip(names, loops)) where !blink.isEmpty {
      var (before, now, change): (Float, Float, Float) = (0, 0, 0)
      for i in 2...6 {
        let (u, l) = (loop[i], loop[16 - i])
        before += places[u].y - places[l].y
        now += places[u].y + moved[u].y - places[l].y - moved[l].y
        change += blink[u].y - blink[l].y
      }
      if let k = model.expressionIndex(name), change < -0.01 {
        func shut(_ state: FaceState) -> Float { state.expression.indices.contains(k) ? min(max(state.expression[k], 0), 1) : 0 }
        let rest = 1 - shut(source), way = shut(state) - shut(source)
        let larger = min(max(-before / change / max(rest, 0.2) - 1, -0.3), 0.8)
        for v in moved.indices { moved[v] += blink[v] * (way * larger) }
        now += change * way * larger
      }
      let open = now / max(before, 0.01)
      guard open < Self.nearlyShut, change < -0.01 else { continue }
      let wanted = max(0, (open - Self.shut) / (Self.nearlyShut - Self.shut) * Self.nearlyShut)
      let more = min(max((wanted * max(before, 0.01) - now) / change, 0), 1)
      for v in moved.indices { moved[v] += blink[v] * more }
    }
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
  /// The lips' inner border, from the right corner over the upper lip, of the model's vertices moved by `moved`.
  func lips(_ moved: [SIMD3<Float>]) -> [SIMD2<Float>] {
    FaceMeshTopology.lipsInner.map { v in
      let p = places[v] + moved[v]
      return [p.x, p.y]
    }
  }
  /// From corner to corner of the mouth, likewise.
  func mouthWidth(_ moved: [SIMD3<Float>]) -> Float {
    func at(_ v: Int) -> SIMD3<Float> { moved.isEmpty ? places[v] : places[v] + moved[v] }
    return max(length(at(61) - at(291)), 0.1)
  }
  /// The distance between the inner lips over the mouth's width, of the model's vertices moved by `moved`; of the photo's where that is empty.
  func lipGap(_ moved: [SIMD3<Float>]) -> Float {
    let loop = FaceMeshTopology.lipsInner
    func at(_ v: Int) -> SIMD3<Float> { moved.isEmpty ? places[v] : places[v] + moved[v] }
    let gap = (3...7).map { at(loop[$0]).y - at(loop[20 - $0]).y }.reduce(0, +) / 5
    return max(0, gap) / mouthWidth(moved)
  }
}
