// The choice of instructions, which tests can lower while they run.

#include "../Simd.h"
#include "../include/Watermark.h"

#include <algorithm>
#include <atomic>

int simd_level();

namespace {
std::atomic<int> limit{2};
} // namespace

int simd_level() { return std::min(static_cast<int>(likeness::simd()), limit.load(std::memory_order_relaxed)); }
int32_t cm_level(void) { return simd_level(); }
void cm_limit(int32_t level) { limit = level; }
