#pragma once
// CUDA C++ into machine code by NVRTC, NVIDIA's compiler as a library, which is looked for when a kernel first runs.

#include <string>
#include <vector>

namespace likeness::cuda {

/// A source of kernels, compiled as one.
struct Program {
  const char *name, *source;
  /// An option of the compiler for this program; null for none.
  const char *option = nullptr;
};
/// What a program may include: `Kernels/Prelude.h`.
extern const Program prelude;
/// All programs.
const std::vector<Program> &programs();

class Compiler {
public:
  /// This machine's compiler. Throws `c10::Error` that says where it was looked for and how to get it.
  static const Compiler &get();

  const std::string &path() const { return path_; }
  /// As "13.0".
  const std::string &version() const { return version_; }
  /// What to compile for on a device of compute capability `capability` (86 is 8.6): `sm_86`; where the compiler is older than the
  /// device, `compute_<the newest it knows>`, which the driver translates.
  std::string target(int capability) const;
  /// The machine code (CUBIN) for `sm_*`, text for the driver (PTX) for `compute_*`. Throws `c10::Error` with the compiler's log.
  std::string compile(const Program &program, const std::string &target) const;

private:
  Compiler();
  std::string path_, version_;
  std::vector<int> capabilities_;
  struct Functions;
  const Functions *functions_;
};

} // namespace likeness::cuda
