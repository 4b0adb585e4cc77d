import Face

/// Kinds of skin that errors are told of apart.
package enum SkinKind: UInt8, CaseIterable, Sendable {
  case face, lids, lips
  /// Scalp, ears and neck.
  case rest
  /// Nowhere: anywhere in the box.
  case space

  init(_ part: FacePart) {
    self =
      switch part {
      case .eyelid: .lids
      case .upperLip, .lowerLip, .innerLip: .lips
      case .skin, .brow, .nose: .face
      default: .rest
      }
  }
}

/// How many places are drawn about each kind of skin, and how far from it.
package struct PointScatter: Codable, Equatable, Sendable {
  /// Shares of all places; what is left lies about scalp, ears and neck.
  package var face = 0.3, lids = 0.25, lips = 0.25, space = 0.08
  /// Standard deviations of the distance from the skin along each axis, box units, of one half of the places and of the other.
  package var near: Float = 0.006, far: Float = 0.035

  package init() {}
  /// On what is seen: in equal parts about face, lids and lips, within a millimeter or two.
  package static var seen: PointScatter {
    var scatter = PointScatter()
    (scatter.face, scatter.lids, scatter.lips, scatter.space) = (1.0 / 3, 1.0 / 3, 1.0 / 3, 0)
    (scatter.near, scatter.far) = (0.003, 0.003)
    return scatter
  }

  /// The kind of place `k` of `count`.
  func kind(_ k: Int, of count: Int) -> SkinKind {
    let at = (Double(k) + 0.5) / Double(count)
    switch at {
    case ..<face: return .face
    case ..<(face + lids): return .lids
    case ..<(face + lids + lips): return .lips
    case ..<(face + lids + lips + space): return .space
    default: return .rest
    }
  }
  func away(_ k: Int, _ random: inout SeededRandom) -> SIMD3<Float> {
    SIMD3(random.normal(), random.normal(), random.normal()) * (k % 2 == 0 ? near : far)
  }
}
