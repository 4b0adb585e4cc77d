// What is added to a frame: a tile of cells, as strong as the image hides it. Integers only: a film has the same bits on every machine.

#include "../include/Watermark.h"
#include "Levels.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

/// A pattern's values are 64ths, an amplitude is in 16ths of a level.
constexpr int full = 64, flat = 12, strongest = 96;
/// How much an amplitude grows with what the image does around the pixel, in 64ths, at most.
constexpr int steepest = 80;
/// The mean squared change of a frame, in 256ths of a squared level: 45.3 dB.
constexpr int64_t allowed = 491;
/// Side of the blocks whose texture is measured.
constexpr int block = 4;
/// How opaque a pixel is that takes the mark.
constexpr int opaque = 128;

} // namespace

struct cm_pattern {
  int side = 0;
  int8_t *values = nullptr;
  /// The mean squared change that an amplitude makes, in 256ths of a squared level.
  int64_t change[strongest + 1] = {};
};

namespace {

#define SIMD_FILE "Watermark/Pattern.ipp"
#include "../SimdLevels.ipp"

/// Texture where a block and its neighbours all have some: an edge on a flat ground hides nothing beside it.
void spread(const uint8_t *texture, uint8_t *least, uint8_t *out, int across, int down) {
  const auto at = [&](const uint8_t *from, int x, int y) {
    return from[std::clamp(y, 0, down - 1) * across + std::clamp(x, 0, across - 1)];
  };
  for (int y = 0; y < down; ++y)
    for (int x = 0; x < across; ++x) {
      int value = 255;
      for (int j = -1; j <= 1; ++j)
        for (int i = -1; i <= 1; ++i) value = std::min<int>(value, at(texture, x + i, y + j));
      least[y * across + x] = static_cast<uint8_t>(value);
    }
  for (int y = 0; y < down; ++y)
    for (int x = 0; x < across; ++x) {
      int sum = 0;
      for (int j = -1; j <= 1; ++j)
        for (int i = -1; i <= 1; ++i) sum += at(least, x + i, y + j);
      out[y * across + x] = static_cast<uint8_t>(sum / 9);
    }
}

int amplitude(int texture, int steepness) { return std::min(strongest, flat + ((steepness * texture) >> 4)); }

/// The amplitude of every texture, as steep as the allowed change permits.
void amplitudes(const cm_pattern &pattern, const int64_t *count, uint8_t *out) {
  int64_t blocks = 0;
  for (int i = 0; i < 256; ++i) blocks += count[i];
  int steepness = 0;
  for (int step = 64; step > 0; step /= 2) {
    const int tried = steepness + step;
    if (tried > steepest) continue;
    int64_t change = 0;
    for (int i = 0; i < 256; ++i) change += count[i] * pattern.change[amplitude(i, tried)];
    if (change <= allowed * blocks) steepness = tried;
  }
  for (int i = 0; i < 256; ++i) out[i] = static_cast<uint8_t>(amplitude(i, steepness));
}

} // namespace

cm_pattern *cm_pattern_new(const int8_t *signs, int32_t cell) {
  auto *const pattern = new cm_pattern;
  const int side = cm_side * cell, rise = cell / 2 + 1;
  pattern->side = side;
  pattern->values = static_cast<int8_t *>(std::malloc(size_t(side) * side));
  // Cells are smoothed by a box of `rise` pixels a side.
  const int64_t area = int64_t(rise) * rise;
  int64_t count[2 * full + 1] = {};
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      int64_t sum = 0;
      for (int j = 0; j < rise; ++j)
        for (int i = 0; i < rise; ++i) {
          const int u = (x + i - rise / 2 + side) % side, v = (y + j - rise / 2 + side) % side;
          sum += signs[v / cell * cm_side + u / cell];
        }
      const int value = static_cast<int>((sum * full * 2 + (sum < 0 ? -area : area)) / (2 * area));
      pattern->values[y * side + x] = static_cast<int8_t>(value);
      ++count[value + full];
    }
  // A value between two levels becomes either of them, as often as it is near: its square is that of the value and of the doubt.
  for (int a = 0; a <= strongest; ++a) {
    int64_t sum = 0;
    for (int value = -full; value <= full; ++value) {
      const int64_t exact = std::abs(a * value), part = exact % (16 * full);
      sum += count[value + full] * (exact * exact + part * (16 * full - part));
    }
    pattern->change[a] = sum / (int64_t(side) * side) * 256 / (int64_t(16 * full) * (16 * full));
  }
  return pattern;
}

void cm_pattern_free(cm_pattern *pattern) {
  std::free(pattern->values);
  delete pattern;
}

int32_t cm_mark(const cm_pattern *pattern, uint8_t *pixels, int32_t width, int32_t height, int32_t channels, int64_t row_bytes,
                int32_t sign) {
  const int across = (width + block - 1) / block, down = (height + block - 1) / block;
  const size_t blocks = size_t(across) * down, padded = size_t(across) * block;
  auto *const room = static_cast<uint8_t *>(std::malloc(3 * blocks + padded * block + 8 * padded));
  if (!room) return 0;
  uint8_t *const texture = room, *const least = texture + blocks, *const amplitude = least + blocks;
  uint8_t *const grey = amplitude + blocks;
  CHOOSE(textures)(pixels, width, height, channels, row_bytes, grey, across, down, texture);
  spread(texture, least, amplitude, across, down);
  int64_t count[256] = {};
  for (size_t i = 0; i < blocks; ++i) ++count[amplitude[i]];
  uint8_t table[256];
  amplitudes(*pattern, count, table);
  for (size_t i = 0; i < blocks; ++i) amplitude[i] = table[amplitude[i]];
  CHOOSE(add)(*pattern, pixels, width, height, channels, row_bytes, sign, amplitude, across, grey);
  std::free(room);
  return 1;
}
