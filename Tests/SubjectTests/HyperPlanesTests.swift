import Face
import Foundation
import Golden
import Radiance
import Subject
import Testing
import Torch

@Suite struct HyperPlanesTests {
  /// A small field with a deformation that is not zero.
  static func field(_ deformation: HyperPlanesConfiguration.Deformation = .lattice) -> HyperPlanes {
    var c = HyperPlanesConfiguration()
    c.deformation = deformation
    c.lattice = [14, 16, 12]
    c.planes = [8, 24]
    c.volume = [8, 8, 8]
    c.occupancy = [10, 12, 8]
    c.encoding = FrequencyEncoding(2)
    c.densityScale = 4
    c.imageSamples = 64
    let generator = Generator(seed: 11)
    let field = HyperPlanes(c, driving: 6, classes: 12, generator)
    withoutGradient {
      field.space.meanPose.copy_(camera[.at(0)])
      field.space.neck.copy_(Tensor([-0.6, -1.2] as [Float]))
      field.space.layOut(low: [-1.4, -1.6, -1.2], high: [1.4, 1.4, 1.2], face: [0, -0.1, 0.5], inner: [0.6, 0.7, 0.4], c)
      field.torso.copy_(((field.space.torsoShareByHeight(field.space.nodes) - 0.5) * 40).reshape(field.torso.shape))
      for (name, tensor) in field.parameters() where name.hasPrefix("coefficients.1") || name.hasPrefix("volume") { tensor.mul_(20) }
    }
    return field
  }
  /// The same and a frame's signals, where tests compute.
  private static func onTestDevice(frames: Int = 1) -> (field: HyperPlanes, signals: FrameSignals) {
    let signals = signals(frames)
    return (
      field().onTestDevice(),
      FrameSignals(driving: signals.driving.to(.test), pose: signals.pose.to(.test), torso: signals.torso.to(.test))
    )
  }
  /// Seven units before the head.
  static var camera: Tensor { cat([Tensor.eye(3), Tensor([0, 0, 7] as [Float], [3, 1])], 1).unsqueeze(0) }

  static func signals(_ frames: Int) -> FrameSignals {
    let generator = Generator(seed: 4)
    let turn = Tensor(Matrix3(yaw: 0.1, pitch: 0.05, roll: 0).rows, [3, 3])
    return FrameSignals(
      driving: .randn([frames, 6], generator), pose: cat([turn, Tensor([0.1, 0, 7] as [Float], [3, 1])], 1).expand(frames, 3, 4),
      torso: Tensor.randn([frames, 4], generator) * 0.05)
  }

  @Test func theLatticeIsExactAtItsNodes() {
    let (field, signals) = Self.onTestDevice(frames: 2)
    let every = Tensor(Array(stride(from: 0, to: field.space.nodes.size(0), by: 7))).to(.test)
    let nodes = field.space.nodes.indexSelect(0, every)
    let frame = cat([Tensor.zeros([nodes.size(0)], .int32), Tensor.ones([nodes.size(0)], .int32)]).to(.test)
    let read = field.conditioned(signals).deformed(cat([nodes, nodes]), frame: frame)
    let exact = field.displacements(of: stack([nodes, nodes]), signals).reshape(-1, 3)
    #expect((read.narrow(1, 0, 3) - exact).abs().max().item < 2e-5)
    #expect(exact.abs().max().item > 0.05)
  }

  @Test func theTorsoStandsStillInTheRoom() {
    let (field, signals) = Self.onTestDevice()
    withoutGradient { for (_, tensor) in field.coefficients[1].state() { tensor.zero_() } }
    let points = Tensor([0.3, -1.5, 0.1, -0.8, -1.4, -0.3, 0, 0.5, 0.2] as [Float], [1, 3, 3]).to(.test)
    let moved = points + field.displacements(of: points, signals)
    // Through the camera, which stands still: what is seen of the torso, less its shift, is where it is at home.
    func room(_ x: Tensor, _ pose: Tensor) -> Tensor { (x - pose[.all, .at(3)]).matmul(pose[.all, .to(3)]) }
    let roll = signals.torso[.at(0), .at(3)].item
    // From the right: the inverse.
    let back = Tensor([cos(roll), -sin(roll), 0, sin(roll), cos(roll), 0, 0, 0, 1].map { Float($0) }, [3, 3]).to(.test)
    let seen = (room(points[.at(0)], signals.pose[.at(0)]) - signals.torso[.all, .to(3)]).matmul(back),
      home = room(moved[.at(0)], field.space.meanPose)
    #expect((seen - home).narrow(0, 0, 2).abs().max().item < 1e-4)
    #expect((moved - points)[.at(0), .at(2)].abs().max().item < 1e-6)
  }

