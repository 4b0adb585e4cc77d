#include "RoundedLayer.h"
#include "Simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>

namespace likeness {

bool has_rounded_layers() {
#if defined(__x86_64__)
  static const bool has = simd() == Simd::avx512 && environment::simd().empty() && __builtin_cpu_supports("avx512bf16");
  return has;
#else
  return false;
#endif
}

std::vector<uint16_t> round_weights(const DenseLayer &layer) {
  std::vector<uint16_t> packed(int64_t(layer.in) * layer.width);
  for (int k = 0; k < layer.in; ++k) {
    for (int c = 0; c < layer.width; ++c) {
      // To the nearest, to the even one between two.
      const uint32_t bits = std::bit_cast<uint32_t>(layer.weights[int64_t(k) * layer.width + c]);
      packed[(int64_t(k / 2) * layer.width + c) * 2 + k % 2] = static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
  }
  return packed;
}

#if defined(__x86_64__)
namespace {

constexpr int rows = 6, columns = 64;

/// Six rows of 64 outputs, all in registers. `x`: their inputs, `[6, in / 2]` pairs.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))) void product(const DenseLayer &layer, const uint16_t *weights, int column,
                                                                                     const uint32_t *x, float slope, float *y, int64_t to) {
  const int pairs = layer.in / 2;
  __m512 sum[rows][4];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; ++v) sum[r][v] = _mm512_loadu_ps(layer.bias + column + 16 * v);
#pragma clang loop unroll(disable)
  for (int k = 0; k < pairs; ++k) {
    __m512bh weight[4];
    const uint16_t *from = weights + 2 * (int64_t(k) * layer.width + column);
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; ++v) weight[v] = (__m512bh)_mm512_loadu_si512(from + 32 * v);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r) {
      const __m512bh value = (__m512bh)_mm512_set1_epi32(static_cast<int>(x[r * pairs + k]));
#pragma clang loop unroll(full)
      for (int v = 0; v < 4; ++v) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], value, weight[v]);
    }
  }
  const __m512 below = _mm512_set1_ps(slope);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; ++v)
      _mm512_storeu_ps(y + r * to + column + 16 * v, _mm512_max_ps(sum[r][v], _mm512_mul_ps(sum[r][v], below)));
}

} // namespace

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))) void rounded_layer(const DenseLayer &layer, const uint16_t *weights,
                                                                                           const float *x, int64_t stride, int count, float slope,
                                                                                           float *y, int64_t to) {
  alignas(64) uint32_t pairs[rows * 128];
  for (int first = 0; first < count; first += rows) {
    for (int r = 0; r < rows; ++r)
      for (int k = 0; k < layer.in; k += 32) {
        const float *from = x + (first + r) * stride + k;
        const __m512bh both = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + 16), _mm512_loadu_ps(from));
        _mm512_storeu_si512(pairs + (r * layer.in + k) / 2, (__m512i)both);
      }
    for (int column = 0; column < layer.width; column += columns) product(layer, weights, column, pairs, slope, y + first * to, to);
  }
}
#else
void rounded_layer(const DenseLayer &, const uint16_t *, const float *, int64_t, int, float, float *, int64_t) {}
#endif

} // namespace likeness
