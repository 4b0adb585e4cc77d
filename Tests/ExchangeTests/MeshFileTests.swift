import Exchange
import Foundation
import Testing

/// Mesh files, byte by byte.
@Suite struct MeshFileTests {
  private let mesh = TexturedMesh(
    places: [[0, 0, 0], [0.1, -0.25, 0], [1.5, 2, -0.0000004], [12.3456789, 0, 1e-6]],
    colors: [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 128], [1, 2, 3, 4]], corners: [[0, 1, 2], [2, 1, 3]],
    texturePlaces: [[0, 0], [1, 0], [0.5, 1]], textureCorners: [[0, 1, 2], [2, 1, 0]],
    parts: [.init("head", isSoft: false, triangles: 0..<1), .init("hair", isSoft: true, triangles: 1..<2)])

  @Test func anObjectFile() {
    let text = String(decoding: WavefrontFile.object(mesh, material: "a.mtl", comments: ["meters"]), as: UTF8.self)
    #expect(
      text == """
        # meters
        mtllib a.mtl
        v 0.000000 0.000000 0.000000
        v 0.100000 -0.250000 0.000000
        v 1.500000 2.000000 0.000000
        v 12.345679 0.000000 0.000001
        vt 0.000000 0.000000
        vt 1.000000 0.000000
        vt 0.500000 1.000000
        o head
        usemtl solid
        s 1
        f 1/1 2/2 3/3
        o hair
        usemtl soft
        s 1
        f 3/3 2/2 4/1

        """)
    let material = String(decoding: WavefrontFile.material(texture: "a.png", opacity: "a-opacity.png"), as: UTF8.self)
    let parts = material.components(separatedBy: "newmtl ")
    #expect(parts.count == 3 && parts[1].hasPrefix("solid\n") && parts[2].hasPrefix("soft\n"))
    #expect(parts[1].contains("map_Kd a.png\n") && !parts[1].contains("map_d") && parts[2].contains("map_d a-opacity.png\n"))
  }

  @Test func aPolygonFile() throws {
    let data = PolygonFile.data(mesh, texture: "a.png", comments: ["meters"])
    let end = try #require(data.range(of: Data("end_header\n".utf8)))
    let head = String(decoding: data[..<end.upperBound], as: UTF8.self)
    #expect(head.hasPrefix("ply\nformat binary_little_endian 1.0\ncomment TextureFile a.png\ncomment meters\nelement vertex 4\n"))
    #expect(head.contains("element face 2\n"))
    let body = [UInt8](data[end.upperBound...])
    #expect(body.count == 4 * 16 + 2 * (1 + 12 + 1 + 24))
    func float(_ at: Int) -> Float { Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(body[at + $1]) << UInt32(8 * $1) }) }
    #expect(float(16) == 0.1 && float(20) == -0.25 && Array(body[44..<48]) == [0, 0, 255, 128])
    // The second triangle: its vertices, then six numbers of its corners in the texture.
    let second = 64 + 38
    #expect(body[second] == 3 && body[second + 1] == 2 && body[second + 5] == 1 && body[second + 9] == 3 && body[second + 13] == 6)
    #expect((0..<6).map { float(second + 14 + 4 * $0) } == [0.5, 1, 1, 0, 0, 0])
  }
}
