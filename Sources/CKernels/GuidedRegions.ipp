// The guided filter of a few maps at once, row by row: included inside a namespace of GuidedRegions.cpp.

#define INLINE static inline __attribute__((always_inline))

/// Eight numbers, one of each map.
typedef float m8v __attribute__((vector_size(32)));

typedef float c4v __attribute__((vector_size(16)));

/// Sums over windows of rows that slide down an image of `count` vectors a pixel.
template <int count> struct SlidingWindow {
  int width, radius;
  std::vector<m8v> columns;

  SlidingWindow(int width, int radius) : width(width), radius(radius), columns(size_t(width) * count, m8v{}) {}

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

/// Adds the moments of a row, times 1 or -1, to those of the columns.
INLINE void add_moments(const GuidedJob &job, int y, float sign, std::vector<m8v> &columns) {
  m8v *out = columns.data();
  for (int x = 0; x < job.width; ++x, out += moments) {
    const int64_t k = int64_t(y) * job.width + x;
    c4v color;
    m8v map;
    __builtin_memcpy(&color, job.colors + 4 * k, sizeof color);
    __builtin_memcpy(&map, job.maps + 8 * k, sizeof map);
    map *= sign;
    out[0] += map;
    for (int c = 0; c < 3; ++c) out[1 + c] += map * color[c];
    // r, g, b, rr, rg, rb, gg, gb.
    const c4v signed_color = color * sign;
    out[4] += __builtin_shufflevector(signed_color, signed_color, 0, 1, 2, 0, 0, 0, 1, 1) *
              __builtin_shufflevector(color, c4v{1, 1, 1, 1}, 4, 4, 4, 0, 1, 2, 1, 2);
    out[5][0] += color[2] * signed_color[2];
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

/// Functions along a row of the image: for each slope and map, one after another, a line of `pitch` numbers.
struct FineRow {
  int pitch;
  std::vector<float> values;

  explicit FineRow(int width) : pitch((width + 7) / 8 * 8), values(size_t(pitch) * slopes * 8) {}
  float *line(int slope, int map) { return &values[size_t(slope * 8 + map) * pitch]; }
  const float *line(int slope, int map) const { return &values[size_t(slope * 8 + map) * pitch]; }
};

/// Eight vectors as the columns of what were their rows.
INLINE void transpose(m8v *v) {
  m8v a[8], b[8];
  for (int k = 0; k < 8; k += 2) {
    a[k] = __builtin_shufflevector(v[k], v[k + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    a[k + 1] = __builtin_shufflevector(v[k], v[k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int k = 0; k < 8; k += 4)
    for (int j = 0; j < 2; ++j) {
      b[k + j] = __builtin_shufflevector(a[k + j], a[k + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      b[k + j + 2] = __builtin_shufflevector(a[k + j], a[k + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int k = 0; k < 4; ++k) {
    v[k] = __builtin_shufflevector(b[k], b[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    v[k + 4] = __builtin_shufflevector(b[k], b[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

/// The functions of a coarse row at the columns of the image.
INLINE void widen(const std::vector<m8v> &row, const FineLine &across, int lanes, FineRow &out) {
  const int width = static_cast<int>(across.part.size());
  for (int x = 0; x < width; x += 8)
    for (int k = 0; k < slopes; ++k) {
      m8v v[8];
      for (int j = 0; j < 8; ++j) {
        const int at = std::min(x + j, width - 1);
        const m8v a = row[size_t(across.low[at]) * slopes + k], b = row[size_t(across.high[at]) * slopes + k];
        v[j] = a + (b - a) * across.part[at];
      }
      transpose(v);
      for (int map = 0; map < lanes; ++map) __builtin_memcpy(out.line(k, map) + x, &v[map], sizeof(m8v));
    }
}

/// What `decide` needs for a row of the image.
struct RowScratch {
  std::vector<float> red, green, blue, value, most;
  std::vector<int32_t> best;

  explicit RowScratch(int width) : red(width), green(width), blue(width), value(width), most(width), best(width) {}
};

/// Gives each pixel of a row the map whose function is largest for its color, and keeps the last map's value.
INLINE void decide(const GuidedJob &job, int y, const FineRow &above, const FineRow &below, float part, RowScratch &scratch) {
  const int width = job.fine_width;
  const uint8_t *pixel = job.rgb + int64_t(y) * width * 3;
  float *red = scratch.red.data(), *green = scratch.green.data(), *blue = scratch.blue.data();
  float *value = scratch.value.data(), *most = scratch.most.data();
  int32_t *best = scratch.best.data();
  constexpr float white = 1.0f / 255;
  for (int x = 0; x < width; ++x) {
    red[x] = pixel[3 * x] * white;
    green[x] = pixel[3 * x + 1] * white;
    blue[x] = pixel[3 * x + 2] * white;
  }
  std::fill(scratch.most.begin(), scratch.most.end(), -INFINITY);
  std::fill(scratch.best.begin(), scratch.best.end(), 0);
  for (int map = 0; map < job.lanes; ++map) {
    const float *a[slopes], *b[slopes];
    for (int k = 0; k < slopes; ++k) (a[k] = above.line(k, map), b[k] = below.line(k, map));
    for (int x = 0; x < width; ++x) {
      const auto at = [&](int k) { return a[k][x] + (b[k][x] - a[k][x]) * part; };
      value[x] = at(0) * red[x] + at(1) * green[x] + at(2) * blue[x] + at(3);
    }
    for (int x = 0; x < width; ++x) {
      best[x] = value[x] > most[x] ? map : best[x];
      most[x] = value[x] > most[x] ? value[x] : most[x];
    }
  }
  for (int x = 0; x < width; ++x) job.best[int64_t(y) * width + x] = static_cast<uint8_t>(best[x]);
  std::copy(value, value + width, job.last + int64_t(y) * width);
}

static void guided(const GuidedJob &job) {
  const int w = job.width, h = job.height, r = job.radius, ring = 2 * r + 2;
  SlidingWindow<moments> first(w, r);
  SlidingWindow<slopes> second(w, r);
  std::vector<m8v> fits(size_t(ring) * w * slopes), mean(size_t(w) * slopes);
  FineRow above(job.fine_width), below(job.fine_width);
  RowScratch scratch(job.fine_width);
  const FineLine across(job.fine_width, w), down(job.fine_height, h);
  const auto span = [r](int at, int length) { return static_cast<float>(std::min(at + r, length - 1) - std::max(at - r, 0) + 1); };
  const auto ringed = [&](int y) { return &fits[size_t(y % ring) * w * slopes]; };
  int entered = 0, fitted = 0, fine = 0;
  for (int y = 0; y < h; ++y) {
    // The functions of the rows about this one, each from the moments of the rows about it.
    for (; fitted <= std::min(y + r, h - 1); ++fitted) {
      for (; entered <= std::min(fitted + r, h - 1); ++entered) add_moments(job, entered, 1, first.columns);
      if (fitted > r) add_moments(job, fitted - r - 1, -1, first.columns);
      m8v *out = ringed(fitted);
      first.sums([&](int x, const m8v *sum) { fit(sum, 1 / (span(fitted, h) * span(x, w)), job.epsilon, out + size_t(x) * slopes); });
      for (int k = 0; k < w * slopes; ++k) second.columns[k] += out[k];
    }
    if (y > r) {
      const m8v *out = ringed(y - r - 1);
      for (int k = 0; k < w * slopes; ++k) second.columns[k] -= out[k];
    }
    second.sums([&](int x, const m8v *sum) {
      const float area = 1 / (span(y, h) * span(x, w));
      for (int k = 0; k < slopes; ++k) mean[size_t(x) * slopes + k] = sum[k] * area;
    });
    std::swap(above, below);
    widen(mean, across, job.lanes, below);
    for (; fine < job.fine_height && down.high[fine] <= y; ++fine)
      decide(job, fine, down.low[fine] == y ? below : above, below, down.part[fine], scratch);
  }
}
