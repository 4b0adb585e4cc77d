import Foundation

/// Meshes as Wavefront OBJ files, with a material file that names the texture.
package enum WavefrontFile {
  /// The bytes of an .obj file; `material` is the name of its .mtl file, in the same folder.
  package static func object(_ mesh: TexturedMesh, material: String, comments: [String] = []) -> Data {
    var text = TextBuffer()
    text.reserve(mesh.places.count * 34 + mesh.texturePlaces.count * 22 + mesh.corners.count * 44)
    for line in comments { text.add("# \(line)\n") }
    text.add("mtllib \(material)\n")
    for p in mesh.places {
      text.add("v")
      for k in 0..<3 { text.add(" ", p[k], decimals: 6) }
      text.add("\n")
    }
    for p in mesh.texturePlaces {
      text.add("vt")
      for k in 0..<2 { text.add(" ", p[k], decimals: 6) }
      text.add("\n")
    }
    for part in mesh.parts {
      text.add("o \(part.name)\nusemtl \(part.isSoft ? soft : solid)\ns 1\n")
      for t in part.triangles {
        text.add("f")
        for k in 0..<3 {
          text.add(" ", mesh.corners[t][k] + 1)
          text.add("/", mesh.textureCorners[t][k] + 1)
        }
        text.add("\n")
      }
    }
    return text.data
  }
  private static let solid = "solid", soft = "soft"

  /// The bytes of the .mtl file: what is solid and what the texture makes transparent. `opacity` is the name of a gray image of the texture's
  /// opacity, for programs that do not look for it in the texture itself.
  package static func material(texture: String, opacity: String, comments: [String] = []) -> Data {
    let head = comments.map { "# \($0)\n" }.joined()
    let common = "Ka 1 1 1\nKd 1 1 1\nKs 0 0 0\nillum 1\nd 1\nmap_Kd \(texture)\n"
    return Data("\(head)newmtl \(solid)\n\(common)\nnewmtl \(soft)\n\(common)map_d \(opacity)\n".utf8)
  }
}

/// Text that grows fast: formatting numbers by `String` takes a hundred times as long.
private struct TextBuffer {
  private var bytes: [UInt8] = []
  var data: Data { Data(bytes) }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }
  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }
  mutating func add(_ before: StaticString, _ number: Int32) {
    add(before.description)
    digits(UInt64(number))
  }
  /// Rounded to `decimals` digits behind the point.
  mutating func add(_ before: StaticString, _ number: Float, decimals: Int) {
    add(before.description)
    let scale = (0..<decimals).reduce(1.0) { value, _ in value * 10 }
    let whole = (Double(number.magnitude) * scale).rounded()
    let steps = UInt64(min(whole.isFinite ? whole : 0, 1e18)), unit = UInt64(scale)
    if number < 0, steps > 0 { bytes.append(UInt8(ascii: "-")) }
    digits(steps / unit)
    bytes.append(UInt8(ascii: "."))
    digits(steps % unit, least: decimals)
  }
  private mutating func digits(_ number: UInt64, least: Int = 1) {
    let first = bytes.count
    var rest = number
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0 || bytes.count - first < least
    bytes[first...].reverse()
  }
}
