import Face
import Torch

extension LiftFrame {
  /// `draw` in plain Swift, for tests: every formula as it is written down, sample by sample.
  func referenceDraw() -> RenderedFrame {
    let reference = ReferenceLift(self)
    return reference.image()
  }
}

/// The reference of the fused kernel: each triangle is tried at each sample of its box, the whole image at once.
private struct ReferenceLift {
  private static let samples = 2, steps: Float = 256
  private struct Corner {
    var x, y: Int
    var inverseDepth: Float
    var numbers: [Float]
  }
  private struct Hit {
    var inverseDepth: Float = 0
    var triangle = -1
  }

  private let frame: LiftFrame
  private let width, height: Int
  private var triangles: [[Corner]] = []
  private var labels: [UInt8] = []
  /// Nearest triangles of all layers.
  private var hits: [[Hit]]
  private let paint: LiftPaint

  init(_ frame: LiftFrame) {
    self.frame = frame
    (width, height) = (frame.camera.width * Self.samples, frame.camera.height * Self.samples)
    let t = frame.tensors
    paint = LiftPaint(t["texture"]!)
    hits = Array(repeating: Array(repeating: Hit(), count: width * height), count: 3)
    let base = t["base"]!.floats, links = t["links"]!.array(Int32.self), shares = t["shares"]!.floats, numbers = t["numbers"]!.floats
    let corners: [Corner?] = (0..<base.count / 3).map { v in
      let first = SIMD3(base[3 * v], base[3 * v + 1], base[3 * v + 2])
      var place = first
      for k in 0..<4 { place += shares[4 * v + k] * frame.moved[Int(links[4 * v + k])] }
      let n = frame.numbers(Array(numbers[16 * v..<16 * v + 16]), at: place)
      let head = frame.head.apply(place), torso = frame.torso.apply(place)
      let moving = head + n[11] * (torso - head)
      let p = moving + max(-n[15], 0) * (frame.still.apply(first) - moving)
      guard p.z < -0.05 else { return nil }
      let camera = frame.camera
      let x = (camera.center.x - camera.focal.x * p.x / p.z) * Float(Self.samples)
      let y = (camera.center.y + camera.focal.y * p.y / p.z) * Float(Self.samples)
      guard abs(x) < 16384, abs(y) < 16384 else { return nil }
      return Corner(
        x: Int((x * Self.steps).rounded()), y: Int((y * Self.steps).rounded()), inverseDepth: -1 / p.z, numbers: n)
    }
    let faces = t["triangles"]!.array(Int32.self), kinds = t["kinds"]!.array(UInt8.self)
    for f in 0..<faces.count / 3 {
      let all = (0..<3).compactMap { corners[Int(faces[3 * f + $0])] }
      guard all.count == 3 else { continue }
      fill(all, layer: kinds[2 * f] & 4 != 0 ? 2 : Int(kinds[2 * f] & 1), twoSided: kinds[2 * f] & 2 != 0, label: kinds[2 * f + 1])
    }
  }

  /// Twice the area on the left of a -> b as seen with y down, in steps squared.
  private static func edge(_ a: Corner, _ b: Corner, _ x: Int, _ y: Int) -> Int { (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) }

  private mutating func fill(_ given: [Corner], layer: Int, twoSided: Bool, label: UInt8) {
    var t = given
    var area = Self.edge(t[0], t[1], t[2].x, t[2].y)
    guard area != 0, area < 0 || layer > 0 || twoSided else { return }
    if area < 0 {
      t.swapAt(1, 2)
      area = -area
    }
    let number = triangles.count
    triangles.append(t)
    labels.append(label)
    let step = Int(Self.steps), xs = t.map(\.x), ys = t.map(\.y)
    let columns = (xs.min()! / step - 1..<xs.max()! / step + 2).clamped(to: 0..<width)
    let rows = (ys.min()! / step - 1..<ys.max()! / step + 2).clamped(to: 0..<height)
    for y in rows {
      for x in columns {
        let (px, py) = (x * step + step / 2, y * step + step / 2)
        var isInside = true
        var near: Float = 0
        for k in 0..<3 {
          let a = t[(k + 1) % 3], b = t[(k + 2) % 3]
          let e = Self.edge(a, b, px, py)
          let isOwned = b.y < a.y || (b.y == a.y && b.x > a.x)
          isInside = isInside && (e > 0 || (e == 0 && isOwned))
          near += Float(e) * t[k].inverseDepth
        }
        near /= Float(area)
        if isInside, near > hits[layer][y * width + x].inverseDepth {
          hits[layer][y * width + x] = Hit(inverseDepth: near, triangle: number)
        }
      }
    }
  }

