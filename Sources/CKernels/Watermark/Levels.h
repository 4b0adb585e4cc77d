#pragma once
// Which instructions the watermark's kernels use: those of Simd.h, or fewer where a test asks for them.

/// 0 the base instructions, 1 AVX2, 2 AVX-512.
int simd_level();

#if defined(__x86_64__)
#define CHOOSE(function) (simd_level() == 2 ? avx512::function : simd_level() == 1 ? avx2::function : scalar::function)
#else
#define CHOOSE(function) scalar::function
#endif
