/// Triangles with one texture, as files for other programs hold them.
package struct TexturedMesh {
  /// A run of triangles that programs show as an object of its own.
  package struct Part: Equatable {
    package let name: String
    /// Whether the texture's opacity counts.
    package let isSoft: Bool
    package let triangles: Range<Int>

    package init(_ name: String, isSoft: Bool, triangles: Range<Int>) {
      (self.name, self.isSoft, self.triangles) = (name, isSoft, triangles)
    }
  }
  /// Meters; +y is up and +z to the front, +x to the left of who is shown.
  package var places: [SIMD3<Float>]
  /// At each vertex: red, green, blue, opacity.
  package var colors: [SIMD4<UInt8>]
  /// Vertices of each triangle, counter-clockwise as seen from outside.
  package var corners: [SIMD3<Int32>]
  /// Places in the texture, (0, 0) at its lower left and (1, 1) at its upper right corner, and which of them each triangle's corners have.
  package var texturePlaces: [SIMD2<Float>]
  package var textureCorners: [SIMD3<Int32>]
  /// All triangles, in order.
  package var parts: [Part]

  package init(
    places: [SIMD3<Float>], colors: [SIMD4<UInt8>], corners: [SIMD3<Int32>], texturePlaces: [SIMD2<Float>],
    textureCorners: [SIMD3<Int32>], parts: [Part]
  ) {
    precondition(places.count == colors.count && corners.count == textureCorners.count, "a color a vertex, a place a corner")
    (self.places, self.colors, self.corners) = (places, colors, corners)
    (self.texturePlaces, self.textureCorners, self.parts) = (texturePlaces, textureCorners, parts)
  }
}
