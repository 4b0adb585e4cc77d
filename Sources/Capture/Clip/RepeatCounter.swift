import Torch

/// Counts the images of a clip that show what the one before them shows, as a still image with sound does, or a damaged file.
struct RepeatCounter {
  private(set) var count = 0
  private var last: Tensor?

  /// Grey levels that two images of one moment may differ by on average: a camera's noise alone is more.
  private static let tolerance = 0.02

  /// Takes the next image, `[H, W, 3]` uint8; every fourth row is compared.
  mutating func add(_ rgb: Tensor) {
    defer { last = rgb }
    guard let last, last.shape == rgb.shape else { return }
    let rows = rgb.size(0), width = 3 * rgb.size(1)
    var sum = 0
    rgb.withElements(UInt8.self) { new in
      last.withElements(UInt8.self) { old in
        for row in stride(from: 0, to: rows, by: 4) {
          for i in row * width..<(row + 1) * width { sum += abs(Int(new[i]) - Int(old[i])) }
        }
      }
    }
    if Double(sum) <= Self.tolerance * Double((rows + 3) / 4 * width) { count += 1 }
  }
}
