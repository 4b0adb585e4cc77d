import Face
import Foundation

/// Brings a head's surface to the person's outline: the scalp grows into the hair, and nothing stands out of the mask.
struct HeadOutline {
  private static let bins = 180
  /// How far hair may stand off the skull, over the skull's own reach.
  private static let most: Float = 1.6
  /// How far hair lifts the crown at most, and how far the hair's outline lies behind the skull's, head units.
  private static let mostLift: Float = 0.25, recess: Float = 0.07

  /// Moves the vertices of `surface`; `scalp` says how far each is scalp.
  static func fit(_ surface: inout HeadSurface, scalp: [Float], head: LiftHead, photo: LiftPhoto) {
    let camera = photo.camera.inHead(head.source.pose)
    let toCamera = camera.worldToCamera, toHead = camera.cameraToWorld
    // Between the ears, where a skull is widest.
    let sides = (head.places[234] + head.places[454]) / 2
    let center = toCamera.apply(sides + [0, 0.25, -0.25])
    let depth = -center.z
    func flat(_ p: SIMD3<Float>) -> SIMD2<Float> { [p.x / -p.z * depth, p.y / -p.z * depth] }
    let middle = flat(center)
    func bin(_ v: SIMD2<Float>) -> Int { (Int((atan2(v.y, v.x) / (2 * .pi) * Float(bins)).rounded()) + bins) % bins }

    var own = [Float](repeating: 0, count: bins)
    let seen = surface.places.map { toCamera.apply($0) }
    for p in seen {
      let v = flat(p) - middle
      own[bin(v)] = max(own[bin(v)], length2(v))
    }
    own = smooth(own, 1)
    let pixel = depth / camera.focal.x
    let growth = (0..<bins).map { k -> Float in
      let angle = Float(k) / Float(bins) * 2 * .pi
      let way = SIMD2(cos(angle), sin(angle))
      var reach = own[k] * 0.6, isEar = false
      while reach < own[k] * most {
        let p = middle + way * reach
        let at = SIMD2(camera.center.x + camera.focal.x * p.x / depth, camera.center.y - camera.focal.y * p.y / depth)
        let label = photo.label(at)
        guard photo.alpha.read(at) > 0.6, label != .torso, label != .neck else { break }
        isEar = isEar || label == .ears
        reach += pixel
      }
      // Where an ear stands off the head the outline says nothing of its hair.
      if isEar { reach = min(reach, max(own[k], 0.1) + 2 * pixel) }
      // A little inside: the rim is soft, and the sheet's.
      return min(max((reach - 2 * pixel) / max(own[k], 0.1), 0.8), most)
    }
    let even = smooth(growth, 3)
    let above = (0..<bins).filter { $0 > 0 && $0 < bins / 2 }
    let mean = above.map { even[$0] }.reduce(0, +) / Float(above.count)
    let thickness = (mean - 1) * above.map { own[$0] }.reduce(0, +) / Float(above.count)
    let lift = min(max(1.1 * thickness, 0), mostLift), longer = min(max(mean - 1.25, 0), 0.3)
    // Up and backwards.
    let crown = toCamera.rotation * SIMD3<Float>(0, 0.7, -0.71)
    for v in surface.places.indices where scalp[v] > 0 {
      var p = seen[v]
      let factor = 1 + scalp[v] * (even[bin(flat(p) - middle)] - 1)
      let scaled = middle + (flat(p) - middle) * factor
      let way = normalized(p - center), isBehind = p.z < center.z
      // Only much hair makes the back of a head longer, and none the forehead; over the crown it stands as thick as at the sides.
      let deep = center.z + (p.z - center.z) * (1 + scalp[v] * (isBehind ? longer : 0)) - scalp[v] * recess
      p = [scaled.x / depth * -deep, scaled.y / depth * -deep, deep]
      p += way * (scalp[v] * lift * smoothstep(0, 1, dot(way, crown)) * smoothstep(-0.05, 0.35, -way.z))
      surface.places[v] = toHead.apply(p)
    }
    shrink(&surface, camera, photo.alpha)
  }

  /// Moves what lies outside the mask to its border, towards the middle of the face.
  private static func shrink(_ surface: inout HeadSurface, _ camera: Camera, _ alpha: PixelPlane) {
    let middle = camera.project(SIMD3(0, 0, 0.5))
    let goal = SIMD2(middle.x, middle.y)
    let toHead = camera.cameraToWorld
    var moves = [SIMD3<Float>](repeating: .zero, count: surface.count)
    for v in surface.places.indices {
      let s = camera.project(surface.places[v])
      var p = SIMD2(s.x, s.y)
      guard alpha.read(p) < 0.55 else { continue }
      let way = (goal - p) / max(length2(goal - p), 1e-3)
      // As far as it takes: one that stayed outside while its neighbors come back would be a horn.
      let most = Int(length2(goal - p))
      var steps = 0
      while alpha.read(p) < 0.75, steps < most {
        p += way
        steps += 1
      }
      guard steps < most else { continue }
      let d = (p - SIMD2(s.x, s.y)) * (s.z / camera.focal.x)
      moves[v] = toHead.rotation * SIMD3(d.x, -d.y, 0)
    }
    for v in moves.indices { surface.places[v] += moves[v] }
  }

  private static func length2(_ v: SIMD2<Float>) -> Float { (v * v).sum().squareRoot() }
  /// A mean over neighbors on the circle, weighted by a bell.
  private static func smooth(_ values: [Float], _ sigma: Float) -> [Float] {
    let n = values.count, reach = Int(3 * sigma)
    return (0..<n).map { k in
      var (sum, total) = (Float(0), Float(0))
      for j in -reach...reach {
        let w = exp(-0.5 * Float(j * j) / (sigma * sigma))
        sum += w * values[(k + j + n) % n]
        total += w
      }
      return sum / total
    }
  }
}
