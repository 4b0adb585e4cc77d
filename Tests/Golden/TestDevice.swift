import Foundation
import Testing
import Torch

extension Device {
  /// Where tests compute what may be computed elsewhere: `LIKENESS_TEST_DEVICE`, by default the CPU. A name of no device that is there is an
  /// issue of every test that asks.
  package static var test: Device { test(named: ProcessInfo.processInfo.environment["LIKENESS_TEST_DEVICE"]) }

  /// The same of that variable's value.
  package static func test(named name: String?) -> Device {
    guard let name, !name.isEmpty else { return .cpu }
    do {
      return try Device(named: name)
    } catch {
      // Compared on the CPU instead, a test would say nothing of the device that was named.
      Issue.record("LIKENESS_TEST_DEVICE=\(name): \(error)")
      return .cpu
    }
  }
}

extension Module {
  /// The module, moved to where tests compute.
  @discardableResult package func onTestDevice() -> Self {
    move(to: .test)
    return self
  }
}
