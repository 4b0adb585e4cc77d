import Foundation

/// One line of `bench.json`.
struct Measurement: Codable {
  var name: String
  var value: Double
  var unit: String
  /// How many times better this is than `against`, measured in the same run unless `against` says otherwise.
  var ratio: Double?
  var against: String?

  var line: String {
    let number = value >= 100 ? String(Int(value.rounded())) : String((value * 100).rounded() / 100)
    let comparison = ratio.map { ", \(String(($0 * 100).rounded() / 100)) times \(against ?? "")" } ?? ""
    return "\(name): \(number) \(unit)\(comparison)"
  }
}

/// The shortest of `times` runs after one that does not count: what else runs on the machine only ever adds time.
func seconds(_ times: Int, _ body: () -> Void) -> Double {
  body()
  return (0..<times).map { _ in
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }.min() ?? .nan
}

/// The most memory that the process has held so far, in GB; nil where the system does not say.
func peakMemory() -> Double? {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
    let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Double($0) })
  else { return nil }
  return kilobytes * 1024 / 1e9
}
