import CTorch

extension Tensor {
  public var requiresGrad: Bool { ct_requires_grad(handle) }
  /// Marks a leaf as one that `backward` gives a gradient; returns itself.
  @discardableResult
  public func requiringGrad(_ on: Bool = true) -> Tensor {
    guard ct_set_requires_grad(handle, on) else { fatalError(String(cString: ct_error())) }
    return self
  }
  /// What `backward` has added up for this leaf; nil before.
  public var grad: Tensor? {
    get { ct_grad(handle).map(Tensor.init) }
    set { guard ct_set_grad(handle, newValue?.handle) else { fatalError(String(cString: ct_error())) } }
  }
  /// Adds the gradient of this tensor, one element unless `gradient` weights it, to every leaf it came from.
  public func backward(_ gradient: Tensor? = nil) {
    guard ct_backward(handle, gradient?.handle) else { fatalError("backward: \(String(cString: ct_error()))") }
  }
  public func detach() -> Tensor { call("aten::detach", self) }
}

/// Gradients of `outputs`, weighted by `with`, for `inputs`; nil where an input plays no part.
///
/// With `createGraph` the gradients can themselves be differentiated, as R1 needs.
public func gradients(
  of outputs: [Tensor], for inputs: [Tensor], with weights: [Tensor?]? = nil, createGraph: Bool = false
) -> [Tensor?] {
  var found = [ct_tensor?](repeating: nil, count: inputs.count)
  let ok = ct_gradients(
    outputs.map(\.handle), weights.map { $0.map { $0?.handle } }, Int64(outputs.count), inputs.map(\.handle), Int64(inputs.count),
    createGraph, &found)
  withExtendedLifetime((outputs, inputs, weights)) {}
  guard ok else { fatalError("gradients: \(String(cString: ct_error()))") }
  return found.map { $0.map(Tensor.init) }
}

/// Runs `body` without recording history. Synchronous on purpose: grad mode is per thread.
public func withoutGradient<R>(_ body: () throws -> R) rethrows -> R {
  let was = ct_set_grad_enabled(false)
  defer { _ = ct_set_grad_enabled(was) }
  return try body()
}

/// A source of random numbers whose state can be saved and put back.
public final class Generator {
  let handle: ct_generator
  public init(seed: UInt64, device: Device = .cpu) {
    guard let handle = ct_generator_new(seed, device.rawValue) else { fatalError(String(cString: ct_error())) }
    self.handle = handle
  }
  deinit { ct_generator_free(handle) }
  /// The whole state as bytes, `[n]` uint8.
  public var state: Tensor {
    get {
      guard let state = ct_generator_state(handle) else { fatalError(String(cString: ct_error())) }
      return Tensor(owning: state)
    }
    set { guard ct_generator_set_state(handle, newValue.handle) else { fatalError(String(cString: ct_error())) } }
  }
}
