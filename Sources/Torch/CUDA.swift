import CKernels

/// What a machine has for our own operators on a GPU: CUDA C++ that is compiled there when it is first used, and kept.
package enum CUDA {
  /// The NVIDIA driver and its GPUs, as "CUDA 13.0: NVIDIA H100 (9.0)". Throws `CUDAError` if there is no driver that starts.
  package static func driver() throws -> String { try text(ck_cuda_driver()) }
  /// The kernel compiler and where it is. Throws `CUDAError` if there is none; LIKENESS_NVRTC may name one.
  package static func compiler() throws -> String { try text(ck_cuda_compiler()) }
  /// The folder of compiled kernels; nil where neither XDG_CACHE_HOME nor HOME says where.
  package static var cacheFolder: String? { ck_cuda_cache().map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }

  /// The names of the kernels' sources.
  package static var sources: [String] { (0..<ck_cuda_programs()).map { String(cString: ck_cuda_program($0)) } }
  /// Compiles a source for `target` ("sm_90") and returns the size of its code in bytes. Throws `CUDAError` with the compiler's log.
  package static func compile(_ source: Int, for target: String) throws -> Int {
    let size = ck_cuda_compile(Int32(source), target)
    guard size >= 0 else { throw CUDAError() }
    return Int(size)
  }

  private static func text(_ line: UnsafePointer<CChar>?) throws -> String {
    guard let line else { throw CUDAError() }
    return String(cString: line)
  }
}

/// What is missing for a GPU, and what to do.
package struct CUDAError: KindedError {
  package let description: String
  package var errorKind: ErrorKind { .usage }
  /// What the call before says.
  fileprivate init() { description = String(cString: ck_cuda_error()) }
}
