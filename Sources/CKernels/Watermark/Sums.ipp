// One frame is whitened and added: included inside a namespace of Sums.cpp.

#define INLINE static inline __attribute__((always_inline))

INLINE int grey_of(const uint8_t *pixel, int channels) {
  return channels == 1 ? pixel[0] : (77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2] + 128) >> 8;
}

template <int channels> static void grey_rows(const cm_sums &sums, const uint8_t *pixels, int64_t row_bytes) {
  const int n = sums.shrink, area = n * n;
  for (int y = 0; y < sums.height; ++y) {
    uint8_t *const out = sums.grey + int64_t(y) * sums.width;
    const uint8_t *const row = pixels + int64_t(y) * n * row_bytes;
    if (n == 1) {
      for (int x = 0; x < sums.width; ++x) out[x] = static_cast<uint8_t>(grey_of(row + x * channels, channels));
      continue;
    }
    for (int x = 0; x < sums.width; ++x) {
      int sum = 0;
      for (int j = 0; j < n; ++j)
        for (int i = 0; i < n; ++i) sum += grey_of(row + j * row_bytes + (x * n + i) * channels, channels);
      out[x] = static_cast<uint8_t>((sum + area / 2) / area);
    }
  }
}

static void greys(const cm_sums &sums, const uint8_t *pixels, int channels, int64_t row_bytes) {
  if (channels == 1) grey_rows<1>(sums, pixels, row_bytes);
  else if (channels == 3) grey_rows<3>(sums, pixels, row_bytes);
  else grey_rows<4>(sums, pixels, row_bytes);
}

/// Sums over 2 `radius` + 1 rows and columns around every pixel, row by row; beyond the border the last pixels repeat.
template <int radius, typename Value, typename Use> INLINE void boxes(const Value *values, int width, int height, int32_t *room, Use use) {
  int32_t *const columns = room, *const run = room + width;
  const auto row = [&](int y) { return values + int64_t(std::clamp(y, 0, height - 1)) * width; };
  for (int x = 0; x < width; ++x) columns[x] = 0;
  for (int y = -radius; y < radius; ++y) {
    const Value *const from = row(y);
    for (int x = 0; x < width; ++x) columns[x] += from[x];
  }
  for (int y = 0; y < height; ++y) {
    const Value *const enters = row(y + radius), *const leaves = row(y - radius);
    for (int x = 0; x < width; ++x) columns[x] += enters[x];
    int32_t sum = 0, *to = run;
    *to++ = 0;
    for (int x = 0; x < radius; ++x) *to++ = sum += columns[0];
    for (int x = 0; x < width; ++x) *to++ = sum += columns[x];
    for (int x = 0; x < radius; ++x) *to++ = sum += columns[width - 1];
    use(y, run);
    for (int x = 0; x < width; ++x) columns[x] -= leaves[x];
  }
}

static void edges(const cm_sums &sums) {
  const int width = sums.width;
  boxes<near>(sums.grey, width, sums.height, sums.room, [&](int y, const int32_t *run) {
    const uint8_t *const grey = sums.grey + int64_t(y) * width;
    int16_t *const out = sums.edges + int64_t(y) * width;
    uint16_t *const size = sums.sizes + int64_t(y) * width;
    for (int x = 0; x < width; ++x) {
      const int edge = near_area * grey[x] - (run[x + 2 * near + 1] - run[x]);
      const int kept = std::clamp(edge, -steepest, steepest);
      out[x] = static_cast<int16_t>(kept);
      size[x] = static_cast<uint16_t>(std::abs(kept));
    }
  });
}

static void sum(const cm_sums &sums, const float *weights) {
  const int width = sums.width;
  const int64_t pixels = int64_t(width) * sums.height;
  boxes<around>(sums.sizes, width, sums.height, sums.room, [&](int y, const int32_t *run) {
    const int16_t *const edge = sums.edges + int64_t(y) * width;
    float *const white = sums.white;
    for (int x = 0; x < width; ++x) {
      const float size = static_cast<float>(run[x + 2 * around + 1] - run[x]) * (1 / around_area) + least;
      white[x] = std::min(std::max(static_cast<float>(edge[x]) / size, -most), most);
    }
    for (int k = 0; k < 2 * sums.frequencies; ++k) {
      const float weight = weights[k];
      if (weight == 0) continue;
      float *const out = sums.planes + k * pixels + int64_t(y) * width;
      for (int x = 0; x < width; ++x) out[x] += weight * white[x];
    }
  });
}
