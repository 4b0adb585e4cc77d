import Foundation
import Torch

/// Something about a clip that its user should know, under a name that other programs can rely on.
public struct Diagnosis: Codable, Equatable, Sendable {
  public enum Code: String, Codable, CaseIterable, Sendable {
    case noFace = "no-face"
    case severalFaces = "several-faces"
    case faceLeavesFrame = "face-leaves-frame"
    case movingCamera = "moving-camera"
    case faceTooSmall = "face-too-small"
    case cartoon
    case cuts
    case short
    case blurred
    case noSound = "no-sound"
    case soundOffset = "sound-offset"
    case stillMouth = "still-mouth"
    case damaged
    case poorFit = "poor-fit"
  }
  public var code: Code
  /// What was seen and what to do about it, in one sentence or two.
  public var message: String

  public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }
}

/// `report.json`: what `process` found in a clip.
public struct CaptureReport: Codable, Sendable {
  public struct Frames: Codable, Sendable {
    /// In the clip at the dataset's rate.
    public var total: Int
    /// In the shot that is used.
    public var shot: Int
    /// Of those, with a face that was fitted.
    public var tracked: Int
    /// Why others of the shot are not used.
    public var withoutFace: Int
    enum CodingKeys: String, CodingKey {
      case total, shot, tracked
      case withoutFace = "without_face"
    }
  }
  public struct Reprojection: Codable, Sendable {
    /// The middle one of the frames' median distances between mesh and landmarks, over the distance of the eyes.
    public var medianOverEyeDistance: Double
    /// The same, larger than 95 % of frames'.
    public var p95OverEyeDistance: Double
    enum CodingKeys: String, CodingKey {
      case medianOverEyeDistance = "median_over_eye_distance"
      case p95OverEyeDistance = "p95_over_eye_distance"
    }
  }
  /// Low and high ends, without the outermost hundredths.
  public struct Extent: Codable, Sendable {
    public var low, high: Double
  }
  public struct Shot: Codable, Sendable {
    /// First frame, and the one after the last.
    public var first, end: Int
    public var tracked: Int
    public var used: Bool
  }
  public struct Face: Codable, Sendable {
    /// Medians over the frames: the mesh's width and the distance of the eyes in pixels of the source.
    public var width, eyeDistance: Double
    /// The part of the source that the dataset shows: left, top and side, pixels.
    public var crop: [Int]
    /// Pixels of the dataset per pixel of the source.
    public var scale: Double
    enum CodingKeys: String, CodingKey {
      case width
      case eyeDistance = "eye_distance"
      case crop, scale
    }
  }

  public var source: String
  public var frames: Frames
  public var reprojection: Reprojection
  /// Frames of the shot processed per second, everything included.
  public var fps: Double
  /// Frames per second of the dataset.
  public var rate: Double
  public var shots: [Shot]
  public var face: Face
  /// Focal length in pixels of the dataset's images.
  public var focal: Double
  /// Degrees.
  public var yaw, pitch, roll: Extent
  /// Of every expression whose coefficient passes 0.05 at its high end.
  public var expression: [String: Extent]
  /// 0 (sharp) ... 1 (blurred), of the face, the median of some frames.
  public var blur: Double
  /// How late the sound is in the clip.
  public var sound: SoundOffset?
  /// By how many frames the dataset's sound was moved forward; absent where it was left as it is.
  public var sync: Int?
  public var diagnoses: [Diagnosis]
  /// Names of the files that are there.
  public var model: String

  public func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(try encoder.encode(self), to: url)
  }
}
