/// Which two coordinates of a point each of the three planes is read at; the first runs along a plane's width.
package enum PlaneAxes: String, Codable, Sendable, CaseIterable {
  /// (x, y), (x, z), (z, x): what the published generators were trained with; depth and height never share a plane.
  case legacy
  /// (x, y), (x, z), (z, y).
  case fixed

  /// For each plane, the numbers of the coordinates along its width and its height.
  package var pairs: [(width: Int, height: Int)] {
    switch self {
    case .legacy: [(0, 1), (0, 2), (2, 0)]
    case .fixed: [(0, 1), (0, 2), (2, 1)]
    }
  }
}
