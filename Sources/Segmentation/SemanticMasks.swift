import Face
import Torch
import Tracking

/// Labels every pixel of a talking person's image with one of the 12 semantic classes, without a face parser.
///
/// Eyes, brows, nose, lips and mouth are polygons of the face mesh. Face, hair, ears, neck and clothes are told apart inside the person
/// mask by colours learnt from the clip and by their place on or under the head, steadied in time and fitted to the image's edges.
package final class SemanticMasks {
  private let segmenter: PersonSegmenter
  private var model: RegionModel?
  private var samples: [RegionModel.Sample] = []
  private var last: (beliefs: [SIMD8<Float>], colors: [SIMD4<Float>])?
  /// More frames to learn from than these say little new.
  private static let mostSamples = 16

  /// Throws when the person mask's network is absent.
  package init() throws { segmenter = try PersonSegmenter() }

  /// Looks at a frame, `[H, W, 3]` uint8, and its face for the clip's colours; a dozen frames spread over the clip will do.
  package func learn(_ rgb: Tensor, _ face: FaceLandmarks) throws {
    guard samples.count < Self.mostSamples else { return }
    segmenter.reset()
    samples.append(try look(rgb, face))
    segmenter.reset()
    model = nil
  }

  /// Forgets earlier frames, but not the colours, as after a cut.
  package func reset() {
    segmenter.reset()
    last = nil
  }

  /// The classes of a frame's pixels, `[H, W]` uint8, and how much of each is a person, `[H, W]` in 0...1.
  ///
  /// Learns the colours on the first call, from the frames that `learn` was given or else from this one.
  package func masks(_ rgb: Tensor, _ face: FaceLandmarks) throws -> (labels: Tensor, alpha: Tensor) {
    try beliefs(rgb, face).masks(rgb, face)
  }

  /// What `masks` decides a frame's classes by. Frames follow each other here; what is decided then needs no other frame.
  package func beliefs(_ rgb: Tensor, _ face: FaceLandmarks) throws -> RegionBeliefs {
    let sample = try look(rgb, face)
    if model == nil {
      var fresh = RegionModel()
      fresh.learn(samples.isEmpty ? [sample] : samples)
      (model, samples) = (fresh, [])
    }
    guard let model else { fatalError("just learnt") }
    var beliefs = model.beliefs(sample)
    steady(&beliefs, sample.image.colors)
    return RegionBeliefs(values: beliefs, image: sample.image)
  }

  private func look(_ rgb: Tensor, _ face: FaceLandmarks) throws -> RegionModel.Sample {
    let image = WorkImage(rgb)
    let mask = try segmenter.mask(rgb, image)
    var features = [Bool](repeating: false, count: image.width * image.height)
    for contour in [
      MeshContour.rightEye, MeshContour.leftEye, MeshContour.rightBrow, MeshContour.leftBrow, MeshContour.lipsOuter,
    ] {
      fillPolygon(contour.map { face[$0] * image.scale }, width: image.width, height: image.height) { row, columns in
        for column in columns { features[row * image.width + column] = true }
      }
    }
    return RegionModel.Sample(
      image: image, mask: mask, geometry: HeadGeometry(face, scale: image.scale), features: features)
  }

  /// Where the image stands still a new opinion counts only in part.
  private func steady(_ beliefs: inout [SIMD8<Float>], _ colors: [SIMD4<Float>]) {
    if let last, last.beliefs.count == beliefs.count {
      for k in beliefs.indices {
        let change = colors[k] - last.colors[k]
        let weight = min(1, 0.35 + max(0, (change * change).sum().squareRoot() - 0.02) * 10)
        beliefs[k] = last.beliefs[k] + weight * (beliefs[k] - last.beliefs[k])
      }
    }
    last = (beliefs, colors)
  }
}
