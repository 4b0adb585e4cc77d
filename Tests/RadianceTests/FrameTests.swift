import Golden
import Radiance
import Testing
import Torch

/// The whole frame as one operator beside the same with plain tensors.
@Suite struct FrameTests {
  private let camera = FrameCamera(
    Pinhole(focal: SIMD2(70, 68), center: SIMD2(19.2, 12.5)),
    cameraToWorld: Tensor([0.96, 0, 0.28, 2.8, 0, 1, 0, 0.1, -0.28, 0, 0.96, 9.5] as [Float], [3, 4]).to(.test), width: 40, height: 24)
  private let background = Tensor.rand([24, 40, 3], Generator(seed: 9)).to(.test)

  /// A random field in a box, about a quarter of which is occupied.
  private func field(
    _ storage: Tensor.DType = .float32, channels: (Int, Int, Int) = (16, 8, 8), hidden: [Int] = [64], features: Int = 16, classes: Int = 12,
    seed: UInt64 = 5, share: Double = 0.25
  ) -> FrameField {
    let generator = Generator(seed: seed)
    func random(_ shape: [Int], _ scale: Double) -> Tensor { (Tensor.randn(shape, generator) * scale).to(.test) }
    func network(_ widths: [Int]) -> (weights: [Tensor], biases: [Tensor]) {
      let pairs = zip(widths, widths.dropFirst())
      return (pairs.map { random([$1, $0], 1.4 / Double($0).squareRoot()) }, pairs.map { random([$1], 0.3) })
    }
    let lattice = cat([random([5, 7, 6, 3], 0.1), random([5, 7, 6, 2], 0.8), .zeros([5, 7, 6, 3], device: .test)], 3)
    let axes = Tensor([0.1, 0.5, 0.5, 0.3, -0.1, 0.6, 0.4, 0.35, 0, 0.4, 0.5, 0.5] as [Float], [3, 4]).to(.test)
    return FrameField(
      occupancy: OccupancyGrid(
        occupied: (Tensor.rand([10, 12, 11], generator) .< share).to(.test),
        box: Tensor([-1.3, -1.2, -1, 1.2, 1.3, 1.1] as [Float], [2, 3]).to(.test)),
      lattice: lattice, latticeAxes: axes, planes: (random([3, 18, 21, channels.0], 0.7) + 0.6).to(storage),
      volume: random([1, 9, 8, 7, channels.1], 1).to(storage), axes: axes * 0.9,
      ambient: random([1, 1, 11, 10, channels.2], 1).to(storage),
      point: network([channels.0 + channels.1 + channels.2] + hidden + [1 + features]), shading: network([features + 3, 64, 3 + classes]),
      densityScale: 6, slope: 0.01, step: 0.07, limit: 9)
  }

  private func compare(_ field: FrameField, _ what: String) {
    let found = field.frame(camera, background: background, features: true), expected = field.referenceFrame(camera, background: background)
    expectClose(found.opacity, expected.opacity, absolute: 2e-5, "\(what): opacity")
    expectClose(found.rgb, expected.rgb, absolute: 5e-5, "\(what): colours")
    expectClose(found.depth, expected.depth, absolute: 2e-4, "\(what): depth")
    expectClose(found.features ?? .zeros([0]), expected.features ?? .zeros([1]), absolute: 1e-4, "\(what): features")
    #expect((found.labels .!= expected.labels).to(.float32).mean().item < 0.003, "\(what): labels")
    let hit = (expected.opacity .> 0.01).to(.float32).mean().item, varied = expected.rgb.std(0, 1).min().item
    #expect(hit > 0.1 && hit < 0.95 && varied > 0.05, "\(what): a picture of something, \(hit) of it, \(varied)")
  }

  @Test func showsWhatTheFormulasSay() { compare(field(), "example sizes") }

  @Test func takesOtherSizes() {
    compare(field(channels: (5, 3, 9), hidden: [40], features: 7, classes: 3), "odd sizes")
    compare(field(channels: (24, 16, 8), hidden: [64, 32], features: 20, classes: 20), "more layers")
    compare(field(channels: (16, 8, 8), hidden: [96], features: 13, classes: 1), "one class")
    var flat = field()
    flat.volume = flat.volume.narrow(1, 0, 1).narrow(2, 0, 1)
    flat.lattice = flat.lattice.narrow(2, 0, 1)
    compare(flat, "single nodes")
  }

