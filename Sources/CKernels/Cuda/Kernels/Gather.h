#pragma once
// Kernels of likeness::lattice and likeness::planes. Gradients of nodes are added atomically, in whatever order the threads come: training
// on a GPU repeats itself up to rounding only.

#include "Prelude.h"

namespace likeness::cuda {

struct Lattice {
  const float *nodes, *points, *axes;
  /// Null where all points belong to the first frame.
  const int *frame;
  Count count;
  /// From a node to the next, and from a frame's first node to the next frame's, in floats.
  Count nodeStride, frameStride;
  int frames, z, y, x, channels;
  const float *gradient;
  /// The features, or the gradient of nodes or points.
  float *out;
};
struct Planes {
  const float *nodes, *points, *axes;
  Count count;
  int height, width, channels;
  const float *gradient;
  float *out;
};

#ifdef __CUDACC__

/// Where a coordinate lies between two nodes: the lower one, how far from it, and how fast that changes.
struct Place {
  int low;
  float part, rate;
};

/// u = slope (x - center) + extra clamp(x - center, -half, half); `axis` is center, half, slope, extra. The outermost nodes are at -1
/// and 1.
DEVICE Place locate(const float *axis, int nodes, float x) {
  const float half = axis[1], d = x - axis[0];
  const float middle = d > half ? half : d > -half ? d : -half;
  const float last = float(nodes - 1);
  const float place = (axis[2] * d + axis[3] * middle + 1) * 0.5f * last;
  // Not-a-number fails both comparisons and lands at the first node.
  const bool inside = place > 0 && place < last;
  const float held = inside ? place : place > 0 ? last : 0;
  const int low = max(min(int(held), nodes - 2), 0);
  const float slope = axis[2] + (d > -half && d < half ? axis[3] : 0);
  return {low, held - float(low), inside ? slope * 0.5f * last : 0};
}

/// The eight nodes around a point, by the places of their first channels, corner k towards higher x, y, z where bits 0, 1, 2 are set.
struct Cell {
  Place x, y, z;
  Count node[8];
  bool known;

  DEVICE Cell(const Lattice &l, Count i)
      : x(locate(l.axes, l.x, l.points[3 * i])), y(locate(l.axes + 4, l.y, l.points[3 * i + 1])),
        z(locate(l.axes + 8, l.z, l.points[3 * i + 2])) {
    const int frame = l.frame ? l.frame[i] : 0;
    // A frame that there is not must not reach memory that is not the lattice's.
    known = frame >= 0 && frame < l.frames;
    for (int k = 0; k < 8; ++k) {
      const int at_x = min(x.low + (k & 1), l.x - 1), at_y = min(y.low + (k >> 1 & 1), l.y - 1), at_z = min(z.low + (k >> 2), l.z - 1);
      node[k] = frame * l.frameStride + ((Count(at_z) * l.y + at_y) * l.x + at_x) * l.nodeStride;
    }
  }
  DEVICE float weight_x(int k) const { return k & 1 ? x.part : 1 - x.part; }
  DEVICE float weight_y(int k) const { return k & 2 ? y.part : 1 - y.part; }
  DEVICE float weight_z(int k) const { return k & 4 ? z.part : 1 - z.part; }
  DEVICE float weight(int k) const { return weight_x(k) * weight_y(k) * weight_z(k); }
};

/// A thread a point and channel.
KERNEL lattice_forward(Lattice l) {
  const Count work = piece();
  if (work >= l.count * l.channels) return;
  const Count i = work / l.channels;
  const int c = int(work % l.channels);
  const Cell cell(l, i);
  float sum = 0;
  if (cell.known)
    for (int k = 0; k < 8; ++k) sum += cell.weight(k) * l.nodes[cell.node[k] + c];
  l.out[work] = sum;
}

/// A thread a point and channel.
KERNEL lattice_nodes_gradient(Lattice l) {
  const Count work = piece();
  if (work >= l.count * l.channels) return;
  const Count i = work / l.channels;
  const int c = int(work % l.channels);
  const Cell cell(l, i);
  if (!cell.known) return;
  const float g = l.gradient[work];
  for (int k = 0; k < 8; ++k) atomicAdd(l.out + cell.node[k] + c, cell.weight(k) * g);
}

/// A thread a point.
KERNEL lattice_points_gradient(Lattice l) {
  const Count i = piece();
  if (i >= l.count) return;
  const Cell cell(l, i);
  const float *g = l.gradient + i * l.channels;
  float to_x = 0, to_y = 0, to_z = 0;
  for (int k = 0; cell.known && k < 8; ++k) {
    const float *node = l.nodes + cell.node[k];
    float along = 0;
    for (int c = 0; c < l.channels; ++c) along += g[c] * node[c];
    to_x += (k & 1 ? along : -along) * cell.weight_y(k) * cell.weight_z(k);
    to_y += (k & 2 ? along : -along) * cell.weight_x(k) * cell.weight_z(k);
    to_z += (k & 4 ? along : -along) * cell.weight_x(k) * cell.weight_y(k);
  }
  l.out[3 * i] = to_x * cell.x.rate;
  l.out[3 * i + 1] = to_y * cell.y.rate;
  l.out[3 * i + 2] = to_z * cell.z.rate;
}

/// The four nodes around a point in a plane, corner k towards higher columns and rows where bits 0, 1 are set.
struct Patch {
  Place column, row;
  Count node[4];

