// Pixels that need no rays of their own, as those about them show the same: included inside a namespace of Frame.cpp.

/// Whether the pixels within a square of known ones are their mean: all four show one class of the person, no background, and nearly the same
/// colour at nearly the same depth.
INLINE bool is_even(const FrameJob &job, const int64_t (&corner)[4]) {
  const EverySecond &known = job.known;
  for (int k = 0; k < 4; ++k)
    if (!(known.opacity[corner[k]] > 1 - between_clear) || known.labels[corner[k]] != known.labels[corner[0]]) return false;
  const auto spread = [&](const float *values, int64_t stride) __attribute__((always_inline)) {
    float low = values[corner[0] * stride], high = low;
    for (int k = 1; k < 4; ++k) {
      const float value = values[corner[k] * stride];
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    return high - low;
  };
  for (int c = 0; c < 3; ++c)
    if (!(spread(known.rgb + c, 3) < job.tolerance)) return false;
  return spread(known.depth, 1) < between_steps * job.step;
}

/// Draws the pixels of a tile that are known or lie between known ones that are alike, and notes in `drawn` which.
static void fill_between(const FrameJob &job, int left, int top, FrameScratch &s) {
  __builtin_memset(s.drawn, 0, sizeof s.drawn);
  if (!job.known.rgb) return;
  for (int y = 0; y < tile_height && top + y < job.height; y += 2) {
    for (int x = 0; x < tile_width && left + x < job.width; x += 2) {
      const int64_t first = int64_t((top + y) / 2) * job.known.columns + (left + x) / 2;
      const int64_t corner[4] = {first, first + 1, first + job.known.columns, first + job.known.columns + 1};
      const bool even = is_even(job, corner);
      for (int k = 0; k < 4; ++k) {
        const int right = k & 1, down = k >> 1;
        if ((k > 0 && !even) || left + x + right >= job.width || top + y + down >= job.height) continue;
        // Means of the two or four known pixels about this one; the first is known itself.
        const int64_t from[4] = {first, first + right, first + down * job.known.columns, first + down * job.known.columns + right};
        const int64_t pixel = int64_t(top + y + down) * job.width + left + x + right;
        const auto mean = [&](const float *values, int64_t stride) __attribute__((always_inline)) {
          return 0.25f * ((values[from[0] * stride] + values[from[1] * stride]) + (values[from[2] * stride] + values[from[3] * stride]));
        };
        for (int c = 0; c < 3; ++c) job.rgb[3 * pixel + c] = mean(job.known.rgb + c, 3);
        job.depth[pixel] = mean(job.known.depth, 1);
        job.opacity[pixel] = mean(job.known.opacity, 1);
        job.labels[pixel] = job.known.labels[first];
        s.drawn[(y + down) * tile_width + x + right] = -1;
      }
    }
  }
}
