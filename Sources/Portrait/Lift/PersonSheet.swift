import Face
import Foundation
import Segmentation

/// A smooth surface in space behind the face that carries what the head model does not have: hair, ears, neck and clothes, with soft rims.
///
/// Behind the head it lies midway between the head's front and back, on neck and torso on the model's, and smoothly between and beyond.
struct PersonSheet {
  /// Pixels between its vertices.
  private static let step = 6
  /// How many vertices it reaches beyond the photo's sides and lower border.
  private static let beyond = 40
  /// How far behind the head's middle it lies, and how far from the skin what moves the skin still moves it, head units.
  private static let behind: Float = 0.04, reach: Float = 0.12
  /// How far hair beside the head lies behind it, head units.
  private static let bend: Float = 0.22
  /// What is thinner than this has no back, head units.
  private static let thin: Float = 0.3
  /// What of the head it lies behind: down to where the neck goes over to this share of the torso.
  private static let headEnd: Float = 0.6
  /// How far ears reach behind their root, head units.
  private static let earReach: Float = 0.35

  /// - opacity: of the texture that it carries, over the photo's pixels.
  /// - offset: where that texture begins, in texels.
  static func mesh(
    _ surface: HeadSurface, head: LiftHead, photo: LiftPhoto, opacity: PixelPlane, offset: SIMD2<Float>, _ headwear: Headwear
  ) -> LiftMesh {
    let camera = photo.camera.inHead(head.source.pose)
    let columns = opacity.width / step, rows = opacity.height / step
    let field = fields(surface, head, camera.scaled(width: columns, height: rows), photo)
    let shown = opacity.spread(step + 1)
    let movers = skin(head)
    var mesh = LiftMesh()
    var numbers: [SIMD2<Int>: Int] = [:]
    let size = SIMD2(Float(opacity.width), Float(opacity.height))
    let slopes = shoulders(opacity)
    let hair = PixelPlane(width: opacity.width, height: opacity.height, photo.labels.map { $0 == SemanticClass.hair.rawValue ? 1 : 0 })
      .spread(2 * step)
    // Beyond the photo it is mirrored, sheared so that a shoulder goes on as it slopes.
    func texel(_ pixel: SIMD2<Float>) -> SIMD2<Float> {
      let far = pixel.replacing(with: 2 * size - pixel, where: pixel .> size)
      var inner = far.replacing(with: -far, where: far .< 0)
      if pixel.x < 0 { inner.y += 2 * slopes.x * pixel.x }
      if pixel.x > size.x { inner.y -= 2 * slopes.y * (pixel.x - size.x) }
      return inner.clamped(lowerBound: [1, 1], upperBound: size - 1)
    }
    func vertex(_ x: Int, _ y: Int) -> Int {
      if let known = numbers[[x, y]] { return known }
      let pixel = SIMD2(Float(x * step), Float(y * step)), cell = pixel / Float(step)
      let place = camera.unproject(pixel, depth: field.read(cell, 0))
      var v = LiftVertex(place: place)
      (v.texel, v.ownShare, v.cut) = (texel(pixel) + offset, 1, 1)
      v.torso = min(max(field.read(cell, 1), 0), 1)
      (v.links, v.shares) = movers(place)
      v.shares *= 1 - headwear.stillness(place)
      numbers[[x, y]] = mesh.vertices.count
      mesh.vertices.append(v)
      return mesh.vertices.count - 1
    }
    // Beyond the photo clothes go on, for a torso that moves.
    for y in 0..<rows + beyond {
      for x in -beyond..<columns + beyond {
        let middle = texel(SIMD2(Float(x) + 0.5, Float(y) + 0.5) * Float(step))
        guard shown.values[shown.index(middle)] > 0.02 else { continue }
        let label = photo.label(middle)
        // Beside the photo goes on what its border shows: no strand of hair and no face comes back there.
        if x < 0 || x >= columns {
          let isLeft = x < 0, away = isLeft ? middle.x : size.x - middle.x
          let edge = SIMD2(isLeft ? 1 : size.x - 2, middle.y + (isLeft ? slopes.x : slopes.y) * away)
          // A little below: an outline is no border of cells.
          let below = edge + [0, 3 * Float(step)]
          if photo.alpha.read(below) < 0.1 || (hair.values[hair.index(middle)] > 0 && photo.label(edge) != .hair) { continue }
          if photo.label(below) == .torso, [.skin, .neck, .ears].contains(label) { continue }
        }
        let corners = [vertex(x, y), vertex(x, y + 1), vertex(x + 1, y + 1), vertex(x + 1, y)]
        mesh.add(corners[0], corners[1], corners[2], .soft, label)
        mesh.add(corners[0], corners[2], corners[3], .soft, label)
      }
    }
    return mesh
  }

