import ArgumentParser
import Torch

/// Where a verb computes.
struct ComputeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where to compute: cpu, cuda or cuda:<number>; likeness doctor says what is missing for a GPU.", valueName: "device")
  )
  var device = "cpu"

  /// The device that was asked for. Throws `DeviceError` or `CUDAError`, before anything takes time, if it cannot be used.
  func chosen() throws -> Device {
    let device = try Device(named: device)
    guard device != .cpu else { return device }
    _ = try (CUDA.driver(), CUDA.compiler())
    return device
  }
}
