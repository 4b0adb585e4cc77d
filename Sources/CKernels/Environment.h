#pragma once
// What the environment's variables say to the kernels: the one place of the C++ code that reads them (but for what must be settled before
// main, see CTorch/WaitPolicy.cpp and CTorch/Allocation.cpp). Sources/Torch/Environment.swift is the same for Swift.

#include <cstdlib>
#include <string>

namespace likeness::environment {

/// Empty where the variable is not set.
inline std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

/// The instructions to use at most: scalar, avx2 or avx512.
inline std::string simd() { return variable("LIKENESS_SIMD"); }
/// The kernel compiler's library, or its folder.
inline std::string nvrtc() { return variable("LIKENESS_NVRTC"); }
/// The user's folder for what can be made again; empty without a home. XDG asks to ignore a relative path.
inline std::string cache() {
  if (const auto folder = variable("XDG_CACHE_HOME"); !folder.empty() && folder[0] == '/') return folder;
  if (const auto home = variable("HOME"); !home.empty() && home[0] == '/') return home + "/.cache";
  return {};
}

} // namespace likeness::environment
