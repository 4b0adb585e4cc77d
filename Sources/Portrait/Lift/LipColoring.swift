import Face
import Foundation
import Tracking

/// What the borders of parted lips are colored with: the lip beside the line at which they meet in the photo.
///
/// Closed lips meet in a dark line a few pixels wide. Where they part it would stay on both as an outline that no open mouth has.
struct LipColoring {
  /// At each vertex of a surface: where its substitute color lies in the photo, and how far it goes over to it as the lips part.
  private(set) var texels: [SIMD2<Float>]
  private(set) var shares: [Float]

  /// Rings of the lips, from the right corner over the upper lip: the inner border, and the next one towards the middle of the lips.
  static let inner = FaceMeshTopology.lipsInner
  static let next = [62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96]

  init(_ surface: HeadSurface, head: LiftHead, photo: LiftPhoto) {
    let count = head.model.vertexCount
    let camera = photo.camera.inHead(head.source.pose)
    func shown(_ v: Int) -> SIMD2<Float> {
      let p = camera.project(head.places[v])
      return [p.x, p.y]
    }
    var place = (0..<count).map(shown), share = [Float](repeating: 0, count: count)
    // Lips that part in the photo show their borders as they are.
    let open = 1 - smoothstep(0.02, 0.06, head.lipGap([]))
    let corners = head.model.triangles.array(Int32.self)
    var behind = Set<Int>()
    for (f, part) in head.model.parts.enumerated() where part == .innerLip { for k in 0..<3 { behind.insert(Int(corners[3 * f + k])) } }
    for v in behind {
      // What turns inwards is colored as the border it hangs on.
      let i =
        Self.inner.firstIndex(of: v) ?? Self.inner.indices.min { a, b in
          length(head.places[Self.inner[a]] - head.places[v]) < length(head.places[Self.inner[b]] - head.places[v])
        } ?? 0
      let border = shown(Self.inner[i])
      place[v] = border + (shown(Self.next[i]) - border) * 0.9
      share[v] = open * max(0, sin(Float(i % 10) / 10 * .pi)).squareRoot()
    }
    texels = zip(surface.links, surface.weights).map { l, w in place[Int(l.x)] * w.x + place[Int(l.y)] * w.y + place[Int(l.z)] * w.z }
    shares = surface.interpolated(share)
  }
}
