// A tile of a lifted photo's frame: included inside a namespace of Lift.cpp.

#define INLINE static inline __attribute__((always_inline))

typedef float f4v __attribute__((vector_size(16)));
typedef uint8_t b4v __attribute__((vector_size(4)));

/// The nearest triangle of each layer at each sample: the inverse of its depth, 0 where there is none, and its number.
struct LiftSamples {
  float inverse[lift_layers][lift_side * lift_side];
  int32_t triangle[lift_layers][lift_side * lift_side];
};

struct LiftColor {
  f4v rgb;
  float opacity;
};

/// Whether centers on the edge belong to the triangle (0) or to its neighbor (1).
INLINE int64_t owned(int64_t dx, int64_t dy) { return dy < 0 || (dy == 0 && dx > 0) ? 0 : 1; }

INLINE void cover(const LiftTriangle &t, int32_t number, int left, int top, LiftSamples &s) {
  const int x0 = std::max<int>(t.left, left), x1 = std::min<int>(t.right, left + lift_side - 1);
  const int y0 = std::max<int>(t.top, top), y1 = std::min<int>(t.bottom, top + lift_side - 1);
  if (x0 > x1 || y0 > y1) return;
  int64_t edge[3], across[3], down[3], bias[3];
  const int64_t px = int64_t(x0) * lift_steps + lift_steps / 2, py = int64_t(y0) * lift_steps + lift_steps / 2;
  for (int k = 0; k < 3; ++k) {
    const int a = k == 2 ? 0 : k + 1, b = a == 2 ? 0 : a + 1;
    const int64_t dx = t.x[b] - t.x[a], dy = t.y[b] - t.y[a];
    edge[k] = dx * (py - t.y[a]) - dy * (px - t.x[a]);
    across[k] = -dy * lift_steps;
    down[k] = dx * lift_steps;
    bias[k] = owned(dx, dy);
  }
  float *inverse = s.inverse[t.layer];
  int32_t *triangle = s.triangle[t.layer];
  for (int y = y0; y <= y1; ++y) {
    int64_t e0 = edge[0], e1 = edge[1], e2 = edge[2];
    int at = (y - top) * lift_side + x0 - left;
    for (int x = x0; x <= x1; ++x, ++at) {
      if (((e0 - bias[0]) | (e1 - bias[1]) | (e2 - bias[2])) >= 0) {
        const float near = (static_cast<float>(e0) * t.inverse_depth[0] + static_cast<float>(e1) * t.inverse_depth[1] +
                            static_cast<float>(e2) * t.inverse_depth[2]) * t.inverse_area;
        if (near > inverse[at]) {
          inverse[at] = near;
          triangle[at] = number;
        }
      }
      e0 += across[0];
      e1 += across[1];
      e2 += across[2];
    }
    for (int k = 0; k < 3; ++k) edge[k] += down[k];
  }
}

INLINE f4v texel(const LiftJob &job, int x, int y) {
  b4v bytes;
  __builtin_memcpy(&bytes, job.texture + 4 * (int64_t(y) * job.texture_width + x), 4);
  return __builtin_convertvector(bytes, f4v);
}
/// Between texels; (0.5, 0.5) is the middle of the first.
INLINE f4v read(const LiftJob &job, float u, float v) {
  const float x = std::min(std::max(u - 0.5f, 0.0f), static_cast<float>(job.texture_width - 1));
  const float y = std::min(std::max(v - 0.5f, 0.0f), static_cast<float>(job.texture_height - 1));
  const int x0 = std::min(static_cast<int>(x), job.texture_width - 2), y0 = std::min(static_cast<int>(y), job.texture_height - 2);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const f4v top = texel(job, x0, y0) * (1 - fx) + texel(job, x0 + 1, y0) * fx;
  const f4v bottom = texel(job, x0, y0 + 1) * (1 - fx) + texel(job, x0 + 1, y0 + 1) * fx;
  return (top * (1 - fy) + bottom * fy) * (1 / 255.0f);
}

