// The guided filter of a few maps at once, row by row: included inside a namespace of GuidedRegions.cpp.

#define INLINE static inline __attribute__((always_inline))

/// Eight numbers, one of each map.
typedef float m8v __attribute__((vector_size(32)));

/// Sums over windows of rows that slide down an image of `count` vectors a pixel.
template <int count> struct SlidingWindow {
  int width, radius;
  std::vector<m8v> columns;

  SlidingWindow(int width, int radius) : width(width), radius(radius), columns(size_t(width) * count, m8v{}) {}

  void enter(const m8v *row) {
    for (int k = 0; k < width * count; ++k) columns[k] += row[k];
  }
  void leave(const m8v *row) {
    for (int k = 0; k < width * count; ++k) columns[k] -= row[k];
  }
  /// Calls `take(x, sums)` for the windows along a row; what lies outside the image counts nothing.
  template <class F> __attribute__((always_inline)) void sums(F take) const {
    m8v sum[count]{};
    for (int x = 0; x < std::min(radius, width); ++x)
      for (int k = 0; k < count; ++k) sum[k] += columns[x * count + k];
    for (int x = 0; x < width; ++x) {
      if (x + radius < width)
        for (int k = 0; k < count; ++k) sum[k] += columns[(x + radius) * count + k];
      if (x > radius)
        for (int k = 0; k < count; ++k) sum[k] -= columns[(x - radius - 1) * count + k];
      take(x, sum);
    }
  }
};

/// What is summed of a pixel: the maps, the maps times red, green and blue, and the colors' products.
constexpr int moments = 6;
/// What a fit is of: slopes along red, green and blue, and the value at black.
constexpr int slopes = 4;

INLINE void row_of_moments(const GuidedJob &job, int y, m8v *out) {
  for (int x = 0; x < job.width; ++x, out += moments) {
    const int64_t k = int64_t(y) * job.width + x;
    const float *color = job.colors + 4 * k, r = color[0], g = color[1], b = color[2];
    m8v map{};
    __builtin_memcpy(&map, job.maps + job.stride * k, sizeof(float) * job.lanes);
    out[0] = map;
    out[1] = map * r;
    out[2] = map * g;
    out[3] = map * b;
    out[4] = m8v{r, g, b, r * r, r * g, r * b, g * g, g * b};
    out[5] = m8v{b * b};
  }
}

/// Least squares: the linear function of color that gives each map in the window.
INLINE void fit(const m8v *sum, float area, float epsilon, m8v *out) {
  const m8v p = sum[0] * area, colors = sum[4] * area;
  const float r = colors[0], g = colors[1], b = colors[2];
  const float rr = colors[3] - r * r + epsilon, rg = colors[4] - r * g, rb = colors[5] - r * b;
  const float gg = colors[6] - g * g + epsilon, gb = colors[7] - g * b, bb = sum[5][0] * area - b * b + epsilon;
  const float c0 = gg * bb - gb * gb, c1 = rb * gb - rg * bb, c2 = rg * gb - rb * gg;
  const float scale = 1 / (rr * c0 + rg * c1 + rb * c2);
  const m8v x = sum[1] * area - p * r, y = sum[2] * area - p * g, z = sum[3] * area - p * b;
  const m8v u = (x * c0 + y * c1 + z * c2) * scale;
  const m8v v = (x * c1 + y * (rr * bb - rb * rb) + z * (rg * rb - rr * gb)) * scale;
  const m8v w = (x * c2 + y * (rg * rb - rr * gb) + z * (rr * gg - rg * rg)) * scale;
  out[0] = u;
  out[1] = v;
  out[2] = w;
  out[3] = p - u * r - v * g - w * b;
}

/// Where pixels of a finer line lie between those of a coarser one.
struct FineLine {
  std::vector<int> low, high;
  std::vector<float> part;

