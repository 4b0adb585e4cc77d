import Datasets
import Driving
import Face
import Foundation
import Testing
import Torch

/// A stranger's face on an avatar's.
@Suite struct RetargetingTests {
  private static let names = ["jawOpen", "mouthSmileLeft", "eyeBlinkLeft", "browInnerUp"]
  /// A smiling person with half-open lids whose mouth is open at rest.
  private static let scene = AvatarScene(
    camera: Camera(width: 8, height: 8, focal: [9, 9]), fps: 25,
    pose: Rigid(rotation: Matrix3(yaw: 0.2, pitch: 0, roll: 0), translation: [0, 0, -8]), modelName: "builtin", expressionNames: names,
    identity: [], restingExpression: [0.3, 0.5, 0.2, 0.1])
  /// Somebody who frowns their brows up all the time and whose lids hang a little; the last frame is a blink with an open mouth.
  private static func track(_ frames: [[Float]], yaws: [Float]? = nil) -> Track {
    Track(
      modelName: "builtin", expressionNames: names, identity: [1], camera: Camera(width: 8, height: 8, focal: [9, 9]), fps: 25,
      frames: frames.enumerated().map { i, values in
        let pose = Rigid(rotation: Matrix3(yaw: yaws?[i] ?? 0, pitch: 0, roll: 0), translation: [0, 0, -6])
        return TrackFrame(index: i, state: FaceState(expression: values, pose: pose, gaze: [0.2, 0.1]))
      })
  }
  private static let still = [[Float]](repeating: [0.05, 0.1, 0.25, 0.6], count: 9)
  private static func driven(_ frames: [[Float]], isOwn: Bool = false, _ change: (inout Retargeting) -> Void = { _ in }) -> [[Float]] {
    var retargeting = Retargeting()
    change(&retargeting)
    return DrivingSequence(
      track(frames), ExpressionMatch(avatar: names, motion: names), positions: Array(frames.indices), for: scene, isOwn: isOwn,
      by: retargeting
    ).frames.map(\.state.expression)
  }
  private func near(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 } }

  /// While the driver rests, so does the avatar, but that its mouth shuts where the driver's is shut.
  @Test func atRestTheAvatarIsItself() {
    for frame in Self.driven(Self.still + [[0.65, 0.3, 1, 0.9]]).dropLast() { #expect(near(frame, [0, 0.5, 0.2, 0.1]), "\(frame)") }
  }
  /// Jaws open as far, lids shut wholly, smiles and brows add to those of the avatar.
  @Test func motionIsRelativeToBothRests() {
    let moved = Self.driven(Self.still + [[0.65, 0.3, 1, 0.9]])[9]
    #expect(near(moved, [0.6, 0.7, 1, 0.4]), "\(moved)")
    let doubled = Self.driven(Self.still + [[0.65, 0.3, 0.4, 0.9]]) { $0.expressionScale = 2 }[9]
    #expect(near(doubled, [1, 0.9, 0.2 + 0.8 * 0.4, 0.7]), "\(doubled)")
    #expect(near(Self.driven(Self.still + [[1, 1, 1, 1]]) { $0.expressionScale = 0 }[9], [0, 0.5, 0.2, 0.1]))
  }
  @Test func absoluteMotionIsTheDriversOwn() {
    #expect(Self.driven([[0.65, 0.3, 1, 0.9]]) { $0.isRelative = false } == [[0.65, 0.3, 1, 0.9]])
    // A clip of the same person is followed as it is.
    #expect(Self.driven([[0.65, 0.3, 1, 0.9]], isOwn: true) == [[0.65, 0.3, 1, 0.9]])
  }
  @Test func partsThatAreLeftOutRest() {
    let lips = Self.driven(Self.still + [[0.65, 0.3, 1, 0.9]]) { $0.parts = [.lips] }[9]
    #expect(near(lips, [0.6, 0.7, 0.2, 0.1]), "\(lips)")
    let brows = Self.driven(Self.still + [[0.65, 0.3, 1, 0.9]]) { $0.parts = [.brows, .pose] }[9]
    #expect(near(brows, [0.3, 0.5, 0.2, 0.4]), "\(brows)")
  }

  /// Eyes turn from where the avatar looks at rest, as the driver's from where they look most of the time.
  @Test func gazeIsRelativeToBothRests() {
    func gazes(_ rest: SIMD2<Float>?, isOwn: Bool = false, _ change: (inout Retargeting) -> Void = { _ in }) -> [SIMD2<Float>] {
      var scene = Self.scene, track = Self.track(Self.still), retargeting = Retargeting()
      scene.restingGaze = rest
      track.frames[8].state.gaze = [0.5, -0.1]
      change(&retargeting)
      return DrivingSequence(
        track, ExpressionMatch(avatar: Self.names, motion: Self.names), positions: [0, 8], for: scene, isOwn: isOwn, by: retargeting
      ).frames.map(\.state.gaze)
    }
    let moved = gazes([-0.1, 0.05])
    #expect(near([moved[0].x, moved[0].y, moved[1].x, moved[1].y], [-0.1, 0.05, 0.2, -0.15]), "\(moved)")
    let own: [SIMD2<Float>] = [[0.2, 0.1], [0.5, -0.1]]
    #expect(gazes(nil) == own && gazes([-0.1, 0.05], isOwn: true) == own && gazes([-0.1, 0.05]) { $0.isRelative = false } == own)
    #expect(gazes([-0.1, 0.05]) { $0.parts = [.lips] } == [[-0.1, 0.05], [-0.1, 0.05]])
  }

  @Test func headsTurnAsFarAsAsked() {
    let frames = [[Float]](repeating: [0, 0, 0, 0], count: 2), scene = Self.scene
    func yaws(_ change: (inout Retargeting) -> Void) -> [Float] {
      var retargeting = Retargeting()
      change(&retargeting)
      return DrivingSequence(
        Self.track(frames, yaws: [-0.1, 0.1]), ExpressionMatch(avatar: Self.names, motion: Self.names), positions: [0, 1], for: scene,
        isOwn: false, by: retargeting
      ).frames.map(\.state.pose.rotation.yawPitchRoll.x)
    }
    func expect(_ found: [Float], _ wanted: [Float]) { #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 2e-3 }, "\(found)") }
    expect(yaws { _ in }, [0.1, 0.3])
    expect(yaws { $0.poseScale = 2 }, [0, 0.4])
    expect(yaws { $0.poseScale = 0 }, [0.2, 0.2])
    expect(yaws { $0.parts = [.lips] }, [0.2, 0.2])
  }

  /// Eyes that nobody drives blink, all the way, the same way for the same seed.
  @Test func leftAloneEyesBlink() {
    func lids(_ seed: UInt64) -> [Float] {
      var retargeting = Retargeting()
      retargeting.parts = [.lips]
      var sequence = DrivingSequence(
        Self.track([[Float]](repeating: [0, 0, 0, 0], count: 500)), ExpressionMatch(avatar: Self.names, motion: Self.names),
        positions: Array(0..<500), for: Self.scene, isOwn: false, by: retargeting)
      sequence.blink(Self.scene, seed: seed)
      return sequence.frames.map { $0.state.expression[2] }
    }
    let once = lids(1)
    #expect(once.max()! > 0.9 && once.min()! == 0.2 && once.count { $0 > 0.6 } < 100)
    #expect(once == lids(1) && once != lids(2))
  }

  /// Trembling is taken out; a jump arrives within two frames; lids are not touched.
  @Test func smoothingTakesTrembleAndNotSpeed() {
    let random = Tensor.randn([60], Generator(seed: 1)).floats
    let jitter = (0..<60).map { i in [0.5 + 0.01 * random[i], 0, i % 2 == 0 ? 0 : 1, 0] as [Float] }
    let smooth = Self.driven(jitter) {
      $0.isRelative = false
      $0.smoothing = 1
    }
    func spread(_ x: [Float]) -> Float {
      let mean = x.reduce(0, +) / Float(x.count)
      return (x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Float(x.count)).squareRoot()
    }
    #expect(spread(smooth.dropFirst(20).map { $0[0] }) < 0.6 * spread(jitter.dropFirst(20).map { $0[0] }))
    #expect(smooth.map { $0[2] } == jitter.map { $0[2] })
    var filter = OneEuroFilter(cutoff: 2, speedFactor: 4, rate: 25)
    let jump = (0..<20).map { filter([$0 < 10 ? 0 : 1])[0] }
    #expect(jump[9] == 0 && jump[11] > 0.8 && jump[19] > 0.98)
  }
}
