import Face
import Torch
import Tracking

/// How likely each region of a person is at each pixel of a small image of a frame.
package struct RegionBeliefs: Sendable {
  /// Lanes as `Region` numbers them, then the background.
  let values: [SIMD8<Float>]
  let image: WorkImage

  /// The classes of the frame's pixels, `[H, W]` uint8, and how much of each is a person, `[H, W]` in 0...1.
  ///
  /// The beliefs are fitted to the edges of `rgb`, `[H, W, 3]` uint8, and the parts that the mesh of `face` outlines are painted over them.
  package func masks(_ rgb: Tensor, _ face: FaceLandmarks) -> (labels: Tensor, alpha: Tensor) {
    let (regions, background) = GuidedRegions(
      values, lanes: Region.background + 1, image.colors, width: image.width, height: image.height, radius: 3, epsilon: 1.5e-4
    ).decided(rgb)
    let classes = Self.classes
    regions.withMutableElements(UInt8.self) { labels in
      for k in labels.indices { labels[k] = classes[Int(labels[k])] }
      Self.paint(face, rgb.size(1), rgb.size(0), labels)
    }
    return (regions, (1.05 - background * 1.1).clamp(0, 1))
  }

  /// The class of each lane.
  private static let classes = {
    var all = SIMD8<UInt8>(repeating: SemanticClass.background.rawValue)
    for (lane, part) in [SemanticClass.skin, .hair, .ears, .neck, .torso].enumerated() { all[lane] = part.rawValue }
    return all
  }()

  /// Paints the parts that the mesh outlines over the face.
  private static func paint(_ face: FaceLandmarks, _ width: Int, _ height: Int, _ labels: UnsafeMutableBufferPointer<UInt8>) {
    func fill(_ contour: [Int], _ part: SemanticClass) {
      fillPolygon(contour.map { face[$0] }, width: width, height: height) { row, columns in
        for column in columns { labels[row * width + column] = part.rawValue }
      }
    }
    fill(MeshContour.nose, .nose)
    fill(MeshContour.rightBrow, .brows)
    fill(MeshContour.leftBrow, .brows)
    fill(MeshContour.rightEye, .eyes)
    fill(MeshContour.leftEye, .eyes)
    fill(MeshContour.lipsOuter, .lips)
    fill(MeshContour.lipsInner, .mouthInterior)
  }
}
