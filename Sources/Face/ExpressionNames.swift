/// Apple ARKit's names of the 52 blend shapes, and how other models' names map to them.
package enum ExpressionNames {
  package static let arkit = [
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight",
    "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLeft",
    "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
  ]

  /// The name of the same movement on the other side of the face; the name itself where it has no side.
  package static func mirrored(_ name: String) -> String {
    if name.hasSuffix("Left") { return name.dropLast(4) + "Right" }
    if name.hasSuffix("Right") { return name.dropLast(5) + "Left" }
    return name
  }
  /// ICT-FaceKit's name in ARKit's spelling: `eyeBlink_L` is `eyeBlinkLeft`.
  ///
  /// ICT halves two shapes that ARKit has whole, browInnerUp and cheekPuff; those keep a side here, `browInnerUpLeft`.
  package static func fromICT(_ name: String) -> String {
    if name.hasSuffix("_L") { return name.dropLast(2) + "Left" }
    if name.hasSuffix("_R") { return name.dropLast(2) + "Right" }
    return name
  }
}
