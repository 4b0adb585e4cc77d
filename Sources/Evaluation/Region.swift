import Face
import Torch

/// Parts of the image that are judged by themselves.
enum Region: String, CaseIterable {
  /// Face, hair and ears.
  case head
  /// The face without hair and ears.
  case face
  /// Lips and what is between them, with a margin: a mouth in the wrong place must not escape.
  case mouth
  /// What stands in the room and not on the head: clothes and neck.
  case torso

  private var classes: [SemanticClass] {
    switch self {
    case .head: [.skin, .nose, .glasses, .eyes, .brows, .ears, .mouthInterior, .lips, .hair]
    case .face: [.skin, .nose, .glasses, .eyes, .brows, .mouthInterior, .lips]
    case .mouth: [.mouthInterior, .lips]
    case .torso: [.neck, .torso]
    }
  }

  /// The paper's `Ours_face`: all but torso and background, `[H, W]` bool in an image with the classes `labels`.
  static func withoutTorso(_ labels: Tensor) -> Tensor {
    let torso = labels .== Double(SemanticClass.torso.rawValue)
    return (labels .> 0) .& (labels .< Double(SemanticClass.allCases.count)) .& torso.logicalNot()
  }

  /// Where it is in an image with the classes `labels`, `[H, W]` uint8: `[H, W]` bool.
  func mask(_ labels: Tensor) -> Tensor {
    let found = classes.map { labels .== Double($0.rawValue) }.reduce(Tensor.zeros(labels.shape, .bool)) { $0 .| $1 }
    guard self == .mouth else { return found }
    let margin = max(1, labels.size(1) / 64)
    let plane = found.to(.float32).unsqueeze(0).unsqueeze(0)
    return plane.maxPool2d(2 * margin + 1, stride: [1], padding: margin).squeeze(0).squeeze(0) .> 0.5
  }
}
