/// Differences between faces that have no name of their own: dents and bumps on the surface, and what makes the halves unlike.
struct SurfaceMode {
  let name: String
  /// The point around which the surface gives.
  let point: Int
  /// Where it goes: outwards, up and forward.
  let direction: SIMD3<Float>
  /// Whether the other half does the opposite.
  var uneven = false
  /// The largest move at coefficient 1, in cm.
  var peak: Float = 0.25

  func field(_ surface: inout FaceSurface) -> [SIMD3<Float>] {
    let mirror = FaceMeshTopology.mirror
    let one = surface.spread([(point, [-direction.x, direction.y, direction.z])], radius: 6)
    return one.indices.map { v in
      let twin = mirrored(one[mirror[v]])
      return uneven ? one[v] - twin : one[v] + twin
    }
  }

  private static let axes: [(String, SIMD3<Float>)] = [("Out", [1, 0, 0]), ("Up", [0, 1, 0]), ("Forward", [0, 0, 1])]
  private static func pair(_ name: String, _ point: Int, _ kinds: [Int] = [0, 1, 2]) -> [SurfaceMode] {
    kinds.map { SurfaceMode(name: name + axes[$0].0, point: point, direction: axes[$0].1) }
  }
  private static func uneven(_ name: String, _ point: Int, _ kind: Int) -> SurfaceMode {
    SurfaceMode(name: "uneven" + name + axes[kind].0, point: point, direction: axes[kind].1, uneven: true, peak: 0.2)
  }

  /// From the right half's points; the left one follows.
  static let all: [SurfaceMode] =
    pair("hairline", 67, [0, 1, 2]) + pair("forehead", 151, [1, 2]) + pair("temple", 162) + pair("earFront", 234)
    + pair("jawAngle", 58) + pair("jawLine", 136) + pair("chin", 152, [1, 2]) + pair("cheek", 205) + pair("cheekbone", 117)
    + pair("brow", 105) + pair("browInner", 107) + pair("noseRoot", 168, [1, 2]) + pair("noseBack", 5, [1, 2]) + pair("noseWing", 129)
    + pair("philtrum", 164, [1, 2]) + pair("mouthCorner", 61) + pair("chinBoss", 200, [1, 2])
    + [
      uneven("Nose", 4, 0), uneven("NoseRoot", 168, 0), uneven("Mouth", 13, 0), uneven("Chin", 152, 0), uneven("Eye", 159, 1),
      uneven("Brow", 105, 1), uneven("MouthCorner", 61, 1), uneven("Jaw", 172, 0), uneven("Cheek", 205, 2), uneven("Jaw", 58, 1),
    ]
}
