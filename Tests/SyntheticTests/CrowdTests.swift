import Face
import Foundation
import Synthetic
import Testing
import Torch

@Suite struct PortraitViewTests {
  /// What `portrait.md` 2.14 says of a camera, from angles as it counts them.
  @Test(arguments: [(Float(0), Float(0)), (0.7, 0.2), (-0.4, -0.3)])
  func labelsAreThoseOfGeneratorCameras(yaw: Float, pitch: Float) {
    let label = PortraitView(yaw: yaw, pitch: pitch).label
    #expect(label.count == 25)
    #expect(Array(label[16...]) == [4.2647, 0, 0.5, 0, 4.2647, 0.5, 0, 0, 1])
    let theta = Float.pi / 2 - yaw, phi = Float.pi / 2 - pitch
    let origin = 2.7 * SIMD3(sin(phi) * cos(theta), cos(phi), sin(phi) * sin(theta))
    let forward = normalized(SIMD3(0, 0, 0.2) - origin), right = -normalized(cross([0, 1, 0], forward)),
      up = normalized(cross(forward, right))
    let expected = [
      right.x, up.x, forward.x, origin.x, right.y, up.y, forward.y, origin.y, right.z, up.z, forward.z, origin.z, 0, 0, 0, 1,
    ]
    for (a, b) in zip(label, expected) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func headsLieAsAlignedCropsFrameThem() throws {
    let crowd = try Crowd(PopulationScript(count: 40, views: 1))
    for person in 0..<40 {
      let placement = crowd.placement(person), identity = Tensor(crowd.identity(person))
      let flat = crowd.model.landmarks(identity: identity).floats
      let rest = (0..<478).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
      let five = HeadPlacement.points(rest).map(placement.toWorld)
      for (seen, standard) in zip(five, HeadPlacement.standard) { #expect(length(seen - standard) < 0.04) }
      // Eyes stand some 0.28 of the image's width apart in a view from the front.
      let camera = placement.camera(PortraitView(yaw: 0, pitch: 0), size: 256)
      let eyes = HeadPlacement.points(rest).map { camera.project($0) }
      #expect(abs((eyes[1].x - eyes[0].x) / 256 - 0.285) < 0.04)
      #expect(abs((eyes[0].x + eyes[1].x) / 512 - 0.5) < 0.02)
    }
  }
}

@Suite struct CrowdTests {
  @Test func theSameSeedGivesTheSameImages() throws {
    let script = PopulationScript(count: 6, views: 3, size: 64, seed: 7)
    let one = try Crowd(script), two = try Crowd(script)
    // In another order, and beside others.
    let backwards = Lanes.map(2) { lane in one.sitter(1 - lane).image(one.shot(lane == 0 ? 5 : 2)) }
    for (image, seen) in [(5, backwards[0]), (2, backwards[1])] {
      let sitter = two.sitter(image / 3)
      _ = sitter.image(two.shot(image / 3 * 3))
      let again = sitter.image(two.shot(image))
      #expect(seen.rgb.array(UInt8.self) == again.rgb.array(UInt8.self))
      #expect(seen.labels.array(UInt8.self) == again.labels.array(UInt8.self))
      #expect(seen.depth == again.depth)
    }
    let other = try Crowd(PopulationScript(count: 6, views: 3, size: 64, seed: 8))
    #expect(other.sitter(0).image(other.shot(0)).rgb.array(UInt8.self) != one.sitter(0).image(one.shot(0)).rgb.array(UInt8.self))
  }

  @Test func masksAndDepthLieWhereTheLandmarksAre() throws {
    let crowd = try Crowd(PopulationScript(count: 24, views: 1, size: 128, seed: 3, yaw: 35))
    let wanted: [(Int, Set<SemanticClass>)] = [
      (4, [.nose]), (11, [.lips]), (16, [.lips]), (205, [.skin, .hair]), (425, [.skin, .hair]), (468, [.eyes, .skin, .glasses, .hair]),
    ]
    var hits = 0, tries = 0, depths: [Float] = []
    for image in 0..<24 {
      let shot = crowd.shot(image), drawn = crowd.sitter(image).image(shot)
      let labels = drawn.labels.array(UInt8.self), landmarks = crowd.landmarks(shot, crowd.placement(image))
      for (mark, classes) in wanted {
        let p = landmarks[mark], at = Int(p.y) * 128 + Int(p.x)
        tries += 1
        if classes.contains(where: { $0.rawValue == labels[at] }) { hits += 1 }
        if mark == 4 { depths.append(abs(drawn.depth[at] - p.z)) }
      }
      let seen = Set(labels)
      #expect(seen.contains(SemanticClass.skin.rawValue) && seen.contains(SemanticClass.background.rawValue))
      for (label, depth) in zip(labels, drawn.depth) { #expect((label == 0) == (depth == 0)) }
      #expect(drawn.depth.filter { $0 > 0 }.allSatisfy { $0 > 2 && $0 < 3.6 })
    }
    #expect(Double(hits) >= 0.93 * Double(tries))
    #expect(depths.sorted()[20] < 0.02)
  }

  @Test func impossibleScriptsAreRefused() {
    for script in [
      PopulationScript(count: 0), PopulationScript(count: 5, views: 0), PopulationScript(count: 5, size: 8),
      PopulationScript(count: 5, yaw: 120), PopulationScript(count: 5, pitch: -1),
    ] {
      #expect(throws: PopulationError.self) { try Crowd(script) }
    }
  }
}
