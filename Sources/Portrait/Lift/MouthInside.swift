import Face
import Foundation
import Tracking

/// What shows between the lips: the model's teeth, gums, tongue and socket, darker the deeper they lie, and in front of them what the photo
/// shows there, which stays with the skull.
struct MouthInside {
  private static let paints: [FacePart: SIMD3<Float>] = [
    .upperTeeth: [0.84, 0.79, 0.74], .lowerTeeth: [0.70, 0.64, 0.59], .gums: [0.62, 0.33, 0.32], .tongue: [0.66, 0.38, 0.37],
    .mouthSocket: [0.40, 0.16, 0.15],
  ]

  /// How much light falls in between lips that are `gap` mouth's widths apart, 0...1; `width` is the mouth's against that in the photo.
  ///
  /// Lips that hardly part show a dark line and no teeth, and lips that are pushed forward shade them more than those of a smile.
  static func light(gap: Float, width: Float) -> Float { 0.35 + 0.65 * smoothstep(0.02, 0.14, gap * (2 * width - 1)) }

  static func mesh(_ head: LiftHead, photo: LiftPhoto, pixels: PixelPlane, skin: SIMD3<Float>) -> LiftMesh {
    var mesh = LiftMesh()
    let corners = head.model.triangles.array(Int32.self)
    // How bright the photo is, by the white of the eyes too: skin alone would make it dark for dark skin.
    let eyes = [(33, 468), (133, 468), (263, 473), (362, 473)].map { corner, iris in
      pixels.color(photo.landmarks[corner] * 0.5 + photo.landmarks[iris] * 0.5).sum() / 3
    }.sorted()
    let brightness = skin.sum() / 3
    let light = min(max(max(brightness / 0.58, 0.85 * eyes[2] / 0.62), 0.3), 1.15)
    // The color of the light, as it falls on the skin, against what skin looks like in white light.
    let relative: SIMD3<Float> = skin / max(brightness, 0.02) / SIMD3(1.21, 0.95, 0.84)
    let tint = ((relative + 1) * 0.5).clamped(lowerBound: SIMD3(repeating: 0.85), upperBound: SIMD3(repeating: 1.15))
    let shown = seen(head, photo, pixels)
    let front = head.places[FaceMeshTopology.lipsInner[5]].z
    let sides = ToothSides(head.model)
    var numbers: [SIMD2<Int32>: Int] = [:]
    for (f, part) in head.model.parts.enumerated() {
      guard var paint = paints[part] else { continue }
      paint *= tint
      if part == .upperTeeth || part == .lowerTeeth, let teeth = shown?.teeth { paint = teeth / light * 0.92 }
      let t = (0..<3).map { k -> Int in
        let v = corners[3 * f + k]
        let key = SIMD2(v, Int32(part.rawValue))
        if let known = numbers[key] { return known }
        var vertex = LiftVertex(place: head.places[Int(v)])
        vertex.links = SIMD4(repeating: v)
        vertex.shares = [1, 0, 0, 0]
        let deep = max(0, front - head.places[Int(v)].z)
        vertex.color = paint * light * exp(-max(0, deep - 0.1) / 0.3) * sides.shade(v)
        vertex.inside = 1
        numbers[key] = mesh.vertices.count
        mesh.vertices.append(vertex)
        return numbers[key] ?? 0
      }
      mesh.add(t[0], t[1], t[2], .solid, .mouthInterior)
    }
    if let patch = shown?.patch { mesh.append(patch) }
    return mesh
  }

  /// The photo between open lips, and the color of teeth where it shows any; nil where the mouth is shut.
  private static func seen(_ head: LiftHead, _ photo: LiftPhoto, _ pixels: PixelPlane) -> (patch: LiftMesh, teeth: SIMD3<Float>?)? {
    let loop = MeshContour.lipsInner
    let camera = photo.camera.inHead(head.source.pose)
    let gaps = (2...8).map { (photo.landmarks[loop[20 - $0]] - photo.landmarks[loop[$0]]).y }
    let width = abs((photo.landmarks[61] - photo.landmarks[291]).x)
    guard let gap = gaps.max(), gap > max(3, 0.035 * width) else { return nil }
    var mesh = LiftMesh()
    let rows = 8
    var bright: [SIMD3<Float>] = []
    for i in 0...10 {
      let (u, l) = (photo.landmarks[loop[i]], photo.landmarks[loop[(20 - i) % 20]])
      let deep = (camera.project(head.places[loop[i]]).z + camera.project(head.places[loop[(20 - i) % 20]]).z) / 2 + 0.055
      for r in 0...rows {
        let t = Float(r) / Float(rows)
        let p = u + (l - u) * t
        var v = LiftVertex(place: camera.unproject(p, depth: deep))
        (v.texel, v.ownShare) = (p, 1)
        v.opacity = i == 0 || i == 10 ? 0 : 1 - 0.75 * smoothstep(0.8, 1, t)
        mesh.vertices.append(v)
        if r > 0, r < rows, i > 1, i < 9 { bright.append(pixels.color(p)) }
      }
    }
    for i in 0..<10 {
      for r in 0..<rows {
        let (a, b) = (i * (rows + 1) + r, (i + 1) * (rows + 1) + r)
        mesh.add(a, a + 1, b + 1, .soft, .mouthInterior)
        mesh.add(a, b + 1, b, .soft, .mouthInterior)
      }
    }
    bright.sort { $0.sum() > $1.sum() }
    let best = bright.prefix(max(1, bright.count / 4)).reduce(.zero, +) / Float(max(1, bright.count / 4))
    // Teeth are bright and hardly colored. What is dark between lips that hardly part, the model has as well.
    let isTeeth = best.sum() / 3 > 0.38 && best.max() - best.min() < 0.3
    return isTeeth || gap > 0.12 * width ? (mesh, isTeeth ? best : nil) : nil
  }
}

/// Where teeth of the built-in head meet: they are a row of columns, three a tooth.
struct ToothSides {
  private static let rows: Int32 = 6, columns: Int32 = 37
  private var firsts: [Int32] = []

  init(_ model: MorphableModel) {
    let corners = model.triangles.array(Int32.self)
    for kind in [FacePart.upperTeeth, .lowerTeeth] {
      let own = model.parts.indices.filter { model.parts[$0] == kind }.flatMap { f in (0..<3).map { corners[3 * f + $0] } }
      guard let low = own.min(), let high = own.max(), high - low < Self.rows * Self.columns, high - low >= Self.rows * (Self.columns - 1)
      else { continue }
      firsts.append(low)
    }
  }
  /// How bright a vertex is beside the middle of its tooth; 1 of what is no tooth.
  func shade(_ vertex: Int32) -> Float {
    for first in firsts where (0..<Self.rows * Self.columns).contains(vertex - first) {
      return (vertex - first) / Self.rows % 3 == 0 ? 0.86 : 1
    }
    return 1
  }
}
