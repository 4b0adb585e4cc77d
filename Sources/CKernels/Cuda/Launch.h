#pragma once
// Kernels on libtorch's current stream.

#include "Compiler.h"

#include <c10/core/Device.h>

namespace likeness::cuda {

/// How a kernel is spread out: `blocks` blocks of `threads` threads, each block with `sharedBytes` of dynamic shared memory.
struct Spread {
  long long blocks;
  unsigned threads = 256;
  unsigned sharedBytes = 0;
  /// One thread for each of `count` pieces of work.
  static Spread over(long long count) { return {(count + 255) / 256}; }
};

struct DeviceFacts {
  int capability, multiprocessors;
  /// The most dynamic shared memory that a block can have.
  int sharedBytes;
};
const DeviceFacts &facts(c10::Device device);

/// Queues `kernel` of `program` on libtorch's current stream of `device`, compiling and loading the program first if this is its first use
/// there. `parameters` is the kernel's one argument. Does nothing where there are no blocks; throws `c10::Error`.
void launch(const Program &program, const char *kernel, const Spread &spread, c10::Device device, const void *parameters);

/// The same for a kernel that takes a `Parameters`: a structure which host and kernel read from one header, so that neither order nor
/// type of a kernel's arguments can differ between the two.
template <class Parameters>
void launch(const Program &program, const char *kernel, const Spread &spread, c10::Device device, const Parameters &parameters) {
  static_assert(std::is_trivially_copyable_v<Parameters> && sizeof(Parameters) <= 4096);
  launch(program, kernel, spread, device, static_cast<const void *>(&parameters));
}

} // namespace likeness::cuda
