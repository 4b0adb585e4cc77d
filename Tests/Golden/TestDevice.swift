import Foundation
import Testing
import Torch

extension Device {
  /// Where tests compute what may be computed elsewhere: `LIKENESS_TEST_DEVICE`, by default the CPU.
  package static let test: Device = named.flatMap { try? Device(named: $0) } ?? .cpu
  private static let named = ProcessInfo.processInfo.environment["LIKENESS_TEST_DEVICE"].flatMap { $0.isEmpty ? nil : $0 }

  /// Throws `DeviceError` where `LIKENESS_TEST_DEVICE` names none that is there, and so the tests compute on the CPU.
  package static func checkTest() throws { _ = try named.map { try Device(named: $0) } }
}

extension Module {
  /// The module, moved to where tests compute.
  @discardableResult package func onTestDevice() -> Self {
    move(to: .test)
    return self
  }
}
