#pragma once
// Which instructions the kernels use: the best that the processor has, or what LIKENESS_SIMD asks for.

#include "Environment.h"

namespace likeness {

enum class Simd { scalar, avx2, avx512 };

/// Chosen once; LIKENESS_SIMD=scalar|avx2|avx512 lowers it, and never raises it above what the processor has.
inline Simd simd() {
  static const Simd chosen = [] {
    __builtin_cpu_init();
    const bool has2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    const bool has512 = has2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    const auto wish = environment::simd();
    if (wish == "scalar") return Simd::scalar;
    if (!has2) return Simd::scalar;
    if (!has512 || wish == "avx2") return Simd::avx2;
    return Simd::avx512;
  }();
  return chosen;
}

} // namespace likeness

/// Of a function that stands in the namespaces scalar, avx2 and avx512, the one written for the processor.
#if defined(__x86_64__)
#define CHOOSE(function)                                                                                                       \
  (likeness::simd() == likeness::Simd::avx512 ? avx512::function                                                               \
   : likeness::simd() == likeness::Simd::avx2 ? avx2::function                                                                 \
                                              : scalar::function)
#else
#define CHOOSE(function) scalar::function
#endif
