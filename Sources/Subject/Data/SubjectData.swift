import Datasets
import Face
import Radiance
import Speech
import Talking
import Torch

/// A dataset as the training reads it: images in memory at the training size, and what the track says of each frame as tensors.
final class SubjectData {
  /// Where steps are computed; the data themselves are on the CPU.
  let device: Device
  /// `[N, H, W, 3]` and `[N, H, W]`, uint8.
  let images, labels: Tensor
  /// `[H, W, 3]` in 0...1.
  let background: Tensor
  let camera: Camera
  let train, test: [Int]
  /// `[N, D]`: expression, gaze, torso, then zeros, normalized.
  private(set) var driving: Tensor
  /// The same before that.
  private let plainDriving: Tensor
  /// `[N, 3, 4]`: camera to head.
  let cameraToHead: Tensor
  /// Head to world: `[N, 3, 3]`, `[N, 3]`.
  let poseRotations, poseTranslations: Tensor
  /// `[Ni]`, `[N, Ne]`, `[N, 2]`, `[N, 4]` (see `TrackFrame.torso`).
  let identity, expressions, gaze, torsoMotion: Tensor
  /// `[M, T, C]`: speech about each frame of the clip, and which of them the track's frames are, `[N]` int64; nil without speech.
  let speech: (windows: Tensor, places: Tensor)?
  /// `[P, 3]`: what the model's landmark points lack on this person, zeros where the track has none.
  let calibration: Tensor?
  let track: Track
  private let modelName: String
  /// What `head` does in canonical space; to be set before it is asked for.
  var rest = HeadRest.parted
  private var knownHead: SubjectHead?
  var head: SubjectHead {
    get throws {
      if let knownHead { return knownHead }
      let made = try Lanes.alone { try SubjectHead(self, rest: rest) }
      knownHead = made
      return made
    }
  }

  var count: Int { images.size(0) }

  init(_ dataset: Dataset, _ scene: SubjectScene, speech features: (any SpeechFeatures)? = nil, device: Device = .cpu) throws {
    self.device = device
    let track = dataset.track
    let all = Array(0..<dataset.count)
    speech = try features.map { features in
      let audio = try dataset.speech(for: features)
      let places = track.frames.map(\.index)
      return (try features.windows(audio, fps: track.fps, frames: (places.max() ?? 0) + 1), Tensor(places))
    }
    images = try dataset.images(all)
    labels = try dataset.labels(all)
    background = try dataset.background().to(.float32) / 255
    camera = dataset.camera
    (train, test) = (dataset.trainIndices, dataset.testIndices)
    plainDriving = dataset.driving(width: scene.drivingMean.numel)
    driving = scene.normalized(plainDriving)
    self.track = track
    modelName = track.modelName
    let n = track.frames.count
    let states = track.frames.map(\.state)
    cameraToHead = Tensor(all.flatMap { Array(dataset.cameraInHead($0).cameraToWorld.rows.prefix(12)) }, [n, 3, 4])
    poseRotations = Tensor(states.flatMap(\.pose.rotation.rows), [n, 3, 3])
    poseTranslations = Tensor(states.flatMap { [$0.pose.translation.x, $0.pose.translation.y, $0.pose.translation.z] }, [n, 3])
    identity = Tensor(track.identity)
    expressions = Tensor(states.flatMap(\.expression), [n, track.expressionNames.count])
    gaze = Tensor(states.flatMap { [$0.gaze.x, $0.gaze.y] }, [n, 2])
    torsoMotion = Tensor(track.frames.flatMap { [$0.torso.x, $0.torso.y, $0.torso.z, $0.torso.w] }, [n, 4])
    calibration = track.calibration.isEmpty ? nil : Tensor(track.calibration.flatMap { [$0.x, $0.y, $0.z] }, [track.calibration.count, 3])
  }
}

extension SubjectData {
  /// Takes the range of another `scene`, as of the run that is gone on with.
  func normalize(as scene: SubjectScene) { driving = scene.normalized(plainDriving) }

  /// The face model that the track's coefficients belong to.
  func model() throws -> MorphableModel {
    guard modelName == "builtin" else { throw SubjectError.noModel(modelName) }
    let model = MorphableModel.builtIn()
    let (found, expected) = ((identity.numel, expressions.size(1)), (model.identityBasis.size(0), model.expressionBasis.size(0)))
    // Datasets outlive versions of the built-in head.
    guard found == expected else { throw SubjectError.otherModel(found: found, expected: expected) }
    return model
  }

  /// What each normalized driving number adds to the lips' distance and the mouth's width, in the spread that both have in the training
  /// frames: `[D, 2]`; nil where the face model is not known.
  func lips(_ scene: SubjectScene) -> Tensor? {
    guard !train.isEmpty, let model = try? model() else { return nil }
    let (gap, width) = LipMeasures.ofExpressions(model)
    let measures = stack([Tensor(gap), Tensor(width)], 1), count = measures.size(0)
    let spread = expressions.indexSelect(0, Tensor(train)).matmul(measures).variance(0, correction: 0).sqrt().clamp(1e-3)
    let normalized = measures * scene.drivingSpread.narrow(0, 0, count).unsqueeze(1) / spread
    return cat([normalized, .zeros([scene.drivingSpread.numel - count, 2])])
  }

  /// What is known of `frames` `[F]` int64, on the device of the steps.
  func signals(_ frames: Tensor) -> FrameSignals {
    FrameSignals(
      driving: driving.indexSelect(0, frames), pose: cameraToHead.indexSelect(0, frames), torso: torsoMotion.indexSelect(0, frames)
    ).to(device)
  }

  /// What is heard about `frames` `[F]` int64: `[F, neighbours, T, C]`, on the device of the steps; nil without speech.
  func heard(_ frames: Tensor) -> Tensor? {
    guard let speech else { return nil }
    let around = Tensor(Voice.neighbours.map { $0 })
    let places = speech.places.indexSelect(0, frames).unsqueeze(1) + around
    let kept = call("aten::clamp", places, 0, speech.windows.size(0) - 1)
    let shape = [frames.numel, around.numel] + speech.windows.shape.dropFirst()
    return speech.windows.indexSelect(0, kept.reshape(-1)).reshape(shape).to(device)
  }

  /// The rays that a sampler drew, in head space, and what they should show, on the device of the steps.
  /// `poses` `[F, 3, 4]` are those of the drawn frames.
  func batch(_ drawn: DrawnRays, poses: Tensor, _ depth: DepthRange) -> RayBatch {
    let (pixels, position) = (Tensor(drawn.pixel), Tensor(drawn.frame))
    let flat = Tensor(drawn.frames).indexSelect(0, position) * Tensor(camera.width * camera.height) + pixels
    return RayBatch(
      rays: headRays(camera, poses: poses.indexSelect(0, position.to(device)), pixels: pixels, depth), frames: drawn.frame,
      colors: images.reshape(-1, 3).indexSelect(0, flat).to(device).to(.float32) / 255,
      labels: labels.reshape(-1).indexSelect(0, flat).to(device),
      background: background.reshape(-1, 3).indexSelect(0, pixels).to(device))
  }
}
