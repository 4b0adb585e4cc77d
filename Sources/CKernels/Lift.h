#pragma once
// What drawing a frame of a lifted photo needs to know: prepared once a call, read by all threads.

#include <cstdint>
#include <vector>

namespace likeness {

/// Numbers of a vertex, in this order: places in the texture of its own and of a substitute color (x, y, x, y, in texels), how far each of
/// the two counts, the color that the substitute's share is added to, its opacity, how far the texture's own opacity counts, whether it goes with the torso, with the
/// light inside the mouth, with the closing of the right and the left lid, and with the parting of the lips,
/// or, below zero, how far it stays where the photo shows it.
constexpr int lift_numbers = 16;
enum LiftNumber { lift_u, lift_v, lift_u2, lift_v2, lift_own, lift_other, lift_red, lift_opacity = 9, lift_cut, lift_torso, lift_inside, lift_lid, lift_lip = 15, lift_still = 15 };

/// Points of the lips' inner border. Light below the upper lip, above the lower one and in the corners, how far those shadows reach (head
/// units; the last of the mouth's width), and how much of the lost light is red.
constexpr int lift_lips = 20;
constexpr float lift_shade[3] = {0.55f, 0.7f, 0.25f}, lift_reach[3] = {0.05f, 0.03f, 0.7f}, lift_glow = 0.08f;

/// Layers: what is opaque, what has soft rims behind it, and what is worn before both, such as glasses.
constexpr int lift_layers = 3, lift_worn = 2;
/// Samples of a pixel along each axis, and the 1/256 of a sample that corners are rounded to.
constexpr int lift_samples = 2, lift_steps = 256;
/// Pixels of a tile, and its samples.
constexpr int lift_tile = 16, lift_side = lift_tile * lift_samples;

struct LiftTriangle {
  int32_t x[3], y[3];
  float inverse_depth[3], inverse_area;
  int32_t corner[3];
  int16_t left, right, top, bottom;
  uint8_t layer, label;
};

struct LiftJob {
  int width, height;
  std::vector<LiftTriangle> triangles;
  /// Triangles of each tile, one tile behind the other, and where each tile's begin.
  std::vector<int32_t> order, starts;
  int columns, rows;
  const float *numbers;
  const uint8_t *texture;
  int texture_width, texture_height;
  const float *plate;
  float *rgb, *depth, *opacity;
  uint8_t *labels;
};

} // namespace likeness
