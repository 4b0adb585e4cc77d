import Face
import Foundation
import Media
import Torch

/// What stands behind the heads of training images.
package enum ImageBackground: String, Codable, CaseIterable, Sendable {
  /// What was there.
  case keep
  /// White, by the masks of the folder: the generator then makes heads and nothing else.
  case white
}

/// The images of a folder with their cameras, in memory.
package final class PosedImages {
  package let folder: PosedFolder
  /// The side of the images, and that of the depth maps.
  package let size, depthSize: Int
  /// `[N, 3, size, size]` uint8.
  let images: Tensor
  /// `[N, 1, size, size]` uint8, 255 where a head covers a pixel wholly; nil without masks.
  let coverage: Tensor?
  /// `[N, 1, depthSize, depthSize]`, distances along unit rays, 0 where nothing is; nil without depth maps.
  let depths: Tensor?
  /// `[N, 25]`.
  let labels: Tensor
  private let mirrors: Bool
  package var count: Int { labels.size(0) }
  package var hasMasks: Bool { coverage != nil }
  package var hasDepths: Bool { depths != nil }

  /// Decodes every image, which finds all that are none, and keeps it at `size`; at most `limit` of them, evenly spread. With `mirrors`
  /// half of what is drawn is the mirror image with its camera's.
  ///
  /// nil when `shouldStop` asked for it. Throws `PosedFolderError` or `MediaError`.
  package init?(
    _ folder: PosedFolder, size: Int, depthSize: Int, background: ImageBackground = .keep, mirrors: Bool = false, limit: Int? = nil,
    progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
  ) throws {
    (self.folder, self.size, self.depthSize, self.mirrors) = (folder, size, depthSize, mirrors)
    let entries = Self.evenly(folder.entries, limit ?? folder.entries.count), count = entries.count
    labels = Tensor(entries.flatMap(\.label.values), [count, CameraLabel.count])
    let hasMasks = entries.allSatisfy { folder.mask($0.name) != nil }
    guard background == .keep || hasMasks else {
      throw PosedFolderError(
        folder.url,
        "does not have masks/ for all images, which a white background needs; train with --set pictures.background=keep --set "
          + "generator.rendering.whiteBack=false")
    }
    let hasDepths = hasMasks && entries.allSatisfy { folder.depth($0.name) != nil }
    let loader = ImageLoader(folder: folder, size: size, depthSize: depthSize, background: background)
    let side = try loader.side(entries[0].name)
    let images = Tensor.empty([count, 3, size, size], .uint8)
    let coverage = hasMasks ? Tensor.empty([count, 1, size, size], .uint8) : nil
    let depths = hasDepths ? Tensor.empty([count, 1, depthSize, depthSize]) : nil
    for start in stride(from: 0, to: count, by: 128) {
      if shouldStop() { return nil }
      let end = min(count, start + 128)
      let results = withoutGradient {
        Lanes.map { lane in
          Result {
            for i in stride(from: start + lane, to: end, by: Lanes.count) {
              let name = entries[i].name, mask = hasMasks ? try loader.mask(name, side: side) : nil
              images[.at(i)].copy_(try loader.image(name, side: side, mask: mask))
              if let coverage, let mask { coverage[.at(i)].copy_(loader.coverage(mask)) }
              if let depths, let mask { depths[.at(i)].copy_(try loader.depth(entries[i], side: side, mask: mask)) }
            }
          }
        }
      }
      for result in results { try result.get() }
      progress(end, count)
    }
    (self.images, self.coverage, self.depths) = (images, coverage, depths)
  }

  private static func evenly<T>(_ all: [T], _ most: Int) -> [T] {
    guard all.count > most else { return all }
    return (0..<most).map { all[(2 * $0 + 1) * all.count / (2 * most)] }
  }

  /// `count` cameras as the images have them, `[count, 25]`.
  func drawLabels(_ count: Int, _ generator: Generator) -> Tensor {
    let (places, mirror) = draw(count, generator)
    let found = labels.indexSelect(0, places)
    return Self.mirrored(found).where(mirror.unsqueeze(1), else: found)
  }

  /// `count` random images, each equally likely at every draw.
  package func draw(_ count: Int, _ generator: Generator) -> PosedBatch {
    let (places, mirror) = draw(count, generator)
    return batch(places, mirror: mirror)
  }
  /// Places of images, and which of them are mirrored, `[count]` each.
  private func draw(_ count: Int, _ generator: Generator) -> (Tensor, Tensor) {
    let places = Tensor.randint(0..<self.count * (mirrors ? 2 : 1), [count], generator)
    return (places.remainder(self.count), places .>= Double(self.count))
  }

  /// The images at `places` `[B]`, those mirrored where `mirror` `[B]` says so.
  func batch(_ places: Tensor, mirror: Tensor? = nil) -> PosedBatch {
    let mirror = mirror ?? Tensor.zeros(places.shape, .bool)
    func take(_ all: Tensor) -> Tensor {
      let x = all.indexSelect(0, places)
      return mirrors ? x.flip(3).where(mirror.reshape(-1, 1, 1, 1), else: x) : x
    }
    let label = labels.indexSelect(0, places)
    return PosedBatch(
      bytes: take(images), coverage: coverage.map(take), depth: depths.map(take),
      label: mirrors ? Self.mirrored(label).where(mirror.unsqueeze(1), else: label) : label)
  }

  /// Labels `[N, 25]` of the images seen in a mirror; see `CameraLabel.mirrored`.
  static func mirrored(_ labels: Tensor) -> Tensor {
    var signs = [Float](repeating: 1, count: CameraLabel.count)
    for i in [1, 2, 3, 4, 8] { signs[i] = -1 }
    return labels * Tensor(signs)
  }
}

/// Some of the images.
package struct PosedBatch {
  /// `[B, 3, S, S]` uint8.
  package let bytes: Tensor
  /// `[B, 1, S, S]` uint8 and `[B, 1, s, s]`, as `PosedImages` has them.
  package let coverage, depth: Tensor?
  /// `[B, 25]`.
  package let label: Tensor

  package var count: Int { bytes.size(0) }

  /// Runs of its images, as many as there are or `most`, as even as can be, each with the number of its first one.
  func parts(_ most: Int) -> [(first: Int, part: PosedBatch)] {
    let parts = min(most, count)
    return (0..<parts).map { i in
      let first = i * count / parts, next = (i + 1) * count / parts
      func some(_ all: Tensor) -> Tensor { all.narrow(0, first, next - first) }
      return (first, PosedBatch(bytes: some(bytes), coverage: coverage.map(some), depth: depth.map(some), label: some(label)))
    }
  }

  /// In -1...1.
  func images(on device: Device) -> Tensor { bytes.to(device).to(.float32) / 127.5 - 1 }

  /// `[B, C, S, S]` as it would have been rendered at `[B, C, side, side]`.
  static func reduced(_ images: Tensor, to side: Int) -> Tensor {
    images.size(2) == side ? images : images.interpolate(size: [side, side], .linear, antialias: true)
  }
}
