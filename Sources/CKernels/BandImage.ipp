// The band-passed grey values of one image: included inside a namespace of BandImage.cpp.

#define INLINE static inline __attribute__((always_inline))

/// Which samples of a longer line the samples of a shorter one average, and by what weights.
struct AreaLine {
  std::vector<int> first;
  std::vector<std::vector<float>> weights;

  AreaLine(int from, int to) : first(to), weights(to) {
    const float step = static_cast<float>(from) / static_cast<float>(to);
    for (int i = 0; i < to; ++i) {
      const float low = static_cast<float>(i) * step, high = static_cast<float>(i + 1) * step;
      first[i] = static_cast<int>(low);
      for (int j = first[i]; j < std::min(from, static_cast<int>(std::ceil(high))); ++j)
        weights[i].push_back((std::min(high, static_cast<float>(j + 1)) - std::max(low, static_cast<float>(j))) / step);
    }
  }
};

INLINE void grey_row(const uint8_t *pixel, int width, float *out) {
  for (int x = 0; x < width; ++x)
    out[x] = (0.299f * pixel[3 * x] + 0.587f * pixel[3 * x + 1] + 0.114f * pixel[3 * x + 2]) * (1.0f / 255);
}

/// The mean over 2 `radius` + 1 samples each way; beyond the border the last ones repeat.
INLINE void blur(const std::vector<float> &source, std::vector<float> &out, int width, int height, int radius) {
  const auto clamped = [](int at, int length) { return std::min(std::max(at, 0), length - 1); };
  const float share = 1 / static_cast<float>(2 * radius + 1);
  std::vector<float> across(source.size()), padded(width + 2 * radius), sum(width, 0.0f);
  for (int y = 0; y < height; ++y) {
    for (int x = -radius; x < width + radius; ++x) padded[x + radius] = source[y * width + clamped(x, width)];
    float *row = &across[y * width];
    for (int x = 0; x < width; ++x) row[x] = 0;
    for (int k = 0; k <= 2 * radius; ++k)
      for (int x = 0; x < width; ++x) row[x] += padded[x + k];
  }
  for (int y = -radius; y < radius; ++y)
    for (int x = 0; x < width; ++x) sum[x] += across[clamped(y, height) * width + x];
  for (int y = 0; y < height; ++y) {
    const float *enters = &across[clamped(y + radius, height) * width], *leaves = &across[clamped(y - radius, height) * width];
    for (int x = 0; x < width; ++x) {
      sum[x] += enters[x];
      out[y * width + x] = sum[x] * share * share;
      sum[x] -= leaves[x];
    }
  }
}

static void band(const uint8_t *rgb, int from_width, int from_height, int width, int height, int8_t *out) {
  const AreaLine across(from_width, width), down(from_height, height);
  std::vector<float> grey(size_t(width) * height), row(from_width), sum(from_width);
  for (int y = 0; y < height; ++y) {
    std::fill(sum.begin(), sum.end(), 0.0f);
    for (size_t k = 0; k < down.weights[y].size(); ++k) {
      grey_row(rgb + (down.first[y] + int64_t(k)) * from_width * 3, from_width, row.data());
      for (int x = 0; x < from_width; ++x) sum[x] += down.weights[y][k] * row[x];
    }
    for (int x = 0; x < width; ++x) {
      float value = 0;
      for (size_t k = 0; k < across.weights[x].size(); ++k) value += across.weights[x][k] * sum[across.first[x] + k];
      grey[size_t(y) * width + x] = value;
    }
  }
  std::vector<float> fine(grey.size()), coarse(grey.size());
  blur(grey, fine, width, height, 6);
  blur(fine, coarse, width, height, 6);
  blur(grey, fine, width, height, 1);
  for (size_t k = 0; k < fine.size(); ++k)
    out[k] = static_cast<int8_t>(std::min(std::max(std::nearbyint((fine[k] - coarse[k]) * 254), -127.0f), 127.0f));
}