  /// Color and opacity of a triangle at a place in samples.
  private func shade(_ number: Int, _ x: Float, _ y: Float) -> (SIMD3<Float>, Float) {
    let t = triangles[number]
    let area = Float(Self.edge(t[0], t[1], t[2].x, t[2].y))
    var shares: [Float] = []
    for k in 0..<3 {
      let a = t[(k + 1) % 3], b = t[(k + 2) % 3]
      let across: Float = Float(b.x - a.x) * (y * Self.steps - Float(a.y)), along: Float = Float(b.y - a.y) * (x * Self.steps - Float(a.x))
      shares.append(max((across - along) / area, 0) * t[k].inverseDepth)
    }
    let total = max(shares.reduce(0, +), 1e-20)
    let n = (0..<16).map { i in (0..<3).reduce(Float(0)) { $0 + t[$1].numbers[i] * shares[$1] } / total }
    return paint.color(n)
  }

  /// The layers together at a sample, seen at a place: color times opacity, and opacity.
  private func layers(_ sample: Int, _ x: Float, _ y: Float) -> SIMD4<Float> {
    let front = hits[1][sample].inverseDepth > hits[0][sample].inverseDepth ? 1 : 0
    var sum = SIMD4<Float>.zero, free: Float = 1
    var order = [front, 1 - front]
    order.insert(2, at: order.firstIndex { hits[2][sample].inverseDepth > hits[$0][sample].inverseDepth } ?? 2)
    for layer in order where hits[layer][sample].triangle >= 0 && free >= 0.004 {
      let (color, opacity) = shade(hits[layer][sample].triangle, x, y)
      sum += SIMD4(color, 1) * (free * opacity)
      free -= free * opacity
    }
    return sum
  }

  func image() -> RenderedFrame {
    let (w, h) = (frame.camera.width, frame.camera.height)
    let plate = frame.plate.floats
    var rgb = [Float](repeating: 0, count: w * h * 3), depth = [Float](repeating: 0, count: w * h), opacity = depth
    var classes = [UInt8](repeating: 0, count: w * h)
    for pixel in 0..<w * h {
      let (x, y) = (pixel % w * 2, pixel / w * 2)
      let at = [(0, 0), (1, 0), (0, 1), (1, 1)].map { (y + $0.1) * width + x + $0.0 }
      let isOne = at.allSatisfy { s in (0..<3).allSatisfy { hits[$0][s].triangle == hits[$0][at[0]].triangle } }
      var sum = SIMD4<Float>.zero
      if isOne {
        sum = layers(at[0], Float(x) + 1, Float(y) + 1)
      } else {
        for (k, s) in at.enumerated() { sum += layers(s, Float(x + k % 2) + 0.5, Float(y + k / 2) + 0.5) * 0.25 }
      }
      var best = Hit()
      for (k, s) in at.enumerated() {
        for layer in 0..<3 where hits[layer][s].inverseDepth > best.inverseDepth {
          let isAir = layer == 2 && shade(hits[layer][s].triangle, Float(x + k % 2) + 0.5, Float(y + k / 2) + 0.5).1 < 0.5
          if !isAir { best = hits[layer][s] }
        }
      }
      for c in 0..<3 { rgb[3 * pixel + c] = min(max(sum[c] + (1 - sum.w) * plate[3 * pixel + c], 0), 1) }
      depth[pixel] = best.inverseDepth > 0 ? 1 / best.inverseDepth : 0
      opacity[pixel] = sum.w
      classes[pixel] = best.triangle >= 0 && sum.w > 0.5 ? labels[best.triangle] : 0
    }
    return RenderedFrame(
      rgb: Tensor(rgb, [h, w, 3]), labels: Tensor(classes, [h, w]), depth: Tensor(depth, [h, w]), opacity: Tensor(opacity, [h, w]))
  }
}
