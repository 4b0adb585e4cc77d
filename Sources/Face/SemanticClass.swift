import Torch

/// The 12 kinds of thing a pixel of a portrait shows, in the order of the subject avatar's semantic head.
package enum SemanticClass: UInt8, CaseIterable, Sendable, Codable {
  case background = 0
  case skin, nose, glasses, eyes, brows, ears, mouthInterior, lips, hair, neck, torso

  /// What stands in a label map where nothing is known.
  package static let unlabelled: UInt8 = 255

  /// Its name in words.
  package var name: String {
    switch self {
    case .mouthInterior: "mouth interior"
    default: String(describing: self)
    }
  }
  /// Its colour in mask images on disk: red, green, blue.
  ///
  /// The published code lists these as OpenCV reads them, blue first; here they are red first.
  package var color: SIMD3<UInt8> {
    switch self {
    case .background: [0, 0, 0]
    case .skin: [0, 0, 204]
    case .nose: [0, 153, 76]
    case .glasses: [0, 204, 204]
    case .eyes: [255, 51, 51]
    case .brows: [255, 255, 0]
    case .ears: [0, 51, 102]
    case .mouthInterior: [0, 204, 102]
    case .lips: [0, 255, 255]
    case .hair: [204, 0, 0]
    case .neck: [51, 153, 255]
    case .torso: [0, 204, 0]
    }
  }

  /// The class of one of CelebAMask-HQ's 19 names, `skin`, `l_brow`, ...; nil if it is none of them.
  package init?(celebAMaskHQ name: String) {
    switch name {
    case "background": self = .background
    case "skin": self = .skin
    case "l_brow", "r_brow": self = .brows
    case "l_eye", "r_eye": self = .eyes
    case "eye_g": self = .glasses
    case "l_ear", "r_ear", "ear_r": self = .ears
    case "nose": self = .nose
    case "mouth": self = .mouthInterior
    case "u_lip", "l_lip": self = .lips
    case "neck", "neck_l": self = .neck
    case "cloth": self = .torso
    case "hair", "hat": self = .hair
    default: return nil
    }
  }
  /// CelebAMask-HQ's names in the data set's own order of labels, 0...18.
  package static let celebAMaskHQNames = [
    "background", "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear", "mouth", "u_lip", "l_lip", "hair",
    "hat", "ear_r", "neck_l", "neck", "cloth",
  ]
  /// The same 19 names in the order of the published BiSeNet face parser's outputs.
  package static let biSeNetNames = [
    "background", "skin", "l_brow", "r_brow", "l_eye", "r_eye", "eye_g", "l_ear", "r_ear", "ear_r", "nose", "mouth", "u_lip", "l_lip",
    "neck", "neck_l", "cloth", "hair", "hat",
  ]

  /// Labels `[..]` (any integer type) in the order of `names` as labels of the 12 classes, `[..]` uint8; 255 outside.
  package static func labels(of foreign: Tensor, names: [String]) -> Tensor {
    var table = [UInt8](repeating: unlabelled, count: 256)
    for (i, name) in names.enumerated() { table[i] = SemanticClass(celebAMaskHQ: name)?.rawValue ?? unlabelled }
    return foreign.withElements(UInt8.self) { Tensor($0.map { table[Int($0)] }, foreign.shape) }
  }
}