  @Test func theFramesOperatorShowsWhatTheTrainingsOperatorsShow() {
    let (field, signals) = Self.onTestDevice()
    let camera = Camera(width: 40, height: 32, focal: [70, 70])
    let background = Tensor.rand([32, 40, 3], Generator(seed: 9)).to(.test)
    let fast = field.image(signals, view: signals.pose, camera: camera, background: background, depth: .init(), sampling: .init())
    let plain = field.referenceImage(signals, view: signals.pose, camera: camera, background: background)
    let error = (fast.rgb - plain.rgb).square().mean().item
    // Half precision, and rays that end when less than a hundredth is left.
    #expect(error < 1e-5, "\(error)")
    #expect((fast.labels .== plain.labels).to(.float32).mean().item > 0.99)
    #expect(fast.opacity.max().item > 0.3)
  }

  @Test func oneOperatorReadsWhatTheOthersRead() {
    let generator = Generator(seed: 12), count = 500
    let points = (Tensor.rand([count, 3], generator) * 2 - 1) * Tensor([1.2, 1.3, 1] as [Float])
    let frame = cat([Tensor.zeros([count / 2], .int32), Tensor.ones([count / 2], .int32)])
    let (toDensity, toFeatures) = (Tensor.randn([count], generator), Tensor.randn([count, 16], generator))
    func gradients(_ samples: (HyperPlanes) -> FieldValues) -> [(String, Tensor?)] {
      let field = Self.field(), found = samples(field)
      ((found.density * toDensity).sum() + (found.features * toFeatures).sum()).backward()
      return [("density", found.density), ("features", found.features), ("places", found.places)]
        + field.parameters().map { ($0.name, $0.tensor.grad) }
    }
    let signals = Self.signals(2)
    let own = gradients { $0.samples(points, frame: frame, signals) }
    let others = gradients { $0.conditioned(signals).samples(points, frame: frame) }
    for ((name, a), (_, b)) in zip(own, others) {
      guard let b else {
        #expect(a == nil, "\(name)")
        continue
      }
      guard let a else {
        Issue.record("\(name): no gradient")
        continue
      }
      let worst = (a - b).abs().max().item / max(1e-3, b.abs().max().item)
      #expect(worst < 1e-3, "\(name) is off by \(worst)")
    }
    #expect(own.filter { $0.1 != nil }.count > 15)
  }

  /// What is drawn of a lift moves as the head model does: it may say what the person looks like, not how they move.
  @Test(arguments: [HyperPlanesConfiguration.Deformation.lattice, .exact]) func motionIsLeftAlone(
    deformation: HyperPlanesConfiguration.Deformation
  ) {
    var c = Self.field().configuration
    c.deformation = deformation
    let field = HyperPlanes(c, driving: 6, classes: 12, Generator(seed: 11)), generator = Generator(seed: 5)
    withoutGradient {
      field.space.layOut(low: [-1.4, -1.6, -1.2], high: [1.4, 1.4, 1.2], face: [0, -0.1, 0.5], inner: [0.6, 0.7, 0.4], c)
      field.coefficients[1].weight.mul_(20)
    }
    let points = (Tensor.rand([200, 3], generator) * 2 - 1) * Tensor([1.2, 1.3, 1] as [Float])
    let frame = Tensor((0..<200).map { Int32($0 / 100) }), signals = Self.signals(2)
    func run(_ learnsMotion: Bool) -> (density: Tensor, moving: [String], still: [String]) {
      let found = field.samples(points, frame: frame, signals, learnsMotion: learnsMotion),
        (density, features) = (found.density, found.features)
      let parameters = field.parameters()
      let gradients = Torch.gradients(
        of: [density.sum() + features.square().sum()], for: parameters.map(\.tensor), with: [Tensor(Float(1))])
      let names = zip(parameters, gradients).filter { $1.map { $0.abs().max().item > 0 } == true }.map(\.0.name)
      func moves(_ name: String) -> Bool { ["basis", "coefficients", "torso"].contains { name.hasPrefix($0) } }
      return (density.detach(), names.filter(moves), names.filter { !moves($0) })
    }
    let (learning, seeing) = (run(true), run(false))
    #expect((learning.density - seeing.density).abs().max().item < 1e-5)
    #expect(learning.moving.count > 5 && seeing.moving.isEmpty, "\(seeing.moving)")
    #expect(seeing.still == learning.still && seeing.still.contains { $0.hasPrefix("planes") }, "\(seeing.still)")
  }

