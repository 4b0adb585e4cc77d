import Face

/// What the fit found in one frame of a clip.
package struct TrackFrame: Equatable, Sendable {
  /// The number of the frame in its shot at the track's rate: of the image, the label map and the stretch of sound.
  package var index: Int
  /// The face; its pose is head to world, and the world is the camera's rig.
  package var state: FaceState
  /// How far the torso has moved from where it is in the shot's reference frame, in head units along the camera's axes
  /// (x right, y up, z towards the camera), after turning about the camera's axis by the fourth number (radians, counterclockwise).
  /// Head pose does not tell it.
  package var torso: SIMD4<Float>
  /// The 478 landmarks in pixels of the dataset's images (468 of the mesh, then 5 of each iris), if they were kept.
  package var landmarks: [SIMD2<Float>]?
  /// The median distance between landmarks and the fitted mesh over the distance of the eyes.
  package var error: Float

  package init(
    index: Int, state: FaceState, torso: SIMD4<Float> = .zero, landmarks: [SIMD2<Float>]? = nil, error: Float = 0
  ) {
    self.index = index
    self.state = state
    self.torso = torso
    self.landmarks = landmarks
    self.error = error
  }

  /// Left, top, width and height in pixels of the box around the mesh landmarks; zero where they are not kept.
  package var faceRect: SIMD4<Float> {
    guard let points = landmarks?.prefix(468), let first = points.first else { return .zero }
    var low = first
    var high = first
    for p in points {
      low = pointwiseMin(low, p)
      high = pointwiseMax(high, p)
    }
    return [low.x, low.y, high.x - low.x, high.y - low.y]
  }
}

extension Track {
  /// Frames are numbered below this: 55 hours at 50 a second.
  static let mostFrames = 10_000_000
}

/// One person through one shot: who they are, where the camera is and what the face does in every frame.
package struct Track: Equatable, Sendable {
  /// The name of the morphable model that the coefficients belong to; empty for datasets of other projects.
  package var modelName: String
  /// What the expression coefficients of the frames are called, in order.
  package var expressionNames: [String]
  /// Coefficients of the model's identity basis, one set for the clip.
  package var identity: [Float]
  /// What the model's 468 landmark points lack to lie where the landmark network sees them on this person, head units; may be empty.
  package var calibration: [SIMD3<Float>]
  /// The fixed camera, with `cameraToWorld` the identity.
  package var camera: Camera
  /// Frames per second.
  package var fps: Double
  /// In order of time; frames without a usable face are left out, so indices may skip.
  package var frames: [TrackFrame]

  package init(
    modelName: String, expressionNames: [String], identity: [Float], calibration: [SIMD3<Float>] = [], camera: Camera, fps: Double,
    frames: [TrackFrame]
  ) {
    self.modelName = modelName
    self.expressionNames = expressionNames
    self.identity = identity
    self.calibration = calibration
    self.camera = camera
    self.fps = fps
    self.frames = frames
  }

  /// The camera in head space for the frame at `position` in `frames`: pose^-1 * cameraToWorld.
  package func cameraInHead(_ position: Int) -> Camera { camera.inHead(frames[position].state.pose) }

  /// The track of the same images at another size.
  package func scaled(width: Int, height: Int) -> Track {
    guard width != camera.width || height != camera.height else { return self }
    var scaled = self
    scaled.camera = camera.scaled(width: width, height: height)
    let ratio = SIMD2<Float>(Float(width) / Float(camera.width), Float(height) / Float(camera.height))
    for i in frames.indices { scaled.frames[i].landmarks = frames[i].landmarks?.map { $0 * ratio } }
    return scaled
  }

  /// What drives an avatar in the frame at `position`; see the static function of this name.
  package func driving(_ position: Int, width: Int? = nil) -> [Float] {
    Self.driving(frames[position].state, torso: frames[position].torso, width: width)
  }

  /// What drives an avatar: the expression, gaze (yaw, pitch), the torso's shift and roll (4), then zeros up to `width`.
  ///
  /// Numbers beyond `width` are cut off; nil leaves the length as it is.
  package static func driving(_ state: FaceState, torso: SIMD4<Float> = .zero, width: Int? = nil) -> [Float] {
    let all = state.expression + [state.gaze.x, state.gaze.y, torso.x, torso.y, torso.z, torso.w]
    guard let width else { return all }
    return Array(all.prefix(width)) + [Float](repeating: 0, count: max(0, width - all.count))
  }
}
