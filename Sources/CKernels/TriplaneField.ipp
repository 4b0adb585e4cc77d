// A tri-plane volume at points: included inside a namespace of Triplane.cpp.

/// Sixteen points' places and shares in the planes.
struct PlanePlaces {
  int32_t place[3][16];
  float share[12][16];
};

/// The lower one of the two elements around a place, counted from the border, and how far towards the other it lies. What is further out
/// than the border reads the border, not-a-number too.
INLINE i16v lower_element(f16v place, int padded, f16v &share) {
  const f16v inside = least(most(place, all(-1)), all(static_cast<float>(padded - 2)));
  const f16v low = least(__builtin_elementwise_floor(inside), all(static_cast<float>(padded - 3)));
  share = inside - low;
  return __builtin_convertvector(low, i16v) + 1;
}

INLINE void find_places(const TriplaneField &field, const f16v *at, PlanePlaces &p) {
  const float middle_x = 0.5f * static_cast<float>(field.width - 3), middle_y = 0.5f * static_cast<float>(field.height - 3);
  for (int plane = 0; plane < 3; ++plane) {
    f16v x, y;
    const i16v column = lower_element(at[field.axes[plane][0]] * field.across + middle_x, field.width, x);
    const i16v row = lower_element(at[field.axes[plane][1]] * field.down + middle_y, field.height, y);
    store(p.place[plane], row * field.width + column);
    store(p.share[4 * plane], (1.0f - x) * (1.0f - y));
    store(p.share[4 * plane + 1], x * (1.0f - y));
    store(p.share[4 * plane + 2], (1.0f - x) * y);
    store(p.share[4 * plane + 3], x * y);
  }
}

/// ln(1 + e^x) within 3e-7: ln(1 + e) / e for e in 0...1 is a polynomial, fitted at Chebyshev's points.
INLINE f16v soft(f16v x) {
  const f16v e = exponential(-magnitude(x));
  f16v p = all(-0.008574676205f);
  p = p * e + 0.04421419234f;
  p = p * e - 0.1078536792f;
  p = p * e + 0.1775702399f;
  p = p * e - 0.2449961172f;
  p = p * e + 0.3327617657f;
  p = p * e - 0.4999744938f;
  p = p * e + 0.9999998102f;
  return most(x, all(0)) + p * e;
}

/// The hidden values of point `i` of sixteen, and what they say of its density, as sixteen parts of a sum. `vectors` divides their number.
template <int vectors> INLINE f16v hidden_values(const TriplaneField &field, const PlanePlaces &p, int i, float *hidden) {
  const int64_t row = int64_t(field.width) * field.hidden, plane = row * field.height;
  const float *corner[3];
  for (int k = 0; k < 3; ++k) corner[k] = field.planes + k * plane + int64_t(p.place[k][i]) * field.hidden;
  f16v density = f16v{};
  for (int h = 0; h < field.hidden; h += 16 * vectors) {
    f16v sum[vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) sum[v] = load(field.bias + h + 16 * v);
#pragma clang loop unroll(full)
    for (int k = 0; k < 3; ++k) {
#pragma clang loop unroll(full)
      for (int c = 0; c < 4; ++c) {
        const float *from = corner[k] + (c >> 1) * row + (c & 1) * field.hidden + h;
        const f16v share = all(p.share[4 * k + c][i]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; ++v) sum[v] += share * load(from + 16 * v);
      }
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) {
      const f16v value = soft(sum[v]);
      store(hidden + h + 16 * v, value);
      density += value * load(field.density + h + 16 * v);
    }
  }
  return density;
}

/// Raw densities of points `[count, 3]`.
static void densities(const TriplaneField &field, const float *points, int64_t count, float *raw) {
  float hidden[64 * 16];
  PlanePlaces places;
  for (int64_t i = 0; i < count; i += 16) {
    const int here = count - i < 16 ? static_cast<int>(count - i) : 16;
    float at[3][16] = {};
    for (int l = 0; l < here; ++l)
      for (int axis = 0; axis < 3; ++axis) at[axis][l] = points[3 * (i + l) + axis];
    const f16v x[3] = {load(at[0]), load(at[1]), load(at[2])};
    find_places(field, x, places);
    for (int l = 0; l < here; ++l) {
      const f16v parts = field.hidden % 64 ? hidden_values<1>(field, places, l, hidden) : hidden_values<4>(field, places, l, hidden);
      raw[i + l] = total(parts) + field.density_bias;
    }
  }
}

#if SIMD_LEVEL == 2
constexpr int color_rows = 12;
#elif SIMD_LEVEL == 1
constexpr int color_rows = 3;
#else
constexpr int color_rows = 1;
#endif

/// Adds colours of `rows` samples to the sums of their lanes, for `vectors` times 16 channels from `from` on.
template <int vectors, int rows> INLINE void add_colors(const TriplaneField &field, int from, const float *const *hidden, const float *share,
                                                        float *const *sums) {
  f16v value[rows][vectors];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) value[r][v] = load(field.color_bias + from + 16 * v);
  const float *weights = field.color + from;
#pragma clang loop unroll(disable)
  for (int h = 0; h < field.hidden; ++h, weights += field.features) {
    f16v weight[vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) weight[v] = load(weights + 16 * v);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r) {
      const f16v x = all(hidden[r][h]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; ++v) value[r][v] += x * weight[v];
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) {
      float *sum = sums[r] + from + 16 * v;
      const f16v color = 1.002f / (1.0f + exponential(-value[r][v])) - 0.001f;
      store(sum, load(sum) + share[r] * color);
    }
}
