import Face
import Foundation
import Radiance
import Runs
import Subject
import Testing
import Torch

/// How the head's motion comes onto the fast field's lattice.
@Suite struct HeadMotionTests {
  private static var axes: Tensor { AxisWarp(center: [0, 0.1, 0], half: [2, 2, 1.5], inner: [0.6, 0.6, 0.4], share: 0.6).tensor }
  private static func fit() -> LatticeFit {
    LatticeFit(SIMD3(20, 24, 18), axes: axes, low: [-0.7, -0.7, -0.5], high: [0.7, 0.9, 0.5])
  }
  private static func places(_ count: Int, seed: UInt64) -> [SIMD3<Float>] {
    var random = SeededRandom(seed: seed, stream: "places")
    return (0..<count).map { _ in [random.within(-0.65, 0.65), random.within(-0.65, 0.8), random.within(-0.4, 0.4)] }
  }
  /// What the box's nodes hold, read as the field reads its lattice.
  private static func read(_ fit: LatticeFit, _ values: [SIMD4<Float>], at places: [SIMD3<Float>]) -> [SIMD3<Float>] {
    let flat = Tensor(values.flatMap { [$0.x, $0.y, $0.z] }, [values.count, 3])
    let all = call("aten::index_copy", Tensor.zeros([18 * 24 * 20, 3]), 0, Tensor(fit.nodes), flat).reshape(1, 18, 24, 20, 3)
    let found = latticeFeatures(all, at: Tensor(places.flatMap { [$0.x, $0.y, $0.z] }, [places.count, 3]), axes: axes).floats
    return places.indices.map { [found[3 * $0], found[3 * $0 + 1], found[3 * $0 + 2]] }
  }

  /// What is known at places holds at others, where it is smooth; what has no weight says nothing.
  @Test func latticesSayWhatIsKnownAtPlaces() {
    func truth(_ p: SIMD3<Float>) -> SIMD3<Float> { [0.1 * p.y, 0.05 - 0.1 * p.x * p.x, 0.08 * p.z] }
    let fit = Self.fit(), known = Self.places(8_000, seed: 1), wrong = Self.places(2_000, seed: 2)
    let values = known.map(truth) + wrong.map { _ in SIMD3(repeating: 1) }
    let found = fit.fit(
      known + wrong, values, weights: [Float](repeating: 1, count: known.count) + [Float](repeating: 0, count: wrong.count), steps: 60)
    let asked = Self.places(500, seed: 3), read = Self.read(fit, found, at: asked)
    let errors = zip(read, asked).map { length($0 - truth($1)) }.sorted()
    #expect(errors[450] < 0.006, "nine of ten within \(errors[450])")
    let sizes = asked.map { length(truth($0)) }
    #expect(errors.reduce(0, +) < 0.05 * sizes.reduce(0, +), "\(errors.reduce(0, +)) of \(sizes.reduce(0, +))")
    // Where nothing is known there is nothing.
    let none = fit.fit(known, values.prefix(known.count).map { $0 }, weights: [Float](repeating: 0, count: known.count))
    #expect(none.allSatisfy { $0 == .zero })
  }

  /// Sides of a step in what is known stay apart by hardly more than a node.
  @Test func aSlitStaysASlit() {
    let fit = Self.fit(), known = Self.places(8_000, seed: 4)
    let found = fit.fit(
      known, known.map { SIMD3<Float>(0, $0.y > 0.1 ? 0.1 : -0.1, 0) }, weights: [Float](repeating: 1, count: known.count))
    let read = Self.read(fit, found, at: [[0, 0.25, 0], [0, -0.05, 0]])
    #expect(abs(read[0].y - 0.1) < 0.02 && abs(read[1].y + 0.1) < 0.02, "\(read)")
  }

  /// An eyeball behind its lid does not hold the lid open, and lips that meet leave no gap to be known of.
  @Test func whatIsHiddenSaysNothing() {
    // Four corners of an opening, one place of an eyeball in it, and two lips.
    let open: [SIMD3<Float>] = [[-1, 0, 0], [0, 1, 0], [1, 0, 0], [0, -1, 0], [0, 0, 0], [0, -3, 0], [0, -4, 0]]
    var shut = open
    shut[1].y = -0.9
    shut[5].y = -4
    let ahead = [SIMD3<Float>](repeating: [0, 0, 1], count: open.count)
    let points = HeadPoints(
      canonical: open, normals: ahead, depth: [Float](repeating: 0.1, count: open.count),
      isInside: [Bool](repeating: false, count: open.count),
      eyeballs: [4..<5], lids: [[0, 1, 2, 3]], upper: [5], lower: [6])
    let random = [Float](repeating: 0.3, count: 9)
    let seen = points.points(open, vertices: [4, 1], gaps: 1, random: random)
    let hidden = points.points(shut, vertices: [4, 1], gaps: 1, random: random)
    #expect(seen.weights[0] > 0 && seen.weights[2] > 0)
    #expect(hidden.weights[0] == 0 && hidden.weights[2] == 0)
    // The lid itself goes back to where it rests.
    #expect(hidden.weights[1] > 0 && abs(hidden.homes[1].y - 1) < 1e-6 && abs(hidden.seen[1].y + 0.9) < 1e-6)
    #expect(hidden.vertices == [4, 1, -1])
  }

  /// A run from before there were fields of the head has none, and its field no tensors of them.
  @Test func olderRunsHaveNoFieldsOfTheHead() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "subject-tests-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var record = try RunRecord(experiment: "a", method: "subject", data: folder, configuration: SubjectConfiguration.fast)
    guard case .object(var members) = record.configuration, case .object(var planes)? = members["planes"] else {
      return #expect(Bool(false), "no object")
    }
    (planes["headFields"], planes["latticeInner"]) = (nil, nil)
    members["planes"] = .object(planes)
    record.configuration = .object(members)
    let old = try SubjectConfiguration(RunFolder.create(folder.appending(path: "run"), record))
    #expect(old.planes?.headFields == 0 && old.planes?.latticeInner == 1)
    #expect(SubjectConfiguration.fast.planes?.headFields != 0)
    func names(_ fields: Int) -> [String] {
      var c = HyperPlanesConfiguration()
      (c.lattice, c.headFields) = ([4, 4, 4], fields)
      return HyperPlanes(c, driving: 8, classes: 12, Generator(seed: 1)).state().map(\.name)
    }
    #expect(!names(0).contains("space.headFields") && names(3).contains("space.headFields"))
  }
}
