import Face
import Foundation

/// What the photo shows of a head's surface, and what stands in for the rest: a smooth color that goes on from what is seen, with the detail
/// of the other side of the head where that is seen, else of what lies beside it, mirrored.
struct HeadColoring {
  /// Of each vertex: where the photo shows it, in texels, and how far that counts.
  private(set) var texels: [SIMD2<Float>]
  private(set) var seen: [Float]
  /// Where the substitute's detail is shown, how far that counts, and the color that its share is added to.
  private(set) var others: [SIMD2<Float>]
  private(set) var otherShares: [Float]
  private(set) var colors: [SIMD3<Float>]

  /// Cosines of the angle of sight from which the photo counts, and from which in full.
  private static let grazing: Float = 0.10, facing: Float = 0.32
  /// The same of hair, whose rim shows what is behind it.
  private static let hairGrazing: Float = 0.2, hairFacing: Float = 0.45
  /// The square of how far hair's colors lie from its usual one.
  private static let usual: Float = 0.04

  init(_ surface: HeadSurface, scalp: [Float], head: LiftHead, photo: LiftPhoto, pixels: PixelPlane) {
    let camera = photo.camera.inHead(head.source.pose)
    let count = surface.count
    let normals = vertexNormals(surface.places, surface.triangles)
    let half = camera.scaled(width: camera.width / 2, height: camera.height / 2)
    let image = RasterImage(width: half.width, height: half.height)
    Rasteriser(half).draw(surface.places, surface.triangles.flatMap { [$0.x, $0.y, $0.z] }, into: image)
    texels = []
    seen = []
    for v in 0..<count {
      let p = surface.places[v], s = camera.project(p)
      texels.append([s.x, s.y])
      let cosine = dot(normals[v], normalized(camera.position - p))
      let x = min(max(Int(s.x / 2), 0), half.width - 1), y = min(max(Int(s.y / 2), 0), half.height - 1)
      let isInside = s.x > 1 && s.y > 1 && s.x < Float(camera.width) - 1 && s.y < Float(camera.height) - 1
      let free = s.z < image.depth[y * half.width + x] + 0.06 ? Float(1) : 0
      let facing = scalp[v] > 0.5 ? smoothstep(Self.hairGrazing, Self.hairFacing, cosine) : smoothstep(Self.grazing, Self.facing, cosine)
      // An ear before the scalp is no part of it.
      let isEar = scalp[v] > 0.3 && photo.label(texels[v]) == .ears
      // Nor is a collar before the neck.
      let isClothed = photo.label(texels[v]) == .torso
      seen.append(isInside && !isEar && !isClothed ? free * facing : 0)
    }
    let (list, starts) = surface.neighbors
    func around(_ v: Int) -> ArraySlice<Int32> { list[starts[v]..<starts[v + 1]] }
    // A border of what is seen is not to be trusted, and must not be sharp.
    let raw = seen
    for v in 0..<count { seen[v] = around(v).reduce(raw[v]) { min($0, raw[Int($1)] + 0.35) } }
    for _ in 0..<2 {
      let last = seen
      for v in 0..<count where !around(v).isEmpty {
        let mean = around(v).reduce(0) { $0 + last[Int($1)] } / Float(around(v).count)
        seen[v] = min(last[v], (last[v] + mean) / 2 + 0.02)
      }
    }

    let opposite = Self.opposite(surface, head.model)
    let (places, visible) = (texels, seen)
    others = opposite.map { places[$0] }
    otherShares = opposite.map { smoothstep(0.3, 0.9, visible[$0]) }
    colors = [SIMD3<Float>](repeating: [0.5, 0.4, 0.35], count: count)

    // Hair goes on as hair and skin as skin; where the photo shows none of it the scalp is bald.
    let even = pixels.blurred(3, rounds: 2)
    let hairs = HairPixels(head, camera, photo, pixels, even: even), labels = places.map(hairs.label)
    let skin: Set<SemanticClass> = [.skin, .nose, .ears, .neck, .lips]
    // A collar's color reaches over its border.
    let reach = Float(pixels.width) / 64
    let isBesideClothes = places.map { p in [SIMD2(0, reach), [reach, 0], [-reach, 0]].contains { photo.label(p + $0) == .torso } }
    // A head's rim shines, and is partly what is behind it: what is hidden must not go on from there.
    let inner = photo.alpha.blurred(max(2, pixels.width / 96))
    func known(_ v: Int, _ kinds: Set<SemanticClass>) -> Bool {
      // Close-cropped hair is hardly wider than the rim.
      let isInside = photo.alpha.read(places[v]) > 0.9 && (labels[v] == .hair || inner.read(places[v]) > 0.97)
      return visible[v] > 0.6 && kinds.contains(labels[v]) && isInside && !isBesideClothes[v]
    }
    let sample = places.map(even.color)
    // What is called hair and is of another color, an ear or a reflection, must not go on behind the head.
    let facing = Self.middle((0..<count).filter { known($0, [.hair]) }.map { sample[$0] })
    let isBald = hairs.isBald(facing, skin: Self.middle((0..<count).filter { scalp[$0] < 0.3 && known($0, skin) }.map { sample[$0] }))
    let isHairy = !isBald && (0..<count).count { scalp[$0] > 0.5 && known($0, [.hair]) } > 30
    // Behind the ears, above the nape, the model has skin where most people have hair.
    let ear = (head.places[234].z + head.places[454].z) / 2 - 0.2, nape = head.places[2].y
    let isLong = Self.longHair(head, camera, photo)
    let isScalp = (0..<count).map { v in
      let p = surface.places[v]
      return isHairy && (scalp[v] > 0.3 || (p.z < ear && (p.y > nape || (p.x < 0 ? isLong.right : isLong.left))))
    }
    let cropped = isHairy && !isLong.left && !isLong.right ? hairs.cropped(facing) : nil, hair = cropped ?? facing
    func isUsual(_ color: SIMD3<Float>) -> Bool {
      let d = color - hair
      return dot(d, d) < Self.usual
    }
    var origins = [Int32](repeating: -1, count: count)
    for side in [false, true] {
      let mine = (0..<count).map { isScalp[$0] == side }
      let anchors = (0..<count).map { v in
        side ? known(v, [.hair]) && isUsual(sample[v]) : mine[v] && known(v, skin)
      }
      Self.spread(&colors, &origins, sample, anchors: anchors, over: mine, around)
    }
    // Of close-cropped hair too little faces the camera to go on from.
    for v in 0..<count where isScalp[v] && origins[v] < 0 { colors[v] = hair }
    // A bald head's crown shines where it is seen.
    let bald = isHairy ? [] : (0..<count).filter { scalp[$0] > 0.3 && known($0, skin.union([.hair])) }
    let usual = isHairy ? hair : Self.middle(bald.map { sample[$0] })
    for v in 0..<count where origins[v] >= 0 && visible[v] < 0.6 && (isScalp[v] || (bald.count > 30 && scalp[v] > 0.3)) {
      let far = length(surface.places[v] - surface.places[Int(origins[v])])
      colors[v] += (usual - colors[v]) * (0.6 * smoothstep(0.1, 0.7, far))
    }
    // Light comes from above.
    for v in 0..<count where isScalp[v] && visible[v] < 0.6 { colors[v] *= 1 + (0.12 * normals[v].y - 0.04) * (1 - visible[v]) }
    // Detail from beside the border of what is seen, as far inside it as the vertex lies outside.
    let wide = pixels.blurred(max(3, pixels.width / 48), rounds: 2),
      locks = Self.locks(head, camera, photo, pixels, hairs, usually: cropped)
    let middle = camera.project(SIMD3(0, 0.2, 0)), center = SIMD2(middle.x, middle.y)
    for v in 0..<count where origins[v] >= 0 {
      if visible[v] > 0.6 {
        (others[v], otherShares[v]) = (places[v], 0.9)
        continue
      }
      if isScalp[v] {
        if let locks { (others[v], otherShares[v]) = (locks(surface.places[v]), 0.65) }
        continue
      }
      guard otherShares[v] < 0.5 else { continue }
      let from = Int(origins[v]), away = center - places[from]
      let way = length(surface.places[v] - surface.places[from]) * camera.focal.x / camera.project(surface.places[from]).z
      let far = max((away * away).sum().squareRoot(), 1)
      let place = places[from] + away / far * min(way, 0.45 * far)
      let isAlike = skin.contains(hairs.label(place))
      (others[v], otherShares[v]) = (place, isAlike && photo.alpha.read(place) > 0.9 ? 0.9 : 0)
    }
    // Between neighbors whose detail comes from different places there is none.
    let shares = otherShares
    for v in 0..<count {
      for n in around(v) where shares[v] > 0 || shares[Int(n)] > 0 {
        let apart = others[v] - others[Int(n)], own = length(surface.places[v] - surface.places[Int(n)]) * camera.focal.x / 10
        if (apart * apart).sum().squareRoot() > 2.5 * own + 4 { otherShares[v] = 0 }
      }
    }
    for v in 0..<count {
      let isFar = isScalp[v] && visible[v] < 0.6
      colors[v] -= (isFar ? wide : even).color(others[v]) * otherShares[v]
    }
  }