  /// Depth and share of the torso over the cells of a small camera, two of three channels.
  private static func fields(_ surface: HeadSurface, _ head: LiftHead, _ camera: Camera, _ photo: LiftPhoto) -> PixelPlane {
    let (width, height) = (camera.width, camera.height)
    let model = head.model
    let toCamera = camera.worldToCamera
    let flatView = Rasteriser(focal: camera.focal, center: camera.center)
    func draw(_ places: [SIMD3<Float>], _ corners: [Int32]) -> RasterImage {
      let image = RasterImage(width: width, height: height)
      flatView.draw(places, corners, into: image)
      return image
    }
    let outside = surface.places.map { toCamera.apply($0) }
    let outsideCorners = surface.triangles.filter { t in (0..<3).allSatisfy { surface.torso[Int(t[$0])] <= headEnd } }
      .flatMap { [$0.x, $0.y, $0.z] }
    let front = draw(outside, outsideCorners)
    // What is farthest is nearest in a mirror.
    let mirror: Float = 2 * 1.5 * -toCamera.apply(.zero).z
    let back = draw(outside.map { p in p * ((mirror + p.z) / -p.z) }, outsideCorners)
    let corners = model.triangles.array(Int32.self), torso = model.torsoWeight.floats
    let below = (0..<corners.count / 3).filter { f in
      [.neck, .torso].contains(model.parts[f]) && (0..<3).contains { torso[Int(corners[3 * f + $0])] > 0.02 }
    }
    let trunkCorners = below.flatMap { f in (0..<3).map { corners[3 * f + $0] } }
    let trunk = draw(head.places.map { toCamera.apply($0) }, trunkCorners)

    let mouth = camera.project(head.places[4]).y
    var values = [Float](repeating: 0, count: width * height * 3), known = [Float](repeating: 0, count: width * height)
    for k in 0..<width * height {
      var depth: Float?, share: Float = 0
      if front.triangle[k] >= 0, back.triangle[k] >= 0 {
        let far = mirror - back.depth[k]
        // Above the neck the surface has no back: a sheet right behind the skin would show between parted lips.
        if far - front.depth[k] > thin || Float(k / width) < mouth { depth = (front.depth[k] + far) / 2 + behind }
      }
      if trunk.triangle[k] >= 0 {
        let f = 3 * Int(trunk.triangle[k]), w = trunk.barycentrics[k]
        share = w.x * torso[Int(trunkCorners[f])] + w.y * torso[Int(trunkCorners[f + 1])] + w.z * torso[Int(trunkCorners[f + 2])]
        // Inside the neck, before the chest.
        let chest = trunk.depth[k] + behind, below = depth == nil ? 1 : smoothstep(0.35, headEnd, share)
        depth = max(depth ?? 0, chest) * (1 - below) + chest * below
      }
      guard let depth else { continue }
      (values[3 * k], values[3 * k + 1], known[k]) = (depth, share, 1)
    }
    PullPush.fill(&values, known, width, height)
    var field = PixelPlane(width: width, height: height, channels: 3, values).blurred(2, rounds: 2)
    // Beside the head hair bends back as the skull does: from the side its rim must not stand in front of the back of the head.
    let covered = PixelPlane(width: width, height: height, (0..<width * height).map { front.triangle[$0] >= 0 ? 1 : 0 })
    let near = covered.spread(4).blurred(2), scale = Float(photo.camera.width) / Float(width)
    for k in 0..<width * height where covered.values[k] == 0 {
      guard photo.label(SIMD2(Float(k % width) + 0.5, Float(k / width) + 0.5) * scale) != .ears else { continue }
      field.values[3 * k] += bend * near.values[k] * (1 - min(1, 2 * field.values[3 * k + 1]))
    }
    leanEars(&field, head, camera, photo, scale)
    return field
  }