  @Test func raysAreThoseOfThePinhole() {
    let pinhole = Pinhole(focal: SIMD2(70, 68), center: SIMD2(19.2, 12.5))
    let pose = Tensor([0.96, 0, 0.28, 2.8, 0, 1, 0, 0.1, -0.28, 0, 0.96, 9.5] as [Float], [3, 4])
    let (origins, directions) = worldRays(directions: pinhole.directions(width: 40, height: 24), cameraToWorld: pose)
    expectClose(camera.rays.directions.reshape(24, 40, 3), directions, absolute: 1e-6, "directions")
    expectClose(camera.rays.origins.reshape(24, 40, 3), origins, absolute: 0, "origins")
  }

  @Test func halfPrecisionIsOfStorageAlone() {
    let half = field(.float16)
    compare(half, "the same rounded features")
    compare(field(.float16, channels: (24, 5, 16), features: 7, classes: 3), "odd sizes, rounded")
    let found = half.frame(camera, background: background), exact = field().frame(camera, background: background)
    let error = (found.rgb - exact.rgb).square().mean().item
    #expect(error < 1e-6 && error > 0, "\(error) is above that of 60 dB")
  }

  @Test func takesNoMoreSamplesThanItMay() {
    // Fewer samples than the ray has, and rays that end early.
    var short = field()
    short.limit = 2
    compare(short, "two samples")
    var opaque = field()
    opaque.densityScale = 60
    opaque.stop = 0.2
    compare(opaque, "rays that end early")
  }

  /// Cells of the template that show nothing are not looked into, on any of its axes.
  @Test func looksIntoCellsThatShow() {
    var field = field()
    let all = field.frame(camera, background: background)
    let cells = (Tensor.rand([5, 6, 64], Generator(seed: 31)) .< 0.6).to(.test)
    field.shown = packedBits(cells)
    compare(field, "a part of the template")
    #expect((field.frame(camera, background: background).opacity - all.opacity).min().item < -0.2)
    field.probes = 4
    compare(field, "a part of the template, probed")
    field.shown = packedBits(cells.onesLike())
    field.probes = 0
    #expect(field.frame(camera, background: background).rgb.floats == all.rgb.floats)
    #expect(packedBits((Tensor.arange(64) .>= 31).reshape(1, 1, 64)).array(Int32.self) == [.min, -1])
  }

  /// Pixels between four that are alike are their mean; others are drawn as they are without passes.
  @Test(.enabled(if: Device.test == .cpu)) func drawsWhatIsNotAlike() {
    for (width, height) in [(160, 96), (161, 97), (3, 2)] {
      var field = field(share: 0.6)
      field.limit = 30
      let (x, y) = (40 / Float(width), 24 / Float(height))
      let large = FrameCamera(matrix: camera.matrix * Tensor([1, x, y, 1] as [Float], [4, 1]), width: width, height: height)
      let background = Tensor.rand([height, width, 3], Generator(seed: 3))
      let all = field.frame(large, background: background)
      field.tolerance = 0.15
      let found = field.frame(large, background: background), expected = field.referencePasses(all, background: background)
      // Rounding decides now and then.
      let off = ((found.rgb - expected.rgb).abs().amax(-1) .> 1e-5).to(.float32).mean().item
      #expect(off < 0.002 && (found.labels .!= expected.labels).to(.float32).mean().item < 0.002, "\(width) x \(height): \(off)")
      #expect(((found.depth - expected.depth).abs() .> 1e-4).to(.float32).mean().item < 0.002)
      #expect(((found.opacity - expected.opacity).abs() .> 1e-5).to(.float32).mean().item < 0.002)
      let between = ((found.rgb - all.rgb).abs().amax(-1) .> 1e-7).to(.float32).mean().item
      #expect(width < 9 ? between == 0 : between > 0.03 && between < 0.7, "\(between) of the pixels are means")
      #expect(field.frame(large, background: background, features: true).rgb.floats == all.rgb.floats)
    }
  }

  /// Where the processor does not round, nothing changes.
  @Test func roundingHardlyShows() {
    var field = field(.float16)
    let exact = field.frame(camera, background: background)
    field.rounds = true
    let rounded = field.frame(camera, background: background)
    #expect((rounded.rgb - exact.rgb).square().mean().item < 1e-5)
    #expect((rounded.opacity - exact.opacity).abs().max().item < 0.03)
    #expect((rounded.labels .!= exact.labels).to(.float32).mean().item < 0.02)
  }

