import Face

/// Landmarks of one frame as they are fitted: from the principal point, y down, in distances of the eyes.
struct LiveFrame {
  /// 468 pairs.
  var points: [Float]
  /// The distance of the eyes in pixels.
  var eye: Float

  init(_ face: FaceLandmarks, center: SIMD2<Float>) {
    let eye = max(face.eyeDistance, 1e-3)
    self.eye = eye
    points = [Float](unsafeUninitializedCapacity: 2 * LandmarkModel.count) { numbers, count in
      for k in 0..<LandmarkModel.count {
        (numbers[2 * k], numbers[2 * k + 1]) = ((face.points[k].x - center.x) / eye, (face.points[k].y - center.y) / eye)
      }
      count = 2 * LandmarkModel.count
    }
  }
  subscript(_ k: Int) -> SIMD2<Float> { SIMD2(points[2 * k], points[2 * k + 1]) }
}

/// What a frame is solved for: the head's pose against the camera, and all expressions.
struct LiveState {
  var pose: Rigid
  var expression: [Float]
}

/// Somebody without expression, and the lens they are seen by.
struct LiveShape {
  /// 468 points in head units.
  var still: [Float]
  /// Pixels.
  var focal: Float
}
