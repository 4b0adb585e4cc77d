import Face
import Foundation
import Generator
import Photos
import Portrait
import Testing
import Tracking

@Suite struct FramedViewTests {
  private let placement = StandardPlacement(LandmarkModel(.builtIn()))

  /// The photo's own camera is the generator's, whole.
  @Test func thePhotosCameraIsTheGenerators() {
    let pose = Rigid(rotation: Matrix3(yaw: 0.3, pitch: -0.1, roll: 0.02), translation: [0.1, -0.3, -10.4])
    let camera = PortraitAvatar.camera(size: 512).inHead(pose)
    let box = placement.box(camera.cameraToWorld)
    let view = FramedView(camera, placement, home: length(box.translation))
    #expect(view.x == 0 && view.y == 0 && view.side == 512)
    let expected = CameraLabel(BoxSpace.camera(BoxSpace.normalized(box), side: 512))
    for (a, b) in zip(view.label.values, expected.values) { #expect(abs(a - b) < 1e-5) }
  }

  /// A camera twice as far sees the head half as large, in a square around it that has the generator's angle of view.
  @Test func farCamerasSeeASquare() {
    let camera = Camera(width: 640, height: 360, focal: [1500, 1500], cameraToWorld: .identity)
    let pose = Rigid(translation: [1.5, 0.4, -20])
    let view = FramedView(camera.inHead(pose), placement, home: 2.8)
    #expect(view.side < 360 && abs(view.label.values[16] - CameraLabel.faceFocal) < 0.02)
    // Around the middle of the box, where the image shows it.
    let middle = view.camera.project(.zero)
    #expect(abs(middle.x - Float(view.side) / 2) < 1 && abs(middle.y - Float(view.side) / 2) < 1)
    let head = camera.project(pose.translation)
    #expect(abs(Float(view.x) + Float(view.side) / 2 - head.x) < 40 && abs(Float(view.y) + Float(view.side) / 2 - head.y) < 40)
    // The same head from half as far: twice as large.
    let near = FramedView(camera.inHead(Rigid(translation: [0.75, 0.2, -10])), placement, home: 2.8)
    #expect(abs(Float(near.side) / Float(view.side) - 2) < 0.15 || near.side == 640)
  }

  /// A camera that sees less than the generator does is drawn whole.
  @Test func nearCamerasAreWhole() {
    let camera = Camera(width: 200, height: 300, focal: [2000, 2000], cameraToWorld: .identity)
    let view = FramedView(camera.inHead(Rigid(translation: [0, 0, -9])), placement, home: 2.8)
    #expect(view.side == 300 && view.x == -50 && view.y == 0 && view.label.values[16] > CameraLabel.faceFocal)
  }
}