  /// Whether hair falls beside the neck, on the person's right and left.
  private static func longHair(_ head: LiftHead, _ camera: Camera, _ photo: LiftPhoto) -> (right: Bool, left: Bool) {
    func isHair(_ side: Float) -> Bool {
      let chin = head.places[152]
      let labels = (0..<12).map { k -> SemanticClass in
        let s = camera.project(SIMD3(side * (0.5 + 0.1 * Float(k % 4)), chin.y + 0.1 - 0.2 * Float(k / 4), -0.3))
        return photo.label([s.x, s.y])
      }
      return labels.count { $0 == .hair } > 5
    }
    return (isHair(-1), isHair(1))
  }

  /// Where detail for a place of the scalp that is not seen comes from: to and fro in the largest square of hair; nil where there is none.
  private static func locks(
    _ head: LiftHead, _ camera: Camera, _ photo: LiftPhoto, _ pixels: PixelPlane, _ hairs: HairPixels, usually hair: SIMD3<Float>?
  ) -> ((SIMD3<Float>) -> SIMD2<Float>)? {
    let (width, height) = (photo.alpha.width, photo.alpha.height)
    var sides = [Int](repeating: 0, count: width * height), best = 0
    for y in 1..<height {
      for x in 1..<width {
        let k = y * width + x
        guard hairs.isHair(k) else { continue }
        let d = SIMD3(pixels.values[3 * k], pixels.values[3 * k + 1], pixels.values[3 * k + 2]) - (hair ?? .zero)
        guard hair == nil || dot(d, d) < 2 * usual else { continue }
        sides[k] = min(sides[k - 1], sides[k - width], sides[k - width - 1]) + 1
        if sides[k] > sides[best] { best = k }
      }
    }
    let side = Float(sides[best])
    guard side >= 12 else { return nil }
    // Hair blurs into what lies beside it.
    let margin = min(side / 8, 4), length = side - 2 * margin
    let corner = SIMD2(Float(best % width), Float(best / width)) + 1 - margin
    func folded(_ x: Float) -> Float {
      let t = abs(x).truncatingRemainder(dividingBy: 2 * length)
      return t < length ? t : 2 * length - t
    }
    let center = (head.places[234] + head.places[454]) / 2 + [0, 0.25, -0.25]
    let scale = camera.focal.x / camera.project(center).z
    return { p in
      let r = p - center
      return corner - SIMD2(folded(abs(atan2(r.x, r.z)) * 0.8 * scale), folded((1.2 - r.y) * scale))
    }
  }

