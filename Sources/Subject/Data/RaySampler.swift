import Foundation
import Torch

/// How rays are shared out among the classes.
package struct RaySamplerConfiguration: Codable, Sendable, Equatable {
  /// When shares change.
  package enum Rule: String, Codable, Sendable {
    /// The paper: after each epoch, p_i = ω_i L_i / Σ ω_j L_j, and p_i of the rays go to class i (Eq 2, 3).
    case epoch
    /// The published code: after each step, from that step's rays; a class's rays go by its area times its share, and a class without
    /// rays has no share in the next step.
    case step
    /// Every pixel is as likely as any other, as in the original NeRF: no class gets more than its area.
    case uniform
  }
  package var rule = Rule.epoch
  /// ω, one a class.
  package var weights: [Double]
  /// The least share of a class under the paper's rule, so that none dies.
  package var floor = 0.01
  /// Under the paper's rule, the part of the rays that see every pixel alike, whatever its class; 0 is the paper's.
  package var everywhere = 0.0
  /// Cells along either side of the image in which errors are kept, by which those rays are drawn; 0 for every pixel alike.
  package var errorCells = 0
  /// The least part of the frames drawn that have shut eyes, as far as the clip has any; 0 is the paper's.
  package var blinks = 0.0
  /// Whether the lids' skin gets rays as eyes do.
  package var lids = false
  /// Rays a step.
  package var rays = 2048
  /// Frames they are taken from.
  package var frames = 1

  /// More for mouth interior and lips, the paper's 1.1 or the published code's 2.
  package init(classes: Int = 12, mouth: Double = 1.1, mouthClasses: [Int] = [7, 8]) {
    weights = (0..<classes).map { mouthClasses.contains($0) ? mouth : 1 }
  }
  package static var paper: RaySamplerConfiguration { RaySamplerConfiguration() }
  package static var published: RaySamplerConfiguration {
    var configuration = RaySamplerConfiguration(mouth: 2)
    configuration.rule = .step
    return configuration
  }
}

/// Rays that were drawn for a step, those of one frame together.
package struct DrawnRays: Equatable {
  /// The step's frames, as the sampler's owner numbers them.
  package var frames: [Int]
  /// A ray each: which of `frames`, which pixel (row times width plus column), and its class.
  package var frame: [Int], pixel: [Int], label: [UInt8]
}