  /// Ears are leaves that lead backwards from their root: puts them into a plane through it.
  private static func leanEars(_ field: inout PixelPlane, _ head: LiftHead, _ camera: Camera, _ photo: LiftPhoto, _ scale: Float) {
    let (width, height) = (camera.width, camera.height)
    func pixel(_ k: Int) -> SIMD2<Float> { [Float(k % width) + 0.5, Float(k / width) + 0.5] }
    let ears = PixelPlane(width: width, height: height, (0..<width * height).map { photo.label(pixel($0) * scale) == .ears ? 1 : 0 })
    // What is around an ear leads back to the rest.
    let share = ears.spread(2).blurred(2), position = camera.position
    let roots = [234, 454].map { head.places[$0] }
    for k in 0..<width * height where share.values[k] > 0 {
      let way = camera.unproject(pixel(k), depth: 1) - position
      let isLeft = (position + way * field.values[3 * k] - (roots[0] + roots[1]) / 2).x > 0
      let root = roots[isLeft ? 1 : 0], normal = SIMD3<Float>(isLeft ? 0.91 : -0.91, 0, 0.41)
      let slope = -dot(normal, way), depth = camera.project(root).z
      guard slope > 0.15 else { continue }
      let hit = min(max(dot(normal, position - root) / slope, depth - 0.05), depth + earReach)
      field.values[3 * k] += (hit - field.values[3 * k]) * min(1, share.values[k] + ears.values[k])
    }
  }

  /// How steeply the person's outline falls at the photo's left and right border, below the middle of its height.
  private static func shoulders(_ opacity: PixelPlane) -> SIMD2<Float> {
    let (width, height) = (opacity.width, opacity.height), apart = width / 16
    func top(_ x: Int) -> Float? { (height / 2..<height).first { opacity.values[$0 * width + x] > 0.5 }.map(Float.init) }
    func slope(_ edge: Int, _ inner: Int) -> Float {
      // What goes on above the middle is hair, or fills the border: no shoulder.
      guard let a = top(edge), let b = top(inner), a > Float(height / 2), b > Float(height / 2) else { return 0 }
      return min(max((a - b) / Float(apart), -0.1), 1)
    }
    return [slope(1, 1 + apart), slope(width - 2, width - 2 - apart)]
  }

  /// What moves a place near the skin: its nearest vertices of the face, fading with distance.
  private static func skin(_ head: LiftHead) -> (SIMD3<Float>) -> (SIMD4<Int32>, SIMD4<Float>) {
    let vertices = head.model.landmarkVertices.prefix(FaceMeshTopology.pointCount)
    let places = vertices.map { head.places[$0] }
    return { p in
      var best = SIMD4<Float>(repeating: .infinity), links = SIMD4<Int32>.zero
      for (k, q) in places.enumerated() {
        let d = dot(p - q, p - q)
        guard d < best.w else { continue }
        var at = 3
        while at > 0, best[at - 1] > d {
          (best[at], links[at]) = (best[at - 1], links[at - 1])
          at -= 1
        }
        (best[at], links[at]) = (d, Int32(vertices[k]))
      }
      let near = best.x.squareRoot()
      let fade = exp(-pow(max(0, near - 0.03) / reach, 2))
      guard fade > 0.01 else { return (.zero, .zero) }
      var w = SIMD4<Float>.zero
      for k in 0..<4 { w[k] = 1 / (best[k] + 0.003) }
      return (links, w * (fade / w.sum()))
    }
  }
}