  /// Two rays along z: the first sample of each takes nearly all of the light.
  @Test func whatLiesBehindSomethingIsNotForgotten() {
    let space = Self.field().space
    let rays = Rays(
      origins: Tensor([0.1, 0, 3, 0.7, 0, 3] as [Float], [2, 3]), directions: Tensor([0, 0, -1, 0, 0, -1] as [Float], [2, 3]),
      near: .zeros([2]), far: .full([2], 10))
    let samples = march(rays, occupancy: space.occupancy, step: 0.3, limit: 3)
    let cells = space.occupancy.cell(of: samples.positions)
    func seen() -> [Float] { space.visibility.reshape(-1).indexSelect(0, cells).floats }
    withoutGradient {
      space.visibility.fill_(0.8)
      space.updateOccupancy(samples, weights: Tensor([0, 0.995, 0.001, 0.3, 0.1, 0] as [Float]), visible: 0.01, kept: 0.5)
    }
    #expect(seen() == [0.4, 0.995, 0.8, 0.4, 0.4, 0.4], "empty before, full, hidden; the next ray begins anew")
    withoutGradient { space.updateOccupancy(samples, weights: .zeros([6]), visible: 0.01, kept: 1) }
    #expect(seen() == [0.4, 0.995, 0.8, 0.4, 0.4, 0.4], "a look from aside takes nothing away")
  }
  @Test func cellsThatShowNothingAreForgotten() {
    let field = Self.field().onTestDevice()
    let before = field.space.occupancy.share
    withoutGradient {
      field.space.visibility.zero_()
      field.space.visibility[.at(4), .at(5)].narrow(0, 5, 1).fill_(1)
    }
    field.advance(step: field.configuration.refreshFrom, done: 0.5)
    #expect(before == 1)
    // The cell and its neighbours.
    #expect(abs(field.space.occupancy.share * 960 - 27) < 0.5)
  }

  /// What no ray has seen yet fades away with the steps, what is seen from aside keeps nearly all of what it showed.
  @Test func hiddenCellsFade() {
    let space = Self.field().space
    let rays = Rays(
      origins: Tensor([0.1, 0, 3] as [Float], [1, 3]), directions: Tensor([0, 0, -1] as [Float], [1, 3]), near: .zeros([1]),
      far: .full([1], 10))
    let samples = march(rays, occupancy: space.occupancy, step: 0.3, limit: 3), cells = space.occupancy.cell(of: samples.positions)
    withoutGradient {
      space.visibility.fill_(0.8)
      space.updateOccupancy(samples, weights: Tensor([1, 0, 0] as [Float]), visible: 0.01, kept: 0.5, hidden: 0.9)
    }
    let seen = space.visibility.reshape(-1).indexSelect(0, cells).floats
    #expect(seen[0] == 1 && abs(seen[1] - 0.72) < 1e-6 && abs(seen[2] - 0.72) < 1e-6, "\(seen)")
  }

