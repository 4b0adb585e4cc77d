import Foundation
import Segmentation
import Torch

/// What is behind the person of a photo: as the photo shows it around them, and what goes on from there plausibly behind them.
struct PhotoPlate {
  /// `[S, S, 3]` uint8.
  let image: Tensor
  /// How much of each pixel is filled in and not seen, 0...1.
  let filled: PixelPlane

  /// - finer: the photo's square with `finer` times as many pixels each way, `[S, S, 3]` uint8, where detail of the photo is to go on.
  init(_ photo: LiftPhoto, finer: (image: Tensor, factor: Int)? = nil) {
    let (side, factor) = (photo.alpha.width, finer?.factor ?? 1), size = side * factor
    // The rim of the mask is not to be trusted, and hair reaches beyond it.
    let person = photo.alpha.spread(side / 192 + max(2, side / 128))
    let hidden = (0..<side * side).map { person.values[$0] > 0.08 || photo.beyond[$0] || (photo.removed?.values[$0] ?? 0) > 0 }
    let others = PixelPlane(width: side, height: side, photo.others.map { $0 ? 1 : 0 }).spread(side / 96)
    func sized(_ index: (Int) -> Bool) -> [Bool] {
      (0..<size * size).map { index($0 / size / factor * side + $0 % size / factor) }
    }
    let unknown = sized { hidden[$0] }
    let seen = (finer?.image ?? photo.image).array(UInt8.self).map { Float($0) / 255 }
    var guess = seen
    PullPush.fill(&guess, unknown.map { $0 ? 0 : 1 }, size, size)
    _ = PatchFill.fill(&guess, unknown: unknown, barred: sized { others.values[$0] > 0 }, size, size)
    let soft = PixelPlane(width: size, height: size, unknown.map { $0 ? 1 : 0 }).blurred(factor, rounds: 2)
    let bytes = guess.indices.map { k -> UInt8 in
      let share = soft.values[k / 3]
      return UInt8(min(max((255 * (seen[k] + (guess[k] - seen[k]) * share)).rounded(), 0), 255))
    }
    image = Tensor(bytes, [size, size, 3])
    filled = soft
  }
}
