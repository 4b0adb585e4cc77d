import Foundation
import Torch

/// Something about a clip that its user should know, under a name that other programs can rely on.
package struct Diagnosis: Codable, Equatable, Sendable {
  package enum Code: String, Codable, CaseIterable, Sendable {
    case noFace = "no-face"
    case turned
    case severalFaces = "several-faces"
    case faceLeavesFrame = "face-leaves-frame"
    case movingCamera = "moving-camera"
    case faceTooSmall = "face-too-small"
    case cartoon
    case cuts
    case short
    case blurred
    case noSound = "no-sound"
    case soundChoice = "sound-choice"
    case soundOffset = "sound-offset"
    case stillMouth = "still-mouth"
    case repeatedImages = "repeated-pictures"
    case hdr
    case interlaced
    case damaged
    case poorFit = "poor-fit"
  }
  package var code: Code
  /// What was seen and what to do about it, in one sentence or two.
  package var message: String

  package init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }
}

/// `report.json`: what `process` found in a clip.
package struct CaptureReport: Codable, Sendable {
  package struct Frames: Codable, Sendable {
    /// In the clip at the dataset's rate.
    package var total: Int
    /// In the shot that is used.
    package var shot: Int
    /// Of those, with a face that was fitted.
    package var tracked: Int
    /// Why others of the shot are not used.
    package var withoutFace: Int
    enum CodingKeys: String, CodingKey {
      case total, shot, tracked
      case withoutFace = "without_face"
    }
  }
  package struct Reprojection: Codable, Sendable {
    /// The middle one of the frames' median distances between mesh and landmarks, over the distance of the eyes.
    package var medianOverEyeDistance: Double
    /// The same, larger than 95 % of frames'.
    package var p95OverEyeDistance: Double
    enum CodingKeys: String, CodingKey {
      case medianOverEyeDistance = "median_over_eye_distance"
      case p95OverEyeDistance = "p95_over_eye_distance"
    }
  }
  /// Low and high ends, without the outermost hundredths.
  package struct Extent: Codable, Sendable {
    package var low, high: Double
  }
  package struct Shot: Codable, Sendable {
    /// First frame, and the one after the last.
    package var first, end: Int
    package var tracked: Int
    package var used: Bool
  }
  package struct Face: Codable, Sendable {
    /// Medians over the frames: the mesh's width and the distance of the eyes in pixels of the source.
    package var width, eyeDistance: Double
    /// The part of the source that the dataset shows: left, top and side, pixels.
    package var crop: [Int]
    /// Pixels of the dataset per pixel of the source.
    package var scale: Double
    enum CodingKeys: String, CodingKey {
      case width
      case eyeDistance = "eye_distance"
      case crop, scale
    }
  }
  /// How far apart lids are over the distance of the eyes.
  package struct Lids: Codable, Sendable {
    /// As they are seen where they touch: there a blink is 1.
    package var closed: Double
    /// Of the person's own open eye: there a blink is 0.
    package var rest: Double
  }
  package struct Eyes: Codable, Sendable {
    package var left, right: Lids
  }

  package var source: String
  package var frames: Frames
  package var reprojection: Reprojection
  /// Frames of the shot processed per second, everything included.
  package var fps: Double
  /// Frames per second of the dataset.
  package var rate: Double
  package var shots: [Shot]
  package var face: Face
  /// Focal length in pixels of the dataset's images.
  package var focal: Double
  /// Degrees.
  package var yaw, pitch, roll: Extent
  /// Of every expression whose coefficient passes 0.05 at its high end.
  package var expression: [String: Extent]
  /// The person's own; absent in reports of earlier versions.
  package var eyes: Eyes?
  /// 0 (sharp) ... 1 (blurred), of the face, the median of some frames.
  package var blur: Double
  /// How late the sound is in the clip.
  package var sound: SoundOffset?
  /// By how many frames the dataset's sound was moved forward; absent where it was left as it is.
  package var sync: Int?
  package var diagnoses: [Diagnosis]
  /// Names of the files that are there.
  package var model: String

  package func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(try encoder.encode(self), to: url)
  }
}
