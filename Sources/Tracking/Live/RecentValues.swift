/// The last values of a signal, and how they are spread.
struct RecentValues {
  private var values: [Float] = []
  /// How many there have been.
  private(set) var total = 0
  private static let most = 1500

  var count: Int { values.count }
  mutating func append(_ value: Float) {
    if values.count < Self.most { values.append(value) } else { values[total % Self.most] = value }
    total += 1
  }
  /// The value that a share of all stays below.
  func quantile(_ share: Double) -> Float {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}
