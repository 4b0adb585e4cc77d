import Generator
import Golden
import Testing
import Torch

/// The fast renderer beside the exact one.
@Suite struct BakedVolumeTests {
  private struct Scene {
    var planes: Tensor, decoder: TriplaneDecoder, rays: LabelRays
    var configuration: RenderingConfiguration
  }

  /// Something opaque with something thin in front; rays that miss the box too.
  private func scene(
    channels: Int = 32, hidden: Int = 64, output: Int = 32, side: Int = 24, height: Int? = nil, resolution: Int = 12, yaw: Double = 0.4,
    seed: UInt64 = 2, _ change: (inout RenderingConfiguration) -> Void = { _ in }
  ) -> Scene {
    let generator = Generator(seed: seed)
    let decoder = TriplaneDecoder(channels, hidden: hidden, output: output, generator)
    withoutGradient {
      for (name, tensor) in decoder.state() {
        if name.hasSuffix("bias") { tensor.copy_(Tensor.randn(tensor.shape, generator) * 0.3) }
        if name == "net.2.weight" { tensor.narrow(0, 0, 1).mul_(15) }
      }
    }
    var configuration = RenderingConfiguration(coarse: 16, fine: 12)
    change(&configuration)
    let label = CameraSampler(fieldOfView: 24).label(yaw: yaw, pitch: -0.2)
    return Scene(
      planes: Tensor.randn([3, channels, height ?? side, side], generator) * 1.5, decoder: decoder,
      rays: LabelRays(labels: label.tensor.unsqueeze(0), resolution: resolution), configuration: configuration)
  }

  private func compare(_ scene: Scene, draws: () -> RayDraws = { .even }, moves: DeformationLattice? = nil, _ what: String) {
    let deformation: PointDeformation? = moves.map { lattice in { lattice($0) } }
    let exact = withoutGradient {
      TriplaneRenderer(scene.configuration, usesKernels: false).render(
        scene.planes.unsqueeze(0), scene.decoder, scene.rays, draws(), deformation: deformation)
    }
    let side = Int(Double(scene.rays.count).squareRoot())
    let found = BakedTriplanes(scene.planes, scene.decoder, scene.configuration).render(
      scene.rays, draws(), row: side * side == scene.rays.count ? side : 0, deformation: moves)
    expectClose(found.features, exact.features, absolute: 1e-3, "\(what): features")
    // Where a ray sees hardly anything its depth is a ratio of two small sums, and says little.
    expectClose(found.depth * exact.weights, exact.depth * exact.weights, absolute: 1e-3, "\(what): depth")
    expectClose(found.weights, exact.weights, absolute: 1e-3, "\(what): weights")
    let opaque = exact.weights.mean().item, varied = exact.features.std(1).mean().item
    #expect(opaque > 0.05 && varied > 0.05, "\(what): a picture of something, \(opaque), \(varied)")
  }

  @Test func showsWhatTheExactRendererShows() {
    compare(scene(), "published kind")
    compare(scene { $0.axes = .fixed }, "other axes")
    compare(scene { $0.whiteBack = true }, "white")
    compare(scene { $0.disparity = true }, "disparity")
    compare(scene(yaw: 0.9) { $0.limits = .auto }, "limits of the box")
    compare(scene { $0.boxWarp = 1.6 }, "wider box")
    compare(scene { $0.fine = 0 }, "coarse alone")
  }

  @Test func takesOtherSizes() {
    compare(scene(channels: 5, hidden: 40, output: 13, resolution: 7), "odd sizes")
    compare(scene(hidden: 128, output: 48, side: 9, height: 17, resolution: 8) { $0.coarse = 4 }, "wide")
    var uneven = scene()
    uneven.rays = uneven.rays[3..<40]
    compare(uneven, "rays in no order")
  }

  @Test func takesRandomDraws() {
    compare(scene(), draws: { .random(Generator(seed: 77)) }, "random draws")
  }

  /// A depth is held within those of all images of a batch.
  @Test func batchesAreDrawnAsOne() {
    let scene = scene(), generator = Generator(seed: 6)
    let labels = stack([-0.3, 0.5].map { CameraSampler(fieldOfView: 24).label(yaw: $0, pitch: 0.1).tensor })
    let rays = LabelRays(labels: labels, resolution: 8), planes = Tensor.randn([2, 96, 24, 24], generator) * 1.5
    let jitter = Tensor.rand([2, 64, 16, 1], generator), u = Tensor.rand([128, 12], generator)
    func drawn(_ usesKernels: Bool) -> RenderedFeatures {
      withoutGradient {
        TriplaneRenderer(scene.configuration, usesKernels: usesKernels)
          .render(planes, scene.decoder, rays, .given(jitter: jitter, importance: u))
      }
    }
    let exact = drawn(false), fast = drawn(true)
    expectClose(fast.features, exact.features, absolute: 1e-3, "features")
    expectClose(fast.depth, exact.depth, absolute: 1e-3, "depth")
    expectClose(fast.weights, exact.weights, absolute: 1e-3, "weights")
  }

  @Test func pointsMoveOnTheWay() {
    let moves = Tensor.randn([7, 8, 9, 3], Generator(seed: 5)) * 0.04
    compare(scene(), moves: DeformationLattice(displacement: moves, extent: 0.45), "moved")
  }

  @Test func densitiesAreTheExactOnes() {
    let scene = scene(), points = (Tensor.rand([1, 333, 3], Generator(seed: 3)) - 0.5) * 1.4
    let exact = TriplaneRenderer(scene.configuration).sample(scene.planes.unsqueeze(0), scene.decoder, at: points).density
    expectNear(
      BakedTriplanes(scene.planes, scene.decoder, scene.configuration).densities(at: points[.at(0)]), exact.reshape(-1), "densities")
  }

  /// A ball in empty space: what is skipped is not missed, and something is skipped.
  @Test func emptySpaceIsSkipped() {
    var scene = scene(side: 64, resolution: 32)
    let place = (Tensor.arange(64, .float32) + 0.5) / 32 - 1
    let disc = 1 - (place.square().unsqueeze(0) + place.square().unsqueeze(1)) * 4
    scene.planes = scene.planes * 0.3
    scene.planes[.all, 0] = disc.expand(3, 64, 64)
    withoutGradient {
      for (name, tensor) in scene.decoder.state() {
        // The first channel alone makes the density: above zero in the ball and far below outside.
        if name == "net.0.weight" { tensor[0] = Tensor([Float](repeating: 0, count: 32)); tensor[0, 0] = Tensor(Float(20)) }
        if name == "net.2.weight" { tensor[0] = Tensor([Float](repeating: 0, count: 64)); tensor[0, 0] = Tensor(Float(200)) }
        if name == "net.2.bias" { tensor[0] = Tensor(Float(-60)) }
      }
    }
    let whole = BakedTriplanes(scene.planes, scene.decoder, scene.configuration)
    let sparing = BakedTriplanes(scene.planes, scene.decoder, scene.configuration, skipping: 24)
    #expect((0.02...0.5).contains(sparing.fullShare ?? 1), "\(sparing.fullShare ?? 1)")
    let expected = whole.render(scene.rays, row: 32), found = sparing.render(scene.rays, row: 32)
    expectClose(found.features, expected.features, absolute: 1e-3, "features")
    expectClose(found.weights, expected.weights, absolute: 1e-3, "weights")
    expectClose(found.depth, expected.depth, absolute: 1e-3, "depth")
    let seen = expected.weights.mean().item
    #expect(seen > 0.1 && seen < 0.9, "\(seen)")
    compare(scene, "ball")
  }
}
