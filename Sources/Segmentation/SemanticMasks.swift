import Face
import Foundation
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
  private var filter: JointFilter?
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
    let sample = try look(rgb, face)
    if model == nil {
      var fresh = RegionModel()
      fresh.learn(samples.isEmpty ? [sample] : samples)
      (model, samples) = (fresh, [])
    }
    guard let model else { fatalError("just learnt") }
    var beliefs = model.beliefs(sample)
    steady(&beliefs, sample.image.colors)
    let image = sample.image
    if filter?.width != image.width || filter?.height != image.height {
      filter = JointFilter(width: image.width, height: image.height, radius: 3, epsilon: 1.5e-4)
    }
    guard let filter else { fatalError("just made") }
    filter.follow(image.colors)
    let fits = (0...Region.background).map { lane in filter.fit(beliefs.map { $0[lane] }) }
    let (height, width) = (rgb.size(0), rgb.size(1))
    let labels = Tensor.empty([height, width], .uint8), alpha = Tensor.empty([height, width])
    PixelView.lend(rgb) { view in
      labels.withMutableElements(UInt8.self) { labels in
        alpha.withMutableElements(Float.self) { alpha in
          assign(fits, image, view, labels, alpha)
          paint(face, width, height, labels)
        }
      }
    }
    return (labels, alpha)
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

  /// Gives each pixel of the image the region whose fitted belief is largest there.
  private func assign(
    _ fits: [[SIMD4<Float>]], _ image: WorkImage, _ view: PixelView, _ labels: UnsafeMutableBufferPointer<UInt8>,
    _ alpha: UnsafeMutableBufferPointer<Float>
  ) {
    let classes = [SemanticClass.skin, .hair, .ears, .neck, .torso, .background].map(\.rawValue)
    var best = [Float](repeating: -.infinity, count: labels.count)
    for (lane, fit) in fits.enumerated() {
      LinearFits(fit, image).evaluate(view) { k, value in
        if value.x > best[k] { (best[k], labels[k]) = (value.x, classes[lane]) }
        if lane == Region.background { alpha[k] = min(max(1.05 - 1.1 * value.x, 0), 1) }
      }
    }
  }

  /// Paints the parts that the mesh outlines over the face.
  private func paint(_ face: FaceLandmarks, _ width: Int, _ height: Int, _ labels: UnsafeMutableBufferPointer<UInt8>) {
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
