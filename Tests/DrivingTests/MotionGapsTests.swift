import Driving
import Face
import Testing

@Suite struct MotionGapsTests {
  private func seen(_ frame: Int, jaw: Float, yaw: Float) -> (frame: Int, state: FaceState) {
    let pose = Rigid(rotation: Matrix3(yaw: yaw, pitch: 0, roll: 0), translation: [jaw, 0, -5])
    return (frame, FaceState(expression: [jaw], pose: pose, gaze: [yaw, 0]))
  }

  /// Every frame is there: the first state before it is seen, the last one after, and an even way between two.
  @Test func gapsAreFilled() {
    let known = [seen(12, jaw: 0.2, yaw: 0.1), seen(13, jaw: 0.3, yaw: 0.1), seen(17, jaw: 0.7, yaw: -0.3), seen(18, jaw: 0.1, yaw: 0)]
    let all = MotionGaps.filled(known, frames: 10..<21)
    #expect(all.count == 11)
    let jaws: [Float] = [0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.1, 0.1, 0.1]
    #expect(zip(all, jaws).allSatisfy { abs($0.expression[0] - $1) < 1e-5 && abs($0.pose.translation.x - $1) < 1e-5 })
    let yaws: [Float] = [0.1, 0.1, 0.1, 0.1, 0, -0.1, -0.2, -0.3, 0, 0, 0]
    #expect(zip(all, yaws).allSatisfy { abs($0.pose.rotation.yawPitchRoll.x - $1) < 1e-4 && abs($0.gaze.x - $1) < 1e-5 })
    #expect(all[2] == known[0].state && all[8] == known[3].state)
  }

  @Test func withoutAFaceThereIsNothing() { #expect(MotionGaps.filled([], frames: 0..<5).isEmpty) }
}
