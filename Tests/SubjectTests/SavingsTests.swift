import Golden
import Radiance
import Subject
import Testing
import Torch

/// What the reference field leaves out changes nothing.
@Suite struct SavingsTests {
  /// A small field of low frequencies, so that rounding stays rounding, with things in it to see.
  static func small(_ change: (inout FieldConfiguration) -> Void = { _ in }) -> HyperField {
    var configuration = FieldConfiguration.paper
    configuration.driving = 5
    configuration.position = FrequencyEncoding(3)
    configuration.direction = FrequencyEncoding(2)
    configuration.ambient = FrequencyEncoding(2)
    configuration.deformation = StackConfiguration(layers: 6, width: 24, skip: 4)
    configuration.hyper = StackConfiguration(layers: 4, width: 16, skip: 4)
    configuration.template = StackConfiguration(layers: 4, width: 32, skip: 3)
    configuration.headWidth = 16
    configuration.headLayers = 2
    configuration.grid = GridConfiguration(channels: 4, resolution: [5, 6, 7], initialDeviation: 1)
    configuration.semantics = .probabilities
    change(&configuration)
    let field = HyperField(configuration, Generator(seed: 7))
    // Most of space empty, with density that changes from place to place.
    withoutGradient {
      for (name, tensor) in field.state() where name.contains("fc_alpha") { tensor.mul_(60) }
      let (driving, pose) = conditions(1)
      let conditioned = field.conditioned(driving: driving, pose: pose)
      let points = conditioned.canonical(Tensor.randn([500, 3], Generator(seed: 8)) * 0.5, frame: 0)
      for (pass, name) in [(0, "nerf_mlps.coarse.fc_alpha.bias"), (1, "nerf_mlps.fine.fc_alpha.bias")] {
        let sorted = conditioned.rawDensity(points, pass: pass, frame: 0).sort(0).values
        for (own, bias) in field.state() where own == name { bias.add_(-sorted[350]) }
      }
    }
    return field
  }

  /// In double precision, so that what differs is not rounding.
  static func batch(rays count: Int, frames: [Int], background: Bool = true, seed: UInt64 = 3) -> RayBatch {
    let generator = Generator(seed: seed)
    let directions = Tensor.randn([count, 3], generator) * 0.2 + Tensor([0, 0, -1] as [Float])
    let rays = Rays(
      origins: Tensor.randn([count, 3], generator) * 0.05 + Tensor([0, 0, 1.2] as [Float]), directions: directions,
      near: .rand([count], generator) * 0.2 + 0.3, far: .rand([count], generator) * 0.2 + 1.8)
    return RayBatch(
      rays: Rays(
        origins: rays.origins.to(.float64), directions: rays.directions.to(.float64), near: rays.near.to(.float64),
        far: rays.far.to(.float64)), frames: frames, colors: .rand([count, 3], generator).to(.float64),
      labels: .randint(0..<13, [count], generator).to(.uint8), background: background ? .rand([count, 3], generator).to(.float64) : nil)
  }
  static func conditions(_ frames: Int) -> (driving: Tensor, pose: Tensor) {
    let generator = Generator(seed: 4)
    return (.randn([frames, 5], generator), .rand([frames, 3, 4], generator) * 0.5)
  }

  /// The loss and the gradients of a batch, computed as published, one frame at a time.
  private func published(
    _ field: HyperField, _ batch: RayBatch, _ sampling: RaySampling, _ randoms: RayRandoms, _ losses: LossConfiguration
  ) -> Double {
    let frames = (batch.frames.max() ?? 0) + 1
    let (driving, pose) = Self.conditions(frames)
    let conditioned = field.conditioned(driving: driving, pose: pose, .plain, .float64)
    let truth = RayLoss.oneHot(batch.labels, classes: 12)
    var rendered: [(rays: [Int], passes: [RenderedRays])] = []
    for frame in 0..<frames {
      let mine = batch.frames.indices.filter { batch.frames[$0] == frame }
      let chosen = Tensor(mine)
      rendered.append(
        (
          mine,
          conditioned.render(
            batch.rays.gathered(chosen), frame: frame, sampling: sampling, background: batch.background?.indexSelect(0, chosen),
            randoms: randoms.gathered(chosen))
        ))
    }
    let order = Tensor(rendered.flatMap(\.rays))
    var loss = Tensor.zeros([])
    for pass in rendered[0].passes.indices {
      loss =
        loss
        + RayLoss.total(
          color: cat(rendered.map { $0.passes[pass].color }), semantics: cat(rendered.map { $0.passes[pass].semantics! }),
          trueColor: batch.colors.indexSelect(0, order), truth: truth.indexSelect(0, order), losses)
    }
    loss.backward()
    return loss.item
  }

