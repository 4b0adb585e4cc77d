import Face
import Generator
import Golden
import Testing
import Torch

@Suite struct CameraLabelTests {
  /// Our camera and its label shoot the same rays, and the label gives the camera back.
  @Test func labelsAreOurCameras() throws {
    let pose = Camera.lookAt(eye: [1.2, 0.7, 2.3], target: [0.1, -0.1, 0.2])
    let camera = Camera(width: 6, height: 6, focal: [25, 26], center: [3.2, 2.9], cameraToWorld: pose)
    let label = CameraLabel(camera), rays = LabelRays(labels: label.tensor.unsqueeze(0), resolution: 6)
    let own = camera.rays()
    expectClose(rays.directions, own.directions.reshape(1, 36, 3).normalized(-1), absolute: 1e-6, "directions")
    expectClose(rays.origins, own.origins.reshape(1, 36, 3), absolute: 1e-6, "origins")
    let back = label.camera(width: 6, height: 6)
    expectClose(Tensor(back.cameraToWorld.rows), Tensor(pose.rows), absolute: 1e-6, "pose")
    #expect(abs(back.focal.x - 25) < 1e-4 && abs(back.focal.y - 26) < 1e-4 && abs(back.center.x - 3.2) < 1e-5)
    #expect(CameraLabel(values: label.values) == label)
  }

  @Test func mirroredTwiceIsTheSame() {
    let label = CameraSampler(yawSpread: 0.3, pitchSpread: 0.2).label(yaw: 0.3, pitch: -0.1)
    #expect(label.mirrored.mirrored == label)
    let position = label.cameraToWorld.translation, other = label.mirrored.cameraToWorld.translation
    #expect(other == [-position.x, position.y, position.z])
    let straight = CameraSampler().label(yaw: -0.3, pitch: -0.1)
    expectClose(label.mirrored.tensor, straight.tensor, absolute: 1e-5, "the other side")
  }

  @Test func whatIsNoCameraIsNoLabel() {
    var values = CameraSampler().middle.values
    #expect(CameraLabel(values: values) != nil)
    #expect(CameraLabel(values: Array(values.dropLast())) == nil)
    values[0] = 2
    #expect(CameraLabel(values: values) == nil, "a matrix that stretches")
    values[0] = .nan
    #expect(CameraLabel(values: values) == nil, "not a number")
    values = CameraSampler().middle.values
    values[16] = 0
    #expect(CameraLabel(values: values) == nil, "no focal length")
  }

  @Test func drawnCamerasSpreadAsAsked() {
    let even = CameraSampler(yawSpread: 0.5, pitchSpread: 0.2, spread: .uniform)
    let labels = even.labels(400, Generator(seed: 1))
    #expect(labels.shape == [400, 25])
    // From the axis that straight ahead lies on: yaw alone turns x into z.
    let yaw = labels.select(1, 3).atan2(labels.select(1, 11))
    #expect(yaw.abs().max().item < 0.501 && yaw.abs().max().item > 0.45 && abs(yaw.mean().item) < 0.06)
    let distance = cat([labels.narrow(1, 3, 1), labels.narrow(1, 7, 1), labels.narrow(1, 11, 1)], 1).norm(1)
    expectClose(distance, Tensor.full([400], 2.7), absolute: 1e-4, "radius")
  }

  /// Rays that miss the box end, as published, at the greatest of the others' beginnings.
  @Test func missesTakeTheOthersBeginnings() {
    let origins = Tensor([0, 0, 2, 0.1, 0, 2, 3, 0, 2] as [Float], [1, 3, 3])
    let directions = Tensor([0, 0, -1, 0.6, 0, -0.8, 0, 0, -1] as [Float], [1, 3, 3])
    let rays = LabelRays(origins: origins, directions: directions), limits = rays.limits(box: 2)
    #expect(limits.near[0, 2].item == -1 && limits.far[0, 2].item == -2)
    let mended = DepthSampling.mended(near: limits.near, far: limits.far)
    expectClose(mended.near, Tensor([1, 1.25, 1] as [Float], [1, 3]), "near")
    expectClose(mended.far, Tensor([3, 1.5, 1.25] as [Float], [1, 3]), "far")
    let none = DepthSampling.mended(near: limits.near.narrow(1, 2, 1), far: limits.far.narrow(1, 2, 1))
    #expect(none.near.item == -1 && none.far.item == -2)
  }
}
