import Torch

/// A latent vector and a camera to planes.
package final class TriplaneBackbone: Module {
  package let mapping: MappingNetwork
  package let synthesis: SynthesisNetwork

  init(_ c: GeneratorConfiguration, _ generator: Generator) {
    mapping = MappingNetwork(latent: c.latent, label: c.label, width: c.width, layers: c.mappingLayers, generator)
    synthesis = SynthesisNetwork(c, generator)
  }
}

/// A generator of images of a head from all sides: a latent vector becomes style vectors, these become three planes of features, which rays
/// of a camera are drawn from, and what the rays see becomes an image.
///
/// Its tensors have the names of the published generators' `state_dict`. Everything is differentiable; within `withoutGradient` a single
/// image is drawn by kernels that are several times as fast.
package final class TriplaneGenerator: Module {
  package let backbone: TriplaneBackbone
  package let superresolution: SuperResolution?
  package let decoder: TriplaneDecoder
  package let configuration: GeneratorConfiguration

  package init(_ c: GeneratorConfiguration, _ generator: Generator) {
    configuration = c
    backbone = TriplaneBackbone(c, generator)
    superresolution = c.superResolution.map { SuperResolution($0, features: c.decoderFeatures, width: c.width, generator) }
    decoder = TriplaneDecoder(
      c.planeChannels, hidden: c.decoderHidden, output: c.decoderFeatures, multiplier: c.decoderMultiplier, generator)
  }

  /// How many style vectors an image has.
  package var layers: Int { configuration.layers }

  /// Style vectors `[N, layers, width]` of z `[N, latent]` and the labels `[N, label]` of the cameras that the generator is told of.
  ///
  /// `truncation` moves the first `cutoff` of them (nil: all) towards the mean; `follows` moves the running mean, as training does.
  package func map(_ z: Tensor, _ label: Tensor, truncation: Double = 1, cutoff: Int? = nil, follows: Bool = false) -> Tensor {
    let w = backbone.mapping(z, configuration.label > 0 ? label : nil)
    if follows { backbone.mapping.follow(w) }
    return backbone.mapping.broadcast(w, layers: layers, truncation: truncation, cutoff: cutoff)
  }

  /// The planes `[N, 3 C, R, R]` of style vectors `[N, layers, width]`.
  ///
  /// Within `withoutGradient` their channels may lie last in memory.
  package func planes(_ ws: Tensor, noise: NoiseMode = .constant, by modulation: Modulation = .unfused) -> Tensor {
    planes(SynthesisState?.none, ws, after: nil, noise: noise, by: modulation)
  }
  /// The state behind the block of side `resolution`: features and the planes so far, for a network that refines them.
  package func coarse(
    _ ws: Tensor, resolution: Int = 64, noise: NoiseMode = .constant, by modulation: Modulation = .unfused
  ) -> SynthesisState {
    backbone.synthesis.run(nil, ws, to: resolution, noise: noise, by: modulation)
  }
  /// The planes of a state behind the block of side `resolution`.
  package func planes(
    from state: SynthesisState, _ ws: Tensor, noise: NoiseMode = .constant, by modulation: Modulation = .unfused
  ) -> Tensor {
    planes(state, ws, after: state.feature.size(-1), noise: noise, by: modulation)
  }
  private func planes(
    _ state: SynthesisState?, _ ws: Tensor, after side: Int?, noise: NoiseMode, by modulation: Modulation
  ) -> Tensor {
    if let state, let side, side >= configuration.planeResolution, let image = state.image { return image }
    let last = backbone.synthesis.run(state, ws, from: side.map { 2 * $0 }, noise: noise, by: modulation)
    guard let image = last.image else { fatalError("a block without an image") }
    return image
  }

  /// The image of `planes` from the cameras of `labels` `[N, 25]`; the last style vector is super-resolution's.
  ///
  /// `resolution` is the number of rays each way, by default the configuration's; `deformation` moves the points that are looked at. To draw
  /// the same planes many times, bake them once with `baked`.
  package func render(
    _ planes: Tensor, _ labels: Tensor, _ ws: Tensor, resolution: Int? = nil, draws: RayDraws = .even,
    deformation: PointDeformation? = nil, by modulation: Modulation = .unfused
  ) -> GeneratedImage {
    if !isRecordingGradient, deformation == nil, planes.size(0) == 1, planes.device == .cpu {
      return render(baked(planes), labels, ws, resolution: resolution, draws: draws)
    }
    let side = resolution ?? configuration.rendering.resolution
    let seen = TriplaneRenderer(configuration.rendering)
      .render(planes, decoder, LabelRays(labels: labels, resolution: side), draws, deformation: deformation)
    return generated(seen, side, ws, modulation)
  }

  /// The planes `[1, 3 C, R, R]` of one volume, ready to be drawn many times; `skipping` as for `BakedTriplanes`.
  package func baked(_ planes: Tensor, skipping: Int = 0) -> BakedTriplanes {
    BakedTriplanes(planes, decoder, configuration.rendering, skipping: skipping)
  }
  /// The image of a baked volume from the camera of a label `[1, 25]`, without gradients; the last of the style vectors
  /// `[1, layers, width]` is super-resolution's.
  package func render(
    _ volume: BakedTriplanes, _ label: Tensor, _ ws: Tensor, resolution: Int? = nil, draws: RayDraws = .even,
    deformation: DeformationLattice? = nil
  ) -> GeneratedImage {
    let side = resolution ?? configuration.rendering.resolution
    return withoutGradient {
      let seen = volume.render(LabelRays(labels: label, resolution: side), draws, row: side, deformation: deformation)
      return generated(seen, side, ws, .unfused)
    }
  }

  /// What rays saw as an image of `side` pixels each way, made larger by super-resolution.
  private func generated(_ seen: RenderedFeatures, _ side: Int, _ ws: Tensor, _ modulation: Modulation) -> GeneratedImage {
    func channels(_ rays: Tensor) -> Tensor { rays.unflatten(1, [side, side]).permute(0, 3, 1, 2) }
    let feature = channels(seen.features), raw = feature.narrow(1, 0, 3)
    return GeneratedImage(
      image: superresolution?(feature, raw: raw, ws, by: modulation) ?? raw, raw: raw, depth: channels(seen.depth), feature: feature,
      weights: channels(seen.weights))
  }

  /// Planes and their image in one.
  package func callAsFunction(
    _ ws: Tensor, _ labels: Tensor, noise: NoiseMode = .constant, resolution: Int? = nil, draws: RayDraws = .even,
    by modulation: Modulation = .unfused
  ) -> GeneratedImage {
    render(planes(ws, noise: noise, by: modulation), labels, ws, resolution: resolution, draws: draws, by: modulation)
  }

  /// Colours `[N, P, features]` and raw densities `[N, P, 1]` at points `[N, P, 3]` of the volume.
  package func sample(_ planes: Tensor, at points: Tensor) -> (color: Tensor, density: Tensor) {
    TriplaneRenderer(configuration.rendering).sample(planes, decoder, at: points)
  }
}