  DEVICE Patch(const Planes &p, int plane, const float *point, int across, int down)
      : column(locate(p.axes + 4 * across, p.width, point[across])), row(locate(p.axes + 4 * down, p.height, point[down])) {
    for (int k = 0; k < 4; ++k) {
      const int at_column = min(column.low + (k & 1), p.width - 1), at_row = min(row.low + (k >> 1), p.height - 1);
      node[k] = ((Count(plane) * p.height + at_row) * p.width + at_column) * p.channels;
    }
  }
  DEVICE float weight_column(int k) const { return k & 1 ? column.part : 1 - column.part; }
  DEVICE float weight_row(int k) const { return k & 2 ? row.part : 1 - row.part; }
  DEVICE float read(const float *nodes, int c) const {
    float sum = 0;
    for (int k = 0; k < 4; ++k) sum += weight_column(k) * weight_row(k) * nodes[node[k] + c];
    return sum;
  }
  /// The read, and how it changes with the point along the plane's columns and rows.
  DEVICE float read(const float *nodes, int c, float &by_column, float &by_row) const {
    float sum = 0;
    by_column = by_row = 0;
    for (int k = 0; k < 4; ++k) {
      const float value = nodes[node[k] + c];
      sum += weight_column(k) * weight_row(k) * value;
      by_column += (k & 1 ? value : -value) * weight_row(k);
      by_row += (k & 2 ? value : -value) * weight_column(k);
    }
    by_column *= column.rate;
    by_row *= row.rate;
    return sum;
  }
  DEVICE void add(float *nodes, int c, float g) const {
    for (int k = 0; k < 4; ++k) atomicAdd(nodes + node[k] + c, weight_column(k) * weight_row(k) * g);
  }
};

struct Patches {
  Patch xy, xz, yz;
  DEVICE Patches(const Planes &p, Count i)
      : xy(p, 0, p.points + 3 * i, 0, 1), xz(p, 1, p.points + 3 * i, 0, 2), yz(p, 2, p.points + 3 * i, 1, 2) {}
};

/// A thread a point and channel.
KERNEL planes_forward(Planes p) {
  const Count work = piece();
  if (work >= p.count * p.channels) return;
  const int c = int(work % p.channels);
  const Patches at(p, work / p.channels);
  p.out[work] = at.xy.read(p.nodes, c) * at.xz.read(p.nodes, c) * at.yz.read(p.nodes, c);
}

/// A thread a point and channel.
KERNEL planes_nodes_gradient(Planes p) {
  const Count work = piece();
  if (work >= p.count * p.channels) return;
  const int c = int(work % p.channels);
  const Patches at(p, work / p.channels);
  const float g = p.gradient[work], xy = at.xy.read(p.nodes, c), xz = at.xz.read(p.nodes, c), yz = at.yz.read(p.nodes, c);
  at.xy.add(p.out, c, g * xz * yz);
  at.xz.add(p.out, c, g * xy * yz);
  at.yz.add(p.out, c, g * xy * xz);
}

/// A thread a point.
KERNEL planes_points_gradient(Planes p) {
  const Count i = piece();
  if (i >= p.count) return;
  const Patches at(p, i);
  float x = 0, y = 0, z = 0;
  for (int c = 0; c < p.channels; ++c) {
    float xy_x, xy_y, xz_x, xz_z, yz_y, yz_z;
    const float xy = at.xy.read(p.nodes, c, xy_x, xy_y), xz = at.xz.read(p.nodes, c, xz_x, xz_z), yz = at.yz.read(p.nodes, c, yz_y, yz_z);
    const float g = p.gradient[i * p.channels + c];
    x += g * yz * (xy_x * xz + xy * xz_x);
    y += g * xz * (xy_y * yz + xy * yz_y);
    z += g * xy * (xz_z * yz + xz * yz_z);
  }
  p.out[3 * i] = x;
  p.out[3 * i + 1] = y;
  p.out[3 * i + 2] = z;
}

#endif

} // namespace likeness::cuda
