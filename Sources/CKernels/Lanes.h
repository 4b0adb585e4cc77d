#pragma once
// Sixteen numbers at a time; the compiler makes as many instructions of it as the processor needs.

#include <cstdint>

namespace likeness {

typedef float f16v __attribute__((vector_size(64)));
typedef int32_t i16v __attribute__((vector_size(64)));
typedef float f16u __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t i16u __attribute__((vector_size(64), aligned(4), may_alias));
typedef float f8u __attribute__((vector_size(32), aligned(4), may_alias));
typedef float f8v __attribute__((vector_size(32)));
typedef _Float16 h16u __attribute__((vector_size(32), aligned(2), may_alias));
typedef _Float16 h8u __attribute__((vector_size(16), aligned(2), may_alias));

} // namespace likeness
