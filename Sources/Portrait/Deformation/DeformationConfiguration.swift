/// Sizes of a deformation field.
package struct DeformationConfiguration: Codable, Sendable, Equatable {
  /// Coefficients of who it is and of the expression.
  package var identity: Int, expression: Int
  /// Frequencies of the points' encoding.
  package var frequencies: Int
  /// Hidden layers of the displacement's network and their width, and the layer that sees the input again.
  package var displacementDepth: Int, displacementWidth: Int, displacementSkip: Int
  /// Hidden layers of the weight's network and their width.
  package var weightDepth: Int, weightWidth: Int
  /// The side of the box that the volume lies in.
  package var boxWarp: Double

  /// The paper is silent about sizes; these are those of comparable fields.
  package init(
    identity: Int = 80, expression: Int = 64, frequencies: Int = 6, displacementDepth: Int = 6, displacementWidth: Int = 128,
    displacementSkip: Int = 4, weightDepth: Int = 4, weightWidth: Int = 64, boxWarp: Double = 1
  ) {
    self.identity = identity
    self.expression = expression
    self.frequencies = frequencies
    self.displacementDepth = displacementDepth
    self.displacementWidth = displacementWidth
    self.displacementSkip = displacementSkip
    self.weightDepth = weightDepth
    self.weightWidth = weightWidth
    self.boxWarp = boxWarp
  }

  package static let standard = DeformationConfiguration()
  /// Four times the work.
  package static let large = DeformationConfiguration(displacementDepth: 8, displacementWidth: 256, weightWidth: 128)

  /// What is wrong with it, for one that comes from a file; nil if nothing is.
  package var fault: String? {
    let sizes = [
      ("identity", identity, 0...4096), ("expression", expression, 0...4096), ("frequencies", frequencies, 0...16),
      ("displacementDepth", displacementDepth, 1...64), ("displacementWidth", displacementWidth, 1...4096),
      ("displacementSkip", displacementSkip, 0...64), ("weightDepth", weightDepth, 1...64), ("weightWidth", weightWidth, 1...4096),
    ]
    for (name, value, range) in sizes where !range.contains(value) {
      return "\(name) \(value) is not within \(range.lowerBound)...\(range.upperBound)"
    }
    return boxWarp > 0 && boxWarp < 1e6 ? nil : "boxWarp \(boxWarp) is not the side of a box"
  }
}
