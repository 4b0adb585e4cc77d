import Datasets
import Driving
import Evaluation
import Face
import Foundation
import Marking
import Photos
import Portrait
import Torch
import Tracking

/// An avatar of one photo doing what its own person does in a clip, frame by frame beside the truth: what `eval --from-frame` judges by, and
/// `eval --load` of a portrait.
///
/// Who it is comes from the photo alone; of the clip's other frames only what they do is fitted, with that identity kept.
struct PortraitTrial {
  let avatar: any PhotoAvatar
  let dataset: Dataset
  /// What the avatar was made from, `[H, W, 3]` uint8; nil where only its file is at hand.
  private let photo: Tensor?
  /// Where the judged images lie in the dataset's; nil for all of them.
  private let crop: PhotoCrop?
  /// The camera of the judged images.
  private let camera: Camera
  /// What the avatar does in each of the dataset's frames; nil where no face is seen.
  private var states: [FaceState?] = []

  /// The photo is the frame at `position` of the dataset's track. Throws `PhotoError` where it shows no usable face. `size` is the side of
  /// the judged images in pixels.
  init(
    photoAt position: Int, of dataset: Dataset, size: Int, by coarse: CoarseOptions, notice: (String) -> Void
  ) throws {
    let frame = dataset.track.frames[position].index
    let name = "frame \(frame) of \(dataset.folder.relativePath)"
    let image = try dataset.image(position), (photo, read) = try PhotoReader().readBoth(image, name: name)
    for words in read.notices { notice("\(name): \(words)") }
    (avatar, self.dataset) = (try coarse.avatar(photo, read), dataset)
    camera = avatar.camera.scaled(width: size, height: size)
    // The avatar's camera looks along the axis of the photo's crop, as wide as the photo goes.
    let share = (read.camera.focal.x / Float(read.camera.width)) / (avatar.camera.focal.x / Float(avatar.camera.width))
    let crop = PhotoCrop(center: read.crop.center, side: read.crop.side * share, roll: read.crop.roll, size: size)
    (self.crop, self.photo) = (crop, Self.cut(image, crop))
    try fit()
  }

  /// A portrait that was made before, in the place of the person in the dataset's clip.
  init(_ avatar: any PhotoAvatar, data folder: URL) throws {
    (self.avatar, dataset, photo, crop) = (avatar, try Dataset(folder), nil, nil)
    camera = dataset.camera
    try fit()
  }

  /// Finds what the face does in every frame.
  private mutating func fit() throws {
    let tracker = try LandmarkTracker(), table = ProgressTable()
    var seen: [FaceLandmarks?] = []
    for position in 0..<dataset.count where !StopSignal.isRaised {
      let face = try tracker.track(try dataset.image(position))
      seen.append(face.map { face in crop?.landmarks(face) ?? face })
      table.show("looked at \(position + 1) of \(dataset.count) frames", last: position + 1 == dataset.count)
    }
    table.finish()
    var fit = FaceFit(avatar.model)
    fit.person = FaceFit.Person(
      identity: avatar.scene.identity, calibration: avatar.calibration, focal: camera.focal.x, shown: avatar.scene.restingExpression)
    fit.knownFocal = Double(camera.focal.x)
    fit.center = camera.center
    fit.precise = true
    states = try fit.fit(seen, width: camera.width, height: camera.height).frames.map { frame in
      frame.map { FaceState(identity: avatar.scene.identity, expression: $0.expression, pose: $0.pose, gaze: $0.gaze) }
    }
  }

  /// Renders and compares the frames at `positions` of the dataset's track that show a face. `each` hears as in `AvatarTrial`.
  func evaluated(
    _ positions: [Int], _ each: (_ truth: Tensor, _ shown: Tensor, _ frame: Int, _ done: Int) throws -> Bool
  ) throws -> (evaluation: AvatarEvaluation, results: EvaluationReport.Results)? {
    var evaluation = try AvatarEvaluation(photo: photo), drawing = Duration.zero, done = 0
    let home = avatar.scene.pose.rotation
    for position in positions {
      guard states.indices.contains(position), let state = states[position] else { continue }
      let start = ContinuousClock.now, image = try avatar.render(state, camera: camera)
      drawing += ContinuousClock.now - start
      let shown = (image.rgb * 255).round().clamp(0, 255).to(.uint8), frame = dataset.track.frames[position].index
      let whole = try dataset.image(position), truth = crop.map { Self.cut(whole, $0) } ?? whole
      let classes = try dataset.labels(position), labels = crop.map { $0.labels(classes) } ?? classes
      let angle = Double(state.pose.rotation.angle(to: home)) * 180 / .pi
      try evaluation.add(shown, truth: truth, labels: labels, renderedLabels: image.labels, frame: frame, angle: angle)
      done += 1
      guard try each(truth, shown, frame, done) else { return nil }
    }
    let track = Track(
      modelName: avatar.scene.modelName, expressionNames: avatar.scene.expressionNames, identity: avatar.scene.identity,
      calibration: avatar.calibration, camera: camera, fps: dataset.track.fps,
      frames: positions.compactMap { position in
        states[position].map { TrackFrame(index: dataset.track.frames[position].index, state: $0) }
      })
    let speed = Double(done) / max(drawing / .seconds(1), 1e-9)
    return (evaluation, try evaluation.figures(framesPerSecond: speed, track, sound: dataset.audio))
  }

  /// A film of both, truth left and avatar right, of the frames at `positions`.
  func film(_ url: URL, _ positions: [Int], _ marks: OutputMarks) throws -> FilmSink {
    let frames = positions.compactMap { position in
      states[position].map {
        DrivingSequence.Frame(index: dataset.track.frames[position].index, state: $0, torso: .zero, camera: camera)
      }
    }
    return try FilmSink(url, DrivingSequence(frames, fps: dataset.track.fps, sound: dataset.audio), columns: 2, marks)
  }

  /// The part of an image that is judged, `[S, S, 3]` uint8.
  private static func cut(_ image: Tensor, _ crop: PhotoCrop) -> Tensor {
    ((crop.cut(image)[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(.uint8).contiguous()
  }
}
