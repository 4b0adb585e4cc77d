import Face
import Golden
import Media
import Testing
import Torch
import Tracking

/// A blink is 1 where lids touch and 0 where the person's own eye is open, however far apart the landmarks stay.
@Suite struct LidFitTests {
  @Test(arguments: [0, 0.15, 0.3] as [Float]) func shutLidsAreShutWhateverTheLashes(lashes: Float) throws {
    let clip = SyntheticClip(frames: 250, noise: 0.002, bias: 0.01, seed: 7, lashes: lashes, somebody: 0)
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    for name in ["eyeBlinkLeft", "eyeBlinkRight"] {
      let found = clip.fitted(result, name)
      for start in [50, 100, 150, 200] {
        #expect(found[start + 1] > 0.93, "\(name) \(found[start + 1]) of 1")
        #expect(abs(found[start + 3] - 0.5) < 0.2, "\(name) \(found[start + 3]) of .5")
        #expect(found[start + 12] < 0.15, "\(name) \(found[start + 12]) of 0")
      }
      #expect(correlation(clip.truth(name), found) > 0.95)
    }
    let lids = try #require(result.lids)
    // A few blinks are not quite believed against what is usual.
    #expect(abs(lids.closed[0] - lashes) < 0.15 && abs(lids.closed[1] - lashes) < 0.15 && lids.rest == [1, 1], "\(lids)")
  }

