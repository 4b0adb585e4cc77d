#pragma once
// What drawing rays through a tri-plane volume needs to know: prepared once a call, read by all threads.

#include <cstdint>

namespace likeness {

/// What is read of a volume at a point. The decoder's first layer is linear, and so are the reads, so the planes hold what it makes of their
/// channels, a third of it each.
struct TriplaneField {
  /// `[3, height, width, hidden]` with a border of zeros around each plane; `hidden` is a multiple of 16.
  const float *planes;
  int width, height, hidden;
  /// Elements of a plane, without the border, over the side of the box.
  float across, down;
  /// The coordinates along each plane's width and height.
  int axes[3][2];
  /// Of the first layer, and the second one's row of the density.
  const float *bias, *density;
  float density_bias;
  /// The second layer's other rows, `[hidden, features]`, and their bias; `features` is a multiple of 16.
  const float *color, *color_bias;
  int features;
};

/// How points move before they are read: nodes `[z, y, x, 4]` (dx, dy, dz, nothing) over -extent...extent, at least two along each axis.
struct TriplaneMoves {
  const float *nodes;
  int size[3];
  float extent;
};

/// Cells of -extent...extent, `size` along each axis; 0 where nothing is.
struct TriplaneCells {
  const uint8_t *full;
  int size;
  float extent;
};

struct TriplaneJob {
  TriplaneField field;
  TriplaneMoves moves;
  TriplaneCells cells;
  /// `[rays, 3]`, `[rays, 3]`, `[rays, coarse]`, and `[rays, fine]` numbers in 0..<1.
  const float *origins, *directions, *depths, *draws;
  int rays, coarse, fine;
  /// Rays in a row of the image if it can be cut into squares of 4 by 4, else 0.
  int row;
  /// How many channels are wanted; the rest of `features` is nothing.
  int channels;
  bool white;
  /// Rays end when they let less than this through; colours count that weigh more than `least`.
  float stop, least;
  /// `[rays, channels]`, and `[rays]` each; the last two are the ends of a ray's samples.
  float *features, *depth, *weights, *first, *last;
};

constexpr int triplane_lanes = 16;
/// Steps of all lanes after which rays that have ended are left out.
constexpr int triplane_group = 8;

/// What a thread keeps while it draws sixteen rays. Sample i of lane l has slot 16 i + l, coarse ones first.
struct TriplaneScratch {
  /// `[slots, hidden]`.
  float *hidden;
  /// `[slots]` each; what merges both kinds of samples is by place along the ray, not by sample.
  float *point[3], *raw, *depth, *merged_depth, *weight, *distribution;
  int32_t *order, *list;
  /// Whether something may be at a sample, and whether it was looked at.
  uint8_t *full, *known;
  /// Of colours: which slot, how much.
  float *share;
  /// `[16, features]`.
  float *sums;
};

using TriplaneTile = void (*)(const TriplaneJob &, int tile, TriplaneScratch &);
using TriplaneDensity = void (*)(const TriplaneField &, const float *points, int64_t count, float *raw);

} // namespace likeness
