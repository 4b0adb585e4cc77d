import Datasets
import Evaluation
import Face
import Foundation
import Media
import Testing
import Torch

@Suite struct CaptureAccuracyTests {
  /// Somebody who turns, looks about and opens the mouth; `change` spoils what is found of a frame.
  static func track(_ frames: Range<Int>, size: Int = 64, change: (inout FaceState) -> Void = { _ in }) -> Track {
    Track(
      modelName: "builtin", expressionNames: ["jawOpen", "browInnerUp", "noseSneerLeft"], identity: [],
      camera: Camera(width: size, height: size, focal: [2 * Float(size), 2 * Float(size)]), fps: 25,
      frames: frames.map { i in
        let t = Float(i)
        var state = FaceState(
          expression: [0.5 + 0.4 * sin(t), 0.3 + 0.2 * cos(0.7 * t), 0],
          pose: Rigid(rotation: Matrix3(yaw: 0.3 * sin(0.3 * t), pitch: 0.1 * cos(0.4 * t), roll: 0.02), translation: [0, 0, -7]),
          gaze: [0.2 * sin(0.9 * t), 0.1 * cos(t)])
        change(&state)
        return TrackFrame(index: i, state: state)
      })
  }

  @Test func aPerfectCaptureHasNoErrors() throws {
    let found = try CaptureAccuracy(Self.track(10..<60), truth: Self.track(0..<100, size: 128)).figures
    #expect(found["frames"] == 50)
    #expect(try abs(#require(found["rotation.p95"])) < 0.05)
    for name in ["yaw", "pitch", "gaze.yaw", "gaze.pitch", "jawOpen", "browInnerUp"] {
      #expect(try abs(#require(found["\(name).correlation"]) - 1) < 1e-6, "\(name)")
      #expect(try abs(#require(found["\(name).amplitude"]) - 1) < 1e-6, "\(name)")
    }
    #expect(found["focal.ratio"] == 1)
    // What the truth never does is not judged.
    #expect(found["noseSneerLeft.correlation"] == nil && found["iou.mean"] == nil)
  }

  /// A head model of another make has its expressions in another order, some of its own, and lacks some.
  @Test func expressionsAreComparedByTheirNames() throws {
    var truth = Self.track(0..<60)
    truth.modelName = "other"
    truth.expressionNames = ["wrinkle", "browInnerUp", "jawOpen"]
    for i in truth.frames.indices {
      let was = truth.frames[i].state.expression
      truth.frames[i].state.expression = [Float(i % 3), was[1], was[0]]
    }
    let found = try CaptureAccuracy(Self.track(0..<60), truth: truth).figures
    for name in ["jawOpen", "browInnerUp"] {
      #expect(try abs(#require(found["\(name).correlation"]) - 1) < 1e-6, "\(name)")
      #expect(try abs(#require(found["\(name).amplitude"]) - 1) < 1e-6, "\(name)")
    }
    #expect(found["wrinkle.correlation"] == nil && found["noseSneerLeft.correlation"] == nil)
  }

  @Test func errorsAreMeasured() throws {
    let turn = Matrix3(yaw: 3 * .pi / 180, pitch: 0, roll: 0)
    var frozen = 0
    let spoilt = Self.track(0..<100) { state in
      state.pose.rotation = turn * state.pose.rotation
      state.expression[0] = 0.1 + 0.5 * state.expression[0]
      state.expression[1] = -state.expression[1]
      state.gaze = .zero
      // One frame in ten is far off: the median must not see it, the 95 % must.
      frozen += 1
      if frozen % 10 == 0 { state.pose.rotation = Matrix3(yaw: 0.5, pitch: 0, roll: 0) * state.pose.rotation }
    }
    let found = try CaptureAccuracy(spoilt, truth: Self.track(0..<100)).figures
    #expect(try abs(#require(found["rotation.median"]) - 3) < 0.01)
    #expect(try #require(found["rotation.p95"]) > 20)
    #expect(try abs(#require(found["jawOpen.correlation"]) - 1) < 1e-6)
    #expect(try abs(#require(found["jawOpen.amplitude"]) - 0.5) < 1e-6)
    #expect(try abs(#require(found["browInnerUp.correlation"]) + 1) < 1e-6)
    #expect(found["gaze.yaw.correlation"] == nil && found["gaze.yaw.amplitude"] == 0)
  }

  @Test func masksAreComparedByClass() throws {
    var found = try CaptureAccuracy(Self.track(0..<10), truth: Self.track(0..<10))
    let truth: [UInt8] = [0, 0, 8, 8, 8, 8, 11, 11], seen: [UInt8] = [0, 0, 0, 8, 8, 8, 11, 11]
    found.add(labels: Tensor(seen, [2, 4]), truth: Tensor(truth, [2, 4]))
    let wanted: [String: Double] = ["background": 2.0 / 3, "lips": 0.75, "torso": 1]
    #expect(found.overlaps == wanted)
    let mean: Double = wanted.values.reduce(0, +) / 3
    let overlap = try #require(found.overlap)
    #expect(abs(overlap - mean) < 1e-9)
  }

  @Test func othersFilmsAreRefused() {
    #expect(throws: (any Error).self) { try CaptureAccuracy(Self.track(0..<10), truth: Self.track(10..<20)) }
  }
}
