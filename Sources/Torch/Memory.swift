import CTorch
import Foundation

/// Room for numbers, asked for before it is needed: inside an operator that finds none it is too late for an error.
package enum Memory {
  /// The product of sizes, `Int.max` where it is larger.
  package static func product(_ factors: Int...) -> Int {
    factors.reduce(1) { product, factor in
      let (next, isTooLarge) = product.multipliedReportingOverflow(by: factor)
      return isTooLarge ? .max : next
    }
  }

  /// Throws `MemoryError` where `device` has no room at once for so many float32 numbers; `purpose` says what they are.
  package static func require(numbers: Int, on device: Device = .cpu, for purpose: String) throws(MemoryError) {
    let bytes = product(numbers, 4), error = MemoryError(purpose: purpose, gigabytes: Double(bytes) / 1e9, device: device.rawValue)
    // The system may promise more than there is.
    if device == .cpu, bytes > ProcessInfo.processInfo.physicalMemory { throw error }
    let allocate: StaticString = "aten::empty.memory_format"
    [bytes].push()
    Tensor.DType.uint8.push()
    ct_push_none()
    device.push()
    guard ct_call(allocate.utf8Start) else { throw error }
    ct_drop()
  }

  /// Whether libtorch's last error on this thread is that memory ran out.
  static var hasRunOut: Bool {
    let words = String(cString: ct_error())
    return ["can't allocate memory", "out of memory", "bad_alloc"].contains { words.contains($0) }
  }
}

/// There is not so much memory.
package struct MemoryError: KindedError {
  package let purpose: String
  package let gigabytes: Double
  package let device: String

  package var errorKind: ErrorKind { .system }
  package var description: String {
    String(
      format: "%@ needs %.1f GB of memory at once, and %@ has not so much; choose smaller sizes", locale: nil, purpose, gigabytes, device)
  }
}
