import Foundation
import Golden
import Segmentation
import Testing
import Torch

@Suite struct GuidedRegionsTests {
  /// Smooth maps over an image with edges, decided at sizes that fit each other well or badly, are as libtorch's operators have them.
  @Test(arguments: [(64, 48, 128, 96, 6, 3), (37, 29, 91, 64, 6, 3), (33, 40, 21, 17, 3, 2), (40, 30, 85, 70, 1, 5), (5, 4, 9, 8, 8, 3)])
  func asTheReference(width: Int, height: Int, fineWidth: Int, fineHeight: Int, lanes: Int, radius: Int) {
    func color(_ x: Float, _ y: Float) -> SIMD3<Float> {
      let edge: Float = x + 0.3 * y > 0.6 ? 0.7 : 0.2
      return SIMD3(edge, 0.5 + 0.4 * sin(9 * x), 0.5 + 0.4 * cos(7 * y + 2 * x))
    }
    func grid<T>(_ w: Int, _ h: Int, _ value: (Float, Float) -> T) -> [T] {
      (0..<w * h).map { value((Float($0 % w) + 0.5) / Float(w), (Float($0 / w) + 0.5) / Float(h)) }
    }
    let colors = grid(width, height) { x, y in SIMD4(color(x, y), 0) }
    let maps = grid(width, height) { x, y in
      var all = SIMD8<Float>.zero
      for lane in 0..<8 { all[lane] = 0.5 + 0.5 * sin(Float(3 + lane) * x + Float(lane * lane) * y + Float(lane)) }
      return all
    }
    let bytes = grid(fineWidth, fineHeight) { x, y in color(x, y) * 255 }.flatMap { [UInt8($0.x), UInt8($0.y), UInt8($0.z)] }
    let rgb = Tensor(bytes, [fineHeight, fineWidth, 3])
    let regions = GuidedRegions(maps, lanes: lanes, colors, width: width, height: height, radius: radius, epsilon: 1.5e-4)
    let (found, wanted) = (regions.decided(rgb), regions.referenceDecided(rgb))
    #expect((found.last - wanted.last).abs().max().item < 2e-3)
    let other = (found.best.to(.float32) - wanted.best.to(.float32)).abs() .> 0.5
    #expect(other.sum().item <= 0.002 * Double(fineWidth * fineHeight))
    #expect(lanes == 1 || wanted.best.to(.float32).std().item > 0.3, "one map is the largest everywhere, and nothing was decided")
  }
}
