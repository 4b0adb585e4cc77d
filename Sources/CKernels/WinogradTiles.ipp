// Tiles of a convolution, for one set of instructions: included inside a namespace of Winograd.cpp.

#define INLINE static inline __attribute__((always_inline))

INLINE f16v load(const float *from) { return *reinterpret_cast<const f16u *>(from); }
INLINE void store(float *to, f16v value) { *reinterpret_cast<f16u *>(to) = value; }
INLINE f16v all(float value) { return value - f16v{}; }

// As many sums at once as there are registers.
#if SIMD_LEVEL == 2
constexpr int group = 14, vectors = 2;
#elif SIMD_LEVEL == 1
constexpr int group = 6, vectors = 1;
#else
constexpr int group = 3, vectors = 1;
#endif

/// `group` rows times a panel: `[group, in]` and `[in][panel]` to `[group, panel]`.
static void multiply(const float *rows, int64_t row, const float *weights, int64_t in, float *products, int64_t product_row) {
  for (int part = 0; part < panel; part += 16 * vectors) {
    f16v sums[group][vectors] = {};
    const float *w = weights + part;
    for (int64_t c = 0; c < in; ++c, w += panel) {
      f16v column[vectors];
#pragma unroll
      for (int v = 0; v < vectors; ++v) column[v] = load(w + 16 * v);
#pragma unroll
      for (int r = 0; r < group; ++r) {
        const f16v value = all(rows[r * row + c]);
#pragma unroll
        for (int v = 0; v < vectors; ++v) sums[r][v] += value * column[v];
      }
    }
#pragma unroll
    for (int r = 0; r < group; ++r)
#pragma unroll
      for (int v = 0; v < vectors; ++v) store(products + r * product_row + part + 16 * v, sums[r][v]);
  }
}

/// All products of one value of `count` tiles (rounded up to groups).
INLINE void multiply_all(const float *rows, int64_t row, const float *weights, int64_t in, int64_t out, int64_t count, float *products,
                         int64_t product_row) {
  for (int64_t k = 0; k < out; k += panel)
    for (int64_t t = 0; t < count; t += group)
      multiply(rows + t * row, row, weights + k * in, in, products + t * product_row + k, product_row);
}

INLINE f16v finished(f16v sum, f16v scale, float noise, f16v bias, const Finish &f) {
  const f16v v = sum * scale + (bias + noise);
  const f16v bent = (v > 0 ? v : v * f.slope) * f.gain;
  const f16v high = bent < f.clamp ? bent : all(f.clamp);
  return high > -f.clamp ? high : all(-f.clamp);
}
INLINE f16v channels(const float *values, int64_t first, float otherwise) { return values ? load(values + first) : all(otherwise); }

// --- 3 x 3, the same size: F(4 x 4, 3 x 3) with the points 0, 1, -1, 2, -2.

INLINE void spread6(const f16v *d, int step, f16v *to, int to_step) {
  const f16v d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const f16v a = d4 - 4 * d2, b = d3 - 4 * d1, c = d4 - d2, e = 2 * (d3 - d1);
  to[0] = 4 * d0 - 5 * d2 + d4;
  to[to_step] = a + b;
  to[2 * to_step] = a - b;
  to[3 * to_step] = c + e;
  to[4 * to_step] = c - e;
  to[5 * to_step] = 4 * d1 - 5 * d3 + d5;
}
INLINE void gather6(const f16v *m, int step, f16v *to, int to_step) {
  const f16v p = m[step] + m[2 * step], q = m[step] - m[2 * step], r = m[3 * step] + m[4 * step], s = m[3 * step] - m[4 * step];
  to[0] = m[0] + p + r;
  to[to_step] = q + 2 * s;
  to[2 * to_step] = p + 4 * r;
  to[3 * to_step] = q + 8 * s + m[5 * step];
}

/// `size` x `size` pixels of sixteen channels from row and column `top`, `left` on; zeros outside.
template <int size> INLINE void read_pixels(const WinogradJob &job, int64_t top, int64_t left, int64_t c, f16v *d) {
  const f16v style = channels(job.style, c, 1);
  const float *corner = job.x + (top * job.width + left) * job.in + c;
  if (top >= 0 && left >= 0 && top + size <= job.height && left + size <= job.width) {
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j) d[i * size + j] = style * load(corner + (i * job.width + j) * job.in);
    return;
  }
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) {
      const bool inside = top + i >= 0 && top + i < job.height && left + j >= 0 && left + j < job.width;
      d[i * size + j] = inside ? style * load(corner + (i * job.width + j) * job.in) : f16v{};
    }
}

