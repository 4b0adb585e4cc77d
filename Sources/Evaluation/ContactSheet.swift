import Media
import Torch

/// Pairs of images in a grid, truth above and avatar below.
package struct ContactSheet {
  package let columns: Int
  /// The width of an image on the sheet, in pixels.
  package let cell: Int
  private static let gap = 4

  package init(columns: Int, cell: Int) { (self.columns, self.cell) = (columns, cell) }

  /// `[H, W, 3]` uint8 of pairs `[h, w, 3]` uint8, all of one size; there must be one at least.
  package func image(_ pairs: [(truth: Tensor, render: Tensor)]) -> Tensor {
    precondition(!pairs.isEmpty, "a sheet of nothing")
    let height = cell * pairs[0].truth.size(0) / pairs[0].truth.size(1)
    let columns = min(columns, pairs.count)
    let rows = (pairs.count + columns - 1) / columns
    let (stepX, stepY) = (cell + Self.gap, 2 * height + 2 * Self.gap)
    let sheet = Tensor.full([rows * stepY - Self.gap, columns * stepX - Self.gap, 3], 255, .uint8)
    for (i, pair) in pairs.enumerated() {
      let (x, y) = (i % columns * stepX, i / columns * stepY)
      sheet[.in(y..<y + height), .in(x..<x + cell)] = resize(pair.truth, width: cell, height: height)
      sheet[.in(y + height..<y + 2 * height), .in(x..<x + cell)] = resize(pair.render, width: cell, height: height)
    }
    return sheet
  }
}
