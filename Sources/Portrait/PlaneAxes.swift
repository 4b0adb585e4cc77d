/// Which two coordinates of a point each of the three planes is read at; the first runs along a plane's width.
public enum PlaneAxes: String, Codable, Sendable, CaseIterable {
  /// (x, y), (x, z), (z, x): what the published generators were trained with; depth and height never share a plane.
  case legacy
  /// (x, y), (x, z), (z, y).
  case fixed
}
