import ArgumentParser
import Foundation
import Torch

/// Measures what the project claims, as ratios within one run, and writes `bench.json`.
@main struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures kernels, training steps and frames against what the machine can do at most, and writes bench.json.",
    discussion: """
      Times are the shortest of some repetitions. Run it on an otherwise idle machine: ratios compare what was measured in the same run, but
      times mean little beside other work. LIKENESS_SIMD=scalar|avx2|avx512 chooses the kernels' instructions, OMP_NUM_THREADS the threads.
      Where LIKENESS_PEER_PYTHON (or python3) can import torch, the paper's field and the portrait's generator in plain PyTorch are measured too.
      """)

  /// What can be measured, in order.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case ceilings, lattice, planes, composite, mlp, adam, march, frame, reference, fast, portrait, live, marks

    func run(_ report: Report, trainedReference: URL?) throws {
      switch self {
      case .ceilings: report.ceilings.add(to: report)
      case .lattice: GatherBenchmark.lattice(report)
      case .planes: GatherBenchmark.planes(report)
      case .composite: CompositeBenchmark.run(report)
      case .mlp: LayersBenchmark.run(report)
      case .adam: AdamBenchmark.run(report)
      case .march: MarchBenchmark.run(report)
      case .frame: FrameBenchmark.run(report)
      case .reference: try ReferenceBenchmark.run(report, trained: trainedReference)
      case .fast: try FastBenchmark.run(report)
      case .portrait: PortraitBenchmark.run(report)
      case .live: try LiveBenchmark.run(report)
      case .marks: try MarksBenchmark.run(report)
      }
    }
  }

  @Option(parsing: .upToNextOption, help: "Only these parts: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var only: [Part] = []
  @Flag(help: "Fewer repetitions, for a look while working.")
  var quick = false
  @Option(help: ArgumentHelp("Also measure frames of this trained avatar.", valueName: "run"))
  var avatar: String?
  @Option(help: ArgumentHelp("Also measure a frame of this trained run of the reference field.", valueName: "run"))
  var trainedReference: String?
  @Option(help: "Where to write the figures.")
  var output = "bench.json"
  @Option(help: ArgumentHelp("Do one thing and print the peak memory in GB; the bench starts itself so.", visibility: .hidden))
  var memoryOf: MemoryJob?

  func run() throws {
    try Libtorch.check()
    if let memoryOf {
      try memoryOf.run()
      print(PeakMemory.ofThisProcess ?? .nan)
      return
    }
    let report = Report(isQuick: quick)
    for part in Part.allCases where only.isEmpty || only.contains(part) {
      try part.run(report, trainedReference: trainedReference.map { URL(filePath: $0) })
    }
    if let avatar { try AvatarBenchmark.run(report, at: URL(filePath: avatar)) }
    try report.write(to: URL(filePath: output))
  }
}

extension MemoryJob: ExpressibleByArgument {}
