import Foundation
import Torch

/// How well lips and sound of a film go together, by SyncNet: the figures that papers call LSE-D, LSE-C and the offset.
package struct LipSync: Sendable {
  /// LSE-D: the mean distance of lips and sound at the best offset; small is good, 6 to 7 for real films.
  package let distance: Double
  /// LSE-C: how much that is below the median over all offsets; large is good, 7 to 8 for real films.
  package let confidence: Double
  /// Frames by which the image is later than the sound (the published code's "AV offset"); 0 is good.
  package let offset: Int
  /// Windows compared.
  package let windows: Int

  /// Offsets that are searched, in frames, on both sides.
  package static let reach = 15
  /// Frames a second that the network knows.
  package static let frameRate = 25.0

  /// Compares the lips of `crops` with `sound`.
  ///
  /// - Parameters:
  ///   - crops: gives one crop after the other at 25 frames a second, `[224, 224, 3]`, red first, in 0...1 or as bytes (`LipSync.crop`);
  ///     nil at the end. Only a few are kept.
  ///   - sound: mono at 16 kHz in -1...1, from the time of the first crop.
  /// - Returns: nil where there is less than a window.
  package static func measure(_ network: SyncNet, sound: [Float], crops: () throws -> Tensor?) rethrows -> LipSync? {
    let lips = try withoutGradient { try embedLips(network, limit: sound.count / 640 - SyncNet.window, crops) }
    guard let lips else { return nil }
    return withoutGradient {
      let heard = embedSound(network, Cepstra.of(sound), count: lips.size(0))
      return LipSync(lips, heard)
    }
  }

  /// From vectors `[T, D]` of lips and of sound; beyond the ends sound is zeros, as in the published code.
  package init(_ lips: Tensor, _ sound: Tensor) {
    let padded = sound.pad([0, 0, Self.reach, Self.reach])
    // distances[o]: the mean over time with the sound moved by o - reach; PyTorch's pairwise_distance adds 1e-6 to each difference.
    let distances = (0...2 * Self.reach).map { shift in
      (lips - padded.narrow(0, shift, lips.size(0)) + 1e-6).norm(1).mean().item
    }
    let best = distances.indices.min { distances[$0] < distances[$1] } ?? Self.reach
    distance = distances[best]
    confidence = distances.sorted()[Self.reach] - distance
    offset = Self.reach - best
    windows = lips.size(0)
  }

  /// Vectors of the windows that begin at each frame, at most `limit` of them, `[T, 1024]`.
  private static func embedLips(_ network: SyncNet, limit: Int, _ crops: () throws -> Tensor?) rethrows -> Tensor? {
    var (frames, vectors): ([Tensor], [Tensor]) = ([], [])
    var seen = 0
    func flush() {
      guard frames.count >= SyncNet.window else { return }
      // [n, 3, 5, 224, 224] of the frames held; the last four begin the next batch.
      let windows = stack(frames, 1).windows(1, SyncNet.window, step: 1).permute(1, 0, 4, 2, 3)
      vectors.append(network.embed(lips: windows))
      frames.removeFirst(frames.count - SyncNet.window + 1)
    }
    // A window ends at each frame from the fifth on; the published code leaves out the last.
    while seen < limit + SyncNet.window - 1, let crop = try crops() {
      precondition(crop.shape == [SyncNet.cropSize, SyncNet.cropSize, 3], "a crop is [224, 224, 3], not \(crop.shape)")
      frames.append((crop.dtype == .uint8 ? crop.to(.float32) : crop * 255).permute(2, 0, 1).flip(0))
      seen += 1
      if frames.count == 24 { flush() }
    }
    flush()
    return vectors.isEmpty ? nil : cat(vectors)
  }
  /// Vectors of `count` windows of cepstra `[steps, 13]`, four steps a frame.
  private static func embedSound(_ network: SyncNet, _ cepstra: Tensor, count: Int) -> Tensor {
    // [windows, 1, 13, 20]
    let windows = cepstra.windows(0, 20, step: 4).unsqueeze(1)
    precondition(windows.size(0) >= count, "\(count) windows of lips need as many of sound, not \(windows.size(0))")
    return cat(stride(from: 0, to: count, by: 100).map { network.embed(sound: windows.narrow(0, $0, min(100, count - $0))) })
  }

  /// The square around a face that SyncNet was trained on, `[224, 224, 3]` in 0...1: the face's box and 0.4 of its larger half on the sides, 0.8
  /// below; grey (110) beyond the image.
  ///
  /// `image` is `[H, W, 3]`, in 0...1 or as bytes; the box of the face from brow to chin, in pixels, should be steady over time (the published
  /// code takes medians of 13 frames).
  package static func crop(_ image: Tensor, low: SIMD2<Float>, high: SIMD2<Float>) -> Tensor {
    let half = max((high - low).max() / 2, 1)
    let middle = (low + high) / 2
    let start = SIMD2(middle.x - half * 1.4, middle.y - half)
    let side = half * 2.8
    let image = image.asImages() - 110.0 / 255
    let (height, width) = (Float(image.size(2)), Float(image.size(3)))
    func places(_ start: Float, _ length: Float) -> Tensor {
      let size = SyncNet.cropSize
      return Tensor((0..<size).map { 2 * (start + (Float($0) + 0.5) / Float(size) * side) / length - 1 })
    }
    let grid = meshgrid(places(start.y, height), places(start.x, width))
    return (image.gridSample(stack([grid[1], grid[0]], 2).unsqueeze(0)) + 110.0 / 255).squeeze(0).permute(1, 2, 0)
  }
}
