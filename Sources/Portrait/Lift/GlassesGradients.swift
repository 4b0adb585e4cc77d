import Foundation
import Torch

/// Which way edges run over a `GlassesPlate`, by cells, both halves of the face together: thin rims and clear ones are edges where bare faces
/// have none, however weak.
///
/// Histograms of oriented gradients (Dalal and Triggs): each cell against how strong edges are around it. `GlassesWeights` weighs them.
package struct GlassesGradients {
  /// Pixels of the plate in a pixel that is looked at, and of these in a cell; directions of edges.
  private static let shrink = 3, cell = 5, ways = 9
  /// A difference of logarithms that is as strong as counts; what is weaker than this everywhere around is grain.
  private static let strongest: Float = 0.5, grain: Float = 0.125
  private static let columns = GlassesPlate.width / shrink / cell, rows = GlassesPlate.height / shrink / cell
  private static let half = (columns + 1) / 2

  /// `[rows][half][ways]`, 0...1, the first column being that at both sides.
  package let values: [Float]

  /// What is above 0 is believed to wear glasses.
  package var score: Float { zip(values, GlassesWeights.shared.values).reduce(GlassesWeights.shared.first) { $0 + $1.0 * $1.1 } }

  /// `plate` is what `LiftPhoto.glassesPlate` makes.
  package init(plate: Tensor) {
    var image = PixelPlane(width: GlassesPlate.width, height: GlassesPlate.height, channels: 4)
    for (k, level) in plate.array(UInt8.self).enumerated() { image.values[k / 3 * 4 + 1 + k % 3] = log(Float(level) + 20) }
    self.init(image)
  }
  init(_ image: PixelPlane) {
    let small = Self.shrunk(image), (width, height) = (small.width, small.height)
    var cells = [Float](repeating: 0, count: Self.rows * Self.columns * Self.ways)
    for y in 0..<Self.rows * Self.cell {
      for x in 0..<Self.columns * Self.cell {
        var way = SIMD2<Float>.zero, square: Float = 0
        for c in 0..<3 {
          func at(_ x: Int, _ y: Int) -> Float { small.values[3 * (y * width + x) + c] }
          let g = SIMD2(
            x > 0 && x < width - 1 ? at(x + 1, y) - at(x - 1, y) : 0, y > 0 && y < height - 1 ? at(x, y + 1) - at(x, y - 1) : 0)
          if (g * g).sum() > square { (way, square) = (g, (g * g).sum()) }
        }
        guard square > 0 else { continue }
        let angle = atan2(way.y, way.x) / .pi, turns = (angle < 0 ? angle + 1 : angle) * Float(Self.ways) - 0.5
        let low = Int(turns.rounded(.down)), share = turns - Float(low), strength = min(square.squareRoot(), Self.strongest)
        let first = (y / Self.cell * Self.columns + x / Self.cell) * Self.ways
        cells[first + (low + Self.ways) % Self.ways] += strength * (1 - share)
        cells[first + (low + 1) % Self.ways] += strength * share
      }
    }
    values = Self.folded(Self.even(cells))
  }

  private static func shrunk(_ image: PixelPlane) -> PixelPlane {
    var out = PixelPlane(width: image.width / shrink, height: image.height / shrink, channels: 3)
    for y in 0..<out.height * shrink {
      for x in 0..<out.width * shrink {
        for c in 0..<3 {
          out.values[3 * (y / shrink * out.width + x / shrink) + c] +=
            image.values[4 * (y * image.width + x) + 1 + c] / Float(shrink * shrink)
        }
      }
    }
    return out
  }
  /// Each cell over the mean strength of the nine around it; beyond the border the border goes on.
  private static func even(_ cells: [Float]) -> [Float] {
    let squares = (0..<rows * columns).map { k in (0..<ways).reduce(Float(0)) { $0 + cells[k * ways + $1] * cells[k * ways + $1] } }
    var out = cells
    for y in 0..<rows {
      for x in 0..<columns {
        var sum: Float = 0
        for k in 0..<9 {
          sum += squares[min(max(y + k / 3 - 1, 0), rows - 1) * columns + min(max(x + k % 3 - 1, 0), columns - 1)]
        }
        let scale = 1 / (sum / 9 + grain).squareRoot(), first = (y * columns + x) * ways
        for way in 0..<ways { out[first + way] = min(cells[first + way] * scale, 1) }
      }
    }
    return out
  }
  /// The means of both halves, the left one mirrored.
  private static func folded(_ cells: [Float]) -> [Float] {
    var out: [Float] = []
    for y in 0..<rows {
      for x in 0..<half {
        for way in 0..<ways {
          let other = (y * columns + columns - 1 - x) * ways + ways - 1 - way
          out.append((cells[(y * columns + x) * ways + way] + cells[other]) / 2)
        }
      }
    }
    return out
  }
}
