// What this processor can do at most, for `make bench`: likeness::multiply_adds keeps its arithmetic busy out of registers,
// likeness::read and likeness::triad_ its memory, each with the widest instructions at hand.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <cmath>

#include "Simd.h"

namespace {

using at::Tensor;

/// Pieces of the work; threads take them one by one.
constexpr int64_t pieces = 64;

template <int lanes> using Vector __attribute__((aligned(4))) = float __attribute__((vector_size(lanes * sizeof(float))));

/// Twelve chains hide the latency of a multiplication with addition, and fit into sixteen registers beside its two factors.
constexpr int chains = 12;
/// Operations of a round of `multiply_adds`, whatever the width: 4 steps of the widest vectors.
constexpr int64_t operations_a_round = 4 * 16 * chains * 2;

template <int lanes> __attribute__((always_inline)) inline float chained(int64_t rounds, float factor, float summand) {
  Vector<lanes> sums[chains], total = {};
  const Vector<lanes> a = factor - Vector<lanes>{}, b = summand - Vector<lanes>{};
#pragma clang loop unroll(full)
  for (int i = 0; i < chains; ++i) sums[i] = b * float(i);
  for (int64_t step = 0; step < rounds * (4 * 16 / lanes); ++step) {
#pragma clang loop unroll(full)
    for (int i = 0; i < chains; ++i) sums[i] = sums[i] * a + b;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < chains; ++i) total += sums[i];
  float sum = 0;
  for (int lane = 0; lane < lanes; ++lane) sum += total[lane];
  return sum;
}

template <int lanes> __attribute__((always_inline)) inline float summed(const float *x, int64_t count) {
  constexpr int ahead = 8;
  Vector<lanes> sums[ahead] = {}, total = {};
  int64_t at = 0;
  for (; at + ahead * lanes <= count; at += ahead * lanes) {
#pragma clang loop unroll(full)
    for (int i = 0; i < ahead; ++i) sums[i] += *reinterpret_cast<const Vector<lanes> *>(x + at + i * lanes);
  }
  float sum = 0;
  for (; at < count; ++at) sum += x[at];
  for (int i = 0; i < ahead; ++i) total += sums[i];
  for (int lane = 0; lane < lanes; ++lane) sum += total[lane];
  return sum;
}

template <int lanes>
__attribute__((always_inline)) inline void triad(float *out, const float *x, const float *y, float factor, int64_t count) {
  int64_t at = 0;
  for (; at + lanes <= count; at += lanes) {
    *reinterpret_cast<Vector<lanes> *>(out + at) =
      *reinterpret_cast<const Vector<lanes> *>(x + at) + factor * *reinterpret_cast<const Vector<lanes> *>(y + at);
  }
  for (; at < count; ++at) out[at] = x[at] + factor * y[at];
}

namespace scalar {
float chains_of(int64_t rounds, float a, float b) { return chained<4>(rounds, a, b); }
float sum_of(const float *x, int64_t count) { return summed<4>(x, count); }
void triad_of(float *out, const float *x, const float *y, float factor, int64_t count) { triad<4>(out, x, y, factor, count); }
} // namespace scalar

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
namespace avx2 {
float chains_of(int64_t rounds, float a, float b) { return chained<8>(rounds, a, b); }
float sum_of(const float *x, int64_t count) { return summed<8>(x, count); }
void triad_of(float *out, const float *x, const float *y, float factor, int64_t count) { triad<8>(out, x, y, factor, count); }
} // namespace avx2
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma,f16c"))), apply_to = function)
namespace avx512 {
float chains_of(int64_t rounds, float a, float b) { return chained<16>(rounds, a, b); }
float sum_of(const float *x, int64_t count) { return summed<16>(x, count); }
void triad_of(float *out, const float *x, const float *y, float factor, int64_t count) { triad<16>(out, x, y, factor, count); }
} // namespace avx512
#pragma clang attribute pop
#else
namespace avx2 = scalar;
namespace avx512 = scalar;
#endif

struct Loops {
  decltype(&scalar::chains_of) chains;
  decltype(&scalar::sum_of) sum;
  decltype(&scalar::triad_of) triad;
};

const Loops &loops() {
  static const Loops all[] = {{scalar::chains_of, scalar::sum_of, scalar::triad_of},
                              {avx2::chains_of, avx2::sum_of, avx2::triad_of},
                              {avx512::chains_of, avx512::sum_of, avx512::triad_of}};
  return all[static_cast<int>(likeness::simd())];
}

void check(const Tensor &x, const char *name) {
  TORCH_CHECK(x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(), name, ": float32, contiguous and on the CPU");
}

template <typename Body> void in_pieces(int64_t count, Body body) {
  at::parallel_for(0, pieces, 1, [&](int64_t first, int64_t last) {
    for (int64_t piece = first; piece < last; ++piece) body(piece, count * piece / pieces, count * (piece + 1) / pieces);
  });
}

int64_t multiply_adds(int64_t rounds, Tensor &sums) {
  check(sums, "multiply_adds");
  TORCH_CHECK(sums.numel() == pieces && rounds >= 0, "multiply_adds: ", pieces, " sums, not ", sums.sizes());
  float *const out = sums.data_ptr<float>();
  in_pieces(rounds, [&](int64_t piece, int64_t first, int64_t last) { out[piece] = loops().chains(last - first, 0.999f, 0.001f); });
  return rounds * operations_a_round;
}

Tensor read_once(const Tensor &x) {
  check(x, "read");
  Tensor sums = at::empty({pieces}, x.options());
  const float *const from = x.data_ptr<float>();
  float *const out = sums.data_ptr<float>();
  in_pieces(x.numel(), [&](int64_t piece, int64_t first, int64_t last) { out[piece] = loops().sum(from + first, last - first); });
  return sums;
}

Tensor &triad_(Tensor &out, const Tensor &x, const Tensor &y, double factor) {
  for (const Tensor &tensor : {Tensor(out), x, y}) check(tensor, "triad_");
  TORCH_CHECK(out.numel() == x.numel() && out.numel() == y.numel(), "triad_: ", out.sizes(), ", ", x.sizes(), " and ", y.sizes());
  float *const to = out.data_ptr<float>();
  const float *const a = x.data_ptr<float>(), *const b = y.data_ptr<float>();
  in_pieces(out.numel(), [&](int64_t, int64_t first, int64_t last) {
    loops().triad(to + first, a + first, b + first, static_cast<float>(factor), last - first);
  });
  return out;
}

} // namespace

/// multiply_adds carries out independent chains of a x + b in registers and returns how many operations (two each) that were; read sums
/// x, `[64]` partial sums; triad_ is STREAM's out = x + factor y. All are shared out over libtorch's threads.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("multiply_adds(int rounds, Tensor(a!) sums) -> int");
  library.def("read(Tensor x) -> Tensor");
  library.def("triad_(Tensor(a!) out, Tensor x, Tensor y, float factor) -> Tensor(a!)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("multiply_adds", multiply_adds);
  library.impl("read", read_once);
  library.impl("triad_", triad_);
}
