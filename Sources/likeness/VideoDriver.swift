import Datasets
import Face
import Foundation
import Media
import Subject
import Torch
import Tracking

/// A video whose face drives an avatar.
struct VideoDriver {
  let url: URL
  init(_ url: URL) { self.url = url }

  /// What the face does in the video's frames, or those numbered `frames`, at the avatar's place.
  ///
  /// Frames without a face get what `MotionGaps` says, and are counted in a notice.
  /// Throws `Failure` if no face is found in most of them, or what reading the video throws.
  func performance(by avatar: SubjectAvatar, frames: Range<Int>?) throws -> Performance {
    let match = try ExpressionMatch.checked(
      avatar: avatar.scene.expressionNames, motion: ExpressionNames.arkit, from: url.relativePath)
    let rate = Rational(avatar.scene.fps)
    let turns = try UprightSearch().quarterTurns(of: url, rate: rate, from: frames?.lowerBound ?? 0, count: frames?.count ?? .max)
    if turns != 0 { complain("\(url.lastPathComponent): \(UprightSearch.notice(turns))") }
    let reader = try VideoReader(url, rate: rate, quarterTurns: turns)
    let tracker = try LandmarkTracker()
    if reader.hasAudio, let notice = try AudioReader(url).notice { complain(notice) }
    var seen: [FaceLandmarks?] = []
    let table = ProgressTable()
    while let frame = try reader.next(), frame.index < frames?.upperBound ?? .max, !StopSignal.isRaised {
      seen.append(frames?.contains(frame.index) ?? true ? try tracker.track(frame.rgb) : nil)
      table.show("looked at \(seen.count) frames of \(url.lastPathComponent)", last: false)
    }
    table.finish()
    let first = frames?.lowerBound ?? 0
    let wanted = seen.dropFirst(first)
    let found = wanted.count(where: { $0 != nil })
    guard found * 2 > wanted.count, !wanted.isEmpty else {
      throw Failure.input(
        "\(url.relativePath): a face is seen in \(found) of \(wanted.count) frames; choose a video with one face in view"
      )
    }
    let model = MorphableModel.builtIn()
    let fit = try FaceFit(model).fit(Array(wanted), width: reader.width, height: reader.height)
    let tracked = fit.frames.enumerated().compactMap { i, frame in
      frame.map {
        let state = FaceState(identity: fit.identity, expression: $0.expression, pose: $0.pose, gaze: $0.gaze)
        return TrackFrame(index: first + i, state: state)
      }
    }
    let track = Track(
      modelName: model.name, expressionNames: ExpressionNames.arkit, identity: fit.identity, camera: fit.camera,
      fps: avatar.scene.fps, frames: tracked)
    var performance = Performance(track, match, positions: Array(tracked.indices), by: avatar, isOwn: false)
    let frames = first..<first + wanted.count
    let states = MotionGaps.filled(performance.shots.map { ($0.index, $0.state) }, frames: frames)
    performance.shots = zip(frames, states).map { Performance.Shot(index: $0, state: $1, torso: .zero, camera: avatar.scene.camera) }
    let faceless = wanted.count - tracked.count
    if faceless > 0 {
      complain("\(url.lastPathComponent): no face is seen in \(faceless) of \(wanted.count) frames; their motion was interpolated")
    }
    performance.sound = reader.hasAudio ? url : nil
    return performance
  }
}
