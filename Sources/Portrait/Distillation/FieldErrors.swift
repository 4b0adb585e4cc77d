import Foundation
import Generator
import Photos
import Torch

/// How far a learned field is from the mesh's where it is seen, and how far keeping still would be.
package struct FieldErrors: CustomStringConvertible {
  package struct Row {
    package let kind: SkinKind
    /// Millimeters: of the field, and of no motion.
    package let mean, most, still, stillMost: Double
  }
  package let rows: [Row]
  /// Pixels of a millimeter in an image of 512 pixels that shows the head as the generators do.
  package let pixels: Double

  /// - moves, truth: `[N, P, 3]`; kinds: `[N, P]`; millimeter: box units.
  init(_ moves: Tensor, _ truth: Tensor, _ kinds: Tensor, millimeter: Double) {
    func lengths(_ x: Tensor) -> [Float] { (x.square().sum(-1).sqrt() / millimeter).reshape(-1).contiguous().floats }
    let errors = lengths(moves - truth), ways = lengths(truth), which = kinds.reshape(-1).array(UInt8.self)
    rows = [SkinKind.face, .lids, .lips].compactMap { kind in
      let chosen = which.indices.filter { which[$0] == kind.rawValue }
      guard !chosen.isEmpty else { return nil }
      func figures(_ all: [Float]) -> (mean: Double, most: Double) {
        let sorted = chosen.map { all[$0] }.sorted()
        return (Double(sorted.reduce(0, +)) / Double(sorted.count), Double(sorted[min(sorted.count * 95 / 100, sorted.count - 1)]))
      }
      let (found, none) = (figures(errors), figures(ways))
      return Row(kind: kind, mean: found.mean, most: found.most, still: none.mean, stillMost: none.most)
    }
    pixels = 512 * Double(CameraLabel.faceFocal) / Double(BoxSpace.radius) * millimeter
  }

  /// The mean over all kinds, mm.
  package var mean: Double { rows.reduce(0) { $0 + $1.mean } / Double(max(rows.count, 1)) }
  package var still: Double { rows.reduce(0) { $0 + $1.still } / Double(max(rows.count, 1)) }

  package var description: String {
    func line(_ row: Row) -> String {
      row.kind.name.padding(toLength: 8, withPad: " ", startingAt: 0)
        + String(
          format: "%8.3f %8.3f %10.2f %8.2f %10.3f %8.3f", locale: nil, row.mean, row.most, row.mean * pixels, row.most * pixels, row.still,
          row.stillMost)
    }
    return (["         mean mm    95 %    pixels    95 %   still mm    95 %"] + rows.map(line)).joined(separator: "\n")
  }
  /// By the names of curves.
  package var curves: [String: Double] {
    var values = ["held_mm": mean]
    for row in rows { (values["held_\(row.kind.name)_mm"], values["held_\(row.kind.name)_95_mm"]) = (row.mean, row.most) }
    return values
  }
}

extension SkinKind {
  var name: String { "\(self)" }
}
