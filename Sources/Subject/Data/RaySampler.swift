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
      let perClass =
        switch configuration.rule {
        case .epoch: apportion(wanted, among: spread(present(shares, pixels), pixels))
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
    guard !drawn.pixel.isEmpty else { return try anywhere(drawn.frames, generator) }
    return drawn
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

  /// Shares of which a part goes to every pixel alike: half before any loss is known, `everywhere` later.
  ///
  /// By classes alone a background of half the image gets a tenth of the rays, and for a thousand steps a haze stands about the head.
  private func spread(_ shares: [Double], _ pixels: PixelLists.Frame) -> [Double] {
    let part = epoch == 0 ? max(configuration.everywhere, 0.5) : configuration.everywhere
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
      "epoch": Tensor(epoch),
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
    (self.shares, self.losses, self.rays, self.order, self.next, self.epoch) = (shares, losses, rays, order, next, epoch)
  }
}

/// The pixels of each class in the frames' label maps, computed when needed and kept while memory lasts.
private final class PixelLists {
  /// Pixel numbers of a frame, class by class.
  struct Frame {
    let pixels: [Int32]
    /// Where each class starts, and the end.
    let starts: [Int]
    var counts: [Int] { zip(starts.dropFirst(), starts).map { $0 - $1 } }
    subscript(label: Int) -> ArraySlice<Int32> { pixels[starts[label]..<starts[label + 1]] }
  }
  private let classes: Int
  private let labels: (Int) throws -> Tensor
  private var kept: [Int: Frame] = [:]
  private var memory: Int

  init(classes: Int, memory: Int, labels: @escaping (Int) throws -> Tensor) {
    self.classes = classes
    self.memory = memory
    self.labels = labels
  }

  subscript(frame: Int) -> Frame {
    get throws {
      if let known = kept[frame] { return known }
      let lists = try labels(frame).withElements(UInt8.self) { Self.sort($0, classes) }
      let size = 4 * lists.pixels.count
      if size <= memory {
        memory -= size
        kept[frame] = lists
      }
      return lists
    }
  }

  /// Counting sort of the pixels by class; those without are left out.
  private static func sort(_ labels: UnsafeBufferPointer<UInt8>, _ classes: Int) -> Frame {
    var counts = [Int](repeating: 0, count: 256)
    for label in labels { counts[Int(label)] += 1 }
    var starts = [0]
    for label in 0..<classes { starts.append(starts[label] + counts[label]) }
    var place = starts
    let pixels = [Int32](unsafeUninitializedCapacity: starts[classes]) { buffer, count in
      for (i, label) in labels.enumerated() where label < classes {
        buffer[place[Int(label)]] = Int32(i)
        place[Int(label)] += 1
      }
      count = starts[classes]
    }
    return Frame(pixels: pixels, starts: starts)
  }
}
