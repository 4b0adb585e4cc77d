import CKernels
import Foundation

/// What a place in summed frames says: the certainties of the 128 coded bits there.
package struct WatermarkReading {
  /// Above zero for 0, below for 1.
  package let certainties: [Float]
  /// How far the cells that are known beforehand stand out, in standard deviations.
  package let z: Float
  /// The cells, turned to the time at which the pattern is largest.
  let cells: [Float]
  let place: cm_place

  /// Cells that are looked for, in pixels of the shrunken frames; a cell's width and height differ by a tenth at most.
  static let cellSizes: ClosedRange<Float> = 1.9...18
  /// Times within a period that are told apart.
  private static let phases: Float = 64

  /// Nil if the place is none of those that are counted, or there was no memory.
  init?(_ table: OpaquePointer, place: cm_place, width: Int, height: Int) {
    let place = Self.snapped(place, width: Float(width), height: Float(height))
    guard Self.cellSizes.contains(place.across), abs(log(place.down / place.across)) <= 0.1 else { return nil }
    var sum = [Float](repeating: 0, count: 2 * WatermarkTile.cells)
    guard withUnsafePointer(to: place, { cm_read(table, $0, &sum) }) != 0 else { return nil }
    var real: Float = 0, imaginary: Float = 0
    for (cell, sign) in WatermarkTile.known.enumerated() {
      real += Float(sign) * sum[2 * cell]
      imaginary += Float(sign) * sum[2 * cell + 1]
    }
    let phase = (atan2(imaginary, real) * Self.phases / (2 * .pi)).rounded() * 2 * .pi / Self.phases
    let c = cos(phase), s = sin(phase)
    cells = (0..<WatermarkTile.cells).map { c * sum[2 * $0] + s * sum[2 * $0 + 1] }
    var certainties = [Float](repeating: 0, count: WatermarkCode.coded)
    for (cell, bit) in WatermarkTile.bit.enumerated() {
      if let bit { certainties[bit] += Float(WatermarkTile.chips[cell]) * cells[cell] }
    }
    self.certainties = certainties
    self.place = place
    z = place.z
  }

  /// The identity here and its statistic; nil if the check sum is another.
  func identity() -> (id: WatermarkID, statistic: Float)? {
    guard cells.contains(where: { $0 != 0 }), let id = WatermarkCode.decode(certainties) else { return nil }
    return (id, statistic(of: id))
  }

  /// The statistic of an identity here.
  package func statistic(of id: WatermarkID) -> Float {
    let energy = cells.reduce(0) { $0 + $1 * $1 }
    return zip(WatermarkTile.signs(id), cells).reduce(0) { $0 + Float($1.0) * $1.1 } / max(energy.squareRoot(), .leastNormalMagnitude)
  }

  /// The share of the coded bits of an identity that are right here, 0 to 1.
  package func agreement(with id: WatermarkID) -> Float {
    let right = zip(WatermarkCode.encode(id), certainties).count { ($0 == 0) == ($1 > 0) }
    return Float(right) / Float(WatermarkCode.coded)
  }

  /// The nearest of the places that are counted: the cell in steps of 1/4096, the place at the middle of the frame in 16ths of a cell.
  private static func snapped(
    _ place: cm_place, width: Float, height: Float
  ) -> cm_place {
    func size(_ value: Float) -> Float { exp((log(value) * 4096).rounded() / 4096) }
    func corner(_ corner: Float, _ middle: Float, _ from: Float, _ to: Float) -> Float {
      ((middle / from + corner) * 16).rounded() / 16 - middle / to
    }
    var result = place
    result.across = size(place.across)
    result.down = size(place.down)
    result.x = corner(place.x, width / 2, place.across, result.across)
    result.y = corner(place.y, height / 2, place.down, result.down)
    return result
  }
}
