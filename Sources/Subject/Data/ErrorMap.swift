import Torch

/// How wrong images are where, over all frames: a grid over the image that rays are drawn by.
///
/// Most of what a field has not learnt yet are edges: shoulders, collars, lids. By area alone nearly no ray meets them.
struct ErrorMap {
  /// Cells along either side, and the image's size in pixels.
  let cells, width, height: Int
  /// Mean squared error of each cell's rays of late.
  private(set) var errors: [Float]

  /// What a ray changes of its cell's mean; and the part of the rays that are drawn everywhere alike.
  private static let rate: Float = 0.1, alike: Float = 0.3

  init(cells: Int, width: Int, height: Int) {
    (self.cells, self.width, self.height) = (cells, width, height)
    // What nobody has looked at is as wrong as can be.
    errors = [Float](repeating: 1, count: cells * cells)
  }

  func cell(of pixel: Int) -> Int { (pixel / width) * cells / height * cells + (pixel % width) * cells / width }

  /// Notes the squared errors of rays through `pixels`, in their order.
  mutating func record(_ pixels: [Int], _ found: [Float]) {
    for (pixel, error) in zip(pixels, found) where error.isFinite {
      let k = cell(of: pixel)
      errors[k] += (min(error, 1) - errors[k]) * Self.rate
    }
  }

  /// So many pixels, spread evenly over the cells by the root of their error.
  func draw(_ count: Int, _ generator: Generator) -> [Int] {
    guard count > 0 else { return [] }
    let roots = errors.map { $0.squareRoot() }, sum = max(roots.reduce(0, +), 1e-9), even = 1 / Float(errors.count)
    let random = Tensor.rand([2 * count + 1], generator).floats
    var pixels: [Int] = [], reached: Float = 0, k = -1
    pixels.reserveCapacity(count)
    for i in 0..<count {
      let wanted = (Float(i) + random[2 * count]) / Float(count)
      while k < 0 || (reached <= wanted && k + 1 < errors.count) {
        k += 1
        reached += (1 - Self.alike) * roots[k] / sum + Self.alike * even
      }
      pixels.append(place(k % cells, random[2 * i], width) + width * place(k / cells, random[2 * i + 1], height))
    }
    return pixels
  }

  /// One of the pixels of a column or row of cells: those that `cell(of:)` counts there.
  private func place(_ cell: Int, _ share: Float, _ size: Int) -> Int {
    let first = (cell * size + cells - 1) / cells, end = ((cell + 1) * size + cells - 1) / cells
    return min(first + Int(share * Float(end - first)), max(first, end - 1), size - 1)
  }
}

extension ErrorMap {
  /// The means as they were, of a run that is gone on with.
  mutating func restore(_ known: [Float]) { if known.count == errors.count { errors = known } }
}
