/// What a triangle of a head model is made of, finer than `SemanticClass`.
package enum FacePart: UInt8, CaseIterable, Sendable {
  case skin, eyelid, brow, nose, upperLip, lowerLip, innerLip
  case sclera, iris, pupil
  case mouthSocket, gums, upperTeeth, lowerTeeth, tongue
  case scalp, ear, neck, torso
  /// Tear fluid, lashes and the like: in some models, drawn by nobody.
  case hidden

  package var semanticClass: SemanticClass {
    switch self {
    case .skin, .eyelid, .hidden: .skin
    case .brow: .brows
    case .nose: .nose
    case .upperLip, .lowerLip, .innerLip: .lips
    case .sclera, .iris, .pupil: .eyes
    case .mouthSocket, .gums, .upperTeeth, .lowerTeeth, .tongue: .mouthInterior
    case .scalp: .hair
    case .ear: .ears
    case .neck: .neck
    case .torso: .torso
    }
  }
}
