import Face
import Foundation
import Testing
import Torch

func near(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ tolerance: Float = 1e-4) -> Bool { length(a - b) <= tolerance }

struct CameraTests {
  let camera = Camera(
    width: 64, height: 48, focal: [90, 80], center: [30, 25],
    cameraToWorld: Rigid(rotation: Matrix3(yaw: 0.3, pitch: -0.2, roll: 0.1), translation: [1, -2, 5]))

  @Test func identityCameraFollowsItsFormula() {
    let c = Camera(width: 100, height: 80, focal: [200, 100])
    #expect(near(c.project([1, 1, -10]), [70, 30, 10]), "right and up in the world are right and up in the picture")
    let ray = c.ray(column: 0, row: 0)
    #expect(near(ray.direction, [-49.5 / 200, 39.5 / 100, -1], 1e-6))
  }
  @Test func unprojectUndoesProject() {
    let seen = camera.project([0.4, 0.7, -3])
    #expect(near(camera.unproject([seen.x, seen.y], depth: seen.z), [0.4, 0.7, -3]))
  }
  @Test func raysGoThroughPixelCentres() {
    let (origins, directions) = camera.rays()
    #expect(origins.shape == [48, 64, 3] && directions.shape == [48, 64, 3])
    let points = origins + directions * 7
    let seen = camera.project(points)[5, 9].floats
    #expect(near([seen[0], seen[1], seen[2]], [9.5, 5.5, 7], 1e-3))
    let ray = camera.ray(column: 9, row: 5)
    let direction = directions[5, 9].floats
    #expect(near(ray.direction, [direction[0], direction[1], direction[2]], 1e-6))
  }
  @Test func croppingAndScalingMoveTheImageAlong() {
    let p = SIMD3<Float>(0.4, 0.7, -3)
    let seen = camera.project(p)
    let cut = camera.cropped(x: 10, y: -4, width: 32, height: 32).project(p)
    #expect(near(cut, seen - [10, -4, 0]))
    let small = camera.scaled(width: 32, height: 12).project(p)
    #expect(near(small, [seen.x / 2, seen.y / 4, seen.z]))
  }
  @Test func cameraInHeadSeesTheHeadAsTheWorldCameraDoes() {
    let pose = Rigid(rotation: Matrix3(yaw: -0.4, pitch: 0.1, roll: 0), translation: [0, 0, -6])
    #expect(near(camera.inHead(pose).project([0.2, 0.3, 0.9]), camera.project(pose.apply([0.2, 0.3, 0.9])), 1e-3))
  }
  @Test func aCameraGoesRoundAPlaceAndGoesOnLookingAtIt() {
    let c = Camera(width: 64, height: 48, focal: [90, 80]), center = SIMD3<Float>(0, 0, -6)
    for (yaw, pitch) in [(Float(0.4), Float(0)), (-0.4, 0), (0, 0.2), (0.3, -0.2)] {
      let moved = c.around(center, yaw: yaw, pitch: pitch)
      #expect(near(moved.project(center), c.project(center), 1e-3), "as far away, in the middle")
      #expect(yaw * (moved.position.x - c.position.x) >= 0 && pitch * (moved.position.y - c.position.y) >= 0)
    }
  }
  @Test func lookAtPutsTheTargetInTheMiddle() {
    let c = Camera(width: 50, height: 50, fieldOfView: 0.5, cameraToWorld: Camera.lookAt(eye: [3, 2, 6], target: [1, 1, 0]))
    #expect(near(c.project([1, 1, 0]), [25, 25, length([2, 1, 6])], 1e-3))
    #expect(c.project([1, 1.1, 0]).y < 25)
  }
}

struct RigidTests {
  @Test func inverseAndProduct() {
    let a = Rigid(rotation: Matrix3(yaw: 1, pitch: 0.2, roll: -0.7), translation: [1, 2, 3])
    let b = Rigid(rotation: Matrix3(rotationVector: [0.1, -2, 0.4]), translation: [-1, 0.5, 0])
    let p = SIMD3<Float>(0.3, -0.4, 2)
    #expect(near((a * b).apply(p), a.apply(b.apply(p)), 1e-5))
    #expect(near((a.inverse * a).apply(p), p, 1e-5))
    #expect(Rigid(rows: a.rows) == a)
    let many = a.apply(Tensor([p.x, p.y, p.z, 0, 0, 0], [2, 3])).floats
    #expect(near([many[0], many[1], many[2]], a.apply(p), 1e-5) && near([many[3], many[4], many[5]], a.translation, 1e-5))
  }
  @Test(arguments: [[0, 0, 0], [0.3, -0.2, 0.9], [3.1, 0, 0], [0, 3.14159, 0], [1e-5, 0, 2e-5], [1.5, 2, -1.5]] as [SIMD3<Float>])
  func rotationVectorsComeBack(v: SIMD3<Float>) {
    let r = Matrix3(rotationVector: v)
    #expect(abs(r.determinant - 1) < 1e-5)
    #expect(r.angle(to: Matrix3(rotationVector: r.rotationVector)) < 2e-3)
    let t = rotationMatrices(Tensor([v.x, v.y, v.z], [1, 3])).floats
    #expect(zip(t, r.rows).allSatisfy { abs($0 - $1) < 1e-5 })
  }
  @Test func anglesSayWhereTheFaceTurns() {
    let r = Matrix3(yaw: 0.5, pitch: 0.25, roll: -0.125)
    #expect(near(r.yawPitchRoll, [0.5, 0.25, -0.125], 1e-5))
    let face = Matrix3(yaw: 0.5, pitch: 0.25, roll: 0) * [0, 0, 1]
    #expect(face.x > 0 && face.y > 0)
    #expect((Matrix3(yaw: 0, pitch: 0, roll: 0.3) * [0, 1, 0]).x < 0)
  }
  @Test func rotationMatricesHaveFiniteGradientsAtZero() {
    let v = Tensor.zeros([2, 3]).requiringGrad()
    (rotationMatrices(v) * Tensor.arange(9, .float32).reshape(3, 3)).sum().backward()
    // d/dv of sum(R * M) at zero is the skew part of M.
    #expect(zip(v.grad!.floats, [2, -4, 2, 2, -4, 2] as [Float]).allSatisfy { abs($0 - $1) < 1e-4 })
  }
}
