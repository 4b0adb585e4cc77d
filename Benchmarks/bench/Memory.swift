import Foundation

/// The most memory that a process has held, in GB.
enum PeakMemory {
  /// Of this process so far; nil where the system does not say.
  static var ofThisProcess: Double? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Double($0) })
    else { return nil }
    return kilobytes * 1024 / 1e9
  }

  /// Of a process of its own in which this program does nothing but `job`, so that other measurements do not count; nil if it failed.
  static func ofProcess(doing job: MemoryJob) -> Double? {
    // A link that would name another program there.
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
    guard let output = try? Subprocess.output(of: program, ["--memory-of", job.rawValue]) else { return nil }
    return Double(output.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

/// What memory is measured of.
enum MemoryJob: String, CaseIterable {
  case referenceStep = "reference-step"
  case referenceFrame = "reference-frame"
  case fastTraining = "fast-training"
  case portrait

  func run() throws {
    switch self {
    case .referenceStep:
      let reference = ReferenceField()
      reference.fill()
      _ = reference.step(reference.batch(ReferenceBenchmark.rays))
    case .referenceFrame:
      let reference = ReferenceField()
      reference.pixels(reference.image(strips: 4), .folded)
    case .fastTraining:
      _ = try FastBenchmark.train("fast", 100, on: PerformerData())
    case .portrait: PortraitBenchmark.Subject().draw()
    }
  }
}
