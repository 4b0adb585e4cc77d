import ArgumentParser
import Capture
import Runs
import Subject
import Torch

/// Where a verb computes.
struct ComputeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where to compute: cpu, cuda or cuda:<number>; likeness doctor says what a GPU lacks.", valueName: "device"))
  var device = "cpu"

  /// The device that was asked for. Throws `DeviceError` or `CUDAError`, before anything takes time, if it cannot be used.
  func chosen() throws -> Device {
    let device = try Device(named: device)
    guard device != .cpu else { return device }
    _ = try (CUDA.driver(), CUDA.compiler())
    return device
  }
}

extension Device {
  /// Subjects are trained and drawn on the CPU alone so far: says so rather than to compute elsewhere than was asked for.
  fileprivate func requireCPU() throws {
    guard self == .cpu else {
      throw Failure.other("--device \(rawValue): subjects are trained and drawn on the CPU so far; leave --device out")
    }
  }
}
extension SubjectAvatar {
  convenience init(run: RunFolder, step: Int?, device: Device, warn: (String) -> Void) throws {
    try device.requireCPU()
    try self.init(run: run, step: step, warn: warn)
  }
}
extension SubjectTrainer {
  convenience init(
    _ dataset: Dataset, _ configuration: SubjectConfiguration, run: RunFolder, device: Device, warn: (String) -> Void
  ) throws {
    try device.requireCPU()
    try self.init(dataset, configuration, run: run, warn: warn)
  }
}
