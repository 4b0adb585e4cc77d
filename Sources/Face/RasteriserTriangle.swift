/// One corner on its way to the screen: where in the camera, and with which weights of the triangle's own corners.
struct ClipCorner {
  var position: SIMD3<Float>
  var weights: SIMD3<Float>
}

/// A triangle in front of the near plane, ready to be filled.
struct ScreenTriangle {
  static let subpixels: Float = 4096
  static let shift: Int64 = 12

  var index: Int32
  /// Corners in 1/4096 of a pixel, in the order in which their area is positive on a screen whose y runs down.
  var x: SIMD3<Int32>
  var y: SIMD3<Int32>
  /// Inverse distance of the corners along the viewing axis.
  var inverseDepth: SIMD3<Float>
  /// The corners' weights of the triangle's own corners, each divided by its depth.
  var weights: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
  var columns: (Int32, Int32)
  var rows: (Int32, Int32)

  /// Draws the part that lies in `rows` where it is nearer than what is there; `image.depth` holds inverse depths meanwhile.
  @inline(__always)
  func fill(_ image: RasterImage, rows band: Range<Int>) {
    let top = max(Int(rows.0), band.lowerBound)
    let bottom = min(Int(rows.1), band.upperBound - 1)
    guard top <= bottom else { return }
    // Edge k lies opposite corner k: e_k(p) = (p - a) x (b - a), positive inside; their sum is twice the area.
    let x = SIMD3<Int64>(truncatingIfNeeded: x), y = SIMD3<Int64>(truncatingIfNeeded: y)
    let ax = SIMD3(x.y, x.z, x.x)
    let ay = SIMD3(y.y, y.z, y.x)
    let dx = SIMD3(x.z, x.x, x.y) &- ax
    let dy = SIMD3(y.z, y.x, y.y) &- ay
    let area = (x.y &- x.x) &* (y.z &- y.x) &- (x.z &- x.x) &* (y.y &- y.x)
    let inverseArea = 1 / Float(area)
    let one: Int64 = 1 << Self.shift
    let first = Int(columns.0)
    let last = Int(columns.1)
    let px = Int64(first) * one + one / 2
    let py = Int64(top) * one + one / 2
    var edge0 = dx.x &* (py &- ay.x) &- dy.x &* (px &- ax.x)
    var edge1 = dx.y &* (py &- ay.y) &- dy.y &* (px &- ax.y)
    var edge2 = dx.z &* (py &- ay.z) &- dy.z &* (px &- ax.z)
    let step0 = -dy.x &* one
    let step1 = -dy.y &* one
    let step2 = -dy.z &* one
    let down0 = dx.x &* one
    let down1 = dx.y &* one
    let down2 = dx.z &* one
    // Top-left rule: a centre on an edge is inside if the edge is a left one, or a level one on top.
    let bias0 = Self.owned(dx.x, dy.x)
    let bias1 = Self.owned(dx.y, dy.y)
    let bias2 = Self.owned(dx.z, dy.z)
    let width = image.width
    for row in top...bottom {
      var e0 = edge0
      var e1 = edge1
      var e2 = edge2
      var entered = false
      var at = row * width + first
      for _ in first...last {
        if (e0 &- bias0) | (e1 &- bias1) | (e2 &- bias2) >= 0 {
          entered = true
          let l0 = Float(e0) * inverseArea
          let l1 = Float(e1) * inverseArea
          let l2 = Float(e2) * inverseArea
          let inverse = l0 * inverseDepth.x + l1 * inverseDepth.y + l2 * inverseDepth.z
          if inverse > image.depth[at] {
            image.depth[at] = inverse
            image.triangle[at] = index
            image.barycentrics[at] = (l0 * weights.0 + l1 * weights.1 + l2 * weights.2) / inverse
          }
        } else if entered {
          break
        }
        e0 &+= step0
        e1 &+= step1
        e2 &+= step2
        at += 1
      }
      edge0 &+= down0
      edge1 &+= down1
      edge2 &+= down2
    }
  }

  /// 0 if centres on this edge belong to the triangle, 1 if they belong to its neighbour.
  @inline(__always)
  private static func owned(_ dx: Int64, _ dy: Int64) -> Int64 {
    // Inside lies to the right of the direction as seen with y down: left edges run up, top edges run right.
    dy < 0 || (dy == 0 && dx > 0) ? 0 : 1
  }
}

/// Makes `ScreenTriangle`s: cuts at the near plane, projects, snaps, orients.
struct TriangleSetup {
  let view: Rasteriser
  let width: Int
  let height: Int

