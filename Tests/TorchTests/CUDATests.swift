import Foundation
import Testing
import Torch

@Suite struct CUDATests {
  static let compiler = Result { try CUDA.compiler() }
  static var hasCompiler: Bool { if case .success = compiler { true } else { false } }

  /// No GPU is needed to compile for one. `scripts/setup` fetches no compiler: LIKENESS_NVRTC names one.
  @Test(
    .enabled(if: hasCompiler, "skipped: there is no libnvrtc; set LIKENESS_NVRTC to that of the wheel nvidia-cuda-nvrtc"),
    arguments: ["sm_80", "sm_90"])
  func everyKernelCompiles(_ target: String) throws {
    #expect(CUDA.sources.count >= 4)
    for (i, name) in CUDA.sources.enumerated() {
      let size = try CUDA.compile(i, for: target)
      #expect(size > 1000, "\(name) for \(target)")
    }
  }

  @Test(.enabled(if: hasCompiler, "skipped: there is no libnvrtc")) func anUnknownTargetIsAnError() {
    let error = #expect(throws: CUDAError.self) { try CUDA.compile(0, for: "sm_1") }
    #expect(error.map { "\($0)".contains("does not compile") } ?? false)
  }

  @Test(.enabled(if: !hasCompiler, "skipped: there is a libnvrtc")) func withoutACompilerTheErrorSaysWhatToDo() {
    let error = #expect(throws: CUDAError.self) { try CUDA.compile(0, for: "sm_90") }
    #expect(error.map { "\($0)".contains("LIKENESS_NVRTC") } ?? false)
  }

  @Test(.enabled(if: !Device.hasCUDA, "skipped: there is a GPU")) func withoutAGPUTheDeviceSaysWhatToDo() throws {
    #expect(throws: DeviceError.absent("cuda", count: 0)) { try Device(named: "cuda") }
    #expect(throws: DeviceError.unknown("gpu")) { try Device(named: "gpu") }
    #expect(try Device(named: "cpu") == .cpu)
  }
}
