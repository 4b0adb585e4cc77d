import Media
import Testing
import Torch

@Suite struct ResizeTests {
  @Test func flatColorsStayThemselves() {
    for color in [(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (13, 130, 200), (255, 255, 0)] {
      let flat = image(33, 21) { _, _ in color }
      for (width, height) in [(16, 10), (70, 64), (33, 50), (20, 40), (1, 1)] {
        let scaled = resize(flat, width: width, height: height)
        #expect(scaled.shape == [height, width, 3])
        let values = scaled.array(Int.self)
        for i in 0..<width * height {
          let found = Array(values[3 * i..<3 * i + 3])
          #expect(isNear(found, [color.0, color.1, color.2], within: 1), "\(found) for \(color) at \(width) x \(height)")
        }
      }
    }
  }

  @Test func shrinkingAveragesAreas() {
    var dice = Dice(5)
    var values: [Int] = []
    for _ in 0..<64 * 48 * 3 { values.append(Int.random(in: 0...255, using: &dice)) }
    let noise = Tensor(values, [48, 64, 3]).to(.uint8)
    let small = resize(noise, width: 16, height: 12)
    let means = noise.to(.float32).reshape(12, 4, 16, 4, 3).mean(1, 3)
    let worst = (small.to(.float32) - means).abs().max().item
    #expect(worst <= 3, "\(worst) grey levels from the mean")
  }

  @Test func growingKeepsPlaces() {
    // A smooth ramp: bicubic interpolation of pixel centres reproduces it.
    let ramp = image(32, 24) { x, y in (x * 8, y * 10, 128) }
    let large = resize(ramp, width: 64, height: 48)
    for (x, y) in [(10, 10), (30, 20), (50, 40), (21, 33)] {
      let expected = [((Double(x) + 0.5) / 2 - 0.5) * 8, ((Double(y) + 0.5) / 2 - 0.5) * 10, 128].map { Int($0.rounded()) }
      #expect(isNear(pixel(large, x, y), expected, within: 2), "\(pixel(large, x, y)) for \(expected)")
    }
  }

  @Test func sameSizeIsTheSameImage() {
    let chart = image(9, 7) { x, y in (x, y, x * y) }
    #expect(resize(chart, width: 9, height: 7).array(UInt8.self) == chart.array(UInt8.self))
  }

  @Test func cropsRepeatTheBorder() {
    let chart = image(8, 6) { x, y in (x, y, 0) }
    let inside = crop(chart, to: PixelBox(x: 2, y: 1, width: 3, height: 4))
    #expect(inside.shape == [4, 3, 3])
    #expect(pixel(inside, 0, 0) == [2, 1, 0])
    let around = crop(chart, to: PixelBox(x: -3, y: -2, width: 20, height: 12))
    for y in 0..<12 {
      for x in 0..<20 { #expect(pixel(around, x, y) == [min(max(x - 3, 0), 7), min(max(y - 2, 0), 5), 0]) }
    }
    let outside = crop(chart, to: PixelBox(x: 100, y: 100, width: 2, height: 2))
    #expect(pixel(outside, 1, 1) == [7, 5, 0])
  }
}
