import CLiteRT
import Foundation
import Torch

/// A network in a `.tflite` file, ready to run on the CPU. One thread at a time may use it.
package final class LiteRTModel {
  private let library: LiteRTLibrary
  private var model: litert_handle?
  private var compiled: litert_handle?
  private var inputs: [litert_handle?] = []
  private var outputs: [litert_handle?] = []
  private let name: String
  /// How many numbers each input and output holds.
  package private(set) var inputCounts: [Int] = []
  package private(set) var outputCounts: [Int] = []

  /// Operators of its own that the network uses.
  private let kernels: [LiteRTKernel]
  private let bytes: NetworkBytes

  /// Loads `file`, to run on `threads` threads; throws when it is absent, damaged, or its tensors are not of float32.
  package init(_ file: URL, threads: Int = 1, kernels: [LiteRTKernel] = []) throws {
    let library = try LiteRTLibrary.shared()
    library.making.lock()
    defer { library.making.unlock() }
    self.library = library
    bytes = try NetworkBytes(file)
    self.kernels = kernels
    name = file.path
    func check(_ status: litert_status, _ what: String) throws {
      guard status == 0 else { throw CaptureError(.setUp, "\(file.path): cannot \(what) (status \(status)); run scripts/setup again") }
    }
    try check(library.createModel(library.environment, bytes.start, bytes.count, &model), "read the network")
    var options: litert_handle?
    try check(library.createOptions(&options), "make options")
    defer { library.destroyOptions(options) }
    try check(library.setAccelerators(options, Int32(litert_cpu)), "choose the CPU")
    var opaque: litert_handle?
    // The CPU's settings travel as a line of TOML that LiteRT releases.
    try check(library.createOpaqueOptions("xnnpack", strdup("num_threads = \(threads)\n"), { free($0) }, &opaque), "set the threads")
    try check(library.addOpaqueOptions(options, opaque), "set the threads")
    for kernel in kernels {
      try check(kernel.add(to: options, library), "add the operator \(kernel.name)")
    }
    try withoutStandardError {
      try check(library.createCompiledModel(library.environment, model, options, &compiled), "prepare the network")
    }

    var signature: litert_handle?
    try check(library.signature(model, 0, &signature), "find the signature")
    func buffers(
      _ count: litert_count, _ tensor: litert_child, _ requirements: litert_get_requirements
    ) throws -> ([litert_handle?], [Int]) {
      var total = 0
      try check(count(signature, &total), "count the tensors")
      var made: [litert_handle?] = []
      var counts: [Int] = []
      for index in 0..<total {
        var handle: litert_handle?
        var needs: litert_handle?
        var buffer: litert_handle?
        var type = litert_tensor_type()
        var bytes = 0
        try check(tensor(signature, index, &handle), "find a tensor")
        try check(library.tensorType(handle, &type), "read a tensor's type")
        try check(type.element_type == 1 ? 0 : -1, "use a tensor that is not of float32")
        type.useOneImage()
        try check(requirements(compiled, 0, index, &needs), "size a buffer")
        try check(library.createBuffer(library.environment, &type, needs, &buffer), "make a buffer")
        made.append(buffer)
        try check(library.packedSize(buffer, &bytes), "size a buffer")
        counts.append(bytes / MemoryLayout<Float>.size)
      }
      return (made, counts)
    }
    (inputs, inputCounts) = try buffers(library.inputCount, library.inputTensor, library.inputRequirements)
    (outputs, outputCounts) = try buffers(library.outputCount, library.outputTensor, library.outputRequirements)
  }

  /// One of the published networks that `scripts/setup` fetches, by the name of its file without the extension.
  package convenience init(published name: String, threads: Int = 1, kernels: [LiteRTKernel] = []) throws {
    try self.init(DependencyFolder.file("mediapipe/\(name).tflite"), threads: threads, kernels: kernels)
  }

  deinit {
    library.making.lock()
    defer { library.making.unlock() }
    for buffer in inputs + outputs { library.destroyBuffer(buffer) }
    if compiled != nil { library.destroyCompiledModel(compiled) }
    if model != nil { library.destroyModel(model) }
  }

  /// Lets `fill` write the one input in place, runs, and lends each output to `read`.
  package func run<R>(fill: (UnsafeMutableBufferPointer<Float>) -> Void, read: ([UnsafeBufferPointer<Float>]) -> R) throws -> R {
    guard let input = library.lock(inputs[0], litert_lock_write) else { throw failure }
    fill(input)
    guard library.unlockBuffer(inputs[0]) == 0, library.run(compiled, 0, inputs.count, &inputs, outputs.count, &outputs) == 0 else {
      throw failure
    }
    var lent: [UnsafeBufferPointer<Float>] = []
    defer { for buffer in outputs.prefix(lent.count) { _ = library.unlockBuffer(buffer) } }
    for buffer in outputs {
      guard let memory = library.lock(buffer, litert_lock_read) else { throw failure }
      lent.append(UnsafeBufferPointer(memory))
    }
    return read(lent)
  }
  private var failure: CaptureError { CaptureError(.setUp, "\(name): the network does not run; run scripts/setup again") }
}

extension litert_tensor_type {
  /// Makes dimensions that the network leaves open (how many images it sees at once) one.
  fileprivate mutating func useOneImage() {
    withUnsafeMutableBytes(of: &dimensions) { bytes in
      let dimensions = bytes.bindMemory(to: Int32.self)
      for k in dimensions.indices.prefix(Int(rank & 0x7f)) where dimensions[k] < 0 { dimensions[k] = 1 }
    }
  }
}

/// Runs `body` with standard error closed: the library under LiteRT announces itself there once, whatever severity is asked for.
private func withoutStandardError<R>(_ body: () throws -> R) rethrows -> R {
  fflush(nil)
  let kept = dup(STDERR_FILENO)
  let nowhere = open("/dev/null", O_WRONLY)
  defer {
    if kept >= 0 {
      dup2(kept, STDERR_FILENO)
      close(kept)
    }
    if nowhere >= 0 { close(nowhere) }
  }
  if kept >= 0, nowhere >= 0 { dup2(nowhere, STDERR_FILENO) }
  return try body()
}