  /// Adds what is seen of the triangle `a`, `b`, `c`, given in camera space: none, one or two screen triangles.
  func add(_ index: Int32, _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, to out: inout [ScreenTriangle]) {
    let plane = -view.near
    let inside = (a.z <= plane ? 1 : 0) + (b.z <= plane ? 1 : 0) + (c.z <= plane ? 1 : 0)
    let corners = (
      ClipCorner(position: a, weights: SIMD3(1, 0, 0)), ClipCorner(position: b, weights: SIMD3(0, 1, 0)),
      ClipCorner(position: c, weights: SIMD3(0, 0, 1))
    )
    if inside == 3 {
      emit(index, corners.0, corners.1, corners.2, to: &out)
    } else if inside > 0 {
      var kept: [ClipCorner] = []
      let loop = [corners.0, corners.1, corners.2]
      for i in 0..<3 {
        let from = loop[i]
        let to = loop[(i + 1) % 3]
        if from.position.z <= plane { kept.append(from) }
        if (from.position.z <= plane) != (to.position.z <= plane) { kept.append(cut(from, to, plane)) }
      }
      emit(index, kept[0], kept[1], kept[2], to: &out)
      if kept.count == 4 { emit(index, kept[0], kept[2], kept[3], to: &out) }
    }
  }

  /// Where the edge meets the plane, computed from its inner to its outer end so that both triangles beside the edge get the same point.
  private func cut(_ from: ClipCorner, _ to: ClipCorner, _ plane: Float) -> ClipCorner {
    let (inner, outer) = from.position.z <= plane ? (from, to) : (to, from)
    let t = (plane - inner.position.z) / (outer.position.z - inner.position.z)
    var position = inner.position + t * (outer.position - inner.position)
    position.z = plane
    return ClipCorner(position: position, weights: inner.weights + t * (outer.weights - inner.weights))
  }

  private func emit(_ index: Int32, _ a: ClipCorner, _ b: ClipCorner, _ c: ClipCorner, to out: inout [ScreenTriangle]) {
    let pa = project(a.position)
    let pb = project(b.position)
    let pc = project(c.position)
    let check = pa.x + pa.y + pb.x + pb.y + pc.x + pc.y
    guard check.isFinite else { return }
    let low = SIMD2(min(pa.x, pb.x, pc.x), min(pa.y, pb.y, pc.y))
    let high = SIMD2(max(pa.x, pb.x, pc.x), max(pa.y, pb.y, pc.y))
    guard high.x >= 0.5, high.y >= 0.5, low.x <= Float(width) - 0.5, low.y <= Float(height) - 0.5 else { return }
    let xa = snap(pa.x)
    let ya = snap(pa.y)
    let xb = snap(pb.x)
    let yb = snap(pb.y)
    let xc = snap(pc.x)
    let yc = snap(pc.y)
    let area = (xb &- xa) &* (yc &- ya) &- (xc &- xa) &* (yb &- ya)
    // y runs down, so corners that run counterclockwise as seen have a negative area here.
    if area == 0 || (view.culling == .back && area > 0) { return }
    // One more pixel than the bounds need on each side would be harmless; one less would be a gap.
    let columns = (Int32(max(0, (low.x - 0.5).rounded(.down))), Int32(min(Float(width - 1), (high.x - 0.5).rounded(.up))))
    let rows = (Int32(max(0, (low.y - 0.5).rounded(.down))), Int32(min(Float(height - 1), (high.y - 0.5).rounded(.up))))
    let ia = -1 / a.position.z
    let ib = -1 / b.position.z
    let ic = -1 / c.position.z
    if area > 0 {
      out.append(
        ScreenTriangle(
          index: index, x: Self.pack(xa, xb, xc), y: Self.pack(ya, yb, yc), inverseDepth: SIMD3(ia, ib, ic),
          weights: (ia * a.weights, ib * b.weights, ic * c.weights), columns: columns, rows: rows))
    } else {
      out.append(
        ScreenTriangle(
          index: index, x: Self.pack(xa, xc, xb), y: Self.pack(ya, yc, yb), inverseDepth: SIMD3(ia, ic, ib),
          weights: (ia * a.weights, ic * c.weights, ib * b.weights), columns: columns, rows: rows))
    }
  }

  @inline(__always) private static func pack(_ a: Int64, _ b: Int64, _ c: Int64) -> SIMD3<Int32> {
    SIMD3(Int32(truncatingIfNeeded: a), Int32(truncatingIfNeeded: b), Int32(truncatingIfNeeded: c))
  }
  @inline(__always) private func project(_ p: SIMD3<Float>) -> SIMD2<Float> {
    SIMD2(view.center.x - view.focal.x * p.x / p.z, view.center.y + view.focal.y * p.y / p.z)
  }

  /// To 1/4096 of a pixel; what lies beyond 65,536 pixels, which only the near plane brings about, stays there so that products fit.
  @inline(__always) private func snap(_ v: Float) -> Int64 {
    Int64((max(-65536, min(65536, v)) * ScreenTriangle.subpixels).rounded())
  }
}
