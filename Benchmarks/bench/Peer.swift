import Foundation
import Torch

/// The paper's field in plain PyTorch on this machine, now: `Benchmarks/peer/vanilla.py`, where a Python with PyTorch is at hand.
struct Peer: Decodable {
  /// Seconds of a step of `stepRays` rays, and the most memory of the process then, in GB.
  var step: Double, stepMemory: Double
  var stepRays: Int
  /// Seconds of `frameRays` rays of a frame.
  var frame: Double
  var frameRays: Int
  /// PyTorch's version.
  var torch: String

  /// Runs it on as many threads as this program has; throws why it cannot.
  static func measured(isQuick: Bool) throws -> Peer {
    try run("vanilla.py", ["--times", isQuick ? "1" : "3"] + (isQuick ? ["--step-rays", "256"] : []), as: Peer.self)
  }

  /// Runs a script of `Benchmarks/peer` and reads what it prints.
  static func run<Printed: Decodable>(_ script: String, _ arguments: [String], as kind: Printed.Type) throws -> Printed {
    guard let python else {
      throw Subprocess.Failure(
        description: "no PyTorch at hand: set LIKENESS_PEER_PYTHON to a Python that can import torch for the comparison with it")
    }
    let place = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../peer/\(script)").standardizedFileURL
    let output = try Subprocess.output(of: python, [place.path, "--threads", "\(Libtorch.threads)"] + arguments)
    return try JSONDecoder().decode(Printed.self, from: Data(output.utf8))
  }

  /// What LIKENESS_PEER_PYTHON names, or the first python3 of PATH, if torch is there.
  private static var python: String? {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
    let candidates = environment["LIKENESS_PEER_PYTHON"].map { [$0] } ?? folders.filter(FileManager.default.isExecutableFile)
    return candidates.first { (try? Subprocess.output(of: $0, ["-c", "import torch"], quiet: true)) != nil }
  }
}
