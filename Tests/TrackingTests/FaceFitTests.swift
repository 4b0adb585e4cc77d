import Face
import Foundation
import Testing
import Torch
import Tracking

@Suite struct FaceFitTests {
  @Test func aMovingHeadIsFound() throws {
    let clip = SyntheticClip(frames: 150)
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    #expect(result.medianError < 0.006)
    let turns = clip.turns(result)
    #expect(turns[75] < 2, "median rotation error \(turns[75]) degrees")
    #expect(turns[142] < 3, "95 % of rotation errors below \(turns[142]) degrees")
    for name in ["jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "browInnerUp"] {
      let r = correlation(clip.truth(name), clip.fitted(result, name))
      #expect(r > 0.9, "\(name): correlation \(r)")
    }
    let yaw = correlation(
      clip.states.map { $0.pose.rotation.yawPitchRoll.x }, result.frames.map { $0?.pose.rotation.yawPitchRoll.x ?? 0 })
    #expect(yaw > 0.995)
    // The eyes too: yaw and pitch.
    for axis in 0..<2 {
      let r = correlation(clip.states.map { $0.gaze[axis] }, result.frames.map { $0?.gaze[axis] ?? 0 })
      #expect(r > 0.9, "gaze \(axis): correlation \(r)")
    }
  }

  /// Smoothing must not flatten what lasts a frame or two.
  @Test func blinksKeepTheirHeight() throws {
    let clip = SyntheticClip(frames: 150, seed: 2)
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    for name in ["eyeBlinkLeft", "eyeBlinkRight"] {
      let found = clip.fitted(result, name)
      for closed in [51, 101] {
        #expect(found[closed] > 0.8, "\(name) \(found[closed]) of 1 at frame \(closed)")
        #expect(found[closed + 8] < 0.15, "\(name) \(found[closed + 8]) of 0 at frame \(closed + 8)")
      }
    }
  }

  /// What the landmark network always sees differently on a person is no movement.
  @Test func aBiasOfTheLandmarksIsCalibratedAway() throws {
    let clip = SyntheticClip(frames: 80, noise: 0.002, bias: 0.015, seed: 3, still: true)
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    #expect(result.medianError < 0.01, "\(result.medianError)")
    #expect(clip.turns(result)[40] < 2.5)
    for (i, name) in clip.names.enumerated() where name != "mouthClose" {
      let mean = result.frames.compactMap { $0?.expression[i] }.reduce(0, +) / 80
      #expect(mean < 0.12, "\(name) stands at \(mean) in a face at rest")
    }
    #expect(result.calibration.contains { length($0) > 0.005 })
  }