  /// Rays end behind what has been thick in every step of late, and nowhere else; what opens again lets them through at once.
  @Test func raysEndInWhatIsThick() {
    var c = Self.field().configuration
    c.rayEnd = 5
    let field = HyperPlanes(c, driving: 6, classes: 12, Generator(seed: 11)), space = field.space
    withoutGradient {
      space.layOut(low: [-1.4, -1.6, -1.2], high: [1.4, 1.4, 1.2], face: [0, -0.1, 0.5], inner: [0.6, 0.7, 0.4], c)
    }
    let rays = Rays(
      origins: Tensor([0.1, 0, 3, 0.9, 0, 3] as [Float], [2, 3]), directions: Tensor([0, 0, -1, 0, 0, -1] as [Float], [2, 3]),
      near: .zeros([2]), far: .full([2], 10))
    let samples = march(rays, occupancy: space.occupancy, step: 0.3, limit: 6), none = Tensor.zeros([12])
    #expect(samples.count == 12)
    // The third sample of the first ray is thick, what lies behind it was not looked into.
    let closed = Tensor([1, 1, 100, 0, 0, 0, 1, 1, 1, 1, 1, 1] as [Float])
    func note(_ density: Tensor) {
      withoutGradient { space.updateOccupancy(samples, weights: none, density: density, visible: 0.01, kept: 1) }
    }
    for step in 0..<60 {
      if step == 5 { #expect(space.ended(samples, at: 5).count == 12, "a few looks are not enough") }
      note(closed)
    }
    let ended = space.ended(samples, at: 5)
    #expect(ended.starts.array(Int32.self) == [0, 3, 9] && ended.ray.array(Int32.self) == [0, 0, 0, 1, 1, 1, 1, 1, 1])
    #expect(ended.depths.floats == Array(samples.depths.floats.prefix(3)) + samples.depths.floats.suffix(6))
    #expect((ended.positions - samples.positions.indexSelect(0, Tensor([0, 1, 2, 6, 7, 8, 9, 10, 11]))).abs().max().item == 0)
    note(Tensor([1, 1, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1] as [Float]))
    #expect(space.ended(samples, at: 5).count == 12)
  }

  /// The operators of a step beside plain tensors, on rays of many lengths, some of which meet nothing.
  @Test func raysAreNotedAsPlainTensorsNoteThem() {
    var c = Self.field().configuration
    c.rayEnd = 5
    let generator = Generator(seed: 21), rays = 400
    let spaces = (0..<2).map { _ in
      let space = HyperPlanes(c, driving: 6, classes: 12, Generator(seed: 11)).space
      withoutGradient {
        space.layOut(low: [-1.4, -1.6, -1.2], high: [1.4, 1.4, 1.2], face: [0, -0.1, 0.5], inner: [0.6, 0.7, 0.4], c)
      }
      return space
    }
    let origins = (Tensor.rand([rays, 3], generator) * 4 - 2) * Tensor([1, 1, 0] as [Float]) + Tensor([0, 0, 3] as [Float])
    let directions = Tensor.randn([rays, 3], generator) * 0.2 + Tensor([0, 0, -1] as [Float])
    let samples = march(
      Rays(origins: origins, directions: directions, near: .zeros([rays]), far: .full([rays], 10)), occupancy: spaces[0].occupancy,
      step: 0.1, limit: 40)
    #expect(samples.count > 2_000)
    withoutGradient {
      for _ in 0..<6 {
        let weights = Tensor.rand([samples.count], generator).square() * 0.4, dense = Tensor.rand([samples.count], generator) * 40 - 5
        let density = dense.clamp(0)
        spaces[0].updateOccupancy(samples, weights: weights, density: density, visible: 0.01, kept: 0.7, hidden: 0.9)
        spaces[1].referenceUpdateOccupancy(samples, weights: weights, density: density, visible: 0.01, kept: 0.7, hidden: 0.9)
      }
    }
    expectClose(spaces[0].visibility, spaces[1].visibility, absolute: 1e-6, "visibility")
    expectClose(spaces[0].thickness!, spaces[1].thickness!, absolute: 1e-5, "thickness")
    let (own, plain) = (spaces[0].ended(samples, at: 3.3), spaces[1].referenceEnded(samples, at: 3.3))
    #expect(own.count == plain.count && own.count < samples.count * 9 / 10)
    #expect(own.starts.array(Int32.self) == plain.starts.array(Int32.self) && own.ray.array(Int32.self) == plain.ray.array(Int32.self))
    expectClose(own.positions, plain.positions, absolute: 0, relative: 0, "positions")
    expectClose(own.depths, plain.depths, absolute: 0, relative: 0, "depths")
  }

  /// Cells of the template keep the largest weight that was seen there, and images look into them and their neighbours.
  @Test func cellsOfTheTemplateNoteWhatShows() {
    var c = Self.field().configuration
    c.templateOccupancy = [32, 10, 9]
    let spaces = (0..<2).map { _ in
      let space = HyperPlanes(c, driving: 6, classes: 12, Generator(seed: 11)).space
      withoutGradient {
        space.layOut(low: [-1.4, -1.6, -1.2], high: [1.4, 1.4, 1.2], face: [0, -0.1, 0.5], inner: [0.6, 0.7, 0.4], c)
      }
      return space
    }
    let generator = Generator(seed: 5)
    withoutGradient {
      for _ in 0..<3 {
        let places = Tensor.randn([3, 900], generator), weights = Tensor.rand([900], generator).square() * 0.1
        spaces[0].markShown(places, weights: weights, visible: 0.03)
        spaces[1].referenceMarkShown(places, weights: weights, visible: 0.03)
      }
    }
    let shown = spaces[0].shown!
    expectClose(shown, spaces[1].shown!, absolute: 0, relative: 0, "weights")
    let least = shown.maskedFill(shown .== 0, 1).min().item, share = (shown .> 0).to(.float32).mean().item
    #expect(least >= 0.03 && share > 0.1 && share < 0.6)
    // Places without a number and far outside are in some cell.
    spaces[0].markShown(Tensor([.nan, 1e30, -.infinity] as [Float], [3, 1]), weights: Tensor([1] as [Float]), visible: 0.03)
    #expect(spaces[0].shown!.max().item == 1)

    withoutGradient {
      shown.zero_()
      shown[4, 5, 31].fill_(0.02)
    }
    let bits = spaces[0].shownCells(visible: 0.01)!
    #expect(bits.shape == [9, 10, 1] && (bits .!= 0).to(.float32).sum().item == 9)
    #expect(bits[4, 5, 0].item == Double(Int32.min / 2))
    #expect(spaces[0].shownCells(visible: 0.03)!.abs().sum().item == 0)
    // Cells fade by the same in any short clip, and not within a pass over a long one.
    #expect(HyperSpace.shownKept(steps: 64, frames: 4, of: 1_097) == 0.85)
    let long = HyperSpace.shownKept(steps: 64, frames: 4, of: 45_000), looks = 45_000.0 / 4 / 64
    #expect(abs(pow(long, looks) - 0.05) < 1e-6)
  }

  /// Between steps that move them, h is read as it was evaluated for all nodes at once: the same values, and gradients for A alone.
  @Test func functionsAreKeptBetweenStepsThatMoveThem() {
    var c = Self.field().configuration
    c.basisEvery = 4
    let generator = Generator(seed: 12), count = 300
    let points = (Tensor.rand([count, 3], generator) * 2 - 1) * Tensor([1.2, 1.3, 1] as [Float])
    let frame = Tensor.zeros([count], .int32), toFeatures = Tensor.randn([count, 16], generator)
    let source = Self.field()
    func gradients(step: Int) throws -> [String: Tensor] {
      let field = HyperPlanes(c, driving: 6, classes: 12, Generator(seed: 11))
      try field.load(Dictionary(uniqueKeysWithValues: source.state().map { ($0.name, $0.tensor.detach()) }))
      field.forget()
      field.begin(step: step)
      let found = field.samples(points, frame: frame, Self.signals(1))
      (found.features * toFeatures).sum().backward()
      var all = ["features": found.features.detach()]
      for (name, tensor) in field.parameters() { all[name] = tensor.grad }
      return all
    }
    #expect(throws: Never.self) {
      let (moving, kept) = (try gradients(step: 4), try gradients(step: 5))
      #expect(Set(moving.keys).subtracting(kept.keys) == Set(moving.keys.filter { $0.hasPrefix("basis") || $0 == "torso" }))
      for (name, known) in kept {
        let worst = (known - moving[name]!).abs().max().item / max(1e-3, known.abs().max().item)
        #expect(worst < 1e-3, "\(name) is off by \(worst)")
      }
    }
  }
}