static void plain(const WinogradJob &job, int64_t first, int64_t count, float *values, float *products) {
  const int64_t across = job.tiles_across(false), rows = (count + group - 1) / group * group;
  const int64_t row = job.in + row_padding, product_row = job.out + row_padding;
  for (int64_t t = 0; t < count; ++t) {
    const int64_t top = (first + t) / across * 4 - 1, left = (first + t) % across * 4 - 1;
    for (int64_t c = 0; c < job.in; c += 16) {
      f16v d[36], columns[36], both[6];
      read_pixels<6>(job, top, left, c, d);
      for (int j = 0; j < 6; ++j) spread6(d + j, 6, columns + j, 6);
      for (int i = 0; i < 6; ++i) {
        spread6(columns + 6 * i, 1, both, 1);
        for (int j = 0; j < 6; ++j) store(values + ((6 * i + j) * rows + t) * row + c, both[j]);
      }
    }
  }
  for (int64_t v = 0; v < plain_values; ++v)
    multiply_all(values + v * rows * row, row, job.weights + v * job.in * job.out, job.in, job.out, rows, products + v * rows * product_row,
                 product_row);
  const Finish &f = job.finish;
  for (int64_t t = 0; t < count; ++t) {
    const int64_t top = (first + t) / across * 4, left = (first + t) % across * 4;
    for (int64_t k = 0; k < job.out; k += 16) {
      f16v m[36], columns[24], tile[4];
      for (int v = 0; v < 36; ++v) m[v] = load(products + (v * rows + t) * product_row + k);
      for (int j = 0; j < 6; ++j) gather6(m + j, 6, columns + j, 6);
      const f16v scale = channels(f.scale, k, 1), bias = channels(f.bias, k, 0);
      for (int i = 0; i < 4 && top + i < job.height; ++i) {
        gather6(columns + 6 * i, 1, tile, 1);
        const int64_t pixel = (top + i) * job.width + left;
        for (int j = 0; j < 4 && left + j < job.width; ++j)
          store(job.y + (pixel + j) * job.out + k, finished(tile[j], scale, f.noise ? f.noise[pixel + j] : 0, bias, f));
      }
    }
  }
}

// --- 3 x 3, transposed with a step of 2. Along an axis y[2 i] = w2 x[i - 1] + w0 x[i] is F(4, 2) with the points 0, 1, -1, 2 and
// y[2 i + 1] = w1 x[i] needs no transform; a tile has 5 + 4 values each way, and those of one kernel value share its weights.

INLINE void spread9(const f16v *d, int step, f16v *to, int to_step) {
  const f16v d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
  to[0] = 2 * (d0 - d2) + (d3 - d1);
  to[to_step] = d3 - d2 - 2 * d1;
  to[2 * to_step] = d3 - 3 * d2 + 2 * d1;
  to[3 * to_step] = d3 - d1;
  to[4 * to_step] = 2 * (d1 - d3) + (d4 - d2);
  for (int i = 0; i < 4; ++i) to[(5 + i) * to_step] = d[(1 + i) * step];
}
/// To four even and four odd ones, in turn.
INLINE void gather9(const f16v *m, int step, f16v *to, int to_step) {
  const f16v m3 = m[3 * step], p = m[step] + m[2 * step], q = m[step] - m[2 * step];
  to[0] = m[0] + p + m3;
  to[2 * to_step] = q + 2 * m3;
  to[4 * to_step] = p + 4 * m3;
  to[6 * to_step] = q + 8 * m3 + m[4 * step];
  for (int i = 0; i < 4; ++i) to[(2 * i + 1) * to_step] = m[(5 + i) * step];
}

/// The weights of value (a, b): 25 for even rows and columns, 5 for even rows, 5 for even columns, one for odd ones.
INLINE int64_t doubling_weights(int a, int b) { return a < 5 ? (b < 5 ? 5 * a + b : 25 + a) : (b < 5 ? 30 + b : 35); }

