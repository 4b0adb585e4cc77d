/// Trainings that are known to be of use.
extension PriorConfiguration {
  package static let presets: [PriorConfiguration] = [small, ffhq512, tiny]
  package static func preset(_ name: String) -> PriorConfiguration? { presets.first { $0.preset == name } }

  /// What the paper of EG3D trains on 70,000 photos and their mirror images: 25 million images, a week of eight GPUs.
  package static let ffhq512: PriorConfiguration = {
    var generator = GeneratorConfiguration.ffhq512
    // Legacy axes are only for weights that were trained with them.
    generator.rendering.axes = .fixed
    return PriorConfiguration(
      preset: "ffhq512", objective: .adversarial, generator: generator, discriminator: .ffhq512,
      images: Images(background: .keep, mirrors: true, limit: 0), batch: 32,
      rates: Rates(generator: 2.5e-3, discriminator: 2e-3, reconstruction: 1e-3, reconstructionDecay: 0.1),
      schedules: PriorSchedules(
        blur: 10, blurKimg: 200, firstResolution: 64, lastResolution: 128, resolutionKimg: 1000, swap: 0.5, swapKimg: 1000),
      regularisation: Regularisation(gamma: 1, gradientEvery: 16, density: DensityRegularisation(), densityEvery: 4),
      reconstruction: Reconstruction(
        raw: 1, detail: 1, contrast: 1, depth: 1, coverage: 0, signalShare: 0.95, channelBase: 32768, channelMax: 512, aloneKimg: 0),
      average: GeneratorAverage(kimg: 10), isConditionedOnCamera: true, validation: Validation(every: 1000, images: 1000), saveEvery: 500,
      kimg: 25_000, seed: 1)
  }()

  /// What a processor of a few cores can train on the synthetic population in an hour: white behind the heads, few channels, and images
  /// made again; nobody judges.
  package static let small: PriorConfiguration = {
    var generator = GeneratorConfiguration.small
    generator.rendering.whiteBack = true
    var discriminator = DiscriminatorConfiguration(resolution: generator.imageResolution)
    (discriminator.channelBase, discriminator.channelMax, discriminator.mappingLayers) = (2048, 128, 2)
    let rays = generator.rendering.resolution
    return PriorConfiguration(
      preset: "small", objective: .reconstruction, generator: generator, discriminator: discriminator,
      images: Images(background: .white, mirrors: true, limit: 0), batch: 8,
      rates: Rates(generator: 1e-3, discriminator: 1e-3, reconstruction: 1e-2, reconstructionDecay: 0.05),
      schedules: PriorSchedules(
        blur: 2, blurKimg: 50, firstResolution: rays, lastResolution: rays, resolutionKimg: 0, swap: 0.5, swapKimg: 100),
      regularisation: Regularisation(gamma: 0.5, gradientEvery: 16, density: DensityRegularisation(), densityEvery: 4),
      reconstruction: Reconstruction(
        raw: 0.5, detail: 1, contrast: 1, depth: 1, coverage: 0.5, signalShare: 0.95, channelBase: 2048, channelMax: 128, aloneKimg: 200),
      average: GeneratorAverage(kimg: 2.5), isConditionedOnCamera: false, validation: Validation(every: 500, images: 128), saveEvery: 250,
      kimg: 400, seed: 1)
  }()

  /// For tests: every part, in seconds.
  package static let tiny: PriorConfiguration = {
    var tiny = small
    (tiny.preset, tiny.generator, tiny.batch, tiny.objective) = ("tiny", .tiny, 4, .both)
    tiny.generator.rendering.whiteBack = true
    let rays = tiny.generator.rendering.resolution
    tiny.discriminator.resolution = tiny.generator.imageResolution
    (tiny.discriminator.channelBase, tiny.discriminator.channelMax) = (256, 16)
    (tiny.reconstruction.channelBase, tiny.reconstruction.channelMax, tiny.reconstruction.aloneKimg) = (256, 16, 0.04)
    (tiny.schedules.firstResolution, tiny.schedules.lastResolution, tiny.schedules.blurKimg) = (rays, rays, 0.1)
    tiny.regularisation.density.points = 50
    tiny.validation = Validation(every: 20, images: 16)
    (tiny.saveEvery, tiny.kimg) = (20, 0.4)
    return tiny
  }()
}
