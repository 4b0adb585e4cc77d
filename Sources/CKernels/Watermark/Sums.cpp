// Frames of a film, whitened and summed. Whitened means less its blur and divided by what is left around the pixel: a mark that was made as
// strong as the image hides it is about as strong everywhere afterwards.

#include "Sums.h"
#include "../include/Watermark.h"
#include "Levels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

/// Pixels of the largest frame that is not shrunken.
constexpr int64_t largest_frame = 1'000'000;
/// Radii of the blur that is taken off and of the neighbourhood that is divided by, in pixels.
constexpr int near = 4, around = 12;
constexpr int near_area = (2 * near + 1) * (2 * near + 1);
constexpr float around_area = (2 * around + 1) * (2 * around + 1);
/// Levels beyond which an edge does not count for more.
constexpr int steepest = 12 * near_area;
/// A summand to the neighbourhood's mean, in levels: what rounding alone leaves is no mark.
constexpr float least = 0.4f * near_area;
/// The largest whitened value.
constexpr float most = 2.5f;

#define SIMD_FILE "Watermark/Sums.ipp"
#include "../SimdLevels.ipp"

} // namespace

cm_sums *cm_sums_new(int32_t width, int32_t height, int32_t frequencies) {
  int shrink = 1;
  while (int64_t(width / shrink) * (height / shrink) > largest_frame) ++shrink;
  auto *const sums = new (std::nothrow) cm_sums;
  if (!sums) return nullptr;
  sums->width = width / shrink;
  sums->height = height / shrink;
  sums->shrink = shrink;
  sums->frequencies = frequencies;
  const size_t pixels = size_t(sums->width) * sums->height;
  sums->planes = static_cast<float *>(std::calloc(pixels * frequencies * 2, sizeof(float)));
  sums->grey = static_cast<uint8_t *>(std::malloc(pixels));
  sums->edges = static_cast<int16_t *>(std::malloc(pixels * sizeof(int16_t)));
  sums->sizes = static_cast<uint16_t *>(std::malloc(pixels * sizeof(uint16_t)));
  sums->room = static_cast<int32_t *>(std::malloc((2 * size_t(sums->width) + 4 * around + 4) * sizeof(int32_t)));
  sums->white = static_cast<float *>(std::malloc(size_t(sums->width) * sizeof(float)));
  if (sums->planes && sums->grey && sums->edges && sums->sizes && sums->room && sums->white) return sums;
  cm_sums_free(sums);
  return nullptr;
}

void cm_sums_free(cm_sums *sums) {
  std::free(sums->planes);
  std::free(sums->grey);
  std::free(sums->edges);
  std::free(sums->sizes);
  std::free(sums->room);
  std::free(sums->white);
  delete sums;
}

int32_t cm_sums_shrink(const cm_sums *sums) { return sums->shrink; }

void cm_sums_clear(cm_sums *sums) {
  std::memset(sums->planes, 0, size_t(sums->width) * sums->height * sums->frequencies * 2 * sizeof(float));
}

void cm_sums_add(cm_sums *sums, const uint8_t *pixels, int32_t channels, int64_t row_bytes, const float *weights) {
  CHOOSE(greys)(*sums, pixels, channels, row_bytes);
  CHOOSE(edges)(*sums);
  CHOOSE(sum)(*sums, weights);
}
