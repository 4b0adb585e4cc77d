#pragma once
// The sums over the frames of a film: planes of real and imaginary parts, one pair a frequency.

#include <cstdint>

struct cm_sums {
  int width = 0, height = 0, frequencies = 0, shrink = 1;
  /// [frequencies x 2 x height x width]
  float *planes = nullptr;
  uint8_t *grey = nullptr;
  int16_t *edges = nullptr;
  uint16_t *sizes = nullptr;
  int32_t *room = nullptr;
  float *white = nullptr;

  const float *plane(int frequency, int part) const { return planes + (int64_t(frequency) * 2 + part) * width * height; }
};
