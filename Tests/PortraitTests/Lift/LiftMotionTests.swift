import Face
import Foundation
import Portrait
import Testing
import Torch
import Tracking

/// How a lifted photo moves, against the head model deformed directly.
@Suite struct LiftMotionTests {
  private static let lids = MeshContour.rightEye + MeshContour.leftEye
  private static let lips = MeshContour.lipsInner + MeshContour.lipsOuter

  /// Lids at half and full blinks, and lips of an open smile, are drawn where the head model has them: less than a pixel away at 512 x 512.
  ///
  /// Displacements of single shapes, blended, would not add up to that.
  @Test(arguments: [
    ["eyeBlinkLeft": Float(0.5), "eyeBlinkRight": 0.5], ["eyeBlinkLeft": 1, "eyeBlinkRight": 1],
    ["jawOpen": 0.6, "mouthSmileLeft": 0.8, "mouthSmileRight": 0.8],
    ["jawOpen": 0.4, "mouthPucker": 0.6, "eyeBlinkLeft": 0.5],
  ])
  func lidsAndLipsAreWhereTheModelHasThem(_ changes: [String: Float]) throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    let camera = person.camera.scaled(width: 512, height: 512)
    let state = person.doing(changes)
    let points = Self.lids + Self.lips, vertices = points.map { person.model.landmarkVertices[$0] }
    let head = FittedHead(person.model, identity: state.identity, calibration: avatar.calibration)
    let direct = head.vertices(state).floats
    let drawn = avatar.drawn(vertices, state), still = avatar.drawn(vertices, avatar.state)
    func seen(_ p: SIMD3<Float>) -> SIMD2<Float> {
      let q = camera.project(state.pose.apply(p))
      return [q.x, q.y]
    }
    var far: Float = 0, moved: Float = 0
    for (k, v) in vertices.enumerated() {
      let place = try #require(drawn[k]), rest = try #require(still[k])
      let wanted = seen([direct[3 * v], direct[3 * v + 1], direct[3 * v + 2]])
      far = max(far, distance(seen(place), wanted))
      moved = max(moved, distance(seen(rest), wanted))
    }
    #expect(far < 1, "\(far) pixels")
    #expect(moved > 5, "\(moved) pixels: nothing moves")
  }
  private func distance(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float { ((a - b) * (a - b)).sum().squareRoot() }

  /// Lids that a tracker sees a lash's breadth apart are drawn shut.
  @Test func nearlyClosedLidsClose() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    let state = person.doing(["eyeBlinkLeft": 0.85, "eyeBlinkRight": 0.85])
    let upper = MeshContour.rightEye[4], lower = MeshContour.rightEye[12]
    let vertices = [upper, lower].map { person.model.landmarkVertices[$0] }
    func opening(_ state: FaceState) throws -> Float {
      let places = avatar.drawn(vertices, state)
      return try #require(places[0]).y - #require(places[1]).y
    }
    let direct = person.model.vertices(state).floats
    let asked = direct[3 * vertices[0] + 1] - direct[3 * vertices[1] + 1]
    let shut = try opening(state), open = try opening(person.state)
    #expect(asked > 0.05 * open, "the model is to leave them apart: \(asked) of \(open)")
    #expect(shut < 0.25 * asked, "\(shut) of \(open), asked for \(asked)")
  }

  /// Lips that hardly part show a dark line and no teeth; a wide mouth shows them in the light, a smile more than lips pushed forward.
  @Test func littleLightFallsBehindLipsThatHardlyPart() throws {
    let person = DrawnPerson(size: 512), avatar = try PortraitLift(person.photo, model: person.model)
    func brightest(_ changes: [String: Float]) throws -> Float {
      let frame = try avatar.render(person.doing(changes), camera: person.camera)
      let rgb = frame.rgb.floats, labels = frame.labels.array(UInt8.self)
      let seen = labels.indices.filter { labels[$0] == SemanticClass.mouthInterior.rawValue }.map { k in
        (rgb[3 * k] + rgb[3 * k + 1] + rgb[3 * k + 2]) / 3
      }.sorted()
      try #require(seen.count > 20, "\(changes): \(seen.count) pixels between the lips")
      return seen[seen.count * 9 / 10]
    }
    let wide = try brightest(["jawOpen": 0.6]), little = try brightest(["jawOpen": 0.06])
    #expect(little < 0.75 * wide, "\(little), \(wide)")
    let smile = try brightest(["jawOpen": 0.2, "mouthSmileLeft": 0.8, "mouthSmileRight": 0.8])
    let pushed = try brightest(["jawOpen": 0.2, "mouthPucker": 0.5])
    #expect(pushed < 0.85 * smile, "\(pushed), \(smile)")
  }

  /// A mouth that hardly opens parts in the middle and clings at the corners; one that opens wide parts along its whole width.
  @Test func lipsPartFromTheMiddle() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    let loop = MeshContour.lipsInner, vertices = loop.map { person.model.landmarkVertices[$0] }
    /// The gap of each pair from corner to corner, drawn and as the model has it.
    func gaps(_ jaw: Float) throws -> [(drawn: Float, asked: Float)] {
      let state = person.doing(["jawOpen": jaw])
      let places = avatar.drawn(vertices, state)
      let head = FittedHead(person.model, identity: state.identity, calibration: avatar.calibration)
      let direct = head.vertices(state).floats
      return try (1..<10).map { i in
        let drawn = try #require(places[i]).y - #require(places[20 - i]).y
        return (drawn, direct[3 * vertices[i] + 1] - direct[3 * vertices[20 - i] + 1])
      }
    }
    let little = try gaps(0.1), wide = try gaps(0.8)
    #expect(little[4].drawn > 0.95 * little[4].asked && little[4].asked > 0.01, "\(little[4])")
    for i in [1, 7] { #expect(little[i].drawn < 0.6 * little[i].asked && little[i].asked > 0.003, "pair \(i): \(little[i])") }
    for i in 0..<9 { #expect(abs(wide[i].drawn - wide[i].asked) < 0.05 * wide[4].asked, "pair \(i): \(wide[i])") }
    #expect(little.allSatisfy { $0.drawn > -1e-4 }, "lips do not cross")
  }
}