  private func expectSameGradients(_ found: HyperField, _ expected: HyperField, _ what: String) throws {
    for (a, b) in zip(expected.parameters(), found.parameters()) {
      guard let right = a.tensor.grad else {
        #expect(b.tensor.grad == nil, "\(what): gradient of \(a.name)")
        continue
      }
      let grad = try #require(b.tensor.grad, "\(what): \(a.name) has no gradient")
      let off = (grad - right).norm().item / (right.norm().item + 1e-8)
      #expect(off < 1e-5, "\(what): gradient of \(a.name) is off by \(off)")
    }
  }

  @Test(arguments: [true, false]) func chunksOfLiveSamplesGiveTheBatchsGradients(background: Bool) throws {
    for (fine, shared) in [(12, false), (12, true), (0, false)] {
      let sampling = RaySampling(coarse: 16, fine: fine)
      let (right, found) = (Self.small { $0.sharesTemplate = shared }, Self.small { $0.sharesTemplate = shared })
      let batch = Self.batch(rays: 60, frames: (0..<60).map { $0 * 7 % 3 }, background: background)
      let randoms = RayRandoms.drawn(sampling, rays: 60, Generator(seed: 5))
      let loss = published(right, batch, sampling, randoms, .published)
      let (driving, pose) = Self.conditions(3)
      let report = found.accumulateGradients(
        batch, driving: driving, pose: pose, sampling: sampling, randoms: randoms, losses: .published, memory: 40_000)
      let what = "\(fine) fine samples, \(shared ? "one template" : "two templates")"
      #expect(abs(report.loss - loss) < 1e-7 * loss, "\(what): \(report.loss), not \(loss)")
      #expect(report.liveShare > 0.02 && report.liveShare < 0.9, "\(what): \(report.liveShare) of the samples live")
      #expect(report.classRays.reduce(0, +) == batch.labels.array(Int.self).filter { $0 < 12 }.count.asDouble)
      try expectSameGradients(found, right, what)
    }
  }

  @Test func gradientsAddUpAndDoNotDependOnTheChunks() throws {
    let sampling = RaySampling(coarse: 16, fine: 8)
    let batch = Self.batch(rays: 40, frames: (0..<40).map { $0 / 20 }), (driving, pose) = Self.conditions(2)
    let randoms = RayRandoms.drawn(sampling, rays: 40, Generator(seed: 5))
    let (once, twice) = (Self.small(), Self.small())
    for (field, memory) in [(once, 1 << 24), (twice, 20_000), (twice, 1 << 24)] {
      field.accumulateGradients(
        batch, driving: driving, pose: pose, sampling: sampling, randoms: randoms, losses: .paper, memory: memory)
    }
    for (name, tensor) in once.parameters() { if let grad = tensor.grad { tensor.grad = grad * 2 } else { Issue.record("\(name)") } }
    try expectSameGradients(twice, once, "two passes")
  }

  /// The savings with the published networks' inputs, whose template sees the frame too.
  @Test(arguments: [TemplateExtra.pose, .driving]) func framesOfABatchKeepTheirOwnConditions(extra: TemplateExtra) throws {
    let change = { (configuration: inout FieldConfiguration) in
      configuration.templateExtra = extra
      configuration.squashedDisplacement = true
      configuration.grid.feedsTrunk = true
      configuration.positionCenter = [0.1, 0, 0]
      configuration.positionScale = 0.8
      configuration.template.activation = .leakyRelu
    }
    let sampling = RaySampling(coarse: 12, fine: 6)
    let (right, found) = (Self.small(change), Self.small(change))
    let batch = Self.batch(rays: 30, frames: (0..<30).map { $0 % 2 })
    let randoms = RayRandoms.drawn(sampling, rays: 30, Generator(seed: 5))
    let loss = published(right, batch, sampling, randoms, .paper)
    let (driving, pose) = Self.conditions(2)
    let report = found.accumulateGradients(
      batch, driving: driving, pose: pose, sampling: sampling, randoms: randoms, losses: .paper)
    #expect(abs(report.loss - loss) < 1e-7 * loss)
    try expectSameGradients(found, right, "\(extra)")
  }

