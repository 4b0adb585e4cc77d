import CTorch

/// An n-dimensional array on a device, with the history that autograd needs.
///
/// Not `Sendable`: libtorch keeps its grad mode per thread, so one thread owns all tensors.
package final class Tensor {
  let handle: ct_tensor
  init(owning handle: ct_tensor) { self.handle = handle }
  deinit { ct_free(handle) }
  /// Lends the handle while the tensor is kept: Swift may otherwise let it go as soon as the handle has been read.
  func lend<R>(_ body: (ct_tensor) -> R) -> R { withExtendedLifetime(self) { body(handle) } }

  /// Element types, with libtorch's own numbers.
  package enum DType: Int32, Sendable {
    case uint8 = 0
    case int8, int16, int32, int64, float16, float32, float64
    case bool = 11
    case bfloat16 = 15

    /// Bytes an element takes.
    package var size: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .int16, .float16, .bfloat16: 2
      case .int32, .float32: 4
      case .int64, .float64: 8
      }
    }
  }

  package var shape: [Int] { (0..<dim).map { dim in Int(lend { ct_size($0, Int64(dim)) }) } }
  package var dim: Int { Int(lend(ct_dimensions)) }
  package var numel: Int { shape.reduce(1, *) }
  /// The length of one dimension; negative ones count from the end.
  package func size(_ dimension: Int) -> Int {
    let size = lend { ct_size($0, Int64(dimension)) }
    if size < 0 { mistake("size") }
    return Int(size)
  }
  package var dtype: DType {
    let number = lend(ct_dtype)
    guard let known = DType(rawValue: number) else { fatalError("element type \(number) is not used here") }
    return known
  }
  package var isContiguous: Bool { lend(ct_is_contiguous) }
  package var device: Device {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { name in
      lend { ct_device($0, name.baseAddress!, 32) }
      return Device(rawValue: String(cString: name.baseAddress!))
    }
  }
}

extension Tensor: CustomStringConvertible {
  /// Type, shape and device, and the elements if they are few: for error messages and debuggers.
  package var description: String {
    let elements = numel <= 16 ? " \(dtype.isFloatingPoint ? "\(array(Double.self))" : "\(array(Int.self))")" : ""
    return "\(dtype) \(shape)\(device == .cpu ? "" : " on \(device.rawValue)")\(elements)"
  }
}