  /// The median of each channel.
  private static func middle(_ colors: [SIMD3<Float>]) -> SIMD3<Float> {
    guard !colors.isEmpty else { return .zero }
    let sorted = (0..<3).map { c in colors.map { $0[c] }.sorted()[colors.count / 2] }
    return [sorted[0], sorted[1], sorted[2]]
  }

  /// Fills `colors` of the vertices in `over`: those in `anchors` have their sample, the others what lies around them. `origins` become the
  /// anchors from which each was reached.
  private static func spread(
    _ colors: inout [SIMD3<Float>], _ origins: inout [Int32], _ sample: [SIMD3<Float>], anchors: [Bool], over: [Bool],
    _ around: (Int) -> ArraySlice<Int32>
  ) {
    var order = anchors.indices.filter { anchors[$0] }
    guard !order.isEmpty else { return }
    var reached = anchors
    var found = colors
    for v in order { (found[v], origins[v]) = (sample[v], Int32(v)) }
    // Outwards from what is known, then evened out.
    var next = 0
    while next < order.count {
      let v = order[next]
      next += 1
      for n in around(v) where !reached[Int(n)] && over[Int(n)] {
        reached[Int(n)] = true
        (found[Int(n)], origins[Int(n)]) = (found[v], origins[v])
        order.append(Int(n))
      }
    }
    let free = order.filter { !anchors[$0] }
    for _ in 0..<80 {
      for v in free {
        var (sum, total) = (SIMD3<Float>.zero, Float(0))
        for n in around(v) where reached[Int(n)] {
          sum += found[Int(n)]
          total += 1
        }
        if total > 0 { found[v] = sum / total }
      }
    }
    let mean = order.reduce(SIMD3<Float>.zero) { $0 + found[$1] } / Float(order.count)
    for v in colors.indices where over[v] { colors[v] = reached[v] ? found[v] : mean }
  }

  /// The vertex on the other side of the mean head.
  private static func opposite(_ surface: HeadSurface, _ model: MorphableModel) -> [Int] {
    let flat = model.mean.floats
    func mean(_ v: Int32) -> SIMD3<Float> { [flat[3 * Int(v)], flat[3 * Int(v) + 1], flat[3 * Int(v) + 2]] }
    let places = zip(surface.links, surface.weights).map { l, w in w.x * mean(l.x) + w.y * mean(l.y) + w.z * mean(l.z) }
    let cell: Float = 0.06
    func key(_ p: SIMD3<Float>) -> SIMD3<Int32> { SIMD3<Int32>((p / cell).rounded(.down)) }
    var grid: [SIMD3<Int32>: [Int]] = [:]
    for (v, p) in places.enumerated() { grid[key(p), default: []].append(v) }
    return places.indices.map { v in
      let p = SIMD3(-places[v].x, places[v].y, places[v].z), middle = key(p)
      var (best, near) = (v, Float.infinity)
      for x in -1...1 {
        for y in -1...1 {
          for z in -1...1 {
            for u in grid[middle &+ SIMD3<Int32>(Int32(x), Int32(y), Int32(z))] ?? [] {
              let d = places[u] - p
              if dot(d, d) < near { (best, near) = (u, dot(d, d)) }
            }
          }
        }
      }
      return best
    }
  }
}
