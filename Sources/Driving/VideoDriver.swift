import Datasets
import Face
import Foundation
import Media
import Torch
import Tracking

/// A video whose face drives an avatar.
package struct VideoDriver {
  package let url: URL
  /// Which face drives where there are several, counted from the left, from 1 on; nil takes the largest.
  package let face: Int?
  package init(_ url: URL, face: Int? = nil) { (self.url, self.face) = (url, face) }

  /// What the face does in the video's frames, or those numbered `frames`, at the avatar's place; nil where `shouldStop` said so.
  ///
  /// Motion is put on the avatar as `retargeting` says. Frames without a face get what `MotionGaps` says, and are counted in a notice. `progress` hears of how many frames were read.
  /// Throws `DrivingError` if no face is found in most of them or it cannot drive the avatar, or what reading the video throws.
  package func sequence(
    for scene: AvatarScene, frames: Range<Int>?, by retargeting: Retargeting = Retargeting(), notice: (String) -> Void,
    progress: (Int) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> DrivingSequence? {
    // Before a long look at the film.
    _ = try ExpressionMatch.checked(avatar: scene.expressionNames, motion: ExpressionNames.arkit, from: url.relativePath, notice: { _ in })
    return try motion(fps: scene.fps, frames: frames, notice: notice, progress: progress, shouldStop: shouldStop)?
      .sequence(for: scene, by: retargeting, notice: notice)
  }

  /// The same before it is put on an avatar, at `fps` frames a second, so that one look at a video drives many.
  package func motion(
    fps: Double, frames: Range<Int>?, notice: (String) -> Void, progress: (Int) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> VideoMotion? {
    guard let (seen, reader) = try landmarks(fps, frames, notice, progress, shouldStop) else { return nil }
    let first = frames?.lowerBound ?? 0
    let wanted = seen.dropFirst(first)
    if let frames, wanted.isEmpty { throw DrivingError.noFrames(url, frames, of: seen.count) }
    let found = wanted.count(where: { $0 != nil })
    guard found * 2 > wanted.count, !wanted.isEmpty else { throw DrivingError.noFace(url, face, found: found, of: wanted.count) }
    let model = MorphableModel.builtIn()
    var fitter = FaceFit(model)
    let person = try fitter.fit(Array(wanted), width: reader.width, height: reader.height)
    // Once it is known who drives, what they do is followed more closely.
    fitter.person = FaceFit.Person(
      identity: person.identity, calibration: person.calibration, focal: person.camera.focal.x, lids: person.lids)
    fitter.precise = true
    let fit = try fitter.fit(Array(wanted), width: reader.width, height: reader.height)
    let tracked = fit.frames.enumerated().compactMap { i, frame in
      frame.map {
        let state = FaceState(identity: fit.identity, expression: $0.expression, pose: $0.pose, gaze: $0.gaze)
        return TrackFrame(index: first + i, state: state)
      }
    }
    let faceless = wanted.count - tracked.count
    if faceless > 0 {
      notice("\(url.lastPathComponent): no face is seen in \(faceless) of \(wanted.count) frames; their motion was interpolated")
    }
    if wanted.count == 1, frames == nil { notice("\(url.lastPathComponent): is one image and no film; what is made of it has one frame") }
    let track = Track(
      modelName: model.name, expressionNames: ExpressionNames.arkit, identity: fit.identity, camera: fit.camera, fps: fps, frames: tracked)
    return VideoMotion(url: url, track: track, numbers: first..<first + wanted.count, hasAudio: reader.hasAudio)
  }

  /// The landmarks of every frame up to the last that is wanted, nil where there is no face or none was looked for.
  private func landmarks(
    _ fps: Double, _ frames: Range<Int>?, _ notice: (String) -> Void, _ progress: (Int) -> Void, _ shouldStop: () -> Bool
  ) throws -> (seen: [FaceLandmarks?], reader: VideoReader)? {
    let rate = Rational(fps)
    let turns = try UprightSearch().quarterTurns(of: url, rate: rate, from: frames?.lowerBound ?? 0, count: frames?.count ?? .max)
    if turns != 0 { notice("\(url.lastPathComponent): \(UprightSearch.notice(turns))") }
    let reader = try VideoReader(url, rate: rate, quarterTurns: turns)
    let tracker = try LandmarkTracker()
    tracker.choice = face
    if reader.hasAudio, let words = try AudioReader(url).notice { notice(words) }
    var seen: [FaceLandmarks?] = [], most = 0
    do {
      let film = Prefetch(limit: frames?.upperBound ?? .max) { try reader.next() }
      while let frame = try film.next() {
        if shouldStop() { return nil }
        seen.append(frames?.contains(frame.index) ?? true ? try tracker.track(frame.rgb) : nil)
        most = max(most, tracker.detections.count)
        progress(seen.count)
      }
    }
    if most > 1, face == nil {
      notice("\(url.lastPathComponent): shows \(most) faces; the largest drives, --face N takes the N-th from the left")
    }
    return (seen, reader)
  }
}

/// What a face does in a video, of whomever.
package struct VideoMotion {
  package let url: URL
  package let track: Track
  /// The frames that were looked at; those without a face are not in `track`.
  package let numbers: Range<Int>
  let hasAudio: Bool

  /// The motion at the avatar's place, as `retargeting` says; throws `DrivingError` where it cannot drive the avatar.
  package func sequence(for scene: AvatarScene, by retargeting: Retargeting = Retargeting(), notice: (String) -> Void) throws
    -> DrivingSequence
  {
    let match = try ExpressionMatch.checked(
      avatar: scene.expressionNames, motion: track.expressionNames, from: url.relativePath, notice: notice)
    var sequence = DrivingSequence(track, match, positions: Array(track.frames.indices), for: scene, isOwn: false, by: retargeting)
    let states = MotionGaps.filled(sequence.frames.map { ($0.index, $0.state) }, frames: numbers)
    sequence.frames = zip(numbers, states).map { .init(index: $0, state: $1, torso: .zero, camera: scene.camera) }
    sequence.sound = hasAudio ? url : nil
    return sequence
  }
}
