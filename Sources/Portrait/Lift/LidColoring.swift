import Face
import Foundation
import Tracking

/// What a closing upper lid is colored with: the tone of the skin above its crease and below the eye, the detail of the skin below, and a
/// dark line of lashes at its margin.
///
/// An open eye shows a lid as a strip of a few pixels with the lashes' shadow; stretched over the eye that would smear.
struct LidColoring {
  /// At each vertex of a surface: where its substitute color lies in the photo, how far that counts against its own color, and how far it goes
  /// over to both as the right and the left lid close.
  private(set) var texels: [SIMD2<Float>]
  private(set) var shares: [Float]
  private(set) var lids: [SIMD2<Float>]
  /// What the substitute's share is added to.
  private(set) var colors: [SIMD3<Float>]

  init(_ surface: HeadSurface, head: LiftHead, photo: LiftPhoto, pixels: PixelPlane) {
    let count = head.model.vertexCount
    texels = [SIMD2<Float>](repeating: .zero, count: surface.count)
    shares = [Float](repeating: 0, count: surface.count)
    lids = [SIMD2<Float>](repeating: .zero, count: surface.count)
    colors = [SIMD3<Float>](repeating: .zero, count: surface.count)
    let even = pixels.blurred(2, rounds: 2)
    let camera = photo.camera.inHead(head.source.pose)
    func shown(_ v: Int) -> SIMD2<Float> {
      let p = camera.project(head.places[v])
      return [p.x, p.y]
    }
    for (eye, loops) in [(FaceMeshTopology.rightEye, FaceMeshTopology.rightLid), (FaceMeshTopology.leftEye, FaceMeshTopology.leftLid)]
      .enumerated()
    {
      let (margin, crease) = loops
      let way = Self.way(head.model, margin: margin, crease: crease)
      let corner = (shown(margin[0]) + shown(margin[8])) / 2
      let fold = crease.map(shown)
      let opening = abs((shown(margin[4]) - shown(margin[12])).y)
      let brow = (eye == 0 ? FaceMeshTopology.rightBrow : FaceMeshTopology.leftBrow).suffix(4).map(shown).reduce(.zero, +) / 4
      let room = max(2, fold[4].y - brow.y)
      let height = max(opening, 4)
      var place = [SIMD2<Float>](repeating: .zero, count: count), share = [Float](repeating: 0, count: count)
      // How near the margin, from corner to corner: lashes are a line over the whole lid.
      var edge = share
      var tone = [SIMD3<Float>](repeating: .zero, count: count)
      var isLid = [Bool](repeating: false, count: count)
      for (v, t) in way {
        let p = shown(v) - corner, angle = atan2(p.y, p.x)
        let near =
          (0..<16).min { a, b in
            func off(_ k: Int) -> Float {
              let q = fold[k] - corner
              return abs(remainder(atan2(q.y, q.x) - angle, 2 * .pi))
            }
            return off(a) < off(b)
          } ?? 0
        let exact = margin.firstIndex(of: v) ?? crease.firstIndex(of: v) ?? near
        let isUpper = (1...7).contains(exact)
        let below = fold[isUpper ? 16 - exact : exact]
        // The lid's crease lies on the fold below the eye, its margin further down.
        place[v] = below + SIMD2(0, (0.25 + 0.75 * t) * height)
        let above = fold[exact] - SIMD2(0, 0.18 * room)
        tone[v] = even.color(above) * 0.45 + even.color(below + SIMD2(0, 0.3 * height)) * 0.55
        share[v] = isUpper ? t * sin(Float(exact) / 8 * .pi).squareRoot() : 0
        if isUpper { edge[v] = t * min(1, 2.5 * sin(Float(exact) / 8 * .pi)) }
        isLid[v] = true
      }
      let lashes = (2...6).map { pixels.color(shown(margin[$0])) }.reduce(.zero, +) / 5 * 0.55
      let fine = surface.interpolated(share), margins = surface.interpolated(edge)
      for v in 0..<surface.count where fine[v] > 0 {
        let l = surface.links[v], w = surface.weights[v]
        guard (0..<3).allSatisfy({ w[$0] == 0 || isLid[Int(l[$0])] }) else { continue }
        texels[v] = (0..<3).reduce(SIMD2<Float>.zero) { $0 + place[Int(l[$1])] * w[$1] }
        lids[v][eye] = smoothstep(0, 0.35, fine[v])
        shares[v] = 0.8
        let skin = (0..<3).reduce(SIMD3<Float>.zero) { $0 + tone[Int(l[$1])] * w[$1] }
        colors[v] = skin + (lashes - skin) * (0.85 * smoothstep(0.72, 1, margins[v])) - even.color(texels[v]) * shares[v]
      }
    }
  }

  /// The lid's vertices with their way from the crease (0) to the margin (1), by evening out between both.
  private static func way(_ model: MorphableModel, margin: [Int], crease: [Int]) -> [(Int, Float)] {
    let corners = model.triangles.array(Int32.self)
    var around: [Int: Set<Int>] = [:]
    let both = Set(margin + crease)
    var reached = both
    // The lids of this eye: eyelid triangles that hang together with its loops.
    let lidTriangles = model.parts.indices.filter { model.parts[$0] == .eyelid }.map { f in (0..<3).map { Int(corners[3 * f + $0]) } }
    for _ in 0..<4 { for t in lidTriangles where t.contains(where: reached.contains) { reached.formUnion(t) } }
    for t in lidTriangles where t.allSatisfy(reached.contains) {
      for (a, b) in [(0, 1), (1, 2), (2, 0)] {
        around[t[a], default: []].insert(t[b])
        around[t[b], default: []].insert(t[a])
      }
    }
    var value = [Int: Float]()
    for v in reached { value[v] = 0.5 }
    for v in crease { value[v] = 0 }
    for v in margin { value[v] = 1 }
    // In an order of their own, which that of sets is not: the same photo gives the same bits.
    let free = around.keys.filter { !both.contains($0) }.sorted().map { ($0, (around[$0] ?? []).sorted()) }
    for _ in 0..<30 {
      for (v, all) in free { value[v] = all.reduce(0) { $0 + (value[$1] ?? 0) } / Float(all.count) }
    }
    return value.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
  }
}
