#pragma once
// What drawing a tile of a frame needs to know: prepared once a call, read by all threads.

#include "Axis.h"

#include <cstdint>

namespace likeness {

/// Nodes of a grid of features, channels side by side and padded to a multiple of 8, at least two nodes along each axis.
struct FeatureTable {
  const void *data;
  /// x, y, z; for planes x is the column, y the row and z counts the planes.
  int size[3];
  int channels;
};

/// What the probes of an image saw first: t of the first sample that dims what is behind it, infinite where there is none, and how many
/// samples they took for it. Probes stand 2^shift pixels apart, `columns` in a row.
struct ProbedDepths {
  const float *first, *taken;
  int shift, columns;
};
/// A probe has seen something when less than this is let through. A ray then begins this many steps before what the probes about it saw.
constexpr float probe_stop = 0.99f, probe_margin = 0.75f;
/// Samples of a probe that such a ray takes too, about; the others count as taken when it begins.
constexpr int probe_overlap = 3;

/// A dense layer as the kernels take it: weights `[in, width]`, outputs padded with zeros to `width`, a multiple of 16.
struct DenseLayer {
  const float *weights, *bias;
  int in, width;
};

/// The pixels that are drawn together: every `apart`-th column and row from `x` and `y` on.
struct PixelPass {
  int apart = 1, x = 0, y = 0;
  int columns(int width) const { return (width - x + apart - 1) / apart; }
  int rows(int height) const { return (height - y + apart - 1) / apart; }
};

struct FrameJob {
  // Camera: a row a vector of [4, 3].
  float camera[4][3];
  int width, height;
  // Skip distances, with a few bytes to read behind the last.
  const uint8_t *cells;
  int size[3];
  float low[3], high[3], scale[3], cell[3];
  float step, stop;
  int limit;
  Axis lattice_axes[3], axes[3];
  /// 8 channels of float: displacement, ambient coordinates, nothing.
  FeatureTable lattice;
  FeatureTable planes, volume, ambient;
  /// Cells of the template, evenly between its outermost nodes, a bit each, `[Z, Y, X / 32]`: 0 where nothing shows. Null where all are to be
  /// looked into.
  const int32_t *shown;
  int shown_size[3];
  /// Hidden layers of the point network; its last layer is linear, so that it is applied to what a ray has summed.
  const DenseLayer *point;
  int point_count;
  /// The first of them, see `rounded_layer`; null where it is not to be rounded.
  const uint16_t *rounded;
  /// The last layer's row of the density, padded with zeros to the hidden width, and its bias.
  const float *density;
  float density_bias, density_scale;
  /// The last layer's other rows; `bias` belongs to a weight of 1.
  DenseLayer features;
  int feature_count;
  const DenseLayer *shading;
  int shading_count, classes;
  float slope;
  /// The longest row of any layer's input or output.
  int row;
  /// Of all rays of an image; without a grid they begin where they enter the box.
  ProbedDepths probed;
  /// Of an image of probes: what they see first, and with which sample.
  float *first, *taken;
  PixelPass pass;
  /// Pixels of a pass lie between four of those before it. Where these differ by no more than this, in colours and opacity, the pixel is their
  /// mean; below 0 all pixels are drawn.
  float tolerance;
  /// What pixels show without the plate: colours times opacity, and opacity, `[H, W, 4]`; null where nobody asks.
  float *own;
  const float *plate;
  float *rgb, *depth, *opacity, *feature_image;
  uint8_t *labels;
};

/// Pixels of a tile.
constexpr int tile_width = 16, tile_height = 16, tile_rays = tile_width * tile_height;
/// Samples worked on at once: what is known of them fits the first-level cache. A multiple of 16, and of the rows of the dense kernels.
constexpr int frame_block = 48;

/// What a thread keeps while it draws.
struct alignas(64) FrameScratch {
  static constexpr int padded = tile_rays + 32;
  // Rays under way, side by side.
  float d[3][padded], enter[padded], ray_step[padded], leave[padded], k[padded], reached[padded], depth[padded], t[padded], may_take[padded];
  int32_t id[padded];
  /// Where their samples read the template: x, y, z, and both ambient coordinates; and which of them may show something.
  float moved[5][padded];
  int32_t live[padded];
  // Rays by their place in the tile.
  float final_reached[tile_rays], final_depth[tile_rays], final_taken[tile_rays], final_scale[tile_rays], direction[3][tile_rays];
  /// Samples that all rays under way have taken.
  float taken;
  // Samples of a block.
  int32_t place[5][frame_block], ray[frame_block];
  float share[20][frame_block], warped[5][frame_block];
  float raw[frame_block], weight[frame_block];
  /// Weighted hidden features by the ray's place, `[tile_rays, hidden]`; rows of a block before and after a layer.
  float *sums, *a, *b;
};

using TileFunction = void (*)(const FrameJob &, int tile, FrameScratch &);

} // namespace likeness
