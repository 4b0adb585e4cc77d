import Face
import Foundation
import Segmentation
import Tracking

/// An eyeball as one image about the direction of its gaze: what the photo shows between the lids, iris and sclera completed beneath them.
struct EyeTexture {
  static let side = 128
  /// How far from the gaze its border lies, radians.
  static let reach: Float = 85 * .pi / 180
  let color: PixelPlane

  /// Of eye 0 (the subject's right) or 1.
  init(_ eye: Int, head: LiftHead, photo: LiftPhoto, pixels: PixelPlane) {
    let range = head.model.eyes[eye]
    let front = head.places[range.lowerBound], back = head.places[range.upperBound - 1]
    let center = (front + back) / 2, radius = length(front - center)
    let gaze = Matrix3(yaw: head.source.gaze.x, pitch: head.source.gaze.y, roll: 0)
    let camera = photo.camera.inHead(head.source.pose)
    let lids = (eye == 0 ? MeshContour.rightEye : MeshContour.leftEye).map { photo.landmarks[$0] }
    let iris = eye == 0 ? 468 : 473
    let middle = photo.landmarks[iris]
    let rim =
      (1...4).map { k -> Float in
        let d = photo.landmarks[iris + k] - middle
        return (d * d).sum().squareRoot()
      }.max() ?? 0
    let depth = camera.project(center).z - radius
    let irisAngle = min(max(asin(min(rim * depth / camera.focal.x / radius, 0.9)), 0.3), 0.75)

    let n = Self.side
    var color = PixelPlane(width: n, height: n, channels: 3), known = [Float](repeating: 0, count: n * n)
    var angles = known
    // Lids hide the rim of what they border, and lashes hang over it.
    let opening = max((lids[4] - lids[12]).y.magnitude, 1)
    for k in 0..<n * n {
      let q = SIMD2(Float(k % n) + 0.5, Float(k / n) + 0.5) / Float(n) * 2 - 1
      let far = (q * q).sum().squareRoot(), angle = far * Self.reach
      angles[k] = angle
      guard angle < .pi / 2 else { continue }
      let s = far > 0 ? sin(angle) / far : 0
      let place = center + gaze * SIMD3(q.x * s, -q.y * s, cos(angle)) * radius
      let p = camera.project(place), at = SIMD2(p.x, p.y)
      for c in 0..<3 { color.values[3 * k + c] = pixels.read(at, c) }
      // The upper lid's lashes and their shadow go with the lid.
      let within = inside(at, lids) / opening, under = distance(at, Array(lids[0...8])) / opening
      known[k] = smoothstep(0.02, 0.14, within) * smoothstep(0.1, 0.28, under)
    }
    Self.completeIris(&color, known: &known, angles, irisAngle)
    // The rest of the sclera from what is seen of it, not from the iris.
    var white = color
    let weights = (0..<n * n).map { angles[$0] > irisAngle * 1.12 ? known[$0] * known[$0] : 0 }
    if weights.contains(where: { $0 > 0.5 }) { PullPush.fill(&white.values, weights, n, n) }
    for k in 0..<n * n {
      let isWhite = smoothstep(irisAngle * 1.0, irisAngle * 1.12, angles[k]) * (1 - known[k])
      for c in 0..<3 { color.values[3 * k + c] += isWhite * (white.values[3 * k + c] - color.values[3 * k + c]) }
    }
    self.color = color
  }

  /// What is hidden of the iris looks as the rest of it does at the same distance from its middle.
  private static func completeIris(_ color: inout PixelPlane, known: inout [Float], _ angles: [Float], _ irisAngle: Float) {
    let bins = 24, end = irisAngle * 1.15
    var sums = [SIMD3<Float>](repeating: .zero, count: bins), totals = [Float](repeating: 0, count: bins)
    func bin(_ angle: Float) -> Int { min(bins - 1, Int(angle / end * Float(bins))) }
    for k in known.indices where angles[k] < end && known[k] > 0.5 {
      sums[bin(angles[k])] += SIMD3(color.values[3 * k], color.values[3 * k + 1], color.values[3 * k + 2]) * known[k]
      totals[bin(angles[k])] += known[k]
    }
    guard totals.contains(where: { $0 > 3 }) else { return }
    let means: [SIMD3<Float>] = (0..<bins).map { b in
      let near = (0..<bins).filter { totals[$0] > 3 }.min { abs($0 - b) < abs($1 - b) } ?? b
      return sums[near] / max(totals[near], 1)
    }
    for k in known.indices where angles[k] < end {
      let place = max(0, angles[k] / end * Float(bins) - 0.5), b = min(Int(place), bins - 2)
      let mean = means[b] + (means[b + 1] - means[b]) * min(place - Float(b), 1)
      for c in 0..<3 { color.values[3 * k + c] = known[k] * color.values[3 * k + c] + (1 - known[k]) * mean[c] }
      if angles[k] < irisAngle { known[k] = 1 }
    }
  }

  /// Where a vertex of the ball lies in the image, in texels; `direction` is from its middle, as the eye looks along +z.
  static func texel(_ direction: SIMD3<Float>) -> SIMD2<Float> {
    let d = normalized(direction)
    let angle = min(acos(min(1, max(-1, d.z))), reach * 0.98)
    let aside = (d.x * d.x + d.y * d.y).squareRoot()
    let way = aside > 1e-6 ? SIMD2(d.x, -d.y) / aside : .zero
    return (way * (angle / reach) + 1) * (Float(side) / 2)
  }

  /// Both eyeballs as a mesh; `offset` is where the images begin in the texture.
  static func mesh(_ head: LiftHead, offset: SIMD2<Float>) -> LiftMesh {
    var mesh = LiftMesh()
    let corners = head.model.triangles.array(Int32.self)
    let gaze = Matrix3(yaw: head.source.gaze.x, pitch: head.source.gaze.y, roll: 0)
    for (eye, range) in head.model.eyes.enumerated() {
      let first = mesh.vertices.count
      let center = (head.places[range.lowerBound] + head.places[range.upperBound - 1]) / 2
      for v in range {
        var vertex = LiftVertex(place: head.places[v])
        vertex.links = SIMD4(repeating: Int32(v))
        vertex.shares = [1, 0, 0, 0]
        vertex.texel = offset + texel(gaze.transposed * (head.places[v] - center)) + [Float(eye * side), 0]
        vertex.ownShare = 1
        mesh.vertices.append(vertex)
      }
      for f in 0..<corners.count / 3 where range.contains(Int(corners[3 * f])) {
        let t = (0..<3).map { Int(corners[3 * f + $0]) - range.lowerBound + first }
        mesh.add(t[0], t[1], t[2], .solid, .eyes)
      }
    }
    return mesh
  }
}

/// How far inside a polygon a place lies, in its units; negative outside.
func inside(_ p: SIMD2<Float>, _ polygon: [SIMD2<Float>]) -> Float {
  var isInside = false
  for (a, b) in zip(polygon, polygon.dropFirst() + [polygon[0]]) {
    if (a.y > p.y) != (b.y > p.y), p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) { isInside.toggle() }
  }
  let near = distance(p, polygon + [polygon[0]])
  return isInside ? near : -near
}
/// How far a place lies from a line of points.
func distance(_ p: SIMD2<Float>, _ line: [SIMD2<Float>]) -> Float {
  var near = Float.infinity
  for (a, b) in zip(line, line.dropFirst()) {
    let edge = b - a, way = p - a
    let t = min(1, max(0, (way * edge).sum() / max((edge * edge).sum(), 1e-9)))
    let d = way - edge * t
    near = min(near, (d * d).sum())
  }
  return near.squareRoot()
}
