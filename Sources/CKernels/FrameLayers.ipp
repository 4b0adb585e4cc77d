// Dense layers over the rows of a block: included inside a namespace of Frame.cpp.

#if SIMD_LEVEL == 2
constexpr int wide_vectors = 4, wide_rows = 6, narrow_rows = 12;
#elif SIMD_LEVEL == 1
constexpr int wide_vectors = 1, wide_rows = 6, narrow_rows = 6;
#else
constexpr int wide_vectors = 1, wide_rows = 2, narrow_rows = 2;
#endif

/// `vectors` times 16 outputs of `rows` rows, all in registers.
template <int vectors, int rows, bool bent>
INLINE void product(const float *x, int in, int64_t stride, const float *weights, int width, const float *bias, float slope, float *y,
                    int64_t to) {
  f16v sum[rows][vectors];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) sum[r][v] = load(bias + 16 * v);
#pragma clang loop unroll(disable)
  for (int k = 0; k < in; ++k) {
    f16v weight[vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) weight[v] = load(weights + int64_t(k) * width + 16 * v);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r) {
      const f16v value = all(x[r * stride + k]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; ++v) sum[r][v] += value * weight[v];
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) {
      const f16v value = sum[r][v];
      store(y + r * to + 16 * v, bent ? most(value, value * slope) : value);
    }
}

/// y `[count, stride to]` = a(x W + b); rows up to the next multiple of 12 are written too.
template <bool bent> INLINE void layer(const DenseLayer &layer, const float *x, int64_t stride, int count, float slope, float *y, int64_t to) {
  int column = 0;
  for (; column + 16 * wide_vectors <= layer.width; column += 16 * wide_vectors)
    for (int r = 0; r < count; r += wide_rows)
      product<wide_vectors, wide_rows, bent>(x + r * stride, layer.in, stride, layer.weights + column, layer.width, layer.bias + column,
                                             slope, y + r * to + column, to);
  for (; column < layer.width; column += 16)
    for (int r = 0; r < count; r += narrow_rows)
      product<1, narrow_rows, bent>(x + r * stride, layer.in, stride, layer.weights + column, layer.width, layer.bias + column, slope,
                                    y + r * to + column, to);
}
