#pragma once
// Convolutions of images `[H, W, C]` with 3 x 3 kernels by tiles of 4 x 4 pixels, after Winograd: a tile of the input is turned into
// values of which each needs one matrix product over the channels, and their results into a tile of the output.

#include <cstdint>

namespace likeness {

/// What is done to a sum over channels: clamp(gain a(scale sum + noise + bias)), where a multiplies what is below zero with `slope`.
struct Finish {
  /// `[out]`; null for 1, for 0.
  const float *scale, *bias;
  /// `[H, W]` of the output; null for 0.
  const float *noise;
  float slope, gain, clamp;
};

struct WinogradJob {
  const float *x;
  /// Of the input.
  int64_t height, width, in;
  /// Channels of the output, a multiple of `panel`.
  int64_t out;
  /// `[36][out / panel][in][panel]`.
  const float *weights;
  /// `[in]`, what the input is multiplied with; null for 1.
  const float *style;
  Finish finish;
  /// `[H, W, out]`, or `[2 H + 1, 2 W + 1, out]` where the convolution doubles.
  float *y;

  int64_t tiles_down(bool doubles) const { return (height + (doubles ? 1 : 0) + 3) / 4; }
  int64_t tiles_across(bool doubles) const { return (width + (doubles ? 1 : 0) + 3) / 4; }
};

/// A doubled image behind its convolution, filtered with [1, 3, 3, 1] / 4 along both axes.
struct SmoothJob {
  /// `[height + 1, width + 1, channels]`.
  const float *y;
  /// Of the output.
  int64_t height, width, channels;
  Finish finish;
  /// `[height, width, channels]`.
  float *z;
};

/// Output channels that a product makes at once.
constexpr int64_t panel = 32;
/// Rows of tiles' values lie this much further apart than they are long, so that they do not compete for places in the cache.
constexpr int64_t row_padding = 16;
/// Values of a tile: those that a product is made of.
constexpr int64_t plain_values = 36, doubling_values = 81;

/// What the code for one set of instructions offers. The values' memory has room for `values` times `tiles` rounded up to `group` rows.
struct WinogradCode {
  /// Tiles that a product makes at once.
  int64_t group;
  void (*plain)(const WinogradJob &, int64_t first, int64_t count, float *values, float *products);
  void (*doubling)(const WinogradJob &, int64_t first, int64_t count, float *values, float *products);
  void (*smooth)(const SmoothJob &, int64_t row, float *scratch);
};

} // namespace likeness
