import Face
import Foundation
import Testing
import Torch
import Tracking

/// The live tracker's fit, on landmarks whose truth is known.
@Suite struct LiveFitTests {
  /// Feeds a clip frame by frame; those in `gone` show no face.
  private func follow(_ clip: SyntheticClip, gone: Range<Int> = 0..<0, calibrateAt: Int? = nil) -> [LiveFace?] {
    let fit = LiveFit(SyntheticClip.head.model, width: 512, height: 512)
    return clip.landmarks.enumerated().map { i, face in
      if i == calibrateAt { fit.calibrate() }
      return fit.update(gone.contains(i) ? nil : face, at: Double(i) / 25)
    }
  }
  private func turn(_ face: LiveFace?, _ truth: FaceState) -> Float {
    face.map { $0.state.pose.rotation.angle(to: truth.pose.rotation) * 180 / .pi } ?? .infinity
  }
  private func series(_ faces: [LiveFace?], _ name: String, _ clip: SyntheticClip) -> [Float] {
    let k = clip.names.firstIndex(of: name) ?? 0
    return faces.map { $0?.state.expression[k] ?? 0 }
  }

  /// Pose, shapes and gaze come back from the first frame on, and better after some seconds.
  @Test func aMovingHeadIsFollowed() throws {
    let clip = SyntheticClip(frames: 250, noise: 0.002, lashes: 0.2, somebody: 0.4)
    let faces = follow(clip)
    #expect(faces.allSatisfy { ($0?.confidence ?? 0) > 0.5 })
    let turns = zip(faces, clip.states).map { turn($0, $1) }
    #expect(median(Array(turns[0..<12])) < 6, "at the beginning \(median(Array(turns[0..<12]))) degrees")
    #expect(median(Array(turns[100...])) < 2, "later \(median(Array(turns[100...]))) degrees")
    for name in ["jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "browInnerUp"] {
      let r = correlation(Array(clip.truth(name)[50...]), Array(series(faces, name, clip)[50...]))
      #expect(r > 0.9, "\(name): correlation \(r)")
    }
    for axis in 0..<2 {
      let r = correlation(clip.states[50...].map { $0.gaze[axis] }, faces[50...].map { $0?.state.gaze[axis] ?? 0 })
      #expect(r > 0.9, "gaze \(axis): correlation \(r)")
    }
    // A blink of two frames reaches its end in the frame that shows it.
    for name in ["eyeBlinkLeft", "eyeBlinkRight"] {
      let found = series(faces, name, clip)
      for start in [100, 150, 200] {
        #expect(found[start + 1] > 0.85, "\(name) \(found[start + 1]) of 1")
        #expect(found[start + 12] < 0.2, "\(name) \(found[start + 12]) of 0")
      }
    }
  }

  /// A face that leaves is held with no confidence; when it comes back elsewhere it is there at once.
  @Test func aFaceLeavesAndReturns() throws {
    let clip = SyntheticClip(frames: 200, noise: 0.002, seed: 2, somebody: 0.4), faces = follow(clip, gone: 100..<140)
    let before = try #require(faces[99])
    for i in 100..<140 {
      let held = try #require(faces[i])
      #expect(held.confidence == 0 && held.state == before.state)
    }
    for i in 140..<150 {
      #expect(try #require(faces[i]).confidence > 0.5)
      #expect(turn(faces[i], clip.states[i]) < 4, "frame \(i): \(turn(faces[i], clip.states[i])) degrees")
    }
    #expect(LiveFit(SyntheticClip.head.model, width: 512, height: 512).update(nil, at: 0) == nil)
  }

  /// What always is different about a person is no expression, and what somebody calls neutral is none at all.
  @Test func theNeutralFaceIsFoundAndTold() throws {
    let clip = SyntheticClip(frames: 150, noise: 0.001, bias: 0.01, seed: 3, still: true)
    let found = try #require(follow(clip).last ?? nil)
    for (name, value) in zip(clip.names, found.state.expression) where name != "mouthClose" {
      #expect(value < 0.2, "\(name) is \(value) in a face at rest")
    }
    // Somebody who says that they are at rest while they smile.
    let moving = SyntheticClip(frames: 120, noise: 0.001, seed: 4, somebody: 0.3)
    let frame = (60..<110).max { moving.truth("mouthSmileLeft")[$0] < moving.truth("mouthSmileLeft")[$1] } ?? 60
    let usual = series(follow(moving), "mouthSmileLeft", moving),
      told = series(follow(moving, calibrateAt: frame), "mouthSmileLeft", moving)
    #expect(usual[frame] > 0.12 && told[frame] < 0.02, "\(usual[frame]) and \(told[frame])")
    #expect(usual[..<frame] == told[..<frame] && told[(frame + 1)...].allSatisfy { $0 < 0.15 })
  }

  /// The same frames give the same bits.
  @Test func itIsDeterministic() {
    let clip = SyntheticClip(frames: 60, seed: 5)
    let runs = (0..<2).map { _ in follow(clip).map { $0?.state } }
    #expect(runs[0] == runs[1])
  }

  /// Landmarks that are no numbers, or nowhere, harm nothing that comes after.
  @Test func whatIsNoFaceIsHarmless() throws {
    var clip = SyntheticClip(frames: 90, noise: 0.002, seed: 6, somebody: 0.4)
    for (i, value) in [(30, Float.nan), (31, .infinity), (32, 0), (33, -1e9)] {
      clip.landmarks[i] = FaceLandmarks(points: [SIMD3<Float>](repeating: [value, value, value], count: 478), presence: 1)
    }
    let faces = follow(clip)
    #expect(try #require(faces[30]).confidence == 0 && faces[31]?.confidence == 0)
    for face in faces {
      let state = try #require(face).state
      #expect(state.expression.allSatisfy { (0...1).contains($0) })
      #expect(state.pose.rotation.rows.allSatisfy(\.isFinite) && state.gaze.x.isFinite && state.gaze.y.isFinite)
    }
    #expect(turn(faces[89], clip.states[89]) < 4, "\(turn(faces[89], clip.states[89])) degrees")
  }

  /// Frames come as they come: half of them dropped, and moments that stand still, are no matter.
  @Test func unevenFramesAreFollowed() throws {
    let clip = SyntheticClip(frames: 200, noise: 0.002, seed: 7, somebody: 0.4)
    let fit = LiveFit(SyntheticClip.head.model, width: 512, height: 512)
    var turns: [Float] = []
    for i in clip.landmarks.indices where i % 3 != 1 {
      let face = fit.update(clip.landmarks[i], at: Double(i / 2 * 2) / 25)
      if i > 100 { turns.append(turn(face, clip.states[i])) }
    }
    #expect(median(turns) < 2.5, "\(median(turns)) degrees")
  }
}
