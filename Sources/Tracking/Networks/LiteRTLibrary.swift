import CLiteRT
import Foundation
import Torch

/// The LiteRT library, opened on first use, with the one environment that all models share.
final class LiteRTLibrary: @unchecked Sendable {
  let environment: litert_handle
  /// Held while models are made and released: the library does not say that this may happen on several threads.
  let making = NSLock()

  let createModel: litert_create_model
  let createOptions: litert_create
  let setAccelerators: litert_set_accelerators
  let createOpaqueOptions: litert_create_opaque_options
  let addOpaqueOptions: litert_add_opaque_options
  let addKernel: litert_add_kernel
  let createCompiledModel: litert_create_compiled_model
  let signature: litert_child
  let inputTensor, outputTensor: litert_child
  let inputCount, outputCount: litert_count
  let tensorType: litert_get_tensor_type
  let inputRequirements, outputRequirements: litert_get_requirements
  let createBuffer: litert_create_buffer
  let packedSize: litert_count
  let lockBuffer: litert_lock
  let unlockBuffer: litert_unlock
  let run: litert_run
  let destroyModel, destroyOptions, destroyCompiledModel, destroyBuffer: litert_destroy

  private static let opened = Result { try LiteRTLibrary() }
  static func shared() throws -> LiteRTLibrary { try opened.get() }

  private init() throws {
    let file = try DependencyFolder.file("litert/libLiteRt.so")
    guard let library = dlopen(file.path, RTLD_NOW | RTLD_LOCAL) else {
      throw CaptureError(.setUp, "\(file.path): \(String(cString: dlerror())); run scripts/setup again")
    }
    func symbol<F>(_ name: String, _: F.Type) throws -> F {
      guard let address = dlsym(library, name) else {
        throw CaptureError(.setUp, "\(file.path): \(name) is missing, so this is another version; run scripts/setup again")
      }
      return unsafeBitCast(address, to: F.self)
    }
    createModel = try symbol("LiteRtCreateModelFromBuffer", litert_create_model.self)
    createOptions = try symbol("LiteRtCreateOptions", litert_create.self)
    setAccelerators = try symbol("LiteRtSetOptionsHardwareAccelerators", litert_set_accelerators.self)
    createOpaqueOptions = try symbol("LiteRtCreateOpaqueOptions", litert_create_opaque_options.self)
    addOpaqueOptions = try symbol("LiteRtAddOpaqueOptions", litert_add_opaque_options.self)
    addKernel = try symbol("LiteRtAddCustomOpKernelOption", litert_add_kernel.self)
    createCompiledModel = try symbol("LiteRtCreateCompiledModel", litert_create_compiled_model.self)
    signature = try symbol("LiteRtGetModelSignature", litert_child.self)
    inputTensor = try symbol("LiteRtGetSignatureInputTensorByIndex", litert_child.self)
    outputTensor = try symbol("LiteRtGetSignatureOutputTensorByIndex", litert_child.self)
    inputCount = try symbol("LiteRtGetNumSignatureInputs", litert_count.self)
    outputCount = try symbol("LiteRtGetNumSignatureOutputs", litert_count.self)
    tensorType = try symbol("LiteRtGetRankedTensorType", litert_get_tensor_type.self)
    inputRequirements = try symbol("LiteRtGetCompiledModelInputBufferRequirements", litert_get_requirements.self)
    outputRequirements = try symbol("LiteRtGetCompiledModelOutputBufferRequirements", litert_get_requirements.self)
    createBuffer = try symbol("LiteRtCreateManagedTensorBufferFromRequirements", litert_create_buffer.self)
    packedSize = try symbol("LiteRtGetTensorBufferPackedSize", litert_count.self)
    lockBuffer = try symbol("LiteRtLockTensorBuffer", litert_lock.self)
    unlockBuffer = try symbol("LiteRtUnlockTensorBuffer", litert_unlock.self)
    run = try symbol("LiteRtRunCompiledModel", litert_run.self)
    destroyModel = try symbol("LiteRtDestroyModel", litert_destroy.self)
    destroyOptions = try symbol("LiteRtDestroyOptions", litert_destroy.self)
    destroyCompiledModel = try symbol("LiteRtDestroyCompiledModel", litert_destroy.self)
    destroyBuffer = try symbol("LiteRtDestroyTensorBuffer", litert_destroy.self)

    let settings = [
      litert_environment_option(
        tag: Int32(litert_option_accelerators), padding: 0, value_type: Int64(litert_value_is_integer),
        value: Int64(litert_cpu)),
      litert_environment_option(
        tag: Int32(litert_option_log_severity), padding: 0, value_type: Int64(litert_value_is_integer), value: 3),
    ]
    var made: litert_handle?
    let status = try symbol("LiteRtCreateEnvironment", litert_create_environment.self)(Int32(settings.count), settings, &made)
    guard status == 0, let made else {
      throw CaptureError(.setUp, "\(file.path): LiteRT cannot create its environment (status \(status)); run scripts/setup again")
    }
    environment = made
  }

  /// The floats of `buffer`, to be given back with `unlockBuffer`; nil if it cannot be reached.
  func lock(_ buffer: litert_handle?, _ mode: Int) -> UnsafeMutableBufferPointer<Float>? {
    var bytes = 0
    var memory: UnsafeMutableRawPointer?
    guard packedSize(buffer, &bytes) == 0, lockBuffer(buffer, &memory, Int32(mode)) == 0, let memory else { return nil }
    return UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: Float.self), count: bytes / MemoryLayout<Float>.size)
  }
}
