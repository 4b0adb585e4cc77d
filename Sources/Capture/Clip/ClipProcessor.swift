import Consent
import Datasets
import Face
import Foundation
import Media
import Torch
import Tracking

/// Makes a dataset folder from a clip: finds the face, cuts the image around it, masks, fits the head, and says how good it all is.
package struct ClipProcessor {
  package let video: URL
  package let output: URL
  package var options: ClipOptions

  package init(_ video: URL, output: URL, options: ClipOptions = ClipOptions()) {
    (self.video, self.output, self.options) = (video, output, options)
  }

  /// Fewer frames with a face than this make no dataset.
  package static let fewestFrames = 16

  /// Makes the dataset; under the output's name it is there whole or not at all.
  ///
  /// `progress` is told of every frame, and stops everything by throwing. Throws `MediaError`, `CaptureError` or `FileError`.
  package func run(_ progress: (ClipProgress) throws -> Void = { _ in }) throws -> CaptureReport {
    guard options.size >= 64, options.size <= 4096, options.size % 2 == 0 else {
      throw CaptureError(.badInput, "--size \(options.size): an even number of pixels from 64 to 4096 is needed")
    }
    return try withoutGradient {
      let start = ContinuousClock.now
      // What the file is, before anything is made.
      _ = try VideoReader(video, rate: options.fps)
      if options.audioTrack != nil { _ = try AudioReader(video.audioTrack(options.audioTrack)) }
      let folder = try WorkFolder(for: output, replace: options.overwrite)
      let files = DatasetFolder(folder.url)
      let survey = try ClipSurvey(video, options: options) { try progress(ClipProgress(stage: .survey, done: $0, total: $1)) }
      let chosen = try survey.chosen(options, video)
      let shot = survey.shots[chosen]
      try Self.checkUsable(survey, shot, video)
      let crop = FaceCrop(shot.faces.compactMap { $0 }, width: survey.width, height: survey.height, size: options.size)

      let builder = try DatasetBuilder(crop, files)
      try builder.learn(video, shot, rate: options.fps, quarterTurns: survey.quarterTurns)
      let faces = shot.faces.map { face in face.map { crop.apply($0) } }
      let reader = try VideoReader(
        video, rate: options.fps, size: (crop.size, crop.size), crop: crop.box, quarterTurns: survey.quarterTurns)
      try reader.skip(shot.range.lowerBound)
      let bands = try builder.build(reader, faces) { try progress(ClipProgress(stage: .images, done: $0, total: faces.count)) }
      try builder.finish()

      try progress(ClipProgress(stage: .fit, done: 0, total: faces.count))
      let center = crop.principalPoint(width: survey.width, height: survey.height)
      let model = MorphableModel.builtIn()
      let (found, eyes) = try self.track(faces, model, builder.torso, center: center)
      var track = found
      try files.write(track)
      let looks = try Dataset(files.url, size: min(HeadAlignment.resolution, options.size))
      try progress(ClipProgress(stage: .fit, done: faces.count, total: faces.count))
      let aligned = try HeadAlignment().poses(looks, bands, model) {
        try progress(ClipProgress(stage: .align, done: Int($0 * Double(faces.count)), total: faces.count))
      }
      for (i, pose) in aligned.enumerated() { track.frames[i].state.pose = pose }
      try progress(ClipProgress(stage: .align, done: faces.count, total: faces.count))
      try files.write(track)
      let sound = try ShotSound(video, shot, options)
      if let sound { try AudioFile.write(sound.samples, sampleRate: ShotSound.rate, to: files.audio) }
      if options.preview {
        try PreviewFilm(files, track, model, sound: sound == nil ? nil : files.audio, rate: options.fps).write {
          try progress(ClipProgress(stage: .preview, done: $0, total: $1))
        }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let report = Preflight(
        video: video, survey: survey, chosen: chosen, crop: crop, track: track, eyes: eyes, builder: builder, sound: sound,
        fps: options.fps.value,
        seconds: seconds
      ).report()
      try report.write(to: files.report)
      if let consent = options.consent { try ConsentFile.write(consent, in: files.url) }
      try folder.finish()
      return report
    }
  }

  /// Throws where a shot cannot become an avatar, whatever is done.
  private static func checkUsable(_ survey: ClipSurvey, _ shot: ClipSurvey.Shot, _ video: URL) throws {
    guard shot.tracked > 0 else {
      throw CaptureError(
        .badInput, "\(video.path): no face was found in its \(survey.total) frames [no-face]; film a head and shoulders, lit from the front"
      )
    }
    let eyes = median(shot.faces.compactMap { $0?.eyeDistance })
    guard eyes >= 10 else {
      throw CaptureError(
        .badInput,
        "\(video.path): the face is too small, \(Int(eyes)) pixels from eye to eye [face-too-small]; "
          + "film head and shoulders, so that it is 60 or more")
    }
    guard shot.tracked >= fewestFrames else {
      throw CaptureError(
        .badInput,
        "\(video.path): only \(shot.tracked) frames in a row show a face, \(fewestFrames) are needed [short]; film ten seconds or more in one go"
      )
    }
  }

  /// The fitted track of all frames with a face, and the person's lids.
  private func track(
    _ faces: [FaceLandmarks?], _ model: MorphableModel, _ torso: TorsoTracker, center: SIMD2<Float>
  ) throws -> (Track, CaptureReport.Eyes?) {
    var fit = FaceFit(model)
    fit.center = center
    let found = try fit.fit(faces, width: options.size, height: options.size)
    let depth = median(found.frames.compactMap { $0.map { -$0.pose.translation.z } })
    let shifts = torso.shifts(focal: found.camera.focal.x, depth: depth, center: found.camera.center)
    var frames: [TrackFrame] = []
    for (i, frame) in found.frames.enumerated() {
      guard let frame, let face = faces[i] else { continue }
      let state = FaceState(identity: found.identity, expression: frame.expression, pose: frame.pose, gaze: frame.gaze)
      let shift = frames.count < shifts.count ? shifts[frames.count] : .zero
      frames.append(
        TrackFrame(
          index: i, state: state, torso: shift, landmarks: face.points.map { SIMD2($0.x, $0.y) }, error: frame.error))
    }
    let track = Track(
      modelName: model.name, expressionNames: model.expressionNames, identity: found.identity, calibration: found.calibration,
      camera: found.camera, fps: options.fps.value, frames: frames)
    return (track, found.lids.map { CaptureReport.Eyes($0, opening: found.lidOpening) })
  }
}