  @Test(arguments: [true, false]) func pixelsAreThoseOfThePlainField(background: Bool) throws {
    for (fine, shared) in [(12, false), (12, true), (0, false)] {
      for semantics in [SemanticCompositing.probabilities, .logits] {
        let field = Self.small {
          $0.sharesTemplate = shared
          $0.semantics = semantics
        }
        let sampling = RaySampling(coarse: 16, fine: fine)
        let batch = Self.batch(rays: 50, frames: [Int](repeating: 0, count: 50), background: background),
          (driving, pose) = Self.conditions(2)
        let plain = field.conditioned(driving: driving, pose: pose, .plain, .float64)
          .pixels(batch.rays, frame: 1, sampling: sampling, background: batch.background)
        let folded = field.conditioned(driving: driving, pose: pose, .folded, .float64)
          .pixels(batch.rays, frame: 1, sampling: sampling, background: batch.background, tolerance: 0, memory: 30_000)
        let what = "\(fine) fine samples, \(shared ? "one template" : "two templates"), \(semantics)"
        #expect(plain.opacity.max().item > 0.5 && plain.color.max().item > 0.2)
        expectClose(folded.color, plain.color, absolute: 1e-6, relative: 0, "\(what): colours")
        expectClose(try #require(folded.semantics), try #require(plain.semantics), absolute: 1e-6, relative: 0, "\(what): classes")
        expectClose(folded.depth, plain.depth, absolute: 1e-6, relative: 0, "\(what): depth")
        expectClose(folded.backgroundWeight, plain.backgroundWeight, absolute: 1e-6, relative: 0, "\(what): background")
      }
    }
  }

  /// Behind what is opaque, and where nothing can be seen, nothing is evaluated: colours are off by no more than was allowed.
  @Test(arguments: [true, false]) func pixelsKeepTheirTolerance(background: Bool) throws {
    for (fine, shared) in [(48, false), (48, true), (0, false)] {
      let field = Self.small { $0.sharesTemplate = shared }
      // Walls: most rays end at the first thing they meet.
      withoutGradient { for (name, tensor) in field.state() where name.contains("fc_alpha") { tensor.mul_(40) } }
      let sampling = RaySampling(coarse: 48, fine: fine)
      let batch = Self.batch(rays: 300, frames: [Int](repeating: 0, count: 300), background: background),
        (driving, pose) = Self.conditions(1)
      let conditioned = field.conditioned(driving: driving, pose: pose, .folded, .float64)
      func pixels(_ tolerance: Double) -> RenderedRays {
        conditioned.pixels(batch.rays, sampling: sampling, background: batch.background, tolerance: tolerance)
      }
      let exact = pixels(0), off = { (pixels($0).color - exact.color).abs().max().item }
      let what = "\(fine) fine samples, \(shared ? "one template" : "two templates")"
      #expect((exact.opacity - exact.backgroundWeight).mean().item > 0.3, "\(what): most rays end somewhere")
      // The first pass's samples lead the second's: where a ray was left, the others may move a little.
      #expect(off(ConditionedField.invisible) < 2 * ConditionedField.invisible, "\(what): off by \(off(ConditionedField.invisible))")
      #expect(off(0.2) > 1e-6, "\(what): something was left out")
    }
  }

  @Test func patchesHoldEveryPixelOnce() {
    for (height, width) in [(8, 12), (5, 7), (3, 2), (1, 1)] {
      let pixels = HyperField.patches(height: height, width: width).array(Int.self)
      #expect(pixels.sorted() == Array(0..<height * width))
      #expect(pixels.prefix(min(width, 4)).elementsEqual(0..<min(width, 4)))
      if height > 1 { #expect(pixels[min(width, 4)] == width) }
    }
  }

  @Test func deformIsTheFieldsOwnDisplacementInTheUnitsOfThePoints() {
    let field = Self.small {
      $0.positionScale = 0.5
      $0.positionCenter = [0.2, -0.1, 0]
    }
    let (driving, pose) = Self.conditions(2)
    let points = Tensor.randn([2, 9, 3], Generator(seed: 2))
    let moved = field.deform(points, driving: driving, pose: pose)
    #expect(moved.shape == [2, 9, 3])
    // By hand: F_d of the second frame on its whole input.
    let x = (points[1] - Tensor([0.2, -0.1, 0] as [Float])) * 0.5
    let input = cat([field.configuration.position(x), driving[1].expand(9, 5), poseVector(pose)[1].expand(9, 6)], 1)
    var hidden = input
    for (i, layer) in field.deformation.layers.enumerated() { hidden = layer(i == 4 ? cat([hidden, input], 1) : hidden).relu() }
    expectClose(moved[1], field.deformation.output(hidden) * 2, "displacement")
    moved.sum().backward()
    #expect(field.deformation.layers[0].weight.grad != nil)
  }
}

extension Int {
  fileprivate var asDouble: Double { Double(self) }
}
