import CTorch

/// A source of random numbers whose state can be saved and put back: PyTorch's numbers for PyTorch's seeds.
package final class Generator {
  let handle: ct_generator

  package init(seed: UInt64, device: Device = .cpu) {
    guard let handle = ct_generator_new(seed, device.rawValue) else { mistake("generator") }
    self.handle = handle
  }
  deinit { ct_generator_free(handle) }

  /// The whole state as bytes, `[n]` uint8.
  package var state: Tensor {
    get {
      guard let state = withExtendedLifetime(self, { ct_generator_state(handle) }) else { mistake("generator") }
      return Tensor(owning: state)
    }
    set { if !set(newValue) { mistake("generator") } }
  }

  /// Puts back a state that comes from a file; throws `ModuleError` if it is no generator's, and then has changed nothing.
  package func load(_ state: Tensor?, name: String) throws {
    guard let state else { throw ModuleError.missing(name) }
    let own = self.state
    guard state.dtype == own.dtype else { throw ModuleError.type(name, state.dtype, expected: own.dtype) }
    guard state.shape == own.shape else { throw ModuleError.shape(name, state.shape, expected: own.shape) }
    guard set(state.to(.cpu).contiguous()) else { throw ModuleError.damaged(name) }
  }
  private func set(_ state: Tensor) -> Bool { withExtendedLifetime(self) { state.lend { ct_generator_set_state(handle, $0) } } }
}
