import Face
import Foundation

/// Rows of a take as the Live Link Face app writes them: a time, the number of channels, 52 shapes and nine angles in radians.
package enum LiveLinkTake {
  /// The app's columns, which has the right side of jaw and mouth first.
  package static let columns: [String] = [
    "EyeBlinkLeft", "EyeLookDownLeft", "EyeLookInLeft", "EyeLookOutLeft", "EyeLookUpLeft", "EyeSquintLeft", "EyeWideLeft", "EyeBlinkRight",
    "EyeLookDownRight", "EyeLookInRight", "EyeLookOutRight", "EyeLookUpRight", "EyeSquintRight", "EyeWideRight", "JawForward", "JawRight",
    "JawLeft", "JawOpen", "MouthClose", "MouthFunnel", "MouthPucker", "MouthRight", "MouthLeft", "MouthSmileLeft", "MouthSmileRight",
    "MouthFrownLeft", "MouthFrownRight", "MouthDimpleLeft", "MouthDimpleRight", "MouthStretchLeft", "MouthStretchRight", "MouthRollLower",
    "MouthRollUpper", "MouthShrugLower", "MouthShrugUpper", "MouthPressLeft", "MouthPressRight", "MouthLowerDownLeft",
    "MouthLowerDownRight", "MouthUpperUpLeft", "MouthUpperUpRight", "BrowDownLeft", "BrowDownRight", "BrowInnerUp", "BrowOuterUpLeft",
    "BrowOuterUpRight", "CheekPuff", "CheekSquintLeft", "CheekSquintRight", "NoseSneerLeft", "NoseSneerRight", "TongueOut",
  ]
  package static let angles = [
    "HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
  ]
  /// Where each column stands among ARKit's names.
  private static let places = columns.map { column in
    ExpressionNames.arkit.firstIndex { $0.lowercased() == column.lowercased() } ?? 0
  }

  package static var head: String { (["Timecode", "BlendshapeCount"] + columns + angles).joined(separator: ",") + "\n" }

  /// `HH:MM:SS:FF.mmm` of a moment in seconds: sixtieths of a second whatever the rate, and thousandths of one; midnight wraps.
  package static func time(_ seconds: Double) -> String {
    let thousandths = Int((seconds * 60_000).rounded()), sixtieths = thousandths / 1000, whole = sixtieths / 60
    func padded(_ n: Int, _ width: Int) -> String {
      let digits = String(n)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let parts = [whole / 3600 % 24, whole / 60 % 60, whole % 60, sixtieths % 60].map { padded($0, 2) }
    return parts.joined(separator: ":") + "." + padded(thousandths % 1000, 3)
  }

  /// A row of ARKit's 52 coefficients, of how the head is turned (yaw to the subject's left, pitch up, roll) and of where both eyes look
  /// against it (yaw, pitch): the app counts yaw to the right and pitch down.
  package static func row(_ seconds: Double, _ expression: [Float], head: SIMD3<Float>, gaze: SIMD2<Float> = .zero) -> String {
    // Nothing is 0 and not -0.
    let eye = [0 - gaze.x, 0 - gaze.y, 0], turned = [-head.x, -head.y, head.z] + eye + eye
    let numbers = (places.map { expression[$0] } + turned).map { String(format: "%.6f", locale: nil, $0) }
    return ([time(seconds), String(columns.count + angles.count)] + numbers).joined(separator: ",") + "\n"
  }
}