  FineLine(int fine, int coarse) : low(fine), high(fine), part(fine) {
    const float scale = static_cast<float>(coarse) / static_cast<float>(fine);
    for (int i = 0; i < fine; ++i) {
      const float at = std::max(0.0f, (static_cast<float>(i) + 0.5f) * scale - 0.5f);
      low[i] = std::min(static_cast<int>(at), coarse - 1);
      high[i] = std::min(low[i] + 1, coarse - 1);
      part[i] = at - static_cast<float>(low[i]);
    }
  }
};

/// The functions of a coarse row at the columns of the image.
INLINE void widen(const std::vector<m8v> &row, const FineLine &across, std::vector<m8v> &out) {
  for (size_t x = 0; x < across.part.size(); ++x) {
    const m8v *a = &row[size_t(across.low[x]) * slopes], *b = &row[size_t(across.high[x]) * slopes];
    for (int k = 0; k < slopes; ++k) out[x * slopes + k] = a[k] + (b[k] - a[k]) * across.part[x];
  }
}

/// Gives each pixel of a row the map whose function is largest for its color, and keeps the last map's value.
INLINE void decide(const GuidedJob &job, int y, const std::vector<m8v> &above, const std::vector<m8v> &below, float part) {
  const uint8_t *pixel = job.rgb + int64_t(y) * job.fine_width * 3;
  constexpr float white = 1.0f / 255;
  for (int x = 0; x < job.fine_width; ++x, pixel += 3) {
    m8v at[slopes];
    for (int k = 0; k < slopes; ++k) {
      const m8v high = above[size_t(x) * slopes + k], low = below[size_t(x) * slopes + k];
      at[k] = high + (low - high) * part;
    }
    const m8v value = at[0] * (pixel[0] * white) + at[1] * (pixel[1] * white) + at[2] * (pixel[2] * white) + at[3];
    int best = 0;
    float most = value[0];
    for (int k = 1; k < job.lanes; ++k) {
      const float other = value[k];
      best = other > most ? k : best;
      most = other > most ? other : most;
    }
    job.best[int64_t(y) * job.fine_width + x] = static_cast<uint8_t>(best);
    job.last[int64_t(y) * job.fine_width + x] = value[job.lanes - 1];
  }
}

static void guided(const GuidedJob &job) {
  const int w = job.width, h = job.height, r = job.radius, ring = 2 * r + 2;
  SlidingWindow<moments> first(w, r);
  SlidingWindow<slopes> second(w, r);
  std::vector<m8v> row(size_t(w) * moments), fits(size_t(ring) * w * slopes), mean(size_t(w) * slopes);
  std::vector<m8v> above(size_t(job.fine_width) * slopes), below(above.size());
  const FineLine across(job.fine_width, w), down(job.fine_height, h);
  const auto span = [r](int at, int length) { return static_cast<float>(std::min(at + r, length - 1) - std::max(at - r, 0) + 1); };
  const auto ringed = [&](int y) { return &fits[size_t(y % ring) * w * slopes]; };
  int entered = 0, fitted = 0, fine = 0;
  for (int y = 0; y < h; ++y) {
    // The functions of the rows about this one, each from the moments of the rows about it.
    for (; fitted <= std::min(y + r, h - 1); ++fitted) {
      for (; entered <= std::min(fitted + r, h - 1); ++entered) {
        row_of_moments(job, entered, row.data());
        first.enter(row.data());
      }
      if (fitted > r) {
        row_of_moments(job, fitted - r - 1, row.data());
        first.leave(row.data());
      }
      m8v *out = ringed(fitted);
      first.sums([&](int x, const m8v *sum) { fit(sum, 1 / (span(fitted, h) * span(x, w)), job.epsilon, out + size_t(x) * slopes); });
      second.enter(out);
    }
    if (y > r) second.leave(ringed(y - r - 1));
    second.sums([&](int x, const m8v *sum) {
      const float area = 1 / (span(y, h) * span(x, w));
      for (int k = 0; k < slopes; ++k) mean[size_t(x) * slopes + k] = sum[k] * area;
    });
    std::swap(above, below);
    widen(mean, across, below);
    for (; fine < job.fine_height && down.high[fine] <= y; ++fine)
      decide(job, fine, down.low[fine] == y ? below : above, below, down.part[fine]);
  }
}
