import CTorch

extension Tensor {
  package var requiresGrad: Bool { lend(ct_requires_grad) }
  /// Marks a leaf as one that `backward` gives a gradient; returns itself.
  @discardableResult
  package func requiringGrad(_ on: Bool = true) -> Tensor {
    guard lend({ ct_set_requires_grad($0, on) }) else { mistake("requiringGrad") }
    return self
  }
  /// What `backward` has added up for this leaf; nil before.
  package var grad: Tensor? {
    get { lend(ct_grad).map(Tensor.init) }
    set {
      let ok = withExtendedLifetime(newValue) { lend { ct_set_grad($0, newValue?.handle) } }
      if !ok { mistake("grad") }
    }
  }
  /// Adds the gradient of this tensor, one element unless `gradient` weights it, to every leaf it came from.
  ///
  /// The history is gone afterwards unless `retainGraph`; with `createGraph` the gradients have one of their own.
  package func backward(_ gradient: Tensor? = nil, retainGraph: Bool = false, createGraph: Bool = false) {
    let ok = withExtendedLifetime(gradient) { lend { ct_backward($0, gradient?.handle, retainGraph || createGraph, createGraph) } }
    if !ok { mistake("backward") }
  }
  package func detach() -> Tensor { call("aten::detach", self) }
}

/// Gradients of `outputs`, weighted by `with`, for `inputs`; nil where an input plays no part.
///
/// With `createGraph` the gradients can themselves be differentiated, as R1 needs; with `retainGraph` the history of `outputs` stays.
package func gradients(
  of outputs: [Tensor], for inputs: [Tensor], with weights: [Tensor?]? = nil, retainGraph: Bool = false, createGraph: Bool = false
) -> [Tensor?] {
  precondition(weights == nil || weights?.count == outputs.count, "\(outputs.count) outputs need as many weights")
  var found = [ct_tensor?](repeating: nil, count: inputs.count)
  let ok = ct_gradients(
    outputs.map(\.handle), weights.map { $0.map { $0?.handle } }, Int64(outputs.count), inputs.map(\.handle), Int64(inputs.count),
    retainGraph || createGraph, createGraph, &found)
  withExtendedLifetime((outputs, inputs, weights)) {}
  guard ok else { mistake("gradients") }
  return found.map { $0.map(Tensor.init) }
}

/// Runs `body` without recording history. Synchronous on purpose: grad mode is per thread.
package func withoutGradient<R>(_ body: () throws -> R) rethrows -> R {
  let was = ct_set_grad_enabled(false)
  defer { _ = ct_set_grad_enabled(was) }
  return try body()
}
