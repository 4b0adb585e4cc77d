import Face
import Generator
import Runs
import Torch

/// All networks of a one-shot avatar: what turns one photo into a volume that can be seen from anywhere, and what moves it.
package final class PortraitModel: Module {
  package let generator: TriplaneGenerator
  package let encoder: ImageEncoder
  package let detail: DetailNetwork
  package let deformation: DeformationField
  package let statistics: CoefficientStatistics
  package let configuration: PortraitConfiguration

  /// With a generator that is there already, whose configuration must be the one named, or a new one.
  package init(_ configuration: PortraitConfiguration, generator: TriplaneGenerator? = nil, _ random: Generator) {
    precondition(generator.map { $0.configuration == configuration.generator } ?? true, "another generator than the configuration's")
    let c = configuration
    self.configuration = c
    self.generator = generator ?? TriplaneGenerator(c.generator, random)
    encoder = ImageEncoder(c.encoder, random)
    detail = DetailNetwork(c.detail, random)
    deformation = DeformationField(c.deformation, random)
    statistics = CoefficientStatistics(identity: c.deformation.identity, expression: c.deformation.expression)
  }

  /// What the latents alone say of photos.
  package struct Coarse {
    /// `[N, layers, width]`
    package let ws: Tensor
    /// Behind the block that is changed.
    package let state: SynthesisState
    /// `[N, 3 C, R, R]`
    package let planes: Tensor
  }

  /// The average face's latent, `[width]`.
  package var average: Tensor { generator.backbone.mapping.average ?? Tensor.zeros([configuration.generator.width]) }

  /// Photos `[N, 3, H, W]` in -1...1 through the encoder and the generator (Eq 1).
  package func coarse(_ photos: Tensor, by modulation: Modulation = .unfused) -> Coarse {
    let ws = encoder.latents(photos, average: average)
    let state = generator.coarse(ws, resolution: configuration.stateResolution, by: modulation)
    return Coarse(ws: ws, state: state, planes: generator.planes(from: state, ws, by: modulation))
  }

  /// The coarse volumes mended by what photos `[N, 3, H, W]` show and the coarse images `seen` `[N, 3, h, w]` lack (Eq 2 and 3): the
  /// changed state and its planes.
  package func refine(
    _ coarse: Coarse, photos: Tensor, seen: Tensor, by modulation: Modulation = .unfused
  ) -> (state: SynthesisState, planes: Tensor) {
    let found = detail.features(DetailNetwork.residual(photo: photos, coarse: seen))
    switch configuration.detail.reading {
    case .planes: return (coarse.state, detail.fuse(coarse.planes, found))
    case .feature:
      let state = SynthesisState(feature: detail.fuse(coarse.state.feature, found), image: coarse.state.image)
      return (state, generator.planes(from: state, coarse.ws, by: modulation))
    }
  }

  /// Tells models apart, so that what was made with one is not drawn by another: a checksum of all numbers.
  package func fingerprint() -> String {
    var sum = CRC32C()
    for (name, tensor) in state() {
      sum.update("\(name) \(tensor.shape) ")
      tensor.detach().to(.cpu).contiguous().withBytes { sum.update($0) }
    }
    return String(sum.value, radix: 16)
  }
}