  @Test func aWinkIsOfOneEye() throws {
    let clip = SyntheticClip(frames: 250, noise: 0.002, seed: 8, lashes: 0.25, winks: true, somebody: 0)
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    let left = clip.fitted(result, "eyeBlinkLeft"), right = clip.fitted(result, "eyeBlinkRight")
    for frame in [51, 151] { #expect(left[frame] > 0.9 && right[frame] < 0.15, "\(frame): \(left[frame]), \(right[frame])") }
    for frame in [101, 201] { #expect(left[frame] > 0.9 && right[frame] > 0.9, "\(frame): \(left[frame]), \(right[frame])") }
  }

  @Test func whoNeverBlinksHasOpenEyes() throws {
    let clip = SyntheticClip(frames: 60, noise: 0.002, bias: 0.01, seed: 9, still: true)
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    for name in ["eyeBlinkLeft", "eyeBlinkRight"] { #expect(clip.fitted(result, name).allSatisfy { $0 < 0.15 }) }
    let closed = try #require(result.lids).closed
    #expect(abs(closed[0] - 0.3) < 1e-3 && abs(closed[1] - 0.3) < 1e-3)
  }

  /// One image cannot tell what is a person's own, but shut eyes it can.
  @Test func onePhotoShowsShutEyesAndOpenOnes() throws {
    let clip = SyntheticClip(frames: 30, noise: 0, seed: 10, lashes: 0.2, somebody: 0)
    var fit = FaceFit(SyntheticClip.head.model)
    (fit.smooth, fit.calibrates, fit.knownFocal) = (false, false, Double(clip.camera.focal.x))
    for (frame, range) in [(1, 0.9...1), (20, 0...0.1)] as [(Int, ClosedRange<Float>)] {
      let found = try #require(try fit.fit([clip.landmarks[frame]], width: 512, height: 512).frames[0]).expression
      for name in ["eyeBlinkLeft", "eyeBlinkRight"] {
        let blink = found[try #require(clip.names.firstIndex(of: name))]
        #expect(range.contains(blink), "\(name) is \(blink) in frame \(frame)")
      }
    }
  }

  /// The network takes lids that are lowered for less low than they are, whatever lowers them: here brows that hang lower than in the one photo
  /// from which the person is known.
  @Test func lidsThatBrowsLowerAreAsLowAsTheyAre() throws {
    let model = SyntheticClip.head.model, clip = SyntheticClip(frames: 1, noise: 0, seed: 11, still: true, somebody: 0)
    let lashes: Float = 0.3, state = clip.states[0], head = FittedHead(model, identity: [], calibration: [])
    func face(_ brows: Float) -> FaceState {
      var face = FaceState(identity: state.identity, expression: state.expression, pose: state.pose)
      for (i, name) in model.expressionNames.enumerated() where name.hasPrefix("browDown") { face.expression[i] = brows }
      return face
    }
    func points(_ face: FaceState) -> [SIMD3<Float>] {
      let p = model.landmarks(identity: Tensor(face.identity), expression: Tensor(face.expression), gaze: Tensor.zeros([2])).floats
      return (0..<p.count / 3).map { clip.camera.project(face.pose.apply([p[3 * $0], p[3 * $0 + 1], p[3 * $0 + 2]])) }
    }
    func opening(_ points: [SIMD3<Float>]) -> Float { (points[145].y - points[159].y + points[374].y - points[386].y) / 2 }
    let photo = face(0.4), open = points(photo)
    // From the photo's own brows to such as hang over the eyes.
    let brows: [Float] = [0.4, 0.5, 0.6, 0.7]
    let seen = brows.map { hanging in
      var low = points(face(hanging))
      for loop in [MeshContour.rightEye, MeshContour.leftEye] {
        for k in 1..<8 { low[loop[k]].y -= lashes * (open[loop[16 - k]].y - open[loop[k]].y - low[loop[16 - k]].y + low[loop[k]].y) }
      }
      return low
    }
    var fit = FaceFit(model)
    (fit.smooth, fit.precise, fit.knownFocal) = (false, true, Double(clip.camera.focal.x))
    fit.person = FaceFit.Person(identity: state.identity, calibration: [], focal: clip.camera.focal.x, shown: photo.expression)
    let found = try fit.fit(seen.map { FaceLandmarks(points: $0, presence: 1) }, width: 512, height: 512)
    for (k, hanging) in brows.enumerated() {
      let frame = try #require(found.frames[k])
      let fitted = FaceState(identity: state.identity, expression: frame.expression, pose: frame.pose)
      let shown = opening(head.landmarks(fitted).map { clip.camera.inHead(frame.pose).project($0) })
      let truth = opening(points(face(hanging))), missed = abs(shown - truth)
      #expect(
        missed < max(0.35 * (opening(seen[k]) - truth), 0.02 * truth), "\(shown) of \(truth), seen \(opening(seen[k])), brows \(hanging)")
    }
  }

  /// Landmarks of eyes that are pressed shut cross now and then.
  @Test func lidsThatCrossAreShut() throws {
    let clip = SyntheticClip(frames: 2, noise: 0, seed: 10, lashes: 0.2, somebody: 0)
    var face = try #require(clip.landmarks[1])
    for loop in [MeshContour.rightEye, MeshContour.leftEye] {
      for k in 1..<8 { face.points[loop[k]].y = face.points[loop[16 - k]].y + 2 }
    }
    var fit = FaceFit(SyntheticClip.head.model)
    (fit.smooth, fit.calibrates, fit.knownFocal) = (false, false, Double(clip.camera.focal.x))
    let found = try #require(try fit.fit([face], width: 512, height: 512).frames[0]).expression
    for name in ["eyeBlinkLeft", "eyeBlinkRight"] { #expect(found[try #require(clip.names.firstIndex(of: name))] > 0.95) }
  }

  /// Eyes that look down for longer than a blink keep a slit; the blink before that is one.
  @Test(.enabled(if: Assets.landmarkerIsPresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"))
  func lowLidsAreNoBlink() throws {
    let reader = try VideoReader(Assets.video("drive_lp_d3.mp4"), rate: Rational(30.0)), tracker = try LandmarkTracker()
    var faces: [FaceLandmarks?] = []
    while faces.count < 270, let frame = try reader.next() { faces.append(try tracker.track(frame.rgb)) }
    let model = SyntheticClip.head.model, found = try FaceFit(model).fit(faces, width: reader.width, height: reader.height)
    for side in ["Left", "Right"] {
      let blink = try #require(model.expressionIndex("eyeBlink" + side)), down = try #require(model.expressionIndex("eyeLookDown" + side))
      for frame in [57, 58, 59] {
        let e = try #require(found.frames[frame]).expression
        #expect(e[blink] >= 0.9, "\(side): \(e[blink]) in frame \(frame)")
      }
      for frame in [114, 120, 130, 145, 155, 230, 240, 250] {
        let face = try #require(found.frames[frame])
        #expect(face.expression[blink] <= 0.3 && face.expression[down] >= 0.6, "\(side): \(face.expression[blink]) in frame \(frame)")
        #expect(face.gaze.y < -0.35, "looks \(face.gaze) in frame \(frame)")
      }
    }
  }

  /// Blinks that were marked by eye: lids touch, or the eye is at rest.
  @Test(
    .enabled(if: Assets.landmarkerIsPresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"),
    arguments: [
      ("drive_lp_d19.mp4", 30, 0..<250, [100], [60, 150]), ("train_german_20s.mp4", 25, 0..<460, [145, 440], [50, 200, 400]),
      ("drive_may_5s.mp4", 25, 0..<125, [7, 100], [50, 120]),
    ] as [(String, Double, Range<Int>, [Int], [Int])])
  func markedBlinksAreFound(clip: String, rate: Double, range: Range<Int>, shut: [Int], open: [Int]) throws {
    let reader = try VideoReader(Assets.video(clip), rate: Rational(rate)), tracker = try LandmarkTracker()
    var faces: [FaceLandmarks?] = []
    while faces.count < range.count, let frame = try reader.next() { faces.append(try tracker.track(frame.rgb)) }
    let model = SyntheticClip.head.model, found = try FaceFit(model).fit(faces, width: reader.width, height: reader.height)
    for name in ["eyeBlinkLeft", "eyeBlinkRight"] {
      let k = try #require(model.expressionIndex(name))
      for frame in shut + open {
        let blink = try #require(found.frames[frame]).expression[k]
        #expect(shut.contains(frame) ? blink >= 0.9 : blink <= 0.1, "\(name) is \(blink) in frame \(frame)")
      }
    }
  }
}
