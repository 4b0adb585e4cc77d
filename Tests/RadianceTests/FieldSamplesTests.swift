import Golden
import Radiance
import Testing
import Torch

/// The field at the samples of a training step as one operator, beside the operators one by one in double precision.
@Suite struct FieldSamplesTests {
  private static let count = 700, frames = 3
  private let axes = AxisWarp(center: [0.1, -0.2, 0.3], half: [1.5, 2, 1], inner: [0.4, 0.5, 0.3], share: 0.6).tensor
  private let latticeAxes = AxisWarp(center: [0, 0, 0.1], half: [1.6, 1.9, 1.3], inner: [0.5, 0.5, 0.3], share: 0.5).tensor
  private let points: Tensor, frame: Tensor
  /// `[F, Z, Y, X, 8]`, planes, volume, ambient plane, then weights and biases.
  private let given: [Tensor]
  private let size = [6, 7, 5]

  init() {
    let generator = Generator(seed: 21)
    func random(_ shape: [Int], _ scale: Double) -> Tensor { Tensor.randn(shape, generator) * scale }
    points = (Tensor.rand([Self.count, 3], generator) * 2 - 1) * Tensor([1.8, 2.3, 1.5] as [Float])
    frame = Tensor.randint(0..<Self.frames, [Self.count], generator).to(.int32)
    let lattice = cat(
      [random([Self.frames] + size + [3], 0.1), random([Self.frames] + size + [2], 0.7), .zeros([Self.frames] + size + [3])], -1)
    given = [
      lattice, random([3, 12, 15, 16], 0.6) + 0.4, random([1, 6, 5, 7, 8], 1), random([1, 1, 9, 8, 8], 1), random([24, 32], 0.3),
      random([9, 24], 0.4), random([Self.frames, 24], 0.3), random([9], 0.3),
    ]
  }

  private func fused(_ all: [Tensor], of rays: MarchedSamples? = nil) -> FieldValues {
    let (nodes, rows) = touchedNodes(points, axes: latticeAxes, size: size)
    let moves = all[0].reshape(Self.frames, -1, 8).indexSelect(1, nodes).transpose(0, 1)
    let field = SampleField(
      moves: moves, rows: rows, latticeAxes: latticeAxes, axes: axes, planes: all[1], volume: all[2], ambient: all[3],
      point: ([all[4], all[5]], [all[6], all[7]]), densityScale: 5)
    return field.samples(at: points, frame: frame, of: rays)
  }
  private func plain(_ all: [Tensor]) -> FieldValues {
    let (points, axes) = (points.to(.float64), axes.to(.float64))
    let moved = referenceLatticeFeatures(all[0], at: points, frame: frame, axes: latticeAxes.to(.float64))
    let place = points + moved.narrow(1, 0, 3)
    let seen = cat(
      [
        referencePlaneFeatures(all[1], at: place, axes: axes), referenceLatticeFeatures(all[2], at: place, axes: axes),
        referenceLatticeFeatures(all[3], at: moved.narrow(1, 3, 3), axes: AxisWarp.identity.tensor.to(.float64)),
      ], -1)
    let out = referenceMLP(seen, weights: [all[4], all[5]], biases: [all[6], all[7]], group: frame)
    return FieldValues(density: (out.select(1, 0) - 1).softplus() * 5, features: out.narrow(1, 1, 8), places: place.t())
  }
  /// Values, and the gradients of their sum weighted by `density` and `features`.
  private func gradients(
    _ type: Tensor.DType, _ make: ([Tensor]) -> FieldValues, density: Tensor, features: Tensor
  ) -> (values: (Tensor, Tensor), gradients: [Tensor?]) {
    let own = given.map { $0.to(type).clone().requiringGrad() }, found = make(own)
    ((found.density * density.to(type)).sum() + (found.features * features.to(type)).sum()).backward()
    return ((found.density.detach(), found.features.detach()), own.map(\.grad))
  }
  private func weights(_ seed: UInt64) -> (density: Tensor, features: Tensor) {
    let generator = Generator(seed: seed)
    return (.randn([Self.count], generator), .randn([Self.count, 8], generator))
  }
  private func compare(_ found: [Tensor?], _ known: [Tensor?], _ what: String) {
    for (i, pair) in zip(found, known).enumerated() {
      guard let a = pair.0?.to(.float64), let b = pair.1?.to(.float64) else {
        Issue.record("\(what): no gradient \(i)")
        continue
      }
      let worst = (a - b).abs().max().item / max(1e-3, b.abs().max().item)
      #expect(worst < 1e-3, "\(what): gradient \(i) is off by \(worst)")
      #expect(b.abs().max().item > 0.01, "\(what): gradient \(i) says nothing")
    }
  }

  @Test func valuesAndGradientsAreThoseOfTheFormulas() {
    let (density, features) = weights(3)
    let own = gradients(.float32, { fused($0) }, density: density, features: features)
    let twin = gradients(.float64, plain, density: density, features: features)
    #expect((own.values.0.to(.float64) - twin.values.0).abs().max().item < 1e-4)
    #expect((own.values.1.to(.float64) - twin.values.1).abs().max().item < 1e-4)
    compare(own.gradients, twin.gradients, "all samples")
  }

