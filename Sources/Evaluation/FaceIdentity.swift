import Perception
import Torch
import Tracking

/// Who a face is, as a published recognition network says it; users bring its weights.
package struct FaceIdentity {
  private let network: MobileFaceNet

  /// nil where the weights are not found; throws where they are and cannot be used.
  package static func found() throws -> FaceIdentity? {
    try ModelLibrary.find(.mobileFaceNet).map { url in
      let network = MobileFaceNet(Generator(seed: 0))
      do {
        try network.load(try WeightFile.tensors(url))
      } catch let fault as ModuleError {
        throw EvaluationError.weights(url, fault.fault)
      }
      return FaceIdentity(network: network)
    }
  }

  /// The direction of `face` in `image`, `[H, W, 3]` in 0...1; the product of two directions is their cosine.
  package func direction(_ image: Tensor, _ face: FaceLandmarks) -> Tensor {
    network.embed(image, FacePoints(mesh: face.points.map { SIMD2($0.x, $0.y) }))
  }
}