  /// Rays that begin where probes say, in fields of which they miss nothing and in one of which they do.
  @Test func beginsWhereProbesSay() {
    for probes in [2, 4, 16] {
      var field = field(share: 0.1)
      field.probes = probes
      compare(field, "probes \(probes) pixels apart")
      var rounded = self.field(.float16, seed: 7, share: 0.1)
      rounded.probes = probes
      compare(rounded, "probes \(probes) pixels apart, rounded")
    }
    // A ball is solid, and large beside four pixels: what lies before it is skipped, and nothing else.
    var ball = field(share: 1)
    let centers = OccupancyGrid.full(box: ball.occupancy.box, resolution: 16).centers
    let inside = (centers.square().sum(1) .< 1).reshape(16, 16, 16)
    ball.occupancy = OccupancyGrid(occupied: inside, box: ball.occupancy.box)
    ball.densityScale = 60
    ball.limit = 64
    let all = ball.frame(camera, background: background)
    ball.probes = 4
    let probed = ball.frame(camera, background: background)
    // But for what dims a probe by less than a hundredth.
    #expect((probed.rgb - all.rgb).square().mean().item < 4e-5)
    let inBoth = (probed.opacity .> 0.5).to(.float32).mean().item
    #expect(inBoth > 0.05 && inBoth < 0.95)
  }

  /// Many rays, some along cells' edges: the operator steps sixteen at a time, but to the same samples.
  @Test func stepsAsMarchingDoes() {
    var field = field(share: 0.02)
    field.limit = 1
    let size = 200
    let large = FrameCamera(
      Pinhole(focal: SIMD2(330, 330), center: SIMD2(100, 100)),
      cameraToWorld: Tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 9] as [Float], [3, 4]),
      width: size, height: size)
    let found = field.frame(large, background: .zeros([size, size, 3]))
    let samples = march(large.rays, occupancy: field.occupancy, step: field.step, limit: 1)
    let depth = Tensor.zeros([size * size]).indexAdd(0, samples.ray, samples.depths)
    #expect(samples.count > 500 && samples.count < 30000)
    let off = (found.depth.reshape(-1) - depth).abs()
    #expect(off.max().item < 1e-4)
  }

  @Test func nothingShowsThePlate() {
    let empty = field(share: 0)
    var away = field()
    away.occupancy = OccupancyGrid.full(box: away.occupancy.box + 100)
    var still = field()
    still.limit = 0
    var probed = empty
    probed.probes = 4
    for (field, what) in [(empty, "empty"), (away, "out of sight"), (still, "no samples"), (probed, "empty, probed")] {
      let found = field.frame(camera, background: background, features: true)
      #expect(found.rgb.floats == background.floats, "\(what)")
      for tensor in [found.labels, found.depth, found.opacity, found.features] {
        #expect(tensor.map { $0.to(.float32).abs().sum().item } == 0, "\(what)")
      }
    }
    var any = field()
    any.probes = 4
    let none = any.frame(FrameCamera(matrix: camera.matrix, width: 0, height: 5), background: .zeros([5, 0, 3]))
    #expect(none.rgb.shape == [5, 0, 3] && none.features == nil)
  }

  @Test func numbersThatAreNoneDoNotSpread() {
    var broken = field()
    broken.lattice = broken.lattice.clone()
    broken.lattice[2, 3, 3].fill_(.nan)
    broken.lattice[3, 2, 2].fill_(.infinity)
    let found = broken.frame(camera, background: background), sound = field().frame(camera, background: background)
    let same = (found.rgb .== sound.rgb).to(.float32).mean().item
    #expect(same > 0.3 && same < 1)
  }

  @Test func doesNotDependOnTheThreads() {
    var field = field(.float16)
    (field.probes, field.tolerance, field.rounds) = (4, 0.1, true)
    let background = Tensor.rand([90, 120, 3], Generator(seed: 3))
    let large = FrameCamera(
      matrix: camera.matrix * Tensor([1, 1 / 3.0, 1 / 3.75, 1] as [Float], [4, 1]), width: 120, height: 90)
    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    let found = [1, 2, 4].map { threads in
      Libtorch.threads = threads
      return field.frame(large, background: background).rgb.floats
    }
    let same = found[0] == found[1] && found[0] == found[2]
    #expect(same && found[0] != background.floats)
  }
}
