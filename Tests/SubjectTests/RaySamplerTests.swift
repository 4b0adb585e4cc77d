import Subject
import Testing
import Torch

@Suite struct RaySamplerTests {
  /// 60 x 80 pixels: background, skin below row 8, lips 26 x 8 around a mouth 20 x 4, a few pixels without a class.
  private static func face(mouth: Bool = true) -> Tensor {
    let labels = Tensor.zeros([60, 80], .uint8)
    func fill(_ rows: Range<Int>, _ columns: Range<Int>, _ label: Double) {
      labels.narrow(0, rows.lowerBound, rows.count).narrow(1, columns.lowerBound, columns.count).fill_(label)
    }
    fill(8..<60, 10..<70, 1)
    fill(8..<16, 37..<63, 8)
    if mouth { fill(10..<14, 40..<60, 7) }
    fill(0..<1, 0..<5, 255)
    return labels
  }
  private func counts(_ drawn: DrawnRays) -> [Int] {
    drawn.label.reduce(into: [Int](repeating: 0, count: 12)) { $0[Int($1)] += 1 }
  }

  @Test func eachClassGetsItsShareOfTheRays() throws {
    var configuration = RaySamplerConfiguration.paper
    configuration.frames = 2
    let sampler = RaySampler(configuration, frames: [3, 9]) { _ in Self.face() }
    let generator = Generator(seed: 1)
    let losses = (0..<12).map { [0: 0.2, 1: 0.3, 7: 2.0, 8: 0.5][$0] ?? 0.0 }
    var totals = [Int](repeating: 0, count: 12)
    for step in 0..<20 {
      let drawn = try sampler.draw(generator)
      #expect(drawn.pixel.count == 2048 && drawn.frame.count == 2048 && Set(drawn.frames) == [3, 9])
      let counts = counts(drawn)
      sampler.record(losses: zip(counts, losses).map { Double($0) * $1 }, rays: counts.map(Double.init))
      if step > 0 { totals = zip(totals, counts).map { $0 + $1 } }
    }
    // Eq 3 with the floor, among the classes that are there.
    let weighted = zip(losses, configuration.weights).map { $0 * $1 }, sum = weighted.reduce(0, +)
    let p = weighted.map { 0.01 + 0.88 * $0 / sum }
    for label in [0, 1, 7, 8] { #expect(abs(sampler.shares[label] - p[label]) < 1e-9) }
    let here = [0, 1, 7, 8].map { p[$0] }.reduce(0, +)
    for label in [0, 1, 7, 8] {
      let share = Double(totals[label]) / Double(19 * 2048)
      #expect(abs(share - p[label] / here) < 2.0 / 2048, "class \(label): \(share) of the rays, not \(p[label] / here)")
    }
    for label in [2, 3, 11] { #expect(totals[label] == 0) }
  }

  /// A frame without a class is an error; one whose classes have no share left gets its rays all the same.
  @Test func noStepIsWithoutRays() throws {
    let blank = RaySampler(.paper, frames: [4]) { _ in .full([6, 8], 255, .uint8) }
    #expect { try blank.draw(Generator(seed: 1)) } throws: { "\($0)".contains("frames 4") && "\($0)".contains("label maps") }
    var configuration = RaySamplerConfiguration.published
    configuration.rays = 50
    let sampler = RaySampler(configuration, frames: [0]) { _ in .full([6, 8], 7, .uint8) }
    sampler.record(losses: (0..<12).map { $0 == 1 ? 1 : 0 }, rays: (0..<12).map { $0 == 1 ? 1 : 0 })
    let drawn = try sampler.draw(Generator(seed: 1))
    #expect(drawn.pixel.count == 50 && drawn.label.allSatisfy { $0 == 7 } && Set(drawn.pixel).count > 20)
    #expect(drawn.pixel.allSatisfy { (0..<48).contains($0) })
  }

  /// The published code draws from the transposed map and never hits a mouth that is wide and low.
  @Test func aLowWideMouthGetsItsRays() throws {
    let sampler = RaySampler(.paper, frames: [0]) { _ in Self.face() }
    let drawn = try sampler.draw(Generator(seed: 2))
    let mouth = drawn.label.indices.filter { drawn.label[$0] == 7 }
    #expect(mouth.count > 2048 / 9)
    for i in mouth {
      let (row, column) = (drawn.pixel[i] / 80, drawn.pixel[i] % 80)
      #expect((10..<14).contains(row) && (40..<60).contains(column))
    }
    // Evenly inside the class: each of its 80 pixels, and each about as often as the others.
    let hits = mouth.reduce(into: [Int: Int]()) { $0[drawn.pixel[$1], default: 0] += 1 }
    let mean = Double(mouth.count) / 80
    #expect(hits.count >= 75)
    #expect(hits.values.allSatisfy { Double($0) < mean + 6 * mean.squareRoot() })
  }

  /// While no loss is known, half of the rays see every pixel alike, so that the surroundings are learnt too.
  @Test func theFirstRaysAreHalfEvenAmongPixels() throws {
    let labels = Self.face().array(UInt8.self),
      counts = counts(try RaySampler(.paper, frames: [0]) { _ in Self.face() }.draw(Generator(seed: 2)))
    let inside = Double(labels.count { $0 < 12 })
    for label in [0, 1, 7, 8] {
      let area = Double(labels.count { $0 == UInt8(label) }) / inside
      // A class's weight counts from the first: 1.1 of 4.2 for lips and mouth.
      let even = (label < 7 ? 1 : 1.1) / 4.2
      #expect(abs(Double(counts[label]) / 2048 - 0.5 * (even + area)) < 2.0 / 2048, "class \(label)")
    }
  }

  /// A part of the rays sees every pixel alike for good where it is asked for.
  @Test func aPartOfTheRaysGoesEverywhere() throws {
    var configuration = RaySamplerConfiguration.paper
    configuration.everywhere = 0.8
    let sampler = RaySampler(configuration, frames: [0]) { _ in Self.face() }, generator = Generator(seed: 2)
    let labels = Self.face().array(UInt8.self), skin = Double(labels.count { $0 == 1 }) / Double(labels.count { $0 < 12 })
    var drawn = counts(try sampler.draw(generator))
    sampler.record(losses: (0..<12).map { $0 == 7 ? Double(drawn[7]) : 0 }, rays: drawn.map(Double.init))
    drawn = counts(try sampler.draw(generator))
    // All loss is the mouth's: the skin has the floor, and its area's share of the rest.
    #expect(sampler.epoch == 1 && abs(Double(drawn[1]) / 2048 - (0.2 * sampler.shares[1] / (sampler.shares[7] + 0.03) + 0.8 * skin)) < 0.01)
  }

  @Test func everyLabelIsThePixelsOwn() throws {
    let labels = Self.face().array(UInt8.self)
    for configuration in [RaySamplerConfiguration.paper, .published] {
      let drawn = try RaySampler(configuration, frames: [0]) { _ in Self.face() }.draw(Generator(seed: 2))
      #expect(zip(drawn.pixel, drawn.label).allSatisfy { labels[$0] == $1 })
    }
  }

  @Test func aClassThatWasAwayComesBack() throws {
    // Mouth shut in the first epoch: no ray, no loss, and yet rays when it opens.
    var open = false
    let sampler = RaySampler(.paper, frames: [0, 1], memory: 0) { _ in Self.face(mouth: open) }
    let generator = Generator(seed: 3)
    func step() throws -> [Int] {
      let counts = counts(try sampler.draw(generator))
      sampler.record(losses: counts.enumerated().map { $0 == 7 ? Double($1) * 4 : Double($1) * 0.5 }, rays: counts.map(Double.init))
      return counts
    }
    for _ in 0..<4 { #expect(try step()[7] == 0) }
    open = true
    let first = try step()
    #expect(first[7] >= 20)
    for _ in 0..<4 { _ = try step() }
    #expect(try step()[7] > 2048 / 2)
  }

  @Test func thePublishedRuleGoesByAreaAndLetsClassesDie() throws {
    let sampler = RaySampler(.published, frames: [0]) { _ in Self.face() }
    let generator = Generator(seed: 4)
    let counts = counts(try sampler.draw(generator))
    #expect(abs(Double(counts[7]) / 2048 - 80.0 / 4795) < 0.012)
    sampler.record(losses: counts.map { Double($0) * 0.5 }.enumerated().map { $0 == 7 ? 0 : $1 }, rays: counts.map(Double.init))
    #expect(sampler.shares[7] == 0 && abs(sampler.shares[8] - 2 * sampler.shares[1]) < 1e-9)
    #expect(try self.counts(sampler.draw(generator))[7] == 0)
  }

  @Test func goesOnExactlyFromItsState() throws {
    func sampler() -> RaySampler { RaySampler(.paper, frames: [0, 1, 2]) { Self.face(mouth: $0 > 0) } }
    func step(_ sampler: RaySampler, _ generator: Generator) throws -> DrawnRays {
      let drawn = try sampler.draw(generator), counts = counts(drawn)
      sampler.record(losses: counts.enumerated().map { Double($1 * ($0 + 1)) }, rays: counts.map(Double.init))
      return drawn
    }
    let (whole, generator) = (sampler(), Generator(seed: 5))
    let fresh = sampler()
    try fresh.load(whole.state())
    for _ in 0..<5 { _ = try step(whole, generator) }
    let resumed = sampler(), other = Generator(seed: 99)
    try resumed.load(Dictionary(uniqueKeysWithValues: whole.state().map { ("sampler." + $0, $1) }), prefix: "sampler.")
    other.state = generator.state
    for _ in 0..<8 { #expect(try step(resumed, other) == step(whole, generator)) }
    #expect(resumed.shares == whole.shares && resumed.epoch == whole.epoch)

    var broken = whole.state()
    broken["shares"] = Tensor.zeros([3]).to(.float64)
    #expect(throws: ModuleError.self) { try resumed.load(broken) }
    broken["shares"] = nil
    #expect(throws: ModuleError.self) { try resumed.load(broken) }
  }

  /// Rays that go by no class go where images are wrong; those by class keep theirs, and a state that is put back draws the same.
  @Test func raysGoWhereImagesAreWrong() throws {
    var configuration = RaySamplerConfiguration.paper
    (configuration.everywhere, configuration.errorCells) = (0.5, 8)
    func sampler() -> RaySampler { RaySampler(configuration, frames: [3, 9]) { _ in Self.face() } }
    let generator = Generator(seed: 1), first = sampler(), labels = Self.face().array(UInt8.self)
    /// Wrong in one cell alone, columns 70..<80 and rows 30..<37.
    func isWrong(_ pixel: Int) -> Bool { pixel % 80 >= 70 && (30..<37).contains(pixel / 80) }
    var shares: [Double] = []
    for _ in 0..<60 {
      let drawn = try first.draw(generator)
      #expect(
        abs(drawn.pixel.count - 2048) <= 3
          && zip(drawn.pixel, drawn.label).allSatisfy { labels[$0] == $1 })
      shares.append(Double(drawn.pixel.count(where: isWrong)) / 2048)
      first.record(errors: drawn.pixel.map { isWrong($0) ? 0.5 : 0.0002 })
    }
    #expect(shares[0] < 0.03 && shares[59] > 0.12, "\(shares[0]) and \(shares[59]) of the rays")
    let second = sampler()
    try second.load(first.state())
    #expect(try first.draw(Generator(seed: 5)) == second.draw(Generator(seed: 5)))
    // Runs of before have no such map.
    var state = first.state()
    state["errors"] = nil
    try second.load(state)
    #expect(abs(try second.draw(Generator(seed: 5)).pixel.count - 2048) <= 3)
  }
}
