import Foundation
import Media
import Torch
import Tracking

/// What a first look at a clip finds: its shots and the face in every frame.
struct ClipSurvey {
  /// A stretch without cuts.
  struct Shot {
    /// Frames of the clip at the dataset's rate.
    var range: Range<Int>
    /// The face of each frame, in pixels of the source.
    var faces: [FaceLandmarks?]
    var tracked: Int { faces.count { $0 != nil } }
    /// Distances of the lips over that of the eyes, frame by frame.
    var mouth: [Float?] {
      faces.map { face in
        guard let face else { return nil }
        let gap = face[13] - face[14]
        return (gap * gap).sum().squareRoot() / face.eyeDistance
      }
    }
  }
  var width: Int
  var height: Int
  var shots: [Shot]
  /// Frames looked at.
  var total: Int
  /// How many faces were seen, now and then, while one was followed.
  var crowd: [Int]
  /// Clockwise turns that set its images upright; all places are in images so turned.
  var quarterTurns: Int
  /// Frames that show what the one before them shows.
  var repeated: Int
  /// What is wrong with the file, as the reader tells.
  var damage: String?
  /// Of HDR, its name.
  var hdr: String?
  var isInterlaced: Bool

  /// Larger images are looked at scaled down to this many pixels.
  private static let longestSide = 1280
  /// Frames between counts of the faces.
  private static let countingInterval = 50

  /// Looks at a whole clip. `progress` is told frames done and expected.
  init(_ video: URL, options: ClipOptions, progress: (Int, Int) throws -> Void) throws {
    let range = options.frames ?? 0..<Int.max
    quarterTurns = try UprightSearch().quarterTurns(of: video, rate: options.fps, from: range.lowerBound, count: range.count)
    let native = try VideoReader(video, rate: options.fps, quarterTurns: quarterTurns)
    (width, height) = (native.width, native.height)
    let longer = max(width, height)
    let reader: VideoReader
    var scale: Float = 1
    if longer > Self.longestSide {
      scale = Float(longer) / Float(Self.longestSide)
      let size = (width: Int((Float(width) / scale).rounded()), height: Int((Float(height) / scale).rounded()))
      reader = try VideoReader(video, rate: options.fps, size: size, quarterTurns: quarterTurns)
    } else {
      reader = native
    }
    try reader.skip(range.lowerBound)
    let expected = max(0, min(reader.frameCount, range.upperBound) - range.lowerBound)
    let tracker = try LandmarkTracker()
    let detector = try FaceDetector()
    let cuts = ShotDetector()
    var faces: [FaceLandmarks?] = []
    var repeats = RepeatCounter()
    crowd = []
    do {
      let film = Prefetch(limit: range.count) { try reader.next() }
      let tracked = Prefetch { try film.next().map { (frame: $0, face: try tracker.track($0.rgb)) } }
      while let (frame, face) = try tracked.next() {
        cuts.add(frame.rgb, face: face, alpha: nil)
        repeats.add(frame.rgb)
        if faces.count % Self.countingInterval == 0 {
          crowd.append(try detector.detect(frame.rgb, thorough: false).count)
        }
        faces.append(face.map { $0.scaled(scale) })
        try progress(faces.count, max(expected, faces.count))
      }
    }
    total = faces.count
    repeated = repeats.count
    shots = cuts.shots.map { part in
      Shot(range: part.lowerBound + range.lowerBound..<part.upperBound + range.lowerBound, faces: Array(faces[part]))
    }
    damage = reader.damage
    hdr = reader.hdr
    isInterlaced = reader.isInterlaced
  }

  /// The shot that the options ask for; throws where there is none with a face.
  func chosen(_ options: ClipOptions, _ video: URL) throws -> Int {
    guard total > 0 else {
      throw CaptureError(.badInput, "\(video.path): the clip has no frames in the range of --frames; choose another range")
    }
    let index: Int
    switch options.shot {
    case .longest: index = shots.indices.max { shots[$0].tracked < shots[$1].tracked } ?? 0
    case .number(let n):
      guard shots.indices.contains(n - 1) else {
        throw CaptureError(.badInput, "\(video.path): the clip has \(shots.count) shots and no shot \(n); choose another --shot")
      }
      index = n - 1
    }
    return index
  }
}

extension FaceLandmarks {
  /// The same face in an image larger by a factor.
  func scaled(_ factor: Float) -> FaceLandmarks {
    factor == 1 ? self : FaceLandmarks(points: points.map { $0 * factor }, presence: presence)
  }
}
