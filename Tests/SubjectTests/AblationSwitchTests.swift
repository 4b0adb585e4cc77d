import Face
import Radiance
import Subject
import Testing
import Torch

/// What a study of the method's parts switches off is off.
@Suite struct AblationSwitchTests {
  static func field(displaces: Bool, lifts: Bool) -> HyperPlanes {
    var c = HyperPlanesTests.field().configuration
    (c.displaces, c.lifts) = (displaces, lifts)
    let whole = HyperPlanesTests.field()
    let field = HyperPlanes(c, driving: 6, classes: 12, Generator(seed: 1))
    // The same weights and places: only the switches differ.
    let state = Dictionary(uniqueKeysWithValues: whole.namedState(prefix: "").map { ($0.key, $0.value.detach()) })
    try? field.load(state)
    // A template that differs from place to place.
    withoutGradient {
      let generator = Generator(seed: 7)
      for (name, tensor) in field.parameters() {
        if name.hasPrefix("planes") { tensor.copy_(Tensor.randn(tensor.shape, generator) * 2) }
        if name.hasPrefix("point.") || name.hasPrefix("shading.") { tensor.mul_(3) }
      }
    }
    return field
  }
  static var points: Tensor { Tensor.rand([40, 3], Generator(seed: 2)) * 1.6 - 0.8 }
  static var frame: Tensor { Tensor.zeros([40], .int32) }
  static func deformed(_ field: HyperPlanes, lattice: Bool = true) -> Tensor {
    field.conditioned(HyperPlanesTests.signals(1), lattice: lattice).deformed(points, frame: frame)
  }

  @Test(arguments: [true, false]) func displacementAndAmbientCoordinatesAreZeroWhereTheyAreOff(lattice: Bool) {
    let whole = Self.deformed(Self.field(displaces: true, lifts: true), lattice: lattice)
    let (moves, lifts) = (whole.narrow(1, 0, 3), whole.narrow(1, 3, 2))
    #expect(moves.abs().max().item > 0.02 && lifts.abs().max().item > 0.02)
    let still = Self.deformed(Self.field(displaces: false, lifts: true), lattice: lattice)
    #expect(still.narrow(1, 0, 3).abs().max().item == 0)
    #expect((still.narrow(1, 3, 2) - lifts).abs().max().item < 1e-6)
    let flat = Self.deformed(Self.field(displaces: true, lifts: false), lattice: lattice)
    #expect(flat.narrow(1, 3, 2).abs().max().item == 0)
    #expect((flat.narrow(1, 0, 3) - moves).abs().max().item < 1e-6)
  }

  /// Images are drawn by another operator than training: it must know of the switches too.
  @Test func imagesAndTrainingAgreeOnWhatIsOff() {
    let field = Self.field(displaces: false, lifts: false), signals = HyperPlanesTests.signals(1)
    let camera = Camera(width: 40, height: 32, focal: [70, 70]), background = Tensor.rand([32, 40, 3], Generator(seed: 9))
    func images(_ field: HyperPlanes) -> (Tensor, Tensor) {
      (
        field.image(signals, view: signals.pose, camera: camera, background: background, depth: .init(), sampling: .init()).rgb,
        field.referenceImage(signals, view: signals.pose, camera: camera, background: background).rgb
      )
    }
    let (fast, plain) = images(field), (whole, _) = images(Self.field(displaces: true, lifts: true))
    let (same, other) = ((fast - plain).square().mean().item, (fast - whole).square().mean().item)
    #expect(other > 1e-3 && same < other / 20, "\(same), \(other)")
  }

  /// What is off learns nothing; all else does.
  @Test func whatIsOffHasNoGradient() {
    let field = Self.field(displaces: false, lifts: false)
    let samples = field.conditioned(HyperPlanesTests.signals(1)).samples(Self.points, frame: Self.frame)
    (samples.density.sum() + samples.features.sum()).backward()
    for (name, tensor) in field.parameters() {
      let isOff = name.hasPrefix("basis") || name.hasPrefix("coefficients") || name.hasPrefix("torso")
      let gradient = tensor.grad.map { $0.abs().max().item } ?? 0
      if isOff { #expect(gradient == 0, "\(name)") }
      if name.hasPrefix("planes") || name.hasPrefix("point") { #expect(gradient > 0, "\(name)") }
    }
  }

  @Test func aMeshThatNothingFollowsIsRefused() {
    var c = SubjectConfiguration.fast
    c.planes?.displaces = false
    #expect(#expect(throws: ConfigurationError.self) { try c.check() }?.field == "mesh.weight")
    c.mesh.weight = 0
    #expect(#expect(throws: ConfigurationError.self) { try c.check() }?.field == "mesh.warmUpSteps")
    c.mesh.warmUpSteps = 0
    #expect(throws: Never.self) { try c.check() }
  }

  /// Rays go by area alone, whatever was lost where.
  @Test func uniformRaysGoByArea() throws {
    let labels = Tensor.zeros([20, 20], .uint8)
    labels[.to(5)] = Tensor.full([5, 20], 8, .uint8)
    var c = RaySamplerConfiguration(mouth: 10)
    (c.rule, c.rays) = (.uniform, 400)
    let sampler = RaySampler(c, frames: [0]) { _ in labels }, generator = Generator(seed: 5)
    var lips = 0, all = 0
    for _ in 0..<50 {
      let drawn = try sampler.draw(generator)
      lips += drawn.label.count { $0 == 8 }
      all += drawn.label.count
      sampler.record(losses: (0..<12).map { $0 == 8 ? 1000 : 1 }, rays: [Double](repeating: 10, count: 12))
    }
    #expect(all == 20_000)
    // A quarter of the area; the deviation is 61.
    #expect(abs(lips - 5000) < 300)
  }
}
