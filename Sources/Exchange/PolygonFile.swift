import Foundation

/// Meshes as PLY files (Stanford's polygon format), binary and little-endian, with a color at every vertex.
package enum PolygonFile {
  /// The bytes of a .ply file. `texture` is the name of an image in the same folder, to which each triangle's `texcoord` refers.
  package static func data(_ mesh: TexturedMesh, texture: String, comments: [String] = []) -> Data {
    var head = "ply\nformat binary_little_endian 1.0\ncomment TextureFile \(texture)\n"
    for line in comments { head += "comment \(line)\n" }
    head += "element vertex \(mesh.places.count)\n"
    for name in ["x", "y", "z"] { head += "property float \(name)\n" }
    for name in ["red", "green", "blue", "alpha"] { head += "property uchar \(name)\n" }
    head += "element face \(mesh.corners.count)\nproperty list uchar int vertex_indices\nproperty list uchar float texcoord\nend_header\n"
    var bytes = [UInt8](head.utf8)
    bytes.reserveCapacity(bytes.count + mesh.places.count * 16 + mesh.corners.count * 38)
    func add<T: FixedWidthInteger>(_ value: T) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
    for (p, c) in zip(mesh.places, mesh.colors) {
      for k in 0..<3 { add(p[k].bitPattern) }
      for k in 0..<4 { bytes.append(c[k]) }
    }
    for (t, places) in zip(mesh.corners, mesh.textureCorners) {
      bytes.append(3)
      for k in 0..<3 { add(t[k]) }
      bytes.append(6)
      for k in 0..<3 {
        let p = mesh.texturePlaces[Int(places[k])]
        add(p.x.bitPattern)
        add(p.y.bitPattern)
      }
    }
    return Data(bytes)
  }
}
