import CTorch

/// An n-dimensional array on a device, with the history that autograd needs.
///
/// Not `Sendable`: libtorch keeps its grad mode per thread, so one thread owns all tensors.
public final class Tensor {
  let handle: ct_tensor
  init(owning handle: ct_tensor) { self.handle = handle }
  deinit { ct_free(handle) }

  /// Element types, with libtorch's own numbers.
  public enum DType: Int32, Sendable {
    case uint8 = 0
    case int8, int16, int32, int64, float16, float32, float64
    case bool = 11
    case bfloat16 = 15

    /// Bytes an element takes.
    public var size: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .int16, .float16, .bfloat16: 2
      case .int32, .float32: 4
      case .int64, .float64: 8
      }
    }
  }

  public var shape: [Int] { (0..<dim).map { Int(ct_size(handle, Int64($0))) } }
  public var dim: Int { Int(ct_dimensions(handle)) }
  public var numel: Int { shape.reduce(1, *) }
  /// The length of one dimension; negative ones count from the end.
  public func size(_ dimension: Int) -> Int {
    let size = ct_size(handle, Int64(dimension))
    precondition(size >= 0, "size: \(String(cString: ct_error()))")
    return Int(size)
  }
  public var dtype: DType {
    guard let known = DType(rawValue: ct_dtype(handle)) else { fatalError("element type \(ct_dtype(handle)) is not used here") }
    return known
  }
  public var isContiguous: Bool { ct_is_contiguous(handle) }
  public var device: Device {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) {
      ct_device(handle, $0.baseAddress!, 32)
      return Device(rawValue: String(cString: $0.baseAddress!))
    }
  }
}

/// Where a tensor lives, in libtorch's words: `cpu`, `cuda:0`.
public struct Device: RawRepresentable, Hashable, Sendable {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public static let cpu = Device(rawValue: "cpu")
  public static let cuda = Device(rawValue: "cuda")
  /// Whether a CUDA device can be used by the libtorch that was loaded.
  public static var hasCUDA: Bool { ct_cuda_available() }
}

/// Facts about the libtorch in use.
public enum Libtorch {
  public static var builtVersion: String { String(cString: ct_version_built()) }
  public static var loadedVersion: String { String(cString: ct_version_loaded()) }
  /// Threads that operators use on the CPU.
  public static var threads: Int {
    get { Int(ct_threads()) }
    set { ct_set_threads(Int32(newValue)) }
  }
}
