import Foundation
import Segmentation
import Testing
import Torch

@Suite struct PlateTests {
  @Test func theMedianIsFoundBehindAPersonWhoMoves() throws {
    let plate = BackgroundPlate(samples: 9)
    let truth = image(160, 120, texture)
    for t in 0..<40 {
      let x0 = 20 + 2 * t
      let alpha = Tensor.zeros([120, 160])
      alpha[.in(40..<120), .in(x0..<x0 + 30)] = Tensor.ones([80, 30])
      let rgb = truth.clone()
      rgb[.in(40..<120), .in(x0..<x0 + 30)] = Tensor.zeros([80, 30, 3], .uint8)
      plate.add(rgb, alpha: alpha)
    }
    let (found, seen) = try #require(plate.finish())
    #expect(seen == 1)
    #expect((found.to(.float32) - truth.to(.float32)).abs().max().item == 0)
  }

  @Test func whatIsNeverSeenIsFilledSmoothly() throws {
    let plate = BackgroundPlate()
    let truth = image(160, 120) { x, y in 40 + x + 0.5 * y }
    let alpha = Tensor.zeros([120, 160])
    alpha[.in(30..<90), .in(50..<110)] = Tensor.ones([60, 60])
    let rgb = truth.clone()
    rgb[.in(30..<90), .in(50..<110)] = Tensor.full([60, 60, 3], 255, .uint8)
    for _ in 0..<5 { plate.add(rgb, alpha: alpha) }
    let (found, seen) = try #require(plate.finish())
    #expect(seen > 0.6 && seen < 0.85)
    // The hole continues the slope around it, without a trace of the person's white.
    #expect((found.to(.float32) - truth.to(.float32)).abs().max().item < 30)
    #expect((found.to(.float32) - truth.to(.float32)).abs().mean().item < 4)
  }
}

/// An image of `width` x `height` whose grey level at the centre of a pixel is `value(x, y)`, 0...255.
private func image(_ width: Int, _ height: Int, _ value: (Double, Double) -> Double) -> Tensor {
  var bytes: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      let grey = UInt8(min(max(value(Double(x) + 0.5, Double(y) + 0.5), 0), 255))
      bytes += [grey, grey, grey]
    }
  }
  return Tensor(bytes, [height, width, 3])
}
/// Waves of several directions and lengths, so that every block has texture.
private func texture(_ x: Double, _ y: Double) -> Double {
  128 + 30 * sin(0.19 * x + 0.05 * y) + 30 * sin(0.17 * y - 0.07 * x) + 20 * sin(0.11 * x + 0.13 * y + 1)
}