  /// Part of a clip, fitted with what the whole showed of the person, comes out as in the whole.
  @Test func whoIsKnownNeedsNoFitOfTheirOwn() throws {
    let clip = SyntheticClip(frames: 120, noise: 0.001, bias: 0.01, seed: 6)
    var fit = FaceFit(SyntheticClip.head.model)
    let whole = try fit.fit(clip.landmarks, width: 512, height: 512)
    fit.person = FaceFit.Person(
      identity: whole.identity, calibration: whole.calibration, focal: whole.camera.focal.x, lids: whole.lids)
    let part = try fit.fit(Array(clip.landmarks[40..<100]), width: 512, height: 512)
    #expect(part.identity == whole.identity && part.calibration == whole.calibration)
    #expect(abs(part.camera.focal.x / whole.camera.focal.x - 1) < 1e-4)
    for i in 5..<55 {
      let (a, b) = (try #require(part.frames[i]), try #require(whole.frames[40 + i]))
      #expect(a.pose.rotation.angle(to: b.pose.rotation) < 0.01)
      #expect(zip(a.expression, b.expression).map { abs($0 - $1) }.max()! < 0.05)
    }
    // Coefficients that are left out are those of the mean.
    fit.person = FaceFit.Person(identity: Array(whole.identity.prefix(3)), calibration: [], focal: whole.camera.focal.x)
    let other = try fit.fit(Array(clip.landmarks[40..<100]), width: 512, height: 512)
    #expect(Array(other.identity.prefix(3)) == Array(whole.identity.prefix(3)) && other.identity.dropFirst(3).allSatisfy { $0 == 0 })
  }

  /// Coefficients that reach 0 or 1 within a step must not leave the others where these went too far: such a fit has many ends.
  @Test(arguments: 7..<13 as Range<UInt64>) func alikeFacesAreFittedAlike(seed: UInt64) throws {
    let clip = SyntheticClip(frames: 1, noise: 0.02, seed: seed)
    let face = try #require(clip.landmarks[0])
    let shake = (Tensor.randn([60, 478, 2], Generator(seed: seed)) * 0.01).floats
    let alike = (0..<60).map { i in
      FaceLandmarks(
        points: face.points.enumerated().map { k, p in p + [shake[956 * i + 2 * k], shake[956 * i + 2 * k + 1], 0] }, presence: 1)
    }
    var fit = FaceFit(SyntheticClip.head.model)
    fit.person = FaceFit.Person(identity: clip.states[0].identity, calibration: [], focal: clip.camera.focal.x)
    (fit.smooth, fit.precise) = (false, true)
    let result = try fit.fit(alike, width: 512, height: 512)
    for (i, name) in clip.names.enumerated() {
      let values = result.frames.compactMap { $0?.expression[i] }.sorted()
      #expect(values[59] - values[0] < 0.02, "\(name) from \(values[0]) to \(values[59])")
    }
  }

  @Test func framesWithoutAFaceAreLeftOut() throws {
    var clip = SyntheticClip(frames: 40)
    for i in [0, 11, 12, 13, 39] { clip.landmarks[i] = nil }
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    #expect(result.frames.count == 40)
    for i in 0..<40 { #expect((result.frames[i] == nil) == (clip.landmarks[i] == nil)) }
    #expect(clip.turns(result)[17] < 2)
    #expect(throws: CaptureError.self) {
      try FaceFit(SyntheticClip.head.model).fit([nil, nil], width: 512, height: 512)
    }
  }

  @Test func oneFrameIsEnough() throws {
    let clip = SyntheticClip(frames: 1)
    let result = try FaceFit(SyntheticClip.head.model).fit(clip.landmarks, width: 512, height: 512)
    #expect(result.medianError < 0.02)
    #expect(clip.turns(result)[0] < 6)
  }

  /// A head off the lens's axis is not taken for a turned one.
  @Test func thePrincipalPointCounts() throws {
    let clip = SyntheticClip(frames: 60, seed: 4)
    // The right half of an image twice as wide: its middle is the corner between.
    let shifted = clip.landmarks.map { face in
      face.map { f in FaceLandmarks(points: f.points.map { $0 + [150, 0, 0] }, presence: 1) }
    }
    var fit = FaceFit(SyntheticClip.head.model)
    fit.center = [406, 256]
    let result = try fit.fit(shifted, width: 512, height: 512)
    #expect(result.camera.center == [406, 256])
    #expect(clip.turns(result)[30] < 1)
  }

  @Test func fittedHeadsShowTheirLandmarks() throws {
    let clip = SyntheticClip(frames: 60, noise: 0.001, bias: 0.01, seed: 5)
    let model = SyntheticClip.head.model
    let result = try FaceFit(model).fit(clip.landmarks, width: 512, height: 512)
    let head = FittedHead(model, identity: result.identity, calibration: result.calibration)
    let frame = try #require(result.frames[30])
    let state = FaceState(identity: result.identity, expression: frame.expression, pose: frame.pose, gaze: frame.gaze)
    let points = head.landmarks(state)
    let vertices = head.vertices(state)
    #expect(vertices.shape == [model.vertexCount, 3])
    let face = try #require(clip.landmarks[30])
    var errors: [Float] = []
    for k in 0..<468 {
      let own = vertices[.at(model.landmarkVertices[k])].floats
      #expect(length(SIMD3(own[0], own[1], own[2]) - points[k]) < 1e-4)
      let seen = result.camera.project(frame.pose.apply(points[k]))
      let d = SIMD2(seen.x, seen.y) - face[k]
      errors.append((d * d).sum().squareRoot() / face.eyeDistance)
    }
    #expect(errors.sorted()[234] < 0.012)
  }
}
