import Face
import Foundation
import Generator
import Photos
import Portrait
import Testing
import Torch
import Tracking

@Suite struct PhotoFitTests {
  private let fit = PhotoFit()

  /// The head's landmarks as a photo of 512 pixels would show them.
  private func seen(_ pose: Rigid, expression: [String: Float] = [:]) -> FaceLandmarks {
    let head = fit.head
    var coefficients = [Float](repeating: 0, count: head.expressionNames.count)
    for (name, value) in expression { coefficients[head.expressionIndex(name)!] = value }
    let camera = Camera(width: 512, height: 512, focal: SIMD2(repeating: CameraLabel.faceFocal * 512))
    let p = head.landmarks(expression: Tensor(coefficients)).floats
    let depth = -pose.translation.z
    return FaceLandmarks(
      points: (0..<478).map { k in
        let seen = camera.project(pose.apply([p[3 * k], p[3 * k + 1], p[3 * k + 2]]))
        return [seen.x, seen.y, (seen.z - depth) * camera.focal.x / depth]
      }, presence: 1)
  }

  /// A camera comes back where the head was seen from, whichever way the head was turned.
  @Test(arguments: [[0, 0, 0], [0.5, 0, 0], [-0.7, 0.2, 0.05], [0.2, -0.4, -0.1]] as [[Float]]) func camerasAreFound(turn: [Float]) throws {
    let pose = Rigid(rotation: Matrix3(yaw: turn[0], pitch: turn[1], roll: turn[2]), translation: [0.1, -0.2, -10.3])
    let found = try self.fit(seen(pose), size: 512)
    let expected = fit.placement.box(pose.inverse)
    let angle = acos(min(1, dot(normalized(found.cameraToBox.translation), normalized(expected.translation)))) * 180 / .pi
    #expect(angle < 3, "\(angle) degrees off")
    #expect(found.cameraToBox.rotation.angle(to: expected.rotation) < 0.05)
    #expect(abs(length(found.cameraToBox.translation) / length(expected.translation) - 1) < 0.05)
    #expect(found.error < 0.02)
    // A head that faces its left is seen from its right: OpenGL's camera stands at -x.
    if abs(turn[0]) > 0.1 { #expect(found.cameraToBox.translation.x * turn[0] < 0) }
    let label = CameraLabel(BoxSpace.camera(BoxSpace.normalized(found.cameraToBox), side: 512))
    #expect(abs(length(label.cameraToWorld.translation) - 2.7) < 1e-4)
    #expect(label.values[16] == CameraLabel.faceFocal && label.values[18] == 0.5)
    // Its third axis looks at the face.
    #expect(dot(label.cameraToWorld.rotation.z, normalized(label.cameraToWorld.translation)) < -0.95)
  }

  @Test func expressionsAreFound() throws {
    let found = try fit(
      seen(Rigid(translation: [0, 0, -10]), expression: ["jawOpen": 0.7, "eyeBlinkLeft": 0.9]), size: 512)
    let head = fit.head
    func value(_ name: String) -> Float { found.state.expression[head.expressionIndex(name)!] }
    #expect(value("jawOpen") > 0.4 && value("eyeBlinkLeft") > 0.5 && value("mouthPucker") < 0.3)
    #expect(found.state.identity.count == head.identityNames.count)
  }
}
