import Exchange
import Face
import Foundation
import Portrait
import Testing
import Torch

/// Meshes of the avatar of a drawn person.
@Suite(.serialized) struct PortraitMesherTests {
  /// Any program's view of the mesh with its texture, from where a camera stands, is the avatar's own image.
  @Test(arguments: [[:], ["jawOpen": 0.7, "eyeBlinkLeft": 1, "eyeBlinkRight": 1]])
  func theMeshIsWhatIsDrawn(changes: [String: Float]) throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    let mesher = PortraitMesher(avatar), texture = mesher.texture
    var state = person.doing(changes)
    state.pose.rotation = Matrix3(yaw: 0.25, pitch: 0, roll: 0) * state.pose.rotation
    let mesh = try mesher.mesh(state), frame = try avatar.render(state, camera: person.camera)
    #expect(mesh.corners.allSatisfy { t in (0..<3).allSatisfy { mesh.places.indices.contains(Int(t[$0])) } })
    #expect(mesh.textureCorners.allSatisfy { t in (0..<3).allSatisfy { mesh.texturePlaces.indices.contains(Int(t[$0])) } })
    #expect(mesh.texturePlaces.allSatisfy { $0.min() >= 0 && $0.max() <= 1 })

    // Meters in the space of the head at rest: the photo's pose leads to its camera.
    let solid = mesh.parts.filter { !$0.isSoft }.flatMap(\.triangles)
    let image = RasterImage(width: person.camera.width, height: person.camera.height)
    Rasteriser(person.camera).draw(
      mesh.places.map { person.state.pose.apply($0 * 10) }, solid.flatMap { t in (0..<3).map { mesh.corners[t][$0] } }, into: image)
    let pixels = texture.array(UInt8.self), (height, width) = (texture.size(0), texture.size(1))
    let drawn = frame.rgb.floats, labels = frame.labels.array(UInt8.self)
    let face: Set<UInt8> = Set([SemanticClass.skin, .nose, .brows, .lips, .eyes, .mouthInterior].map(\.rawValue))
    var error: Float = 0, count = 0, opaque = 0
    for k in 0..<image.width * image.height where image.triangle[k] >= 0 && face.contains(labels[k]) {
      let t = solid[Int(image.triangle[k])], w = image.barycentrics[k]
      var at = SIMD2<Float>.zero
      for c in 0..<3 { at += mesh.texturePlaces[Int(mesh.textureCorners[t][c])] * w[c] }
      let x = min(Int(at.x * Float(width)), width - 1), y = min(Int((1 - at.y) * Float(height)), height - 1)
      for c in 0..<3 {
        let d = Float(pixels[4 * (y * width + x) + c]) / 255 - drawn[3 * k + c]
        error += d * d / 3
      }
      opaque += pixels[4 * (y * width + x) + 3] > 200 ? 1 : 0
      count += 1
    }
    let psnr = -10 * log10(error / Float(count))
    #expect(count > 3000 && psnr > 24, "\(psnr) dB over \(count) pixels")
    #expect(Double(opaque) > 0.995 * Double(count), "\(opaque) of \(count)")
  }

  @Test func theHeadAtRestIsUprightAtTheOrigin() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    let mesh = try PortraitMesher(avatar).mesh(avatar.state)
    #expect(mesh.parts.map(\.name).filter { $0 != "mouth_photo" } == ["head", "eye_right", "eye_left", "mouth_inside", "hair_and_body"])
    #expect(mesh.parts.last?.triangles.upperBound == mesh.corners.count && mesh.parts.last?.isSoft == true)
    func middle(_ name: String) throws -> SIMD3<Float> {
      let part = try #require(mesh.parts.first { $0.name == name })
      return part.triangles.map { mesh.places[Int(mesh.corners[$0].x)] }.reduce(.zero, +) / Float(part.triangles.count)
    }
    let (right, left, mouth, head) = (try middle("eye_right"), try middle("eye_left"), try middle("mouth_inside"), try middle("head"))
    // Pupils of grown-ups are about 63 mm apart.
    #expect(left.x - right.x > 0.05 && left.x - right.x < 0.08 && abs(left.y - right.y) < 0.005)
    #expect(right.y - mouth.y > 0.03 && right.z > head.z)
  }

  /// Lids and mouth change places in the texture, not the texture; motion moves vertices.
  @Test func shapesCorrespond() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    let mesher = PortraitMesher(avatar), shapes = mesher.shapes
    #expect(shapes.map(\.name) == ["neutral"] + person.model.expressionNames)
    let neutral = try mesher.mesh(shapes[0].state)
    for name in ["jawOpen", "eyeBlinkLeft", "mouthSmileRight"] {
      let shape = try #require(shapes.first { $0.name == name }), mesh = try mesher.mesh(shape.state)
      #expect(mesh.corners == neutral.corners && mesh.textureCorners == neutral.textureCorners && mesh.parts == neutral.parts)
      let moved = zip(mesh.places, neutral.places).map { distance($0, $1) }.max() ?? 0
      #expect(moved > 0.004 && moved < 0.06, "\(name): \(moved) m")
      #expect((mesh.texturePlaces != neutral.texturePlaces) == (name != "mouthSmileRight"), "\(name)")
    }
  }

  private func distance(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { length(a - b) }
}
