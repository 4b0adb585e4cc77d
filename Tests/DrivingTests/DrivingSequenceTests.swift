import Datasets
import Driving
import Face
import Testing
import Torch

/// Whose motion moves whom.
@Suite struct DrivingSequenceTests {
  @Test func expressionsAreMatchedByName() throws {
    let match = ExpressionMatch(avatar: ["jawOpen", "eyeBlinkLeft", "browUp"], motion: ["EyeBlinkLeft", "jawOpen"])
    #expect(match.places == [1, 0, nil] && match.missing == ["browUp"])
    #expect(try ExpressionMatch.checked(avatar: ["a", "b"], motion: ["b"], from: "x", notice: { _ in }).places == [nil, 0])
    #expect { try ExpressionMatch.checked(avatar: ["a", "b"], motion: ["c"], from: "x", notice: { _ in }) } throws: {
      ($0 as? DrivingError)?.errorKind == .input && "\($0)".contains("x: ") && "\($0)".contains("a, b") && "\($0)".contains("c")
    }
    #expect { try ExpressionMatch.checked(avatar: ["a"], motion: [], from: "x", notice: { _ in }) } throws: {
      "\($0)".contains("has no expressions")
    }
    #expect(try ExpressionMatch.checked(avatar: ["a"], motion: [], from: "x", isSpoken: true, notice: { _ in }).places == [nil])
    #expect(try ExpressionMatch.checked(avatar: [], motion: ["c"], from: "x", notice: { _ in }).places.isEmpty)
  }

  /// Datasets that say nothing of who it is are not of one person.
  @Test func onlyKnownIdentitiesAreCompared() throws {
    func scene(_ identity: [Float], _ model: String) -> AvatarScene {
      AvatarScene(
        camera: Camera(width: 8, height: 8, focal: [9, 9]), fps: 25, pose: .identity, modelName: model, expressionNames: [],
        identity: identity, restingExpression: [])
    }
    func track(_ identity: [Float], _ model: String) -> Track {
      Track(
        modelName: model, expressionNames: [], identity: identity, camera: Camera(width: 8, height: 8, focal: [9, 9]), fps: 25, frames: [])
    }
    #expect(track([1, 2], "builtin").isOf(scene([1, 2], "builtin")))
    #expect(!track([], "").isOf(scene([], "")))
    #expect(!track([1, 2], "builtin").isOf(scene([1, 3], "builtin")))
    #expect(!track([1, 2], "ict").isOf(scene([1, 2], "builtin")))
  }

  /// Of a stranger's clip only the motion about its mean is taken; expressions that it lacks stay at rest, and those that the avatar lacks are left.
  @Test func aStrangersMotionIsPutInTheAvatarsPlace() throws {
    let names = ["jawOpen", "browInnerUp"]
    let scene = AvatarScene(
      camera: Camera(width: 32, height: 16, focal: [40, 40]), fps: 25,
      pose: Rigid(rotation: Matrix3(yaw: 0.3, pitch: 0, roll: 0), translation: [1, 2, -9]), modelName: "builtin", expressionNames: names,
      identity: [4], restingExpression: [0.1, 0.2])
    func frame(_ i: Int, _ jaw: Float, yaw: Float, x: Float) -> TrackFrame {
      let pose = Rigid(rotation: Matrix3(yaw: yaw, pitch: 0, roll: 0), translation: [x, 0, -5])
      return TrackFrame(
        index: 7 + i, state: FaceState(identity: [1], expression: [0.9, jaw], pose: pose, gaze: [0.1, 0]), torso: [1, 1, 0, 0])
    }
    let track = Track(
      modelName: "builtin", expressionNames: ["tongueOut", "JawOpen"], identity: [1],
      camera: Camera(width: 8, height: 8, focal: [9, 9]), fps: 30,
      frames: [frame(0, 0.5, yaw: -0.1, x: -0.5), frame(1, 0.7, yaw: 0.1, x: 0.5)])
    let match = ExpressionMatch(avatar: names, motion: track.expressionNames)
    var absolute = Retargeting()
    absolute.isRelative = false
    let other = DrivingSequence(track, match, positions: [1, 0], for: scene, isOwn: false, by: absolute)
    #expect(other.frames.map(\.index) == [8, 7] && other.fps == 30 && other.voice == nil)
    #expect(other.frames.map(\.state.expression) == [[0.7, 0.2], [0.5, 0.2]])
    #expect(other.frames.allSatisfy { $0.state.identity == [4] && $0.torso == .zero && $0.camera == scene.camera })
    for (found, sign) in zip(other.frames, [Float(1), -1]) {
      #expect(abs(found.state.pose.rotation.yawPitchRoll.x - (0.3 + sign * 0.1)) < 1e-3)
      #expect(length(found.state.pose.translation - [1 + sign * 0.5, 2, -9]) < 1e-4)
    }
    let own = DrivingSequence(track, match, positions: [0], for: scene, isOwn: true)
    #expect(own.frames[0].state.pose == track.frames[0].state.pose && own.frames[0].torso == [1, 1, 0, 0])
  }

  /// The camera sways about the head: it stays as far away and looks at it from both sides.
  @Test func theOrbitGoesRoundTheHead() {
    let scene = AvatarScene(
      camera: Camera(width: 32, height: 16, focal: [40, 40]), fps: 10, pose: Rigid(rotation: .identity, translation: [0, 0, -9]),
      modelName: "", expressionNames: [], identity: [], restingExpression: [])
    let track = Track(
      modelName: "", expressionNames: [], identity: [], camera: scene.camera, fps: 10,
      frames: (0..<60).map { TrackFrame(index: $0, state: FaceState(expression: [], pose: scene.pose)) })
    var sequence = DrivingSequence(
      track, ExpressionMatch(avatar: [], motion: []), positions: Array(0..<60), for: scene, isOwn: true)
    sequence.orbit(around: [0, 0, -9])
    sequence.resize(to: 64)
    let places = sequence.frames.map(\.camera.cameraToWorld.translation)
    #expect(places.allSatisfy { abs(length($0 - [0, 0, -9]) - 9) < 1e-4 })
    let xs = places.map(\.x)
    #expect(xs.max()! > 2.5 && xs.min()! < -2.5 && sequence.frames[0].camera.width == 64 && sequence.frames[0].camera.height == 32)
  }
}
