import Foundation
import Torch

/// What the doctor can see of this computer.
enum Machine {
  static var system: String {
    let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
    let name = value(of: "PRETTY_NAME", in: release, separator: "=")?.trimmingCharacters(in: ["\""])
    return name ?? ProcessInfo.processInfo.operatingSystemVersionString
  }
  private static let cpuinfo = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  static var processor: String { value(of: "model name", in: cpuinfo, separator: ":") ?? "unknown" }
  /// The vector instructions that kernels ask for, those that are there.
  static var features: [String] {
    let all = Set((value(of: "flags", in: cpuinfo, separator: ":") ?? "").split(separator: " ").map(String.init))
    return ["avx2", "fma", "f16c", "avx512f", "avx512_bf16", "amx_tile"].filter(all.contains)
  }

  static func memory() -> Finding {
    let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
    func gigabytes(_ key: String) -> Double {
      (value(of: key, in: text, separator: ":").flatMap { Double($0.split(separator: " ")[0]) } ?? 0) / 1e6
    }
    let line = String(format: "%.1f GB, %.1f GB free", locale: nil, gigabytes("MemTotal"), gigabytes("MemAvailable"))
    return gigabytes("MemAvailable") < 4 ? .note("memory", line + ": training at paper sizes needs 4 GB") : .good("memory", line)
  }
  /// Free space where outputs are written.
  static func disk() -> Finding {
    var found = statvfs()
    let folder = FileManager.default.currentDirectoryPath
    guard statvfs(folder, &found) == 0 else { return .note("disk", "\(folder) cannot be examined") }
    let free = Double(found.f_bavail) * Double(found.f_frsize) / 1e9
    let line = String(format: "%.1f GB free", locale: nil, free) + " in \(folder)"
    return free < 2 ? .note("disk", line + ": a dataset and a training together take about 1 GB") : .good("disk", line)
  }

  /// The file that a library was loaded from, by the start of its name.
  static func loadedLibrary(_ name: String) -> String? {
    let handle = FileHandle(forReadingAtPath: "/proc/self/maps")
    let maps = String(decoding: (try? handle?.readToEnd()) ?? Data(), as: UTF8.self)
    let files = maps.split(separator: "\n").compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }
    return files.first { $0.split(separator: "/").last?.hasPrefix(name) ?? false }
  }
  /// Where a program is found in `PATH`.
  static func program(_ name: String) -> String? {
    Environment.process.programs.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static func value(of key: String, in text: String, separator: Character) -> String? {
    for line in text.split(separator: "\n") {
      guard let at = line.firstIndex(of: separator), line[..<at].trimmingCharacters(in: .whitespaces) == key else { continue }
      return line[line.index(after: at)...].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
