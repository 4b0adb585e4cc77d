#pragma once
// What likeness::field reads and adds up; prepared once a call.

#include "Axis.h"

#include <cstdint>

namespace likeness {

/// Nodes `[.., C]` along x, y and z, at least two along each axis that is read, and their gradient.
struct FieldTable {
  const float *nodes;
  float *gradient;
  int size[3];
};

struct FieldJob {
  Axis lattice_axes[3], axes[3];
  /// Which row of `moves` each node of the lattice has, `[Z, Y, X]`.
  const int32_t *slots;
  int lattice_size[3];
  /// `[n, frames, 8]`: displacement, ambient coordinates, nothing.
  const float *moves;
  float *moves_gradient;
  int frames;
  /// `[3, H, W, channels]`; `[Z, Y, X, 8]`; `[H, W, 8]`.
  FieldTable planes, volume, ambient;
  int channels;
  /// `[N, 3]` and `[N]`.
  const float *positions;
  const int32_t *frame;
  int64_t count;
  int inputs() const { return channels + 16; }
};

/// Samples that go through the field together: a multiple of 16, and the rows of a block of the network.
constexpr int field_block = 96;

/// What is known of a block's samples.
struct alignas(64) FieldScratch {
  /// Where they are read: x, y, z, and both ambient coordinates.
  float at[5][field_block];
  /// First nodes in the three planes, the volume and the ambient plane, in numbers.
  int32_t place[5][field_block];
  /// How far towards the next node: x along columns, y along rows, y along columns, z along rows of planes; x, y, z of the volume; ambient.
  float share[9][field_block];
  /// How fast these change with the coordinates.
  float rate[9][field_block];
};

/// What a block's samples hand back to the tables, a row each, in the order of the samples that have a gradient.
struct FieldRows {
  /// `[3, n, channels]`, `[n, 16]` of volume and ambient plane, `[n, 8]` of the lattice.
  float *planes, *others, *moves;
  /// Where each is read, as `FieldScratch::at`: `[5, n]`, n a multiple of 16.
  float *at;
  /// The sample itself, `[n]`.
  const int32_t *sample;
  int64_t count, row;
};

} // namespace likeness
