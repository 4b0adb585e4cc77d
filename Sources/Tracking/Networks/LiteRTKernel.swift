import CLiteRT

/// An operator that a network brings along and LiteRT lacks. All its tensors are of float32.
package final class LiteRTKernel {
  typealias Body = (_ inputs: [UnsafeBufferPointer<Float>], _ output: UnsafeMutableBufferPointer<Float>) -> Void
  let name: String
  /// The shape of the one output; nil for that of the first input.
  private let shape: [Int32]?
  private let body: Body
  private var library: LiteRTLibrary?

  init(_ name: String, shape: [Int32]?, _ body: @escaping Body) {
    (self.name, self.shape, self.body) = (name, shape, body)
  }

  /// Tells `options` of the operator. The kernel must outlive the models made with them.
  func add(to options: litert_handle?, _ library: LiteRTLibrary) -> litert_status {
    self.library = library
    var table = litert_kernel(
      initialise: { _, _, _ in 0 },
      layouts: { context, _, inputs, _, outputs in
        guard let context, let inputs, let outputs else { return 1 }
        let kernel = Unmanaged<LiteRTKernel>.fromOpaque(context).takeUnretainedValue()
        if let shape = kernel.shape {
          outputs[0] = Int32(shape.count)
          for (k, length) in shape.enumerated() { outputs[1 + k] = length }
        } else {
          for k in 0..<9 { outputs[k] = inputs[k] & (k == 0 ? 0x7f : -1) }
        }
        return 0
      },
      run: { context, inputCount, inputs, outputCount, outputs in
        guard let context, let inputs, let outputs, outputCount == 1 else { return 1 }
        return Unmanaged<LiteRTKernel>.fromOpaque(context).takeUnretainedValue().run((0..<inputCount).map { inputs[$0] }, outputs[0])
      },
      destroy: { _ in 0 })
    return library.addKernel(options, name, 1, &table, Unmanaged.passUnretained(self).toOpaque())
  }

  private func run(_ inputs: [litert_handle?], _ output: litert_handle?) -> litert_status {
    guard let library else { return 1 }
    var lent: [UnsafeBufferPointer<Float>] = []
    defer { for buffer in inputs.prefix(lent.count) { _ = library.unlockBuffer(buffer) } }
    for buffer in inputs {
      guard let memory = library.lock(buffer, litert_lock_read) else { return 1 }
      lent.append(UnsafeBufferPointer(memory))
    }
    guard let memory = library.lock(output, litert_lock_write) else { return 1 }
    body(lent, memory)
    return library.unlockBuffer(output)
  }
}