static void doubling(const WinogradJob &job, int64_t first, int64_t count, float *values, float *products) {
  const int64_t across = job.tiles_across(true), rows = (count + group - 1) / group * group;
  const int64_t row = job.in + row_padding, product_row = job.out + row_padding;
  for (int64_t t = 0; t < count; ++t) {
    const int64_t top = (first + t) / across * 4 - 1, left = (first + t) % across * 4 - 1;
    for (int64_t c = 0; c < job.in; c += 16) {
      f16v d[25], columns[45], both[9];
      read_pixels<5>(job, top, left, c, d);
      for (int j = 0; j < 5; ++j) spread9(d + j, 5, columns + j, 5);
      for (int i = 0; i < 9; ++i) {
        spread9(columns + 5 * i, 1, both, 1);
        for (int j = 0; j < 9; ++j) store(values + ((9 * i + j) * rows + t) * row + c, both[j]);
      }
    }
  }
  const auto product = [&](int a, int b) __attribute__((always_inline)) {
    const int64_t v = 9 * a + b;
    multiply_all(values + v * rows * row, row, job.weights + doubling_weights(a, b) * job.in * job.out, job.in, job.out, rows,
                 products + v * rows * product_row, product_row);
  };
  // Those with the same weights one after another.
  for (int a = 0; a < 9; ++a)
    for (int b = 0; b < (a < 5 ? 9 : 0); ++b) product(a, b);
  for (int b = 0; b < 9; ++b)
    for (int a = 5; a < 9; ++a) product(a, b);
  const int64_t high = 2 * job.height + 1, wide = 2 * job.width + 1;
  for (int64_t t = 0; t < count; ++t) {
    const int64_t top = (first + t) / across * 8, left = (first + t) % across * 8;
    for (int64_t k = 0; k < job.out; k += 16) {
      f16v m[81], columns[72], tile[8];
      for (int v = 0; v < 81; ++v) m[v] = load(products + (v * rows + t) * product_row + k);
      for (int j = 0; j < 9; ++j) gather9(m + j, 9, columns + j, 9);
      for (int i = 0; i < 8 && top + i < high; ++i) {
        gather9(columns + 9 * i, 1, tile, 1);
        float *to = job.y + ((top + i) * wide + left) * job.out + k;
        for (int j = 0; j < 8 && left + j < wide; ++j) store(to + j * job.out, tile[j]);
      }
    }
  }
}

/// One row of a doubled image, filtered and finished; `scratch` holds `[width + 3, channels]`.
static void smooth(const SmoothJob &job, int64_t n, float *scratch) {
  const int64_t wide = job.width + 1, row = wide * job.channels, count = (job.width + 3) * job.channels;
  for (int64_t i = 0; i < job.channels; i += 16) {
    store(scratch + i, f16v{});
    store(scratch + count - job.channels + i, f16v{});
  }
  const f16v near = all(0.75f), far = all(0.25f);
  const float *above = n > 0 ? job.y + (n - 1) * row : nullptr, *here = job.y + n * row, *next = here + row;
  const float *below = n + 2 <= job.height ? next + row : nullptr;
  float *middle = scratch + job.channels;
  for (int64_t i = 0; i < row; i += 16) {
    f16v sum = near * (load(here + i) + load(next + i));
    if (above) sum += far * load(above + i);
    if (below) sum += far * load(below + i);
    store(middle + i, sum);
  }
  const Finish &f = job.finish;
  float *to = job.z + n * job.width * job.channels;
  for (int64_t p = 0; p < job.width; ++p) {
    const float noise = f.noise ? f.noise[n * job.width + p] : 0;
    const float *from = scratch + p * job.channels;
    for (int64_t k = 0; k < job.channels; k += 16) {
      const float *at = from + k;
      const f16v sum = near * (load(at + job.channels) + load(at + 2 * job.channels)) + far * (load(at) + load(at + 3 * job.channels));
      store(to + p * job.channels + k, finished(sum, channels(f.scale, k, 1), noise, channels(f.bias, k, 0), f));
    }
  }
}

static WinogradCode code() { return {group, plain, doubling, smooth}; }

#undef INLINE
