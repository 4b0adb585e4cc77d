import Foundation

/// What was found in a film or an image.
package struct WatermarkFinding: Sendable {
  package let id: WatermarkID
  /// How far the pattern of this identity stands out: the sum of its 1024 cells, each with the identity's sign, over the root of their summed
  /// squares; 0 without a mark, 32 if every cell is as it should be.
  package let statistic: Float
  /// The share of the 128 coded bits that were right before the errors were corrected, 0 to 1.
  package let agreement: Float
  /// A cell's width and height in pixels of the frames; 8 in a film of the tool and 4 in an image of the tool at their own size.
  package let cell: (width: Float, height: Float)
  /// Where the tile's corner lies in the first tile, in cells, each 0 to 32.
  package let offset: (x: Float, y: Float)
  package let mirrored: Bool
  /// Sign changes of the pattern per second, 0 for an image that stands alone; per frame where the frames had no times.
  package let frequency: Double

  /// A bound for the chance that a file without a mark gives as large a statistic, whatever it shows: Hoeffding's for each place, time and
  /// identity that could have been tried, over the choice of the key.
  package var falsePositiveRate: Double { Self.falsePositiveRate(statistic) }

  /// The smallest statistic that is a finding: less than one in a million files without a mark reaches it.
  package static let threshold: Float = 12.7

  /// Bits of the number of all that could have been tried in one file: 40 of the identity; 18 of the place, in 16ths of a cell; 13.2 of the
  /// cell's width and 9.7 of its height, in steps of 1/4096; 1 mirrored or not; 6 of the time; 3 frequencies; 4 parts of a film.
  static let triedBits = 95.0

  package static func falsePositiveRate(_ statistic: Float) -> Double {
    min(1, exp(triedBits * log(2) - Double(statistic * statistic) / 2))
  }
}
