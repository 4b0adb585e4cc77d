import Face
import Foundation

/// What a face does in one image, drawn at random: by ARKit's names, so that any model that has them can do it.
struct ExpressionDraw {
  private(set) var values: [String: Float] = [:]
  /// Yaw and pitch of the eyes in the head, radians.
  private(set) var gaze: SIMD2<Float>

  /// `toCamera` is the gaze that meets the camera; a `calm` face does little.
  init(toCamera: SIMD2<Float>, calm: Bool, _ random: inout SeededRandom) {
    let wander = SIMD2(0.22 * random.normal(), 0.1 * random.normal())
    let aim = random.unit() < 0.65 ? toCamera + SIMD2(0.02 * random.normal(), 0.02 * random.normal()) : wander
    gaze = [clamp(aim.x, -0.55, 0.55), clamp(aim.y, -0.32, 0.3)]
    let strength = calm ? random.within(0, 0.4) : random.within(0.35, 1), lot = random.unit()
    switch lot {
    case ..<0.18: both("mouthSmile", 0.25 * strength, &random)
    case ..<0.38: smile(strength, open: random.within(0.3, 1), &random)
    case ..<0.46: smile(0.9 * strength, open: 1.6, &random)
    case ..<0.64: speak(strength, &random)
    case ..<0.70: surprise(strength, &random)
    case ..<0.76: anger(strength, &random)
    case ..<0.82: sadness(strength, &random)
    case ..<0.86: disgust(strength, &random)
    case ..<0.90:
      add("mouthPucker", 0.8 * strength)
      add("mouthFunnel", 0.2 * strength * random.unit())
    case ..<0.94: aside(strength, &random)
    default:
      add("jawOpen", 0.9 * strength)
      both("mouthStretch", 0.3 * strength * random.unit(), &random)
    }
    // Something small of everything.
    for name in ["browInnerUp", "mouthShrugLower", "mouthRollLower", "mouthRollUpper", "jawForward"] {
      add(name, 0.12 * random.unit() * strength)
    }
    both("browOuterUp", 0.25 * random.unit() * strength, &random)
    both("browDown", 0.18 * random.unit() * strength, &random)
    lids(&random, calm: calm)
  }

  private mutating func add(_ name: String, _ value: Float) { values[name] = clamp((values[name] ?? 0) + value) }
  private mutating func both(_ name: String, _ value: Float, _ random: inout SeededRandom) {
    let lean = 0.15 * random.normal()
    add(name + "Left", value * (1 + lean))
    add(name + "Right", value * (1 - lean))
  }
  private mutating func smile(_ strength: Float, open: Float, _ random: inout SeededRandom) {
    both("mouthSmile", 0.85 * strength, &random)
    both("cheekSquint", 0.55 * strength, &random)
    both("eyeSquint", 0.25 * strength, &random)
    both("mouthUpperUp", 0.45 * strength * min(1, open), &random)
    both("mouthLowerDown", 0.3 * strength * min(1, open), &random)
    add("jawOpen", 0.3 * strength * open)
  }
  private mutating func speak(_ strength: Float, _ random: inout SeededRandom) {
    add("jawOpen", 0.55 * strength * random.unit())
    switch random.unit() {
    case ..<0.3: add("mouthFunnel", 0.7 * strength)
    case ..<0.5: both("mouthStretch", 0.5 * strength, &random)
    case ..<0.7:
      both("mouthLowerDown", 0.5 * strength, &random)
      both("mouthUpperUp", 0.3 * strength, &random)
    default: both("mouthPress", 0.4 * strength, &random)
    }
    both("mouthSmile", 0.3 * random.unit() * strength, &random)
  }
  private mutating func surprise(_ strength: Float, _ random: inout SeededRandom) {
    add("browInnerUp", 0.8 * strength)
    both("browOuterUp", 0.7 * strength, &random)
    both("eyeWide", 0.6 * strength, &random)
    add("jawOpen", 0.6 * strength * random.unit())
  }
  private mutating func anger(_ strength: Float, _ random: inout SeededRandom) {
    both("browDown", 0.85 * strength, &random)
    both("eyeSquint", 0.4 * strength, &random)
    both("mouthPress", 0.6 * strength, &random)
    both("mouthFrown", 0.35 * strength, &random)
  }
  private mutating func sadness(_ strength: Float, _ random: inout SeededRandom) {
    add("browInnerUp", 0.75 * strength)
    both("mouthFrown", 0.7 * strength, &random)
    add("mouthShrugLower", 0.4 * strength)
  }
  private mutating func disgust(_ strength: Float, _ random: inout SeededRandom) {
    both("noseSneer", 0.75 * strength, &random)
    both("mouthUpperUp", 0.5 * strength, &random)
    both("browDown", 0.4 * strength, &random)
    both("eyeSquint", 0.3 * strength, &random)
  }
  private mutating func aside(_ strength: Float, _ random: inout SeededRandom) {
    let left = random.unit() < 0.5
    add(left ? "mouthLeft" : "mouthRight", 0.6 * strength)
    add(left ? "mouthSmileLeft" : "mouthSmileRight", 0.5 * strength)
    add(left ? "browOuterUpLeft" : "browOuterUpRight", 0.5 * strength)
  }
  /// Lids follow the gaze, blink and wink; lids that have met go no further.
  private mutating func lids(_ random: inout SeededRandom, calm: Bool) {
    let lot = random.unit()
    var shut = SIMD2<Float>(repeating: random.within(0, 0.05))
    if !calm {
      if lot < 0.07 {
        shut = [1, 1]
      } else if lot < 0.12 {
        shut = SIMD2(repeating: random.within(0.3, 0.8))
      } else if lot < 0.14 {
        shut = random.unit() < 0.5 ? [1, 0.1] : [0.1, 1]
      }
    }
    let open = 1 - max(shut.x, shut.y)
    for (name, value) in [("eyeBlinkLeft", shut.x), ("eyeBlinkRight", shut.y)] { values[name] = value }
    for name in ["eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "cheekSquintLeft", "cheekSquintRight"] {
      values[name] = (values[name] ?? 0) * (name.hasPrefix("cheek") ? 0.5 + 0.5 * open : open)
    }
    add(gaze.x > 0 ? "eyeLookOutLeft" : "eyeLookInLeft", abs(gaze.x) / 0.6)
    add(gaze.x > 0 ? "eyeLookInRight" : "eyeLookOutRight", abs(gaze.x) / 0.6)
    for side in ["Left", "Right"] { add((gaze.y > 0 ? "eyeLookUp" : "eyeLookDown") + side, abs(gaze.y) / 0.5 * (gaze.y > 0 ? 1 : open)) }
  }
}