/// What a triangle shows at a place in samples; a place a little outside continues it.
INLINE LiftColor shade(const LiftJob &job, int32_t number, float px, float py) {
  const LiftTriangle &t = job.triangles[number];
  float share[3], total = 0;
  const float x = px * lift_steps, y = py * lift_steps;
  for (int k = 0; k < 3; ++k) {
    const int a = k == 2 ? 0 : k + 1, b = a == 2 ? 0 : a + 1;
    const float dx = static_cast<float>(t.x[b] - t.x[a]), dy = static_cast<float>(t.y[b] - t.y[a]);
    const float edge = dx * (y - static_cast<float>(t.y[a])) - dy * (x - static_cast<float>(t.x[a]));
    share[k] = std::max(edge * t.inverse_area, 0.0f) * t.inverse_depth[k];
    total += share[k];
  }
  const float scale = 1 / std::max(total, 1e-20f);
  f16v n = *reinterpret_cast<const f16u *>(job.numbers + int64_t(t.corner[0]) * lift_numbers) * (share[0] * scale);
  n += *reinterpret_cast<const f16u *>(job.numbers + int64_t(t.corner[1]) * lift_numbers) * (share[1] * scale);
  n += *reinterpret_cast<const f16u *>(job.numbers + int64_t(t.corner[2]) * lift_numbers) * (share[2] * scale);
  f4v color = {n[lift_red], n[lift_red + 1], n[lift_red + 2], 0};
  float opacity = n[lift_opacity];
  const float own = n[lift_own], other = n[lift_other];
  if (other > 0.001f && own < 0.999f) color += read(job, n[lift_u2], n[lift_v2]) * other;
  if (own > 0.001f) {
    const f4v seen = read(job, n[lift_u], n[lift_v]);
    color += (seen - color) * own;
    opacity *= 1 + n[lift_cut] * (seen[3] - 1);
  }
  return {color, std::min(std::max(opacity, 0.0f), 1.0f)};
}

/// What the layers show together at a place in samples: color times opacity, with the opacity last.
INLINE f4v layers(const LiftJob &job, const LiftSamples &s, int at, float px, float py) {
  const int front = s.inverse[1][at] > s.inverse[0][at] ? 1 : 0;
  f4v sum = {0, 0, 0, 0};
  float free = 1;
  int order[lift_layers] = {front, 1 - front, lift_worn};
  for (int k = lift_worn; k > 0 && s.inverse[lift_worn][at] > s.inverse[order[k - 1]][at]; --k) std::swap(order[k], order[k - 1]);
  for (const int layer : order) {
    if (s.triangle[layer][at] < 0) continue;
    const LiftColor c = shade(job, s.triangle[layer][at], px, py);
    const float weight = free * c.opacity;
    sum += c.rgb * weight;
    sum[3] += weight - c.rgb[3] * weight;
    free -= weight;
    if (free < 0.004f) break;
  }
  return sum;
}

static void lift_tile_of(const LiftJob &job, int tile, LiftSamples &s) {
  const int column = tile % job.columns * lift_tile, row = tile / job.columns * lift_tile;
  const int left = column * lift_samples, top = row * lift_samples;
  const bool empty = job.starts[tile] == job.starts[tile + 1];
  if (!empty) {
    std::memset(s.inverse, 0, sizeof s.inverse);
    std::memset(s.triangle, 0xff, sizeof s.triangle);
    for (int32_t i = job.starts[tile]; i < job.starts[tile + 1]; ++i) cover(job.triangles[job.order[i]], job.order[i], left, top, s);
  }
  for (int y = row; y < std::min(job.height, row + lift_tile); ++y) {
    for (int x = column; x < std::min(job.width, column + lift_tile); ++x) {
      const int64_t pixel = int64_t(y) * job.width + x;
      f4v sum = {0, 0, 0, 0};
      float inverse = 0;
      uint8_t label = 0;
      if (!empty) {
        const int at = (y - row) * lift_samples * lift_side + (x - column) * lift_samples;
        const int places[4] = {at, at + 1, at + lift_side, at + lift_side + 1};
        bool same = true;
        for (int k = 1; k < 4; ++k)
          for (int layer = 0; layer < lift_layers; ++layer) same = same && s.triangle[layer][places[k]] == s.triangle[layer][at];
        const float px = static_cast<float>(x * lift_samples), py = static_cast<float>(y * lift_samples);
        if (same) {
          sum = layers(job, s, at, px + 1, py + 1);
        } else {
          for (int k = 0; k < 4; ++k)
            sum += layers(job, s, places[k], px + 0.5f + static_cast<float>(k & 1), py + 0.5f + static_cast<float>(k >> 1)) * 0.25f;
        }
        int winner = -1;
        for (int k = 0; k < 4; ++k)
          for (int layer = 0; layer < lift_layers; ++layer)
            if (s.inverse[layer][places[k]] > inverse) {
              // Most of what is worn is as good as air.
              if (layer == lift_worn && shade(job, s.triangle[layer][places[k]], px + 0.5f + static_cast<float>(k & 1),
                                              py + 0.5f + static_cast<float>(k >> 1)).opacity < 0.5f)
                continue;
              inverse = s.inverse[layer][places[k]];
              winner = s.triangle[layer][places[k]];
            }
        if (winner >= 0 && sum[3] > 0.5f) label = job.triangles[winner].label;
      }
      const float free = 1 - sum[3];
      for (int c = 0; c < 3; ++c) job.rgb[3 * pixel + c] = std::min(std::max(sum[c] + free * job.plate[3 * pixel + c], 0.0f), 1.0f);
      job.depth[pixel] = inverse > 0 ? 1 / inverse : 0;
      job.opacity[pixel] = sum[3];
      job.labels[pixel] = label;
    }
  }
}
