// Compiles SIMD_FILE for every set of instructions, into the namespaces scalar, avx2 and avx512, of which `simd()` names one. The file reads
// SIMD_LEVEL, 0 to 2, and what it defines as INLINE ends with it.

namespace scalar {
#define SIMD_LEVEL 0
#include SIMD_FILE
#undef SIMD_LEVEL
#undef INLINE
} // namespace scalar

#if defined(__x86_64__)
namespace avx2 {
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define SIMD_LEVEL 1
#include SIMD_FILE
#undef SIMD_LEVEL
#undef INLINE
#pragma clang attribute pop
} // namespace avx2

namespace avx512 {
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c"))), apply_to = function)
#define SIMD_LEVEL 2
#include SIMD_FILE
#undef SIMD_LEVEL
#undef INLINE
#pragma clang attribute pop
} // namespace avx512
#endif

#undef SIMD_FILE
