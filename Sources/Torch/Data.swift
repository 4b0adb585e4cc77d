import CTorch

/// A Swift number that tensors hold.
package protocol Element {
  static var dtype: Tensor.DType { get }
}
extension Float: Element {
  package static var dtype: Tensor.DType { .float32 }
}
extension Double: Element {
  package static var dtype: Tensor.DType { .float64 }
}
extension UInt8: Element {
  package static var dtype: Tensor.DType { .uint8 }
}
extension Int16: Element {
  package static var dtype: Tensor.DType { .int16 }
}
extension Int32: Element {
  package static var dtype: Tensor.DType { .int32 }
}
extension Int: Element {
  package static var dtype: Tensor.DType { .int64 }
}
extension Int64: Element {
  package static var dtype: Tensor.DType { .int64 }
}
extension Bool: Element {
  package static var dtype: Tensor.DType { .bool }
}

extension Tensor {
  /// A tensor on the CPU with a copy of `elements` in row-major order.
  package convenience init<E: Element>(_ elements: [E], _ shape: [Int]? = nil) {
    self.init(owning: elements.withUnsafeBytes { Self.copy($0, shape ?? [elements.count], E.dtype) })
  }
  /// A one-element tensor without dimensions.
  package convenience init<E: Element>(_ element: E) { self.init([element], []) }
  /// A tensor on the CPU with a copy of `bytes`, `[numel * dtype.size]` of them.
  package convenience init(bytes: UnsafeRawBufferPointer, _ shape: [Int], _ dtype: DType) {
    self.init(owning: Self.copy(bytes, shape, dtype))
  }
  private static func copy(_ bytes: UnsafeRawBufferPointer, _ shape: [Int], _ dtype: DType) -> ct_tensor {
    precondition(bytes.count == shape.reduce(1, *) * dtype.size, "\(bytes.count) bytes do not fill \(shape) of \(dtype)")
    var nothing: UInt8 = 0
    let sizes = shape.map(Int64.init)
    let made = withUnsafeBytes(of: &nothing) {
      ct_from_bytes(bytes.baseAddress ?? $0.baseAddress!, sizes, Int64(sizes.count), dtype.rawValue)
    }
    guard let made else { mistake("tensor") }
    return made
  }
  /// A tensor over memory it does not copy: `owner` is kept until libtorch lets the memory go.
  package convenience init(sharing bytes: UnsafeMutableRawPointer, _ shape: [Int], _ dtype: DType, owner: AnyObject) {
    let context = Unmanaged.passRetained(owner).toOpaque()
    let sizes = shape.map(Int64.init)
    let made = ct_from_memory(bytes, sizes, Int64(sizes.count), dtype.rawValue, context) {
      if let context = $0 { Unmanaged<AnyObject>.fromOpaque(context).release() }
    }
    guard let made else { mistake("tensor") }
    self.init(owning: made)
  }

  /// The one element, waiting for the device; traps unless there is exactly one.
  package var item: Double {
    var ok = false
    let value = lend { ct_item($0, &ok) }
    guard ok else { mistake("item") }
    return value
  }
  /// All elements in row-major order; converts to `E` first where the type is another.
  package func array<E: Element>(_: E.Type = E.self) -> [E] {
    withElements(E.self) { Array($0) }
  }
  package var floats: [Float] { array() }
  /// Lends the elements in row-major order, without a copy if they lie so on the CPU and are of type `E`.
  package func withElements<E: Element, R>(_: E.Type = E.self, _ body: (UnsafeBufferPointer<E>) throws -> R) rethrows -> R {
    let ready = withoutGradient { to(E.dtype).to(Device.cpu).contiguous() }
    defer { withExtendedLifetime(ready) {} }
    let count = ready.numel
    let start = count == 0 ? nil : ct_data(ready.handle)?.assumingMemoryBound(to: E.self)
    return try body(UnsafeBufferPointer(start: start, count: count))
  }
  /// Lends the bytes in row-major order, without a copy if they lie so on the CPU.
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let ready = withoutGradient { to(Device.cpu).contiguous() }
    defer { withExtendedLifetime(ready) {} }
    let count = ready.numel * dtype.size
    return try body(UnsafeRawBufferPointer(start: count == 0 ? nil : ct_data(ready.handle), count: count))
  }
  /// Lends the elements for writing; traps unless they lie in row-major order on the CPU and are of type `E`.
  package func withMutableElements<E: Element, R>(_: E.Type = E.self, _ body: (UnsafeMutableBufferPointer<E>) throws -> R) rethrows -> R {
    precondition(lend(ct_is_cpu) && isContiguous && dtype == E.dtype, "not \(E.self)s in row-major order on the CPU")
    defer { withExtendedLifetime(self) {} }
    let count = numel
    return try body(UnsafeMutableBufferPointer(start: count == 0 ? nil : ct_data(handle)?.assumingMemoryBound(to: E.self), count: count))
  }
}
