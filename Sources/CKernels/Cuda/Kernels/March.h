#pragma once
// Kernels of likeness::skip_distance and likeness::march. This program is compiled without fused products (--fmad=false), so that every
// number is rounded as written and the samples are those that the CPU finds.

#include "Prelude.h"

namespace likeness::cuda {

/// One axis of the chessboard distance, which can be taken axis by axis.
struct SkipAxis {
  const unsigned char *in;
  unsigned char *out;
  Count cells;
  /// Cells along the axis, and how far apart its neighbours are in memory.
  int length;
  Count stride;
  /// Whether `in` tells what is occupied (not zero), rather than distances.
  bool isFirst;
};

struct March {
  const float *origins, *directions, *jitter;
  /// Skip distances.
  const unsigned char *cells;
  /// x, y, z.
  int size[3];
  float low[3], high[3];
  /// Cells a unit of length.
  float scale[3];
  float step;
  Count rays, limit;
  /// How many samples each ray has: written by the first kernel.
  int *counts;
  /// Where they stand: read by the second, which writes them.
  const int *starts;
  float *positions, *depths;
  int *ray;
};

#ifdef __CUDACC__

/// A thread a cell: min over the cells c' of its line of max(|c - c'|, in(c')).
KERNEL skip_axis(SkipAxis p) {
  const Count cell = piece();
  if (cell >= p.cells) return;
  const auto value = [&](Count at) { return p.isFirst ? (p.in[at] ? 0 : 255) : int(p.in[at]); };
  const int at = int(cell / p.stride % p.length);
  int best = value(cell);
  for (int r = 1; r < best && (at - r >= 0 || at + r < p.length); ++r) {
    if (at - r >= 0) best = min(best, max(r, value(cell - r * p.stride)));
    if (at + r < p.length) best = min(best, max(r, value(cell + r * p.stride)));
  }
  p.out[cell] = static_cast<unsigned char>(best);
}

/// Calls `sample(t)` for the first `limit` samples of the ray `o + t d`, in order. The CPU's `SampleSteps::walk`, number for number.
template <class F> DEVICE void walk(const March &p, const float *o, const float *d, float jitter, F sample) {
  const float length = sqrtf(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
  if (!(length > 0) || p.limit == 0) return;
  float enter = 0, leave = __int_as_float(0x7f800000);
  for (int axis = 0; axis < 3; ++axis) {
    if (d[axis] == 0) {
      if (!(o[axis] >= p.low[axis] && o[axis] <= p.high[axis])) return;
      continue;
    }
    const float a = (p.low[axis] - o[axis]) / d[axis], b = (p.high[axis] - o[axis]) / d[axis];
    if (isnan(a) || isnan(b)) return;
    enter = fmaxf(enter, fminf(a, b));
    leave = fminf(leave, fmaxf(a, b));
  }
  const float rayStep = p.step / length;
  // Not-a-number and endless rays have no samples; nor has a step too small to move along.
  if (!(enter < leave && isfinite(leave)) || !(enter + rayStep > enter)) return;
  Count taken = 0;
  for (float k = 0;;) {
    const float t = enter + (k + jitter) * rayStep;
    if (!(t < leave)) return;
    int at[3];
    for (int axis = 0; axis < 3; ++axis) {
      const float place = floorf((o[axis] + t * d[axis] - p.low[axis]) * p.scale[axis]);
      at[axis] = int(fminf(fmaxf(place, 0.0f), float(p.size[axis] - 1)));
    }
    const int clear = p.cells[(Count(at[2]) * p.size[1] + at[1]) * p.size[0] + at[0]];
    if (clear == 0) {
      sample(t);
      if (++taken == p.limit) return;
      k += 1;
      continue;
    }
    // Out of the block of cells that is known to be empty; a little early rather than late, so that no sample is missed.
    float out = leave;
    for (int axis = 0; axis < 3; ++axis) {
      if (d[axis] == 0) continue;
      const float edge = float(d[axis] > 0 ? at[axis] + clear : at[axis] - clear + 1) / p.scale[axis] + p.low[axis];
      out = fminf(out, (edge - o[axis]) / d[axis]);
    }
    k = fmaxf(k + 1, floorf((out - enter) / rayStep - jitter - 0.01f));
  }
}

/// A thread a ray.
KERNEL march_count(March p) {
  const Count ray = piece();
  if (ray >= p.rays) return;
  int count = 0;
  walk(p, p.origins + 3 * ray, p.directions + 3 * ray, p.jitter[ray], [&](float) { ++count; });
  p.counts[ray] = count;
}

/// A thread a ray.
KERNEL march_fill(March p) {
  const Count ray = piece();
  if (ray >= p.rays) return;
  const float *o = p.origins + 3 * ray, *d = p.directions + 3 * ray;
  Count i = p.starts[ray];
  walk(p, o, d, p.jitter[ray], [&](float t) {
    p.depths[i] = t;
    p.ray[i] = int(ray);
    for (int axis = 0; axis < 3; ++axis) p.positions[3 * i + axis] = o[axis] + t * d[axis];
    ++i;
  });
}

#endif

} // namespace likeness::cuda