/// Dynamic weighted ray sampling (Eq 1-3): more rays for the classes that are rendered worse.
///
/// L_i is the mean of photometric plus semantic loss over an epoch's rays of class i. Their plain sum would feed on itself, as more rays
/// make a larger sum. A class that a frame lacks gives its rays to the others; pixels without a class are never drawn.
package final class RaySampler {
  package let configuration: RaySamplerConfiguration
  private let frames: [Int]
  /// Which of `frames` a pass has once more.
  private let repeats: [Int]
  private let labels: PixelLists
  /// p, one a class.
  package private(set) var shares: [Double]
  /// Completed passes over all frames.
  package private(set) var epoch = 0
  private var order: [Int] = []
  private var next = 0
  private var losses, rays: [Double]
  /// Where the images are wrong, and the pixels of the last step; nil until a step, and where nobody asks.
  private var map: ErrorMap?
  private var drawnPixels: [Int] = []
  private var knownErrors: [Float] = []

  /// - Parameters:
  ///   - frames: The frames of the training set, by any numbers.
  ///   - repeats: Those of them that each pass has once more, each as often as it stands here.
  ///   - memory: Bytes that may be kept of what is computed from the label maps.
  ///   - labels: The label map of a frame, `[H, W]` uint8.
  package init(
    _ configuration: RaySamplerConfiguration, frames: [Int], repeats: [Int] = [], memory: Int = 256 << 20,
    labels: @escaping (_ frame: Int) throws -> Tensor
  ) {
    precondition(!frames.isEmpty, "a ray sampler needs a frame")
    self.configuration = configuration
    self.frames = frames
    self.repeats = repeats.compactMap { frames.firstIndex(of: $0) }
    let classes = configuration.weights.count
    self.labels = PixelLists(classes: classes, memory: memory, labels: labels)
    (losses, rays) = ([Double](repeating: 0, count: classes), [Double](repeating: 0, count: classes))
    shares = []
    shares =
      configuration.rule == .step
      ? [Double](repeating: 1, count: classes) : floored([Double](repeating: 1, count: classes), configuration.weights)
  }

  /// The rays of the next step; what they are depends on the state and the generator alone. Throws what the label maps' source throws, and
  /// `SubjectError.noRays` where no pixel of the step's frames has a class.
  package func draw(_ generator: Generator) throws -> DrawnRays {
    let count = min(configuration.frames, frames.count)
    var drawn = DrawnRays(frames: [], frame: [], pixel: [], label: [])
    for position in 0..<count {
      let frame = nextFrame(generator)
      let wanted = configuration.rays * (position + 1) / count - configuration.rays * position / count
      let pixels = try labels[frame]
      let byError = drawWrong(wanted, pixels, position, generator, &drawn)
      let perClass =
        switch configuration.rule {
        case .epoch: apportion(wanted - byError, among: spread(present(shares, pixels), pixels))
        case .step: scatter(wanted, by: pixels.counts.enumerated().map { shares[$0] * Double($1) }, generator)
        case .uniform: scatter(wanted, by: pixels.counts.map(Double.init), generator)
        }
      drawn.frames.append(frame)
      let u = Tensor.rand([perClass.reduce(0, +)], generator).floats
      var used = 0
      for (label, number) in perClass.enumerated() where number > 0 {
        let list = pixels[label]
        for _ in 0..<number {
          drawn.pixel.append(Int(list[list.startIndex + min(Int(Float(list.count) * u[used]), list.count - 1)]))
          used += 1
        }
        drawn.label += [UInt8](repeating: UInt8(label), count: number)
        drawn.frame += [Int](repeating: position, count: number)
      }
    }
    drawnPixels = drawn.pixel
    guard !drawn.pixel.isEmpty else { return try anywhere(drawn.frames, generator) }
    return drawn
  }

  /// The part of `wanted` rays that are drawn where images are wrong; returns how many.
  private func drawWrong(
    _ wanted: Int, _ pixels: PixelLists.Frame, _ position: Int, _ generator: Generator, _ drawn: inout DrawnRays
  ) -> Int {
    guard configuration.errorCells > 0, configuration.rule == .epoch else { return 0 }
    if map == nil {
      map = ErrorMap(
        cells: min(configuration.errorCells, pixels.width, pixels.labels.count / pixels.width), width: pixels.width,
        height: pixels.labels.count / pixels.width)
      map!.restore(knownErrors)
    }
    // Those without a class are never drawn.
    let found = map!.draw(Int((Double(wanted) * part).rounded()), generator).filter { pixels.labels[$0] < shares.count }
    drawn.pixel += found
    drawn.label += found.map { pixels.labels[$0] }
    drawn.frame += found.map { _ in position }
    return found.count
  }

  /// Rays of frames that have pixels, but none of a class that the last step's losses left a share.
  private func anywhere(_ frames: [Int], _ generator: Generator) throws -> DrawnRays {
    for (position, frame) in frames.enumerated() {
      let pixels = try labels[frame], count = pixels.pixels.count
      guard count > 0 else { continue }
      let places = Tensor.rand([configuration.rays], generator).floats.map { min(Int(Float(count) * $0), count - 1) }
      let label = { (place: Int) in UInt8(pixels.starts.dropFirst().firstIndex { place < $0 }! - 1) }
      return DrawnRays(
        frames: frames, frame: places.map { _ in position }, pixel: places.map { Int(pixels.pixels[$0]) }, label: places.map(label))
    }
    throw SubjectError.noRays(frames)
  }

  /// The squared errors of the rays that were drawn last, one each.
  package func record(errors: [Float]) {
    if errors.count == drawnPixels.count { map?.record(drawnPixels, errors) }
  }

  /// What a step's rays lost: sums over the rays of each class, and their numbers.
  package func record(losses: [Double], rays: [Double]) {
    switch configuration.rule {
    case .uniform: break
    case .step:
      let means = zip(zip(losses, rays), configuration.weights).map { $1 * $0.0 / max($0.1, 1) }
      let sum = means.reduce(0, +)
      if sum > 0, sum.isFinite { shares = means.map { $0 / sum } }
    case .epoch:
      for i in self.losses.indices where losses[i].isFinite {
        self.losses[i] += losses[i]
        self.rays[i] += rays[i]
      }
    }
  }

  private func nextFrame(_ generator: Generator) -> Int {
    if next == order.count {
      if !order.isEmpty { endEpoch() }
      let pass = Array(frames.indices) + repeats
      order = Tensor.randperm(pass.count, generator).array().map { pass[$0] }
      next = 0
    }
    next += 1
    return frames[order[next - 1]]
  }

  private func endEpoch() {
    epoch += 1
    guard configuration.rule == .epoch, rays.contains(where: { $0 > 0 }) else { return }
    // A class that no frame had keeps no loss, and the floor.
    shares = floored(zip(losses, rays).map { $1 > 0 ? $0 / $1 : 0 }, configuration.weights)
    losses = losses.map { _ in 0 }
    rays = rays.map { _ in 0 }
  }

  /// p_i = ω_i L_i / Σ, none below the floor, summing to 1.
  private func floored(_ losses: [Double], _ weights: [Double]) -> [Double] {
    let weighted = zip(losses, weights).map { $0 * $1 }, sum = weighted.reduce(0, +)
    let even = 1 / Double(weighted.count), floor = min(configuration.floor, even)
    let free = 1 - floor * Double(weighted.count)
    return weighted.map { floor + free * (sum > 0 ? $0 / sum : even) }
  }

  /// Shares among the classes that a frame has, summing to 1; all 0 if it has none.
  private func present(_ shares: [Double], _ pixels: PixelLists.Frame) -> [Double] {
    let kept = zip(shares, pixels.counts).map { $1 > 0 ? $0 : 0 }, sum = kept.reduce(0, +)
    return sum > 0 ? kept.map { $0 / sum } : kept
  }

  /// Of the rays that go by no class.
  private var part: Double { epoch == 0 ? max(configuration.everywhere, 0.5) : configuration.everywhere }

  /// Shares of which a part goes to every pixel alike: half before any loss is known, `everywhere` later.
  ///
  /// By classes alone a background of half the image gets a tenth of the rays, and for a thousand steps a haze stands about the head.
  private func spread(_ shares: [Double], _ pixels: PixelLists.Frame) -> [Double] {
    let part = map == nil ? part : 0
    let all = Double(max(1, pixels.counts.reduce(0, +)))
    return zip(shares, pixels.counts).map { (1 - part) * $0 + part * Double($1) / all }
  }

  /// Whole numbers with sum `count`, as near to `shares` of it as can be; those with the largest remainders are rounded up.
  private func apportion(_ count: Int, among shares: [Double]) -> [Int] {
    guard shares.contains(where: { $0 > 0 }) else { return shares.map { _ in 0 } }
    let exact = shares.map { $0 * Double(count) }
    var whole = exact.map { Int($0) }
    let byRemainder = exact.indices.filter { shares[$0] > 0 }
      .sorted { (exact[$0] - Double(whole[$0]), $1) > (exact[$1] - Double(whole[$1]), $0) }
    for i in 0..<max(0, count - whole.reduce(0, +)) { whole[byRemainder[i % byRemainder.count]] += 1 }
    return whole
  }

  /// Numbers of rays a class, each ray drawn by itself with the given weights.
  private func scatter(_ count: Int, by weights: [Double], _ generator: Generator) -> [Int] {
    var numbers = weights.map { _ in 0 }
    guard weights.contains(where: { $0 > 0 }) else { return numbers }
    for i in call("aten::multinomial", Tensor(weights.map(Float.init)), count, true, generator).array(Int.self) { numbers[i] += 1 }
    return numbers
  }

  /// Everything a later run needs to go on exactly, beside the generator.
  package func state() -> [String: Tensor] {
    [
      "shares": Tensor(shares), "losses": Tensor(losses), "rays": Tensor(rays), "order": Tensor(order), "next": Tensor(next),
      "epoch": Tensor(epoch), "errors": Tensor(map?.errors ?? knownErrors),
    ]
  }

  /// Puts a state back, from the tensors whose names start with `prefix`; throws `ModuleError`, and then has changed nothing.
  package func load(_ state: [String: Tensor], prefix: String = "") throws {
    func tensor(_ name: String, _ shape: [Int], _ dtype: Tensor.DType) throws -> Tensor {
      guard let found = state[prefix + name] else { throw ModuleError.missing(prefix + name) }
      guard found.shape == shape else { throw ModuleError.shape(prefix + name, found.shape, expected: shape) }
      guard found.dtype == dtype else { throw ModuleError.type(prefix + name, found.dtype, expected: dtype) }
      return found
    }
    let classes = [configuration.weights.count]
    let shares: [Double] = try tensor("shares", classes, .float64).array()
    let losses: [Double] = try tensor("losses", classes, .float64).array()
    let rays: [Double] = try tensor("rays", classes, .float64).array()
    // Before the first step there is no order yet.
    let length = state[prefix + "order"]?.numel ?? 0
    let order: [Int] = try tensor("order", [length], .int64).array()
    let next = Int(try tensor("next", [], .int64).item), epoch = Int(try tensor("epoch", [], .int64).item)
    // Every frame stands in a pass; whoever went on with other repeats has them from the next one on.
    guard order.isEmpty || Set(order) == Set(frames.indices), (0...order.count).contains(next) else {
      throw ModuleError.shape(prefix + "order", [length], expected: [frames.count])
    }
    // Runs of before have none.
    let errors = state[prefix + "errors"].flatMap { $0.dtype == .float32 ? $0.floats : nil } ?? []
    knownErrors = errors.allSatisfy { (0...1).contains($0) } ? errors : []
    map = nil
    (self.shares, self.losses, self.rays, self.order, self.next, self.epoch) = (shares, losses, rays, order, next, epoch)
  }
}