  /// Samples of rays behind which it is dark: nothing of those, and all others as without rays.
  @Test func leavesOutWhatNoLightReaches() {
    let length = 35, rays = Self.count / length
    func along(_ lengths: Double) -> MarchedSamples {
      MarchedSamples(
        positions: points, depths: .arange(Self.count, .float32), lengths: .full([Self.count], lengths),
        ray: .zeros([Self.count], .int32), starts: (Tensor.arange(rays + 1) &* length).to(.int32))
    }
    let (density, features) = weights(5)
    let whole = gradients(.float32, { fused($0) }, density: density, features: features)
    let clear = gradients(.float32, { fused($0, of: along(1e-6)) }, density: density, features: features)
    #expect(clear.values.0.floats == whole.values.0.floats && clear.values.1.floats == whole.values.1.floats)

    let dark = gradients(.float32, { fused($0, of: along(0.4)) }, density: density, features: features)
    let found = dark.values.0.floats, known = whole.values.0.floats
    let (someFeatures, allFeatures) = (dark.values.1.floats, whole.values.1.floats)
    var left = 0
    for ray in 0..<rays {
      var thickness: Float = 0
      for sample in ray * length..<(ray + 1) * length {
        let own = 8 * sample..<8 * (sample + 1)
        if found[sample] == 0 {
          left += 1
          #expect(thickness > 6.9, "sample \(sample) is still lit")
          #expect(someFeatures[own].allSatisfy { $0 == 0 })
        } else {
          #expect(found[sample] == known[sample] && someFeatures[own] == allFeatures[own])
        }
        thickness += 0.4 * known[sample]
      }
    }
    #expect(left > Self.count / 10 && left < Self.count * 9 / 10, "\(left) samples are left out")
    // Gradients are those of the samples that were looked at.
    let lit = Tensor(found.map { $0 == 0 ? 0 : 1 as Float })
    let masked = gradients(.float32, { fused($0) }, density: density * lit, features: features * lit.unsqueeze(1))
    compare(dark.gradients, masked.gradients, "lit samples")

    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    let again = [1, 2, 4].map { threads in
      Libtorch.threads = threads
      return fused(given, of: along(0.4)).features.floats
    }
    #expect(again.allSatisfy { $0 == someFeatures })
  }

  @Test func samplesWithHardlyAnyGradientAreLeftOut() {
    let (density, features) = weights(4)
    let few = (Tensor.arange(Self.count) .< 200).to(.float32), scale = few + (1 - few) * 1e-8
    let own = gradients(.float32, { fused($0) }, density: density * scale, features: features * scale.unsqueeze(1))
    let twin = gradients(.float64, plain, density: density * few, features: features * few.unsqueeze(1))
    compare(own.gradients, twin.gradients, "some samples")
    // Their planes' nodes move not at all.
    let touched = own.gradients[1].map { ($0 .!= 0).to(.float32).mean().item } ?? 1
    let all =
      gradients(.float32, { fused($0) }, density: density, features: features).gradients[1].map { ($0 .!= 0).to(.float32).mean().item } ?? 0
    #expect(touched < all)
  }

  @Test func whatIsNoNumberIsNotLeftOut() {
    var (density, features) = weights(5)
    density = density.clone()
    density[7].fill_(.nan)
    let own = gradients(.float32, { fused($0) }, density: density, features: features)
    #expect(own.gradients.compactMap(\.self).contains { !$0.isFinite().all() })
  }

  @Test func bitsDoNotDependOnTheThreads() {
    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    let (density, features) = weights(6)
    let found = [1, 2, 4].map { threads in
      Libtorch.threads = threads
      let own = gradients(.float32, { fused($0) }, density: density, features: features)
      return [own.values.0.floats, own.values.1.floats] + own.gradients.map { $0?.floats ?? [] }
    }
    #expect(found[0] == found[1] && found[0] == found[2])
  }

  @Test func touchedNodesAreThoseAroundThePoints() {
    let some = points.narrow(0, 0, 5), (nodes, rows) = touchedNodes(some, axes: latticeAxes, size: size)
    let probe = Tensor.zeros([1] + size + [1]).requiringGrad()
    // A point within a cell reads all eight; one beyond the lattice those at its border.
    latticeFeatures(probe, at: some, axes: latticeAxes).sum().backward()
    let read = (probe.grad ?? .zeros([1])).reshape(-1).nonzero().squeeze(1)
    let own = Set(nodes.array(Int.self))
    #expect(own.isSuperset(of: read.array(Int.self)) && own.count <= 40)
    #expect(rows.reshape(-1).indexSelect(0, nodes).array(Int.self) == Array(0..<own.count))
    #expect((rows .>= 0).to(.int64).sum().item == Double(own.count))
    #expect(touchedNodes(.zeros([0, 3]), axes: latticeAxes, size: size).nodes.numel == 0)
  }

  @Test func levelsOfPlanesFoldAsPlainTensorsDo() {
    let generator = Generator(seed: 8)
    let levels = [[3, 5, 4, 6], [3, 9, 9, 6], [3, 17, 22, 6]].map { Tensor.randn($0, generator) }
    let own = levels.map { $0.clone().requiringGrad() }, plain = levels.map { $0.to(.float64).requiringGrad() }
    let value = foldedLevels(own), expected = referenceFoldedLevels(plain)
    #expect((value.to(.float64) - expected).abs().max().item < 1e-5)
    let weights = Tensor.randn(value.shape, generator)
    (value * weights).sum().backward()
    (expected * weights.to(.float64)).sum().backward()
    for (a, b) in zip(own, plain) {
      guard let found = a.grad?.to(.float64), let known = b.grad else {
        Issue.record("no gradient")
        continue
      }
      #expect((found - known).abs().max().item < 1e-4)
    }
  }
}
