import Foundation

/// One line of `bench.json`.
struct Measurement: Codable {
  var name: String
  var value: Double
  var unit: String
  /// How many times better this is than `against`, or which share of it, measured in the same run.
  var ratio: Double?
  var against: String?

  /// The line as the table has it.
  var line: String {
    func left(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
    let comparison = ratio.map { "  " + right(Self.digits($0), 7) + " x " + (against ?? "") } ?? ""
    return left(name, 66) + right(Self.digits(value), 9) + " " + left(unit, 8) + comparison
  }
  /// Three digits that count.
  private static func digits(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let size = abs(value)
    return String(format: size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", locale: nil, value)
  }
}
