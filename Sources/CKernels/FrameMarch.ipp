// Rays of a tile and their next samples, as likeness::march finds them to the last bit: included inside a namespace of Frame.cpp.

/// t before which the rays of sixteen pixels, every `apart`-th from column `left` of a row on, need not look: the least of the probes at the
/// corners of the square that a pixel is in. Infinite where these see nothing. `taken`: how many samples that probe took.
INLINE f16v first_seen(const ProbedDepths &probed, int left, int apart, int row, f16v &taken) {
  const int between = (1 << probed.shift) - 1, from = left >> probed.shift;
  const int64_t above = int64_t(row >> probed.shift) * probed.columns + from;
  const int64_t below = int64_t((row + between) >> probed.shift) * probed.columns + from;
  const auto grid = [&](int column) __attribute__((always_inline)) { return (column >> probed.shift) - from; };
  // At most every second pixel is a probe, and at most every second of them is drawn.
  float nearest[17], counts[17], result[16], count[16];
  for (int c = 0; c <= grid(left + 15 * apart + between); ++c) {
    const int64_t place = (probed.first[above + c] <= probed.first[below + c] ? above : below) + c;
    nearest[c] = probed.first[place];
    counts[c] = probed.taken[place];
  }
  for (int lane = 0; lane < 16; ++lane) {
    const int a = grid(left + lane * apart), b = grid(left + lane * apart + between), place = nearest[a] <= nearest[b] ? a : b;
    result[lane] = nearest[place];
    count[lane] = counts[place];
  }
  taken = load(count);
  return load(result);
}

/// The rays of a tile that cross the box, but for those of pixels that are `known`; returns how many. Others are final at once.
static int begin_rays(const FrameJob &job, int left, int top, const bool *known, FrameScratch &s) {
#pragma clang fp contract(off)
  int count = 0;
  for (int y = 0; y < tile_height; ++y) {
    for (int x = 0; x < tile_width; x += 16) {
      const int first_column = job.pass.x + job.pass.apart * (left + x), line = job.pass.y + job.pass.apart * (top + y);
      const f16v column = lanes() * static_cast<float>(job.pass.apart) + static_cast<float>(first_column) + 0.5f;
      const float row = static_cast<float>(line) + 0.5f;
      const int id = y * tile_width + x;
      f16v d[3], enter = all(0), leave = all(__builtin_inff());
      i16v inside = column < static_cast<float>(job.width);
      if (line >= job.height) inside = i16v{};
      if (known) {
        float drawn[16];
        for (int lane = 0; lane < 16; ++lane) drawn[lane] = known[id + lane] ? 0 : 1;
        inside &= load(drawn) > 0.0f;
      }
      if (!bits(inside)) continue;
      for (int axis = 0; axis < 3; ++axis) {
        d[axis] = column * job.camera[1][axis] + row * job.camera[2][axis] + job.camera[3][axis];
        store(s.direction[axis] + id, d[axis]);
        const float o = job.camera[0][axis];
        const i16v still = d[axis] == 0.0f;
        if (!(o >= job.low[axis] && o <= job.high[axis])) inside &= ~still;
        const f16v a = (job.low[axis] - o) / d[axis], b = (job.high[axis] - o) / d[axis];
        enter = still ? enter : most(least(a, b), enter);
        leave = still ? leave : least(most(a, b), leave);
      }
      const f16v length = __builtin_elementwise_sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
      const f16v ray_step = job.step / length;
      inside &= (length > 0.0f) & (enter < leave) & (leave < __builtin_inff()) & (enter + ray_step > enter);
      f16v k = all(0), may_take = all(static_cast<float>(job.limit));
      if (job.probed.first) {
        f16v taken;
        const f16v first = first_seen(job.probed, first_column, job.pass.apart, line, taken);
        may_take -= most(taken - static_cast<float>(probe_overlap), all(0));
        inside &= first < __builtin_inff();
        k = most(__builtin_elementwise_ceil((first - enter) / ray_step - (probe_margin + 0.5f)), k);
      }
      const uint32_t kept = bits(inside);
      store(s.final_reached + id, all(1));
      store(s.final_depth + id, all(0));
      if (!kept) continue;
      for (int axis = 0; axis < 3; ++axis) pack(s.d[axis] + count, d[axis], kept);
      pack(s.enter + count, enter, kept);
      pack(s.ray_step + count, ray_step, kept);
      pack(s.leave + count, leave, kept);
      pack(s.k + count, k, kept);
      pack(s.may_take + count, may_take, kept);
      pack(s.reached + count, all(1), kept);
      pack(s.depth + count, all(0), kept);
      pack(s.id + count, __builtin_convertvector(lanes(), i16v) + id, kept);
      count += __builtin_popcount(kept);
    }
  }
  return count;
}

/// Sixteen rays on their way to their next sample.
struct Walk {
  f16v d[3], enter, ray_step, leave, reached, k, found_t, may_take;
  i16v real, pending, found;
  /// For leaps: t at which the ray comes to the edge of a cell is slope (cell + side clear) + start.
  bool leaping;
  f16v inverse_ray_step, side[3], slope[3], start[3];
};

INLINE void begin_walk(const FrameJob &job, const FrameScratch &s, int first, int count, Walk &w) {
  for (int axis = 0; axis < 3; ++axis) w.d[axis] = load(s.d[axis] + first);
  w.enter = load(s.enter + first);
  w.ray_step = load(s.ray_step + first);
  w.leave = load(s.leave + first);
  w.reached = load(s.reached + first);
  w.k = load(s.k + first);
  w.found_t = all(0);
  w.real = lanes() < static_cast<float>(count - first);
  w.may_take = load(s.may_take + first);
  w.pending = w.real & (w.reached >= job.stop) & (w.may_take > s.taken);
  w.found = i16v{};
  w.leaping = false;
}

/// Looks at one ray_step of each ray that is still looking, and goes on to the next that may matter.
INLINE void look(const FrameJob &job, Walk &w) {
#pragma clang fp contract(off)
  const f16v t = w.enter + (w.k + 0.5f) * w.ray_step;
  w.pending &= t < w.leave;
  f16v at[3], place = all(0);
  for (int axis = 2; axis >= 0; --axis) {
    const f16v cell = __builtin_elementwise_floor((job.camera[0][axis] + t * w.d[axis] - job.low[axis]) * job.scale[axis]);
    at[axis] = least(most(cell, all(0)), all(static_cast<float>(job.size[axis] - 1)));
    // Whole numbers that float32 holds.
    place = place * static_cast<float>(job.size[axis]) + at[axis];
  }
  const i16v clear = gather_bytes(job.cells, __builtin_convertvector(w.pending ? place : all(0), i16v));
  const i16v full = (clear == 0) & w.pending;
  w.found |= full;
  w.found_t = full ? t : w.found_t;
  w.pending &= ~full;
  if (!bits(w.pending)) return;
  // Out of the block of cells that is known to be empty. Rounded otherwise than in likeness::march, but within the margin of both.
  if (!w.leaping) {
    w.leaping = true;
    w.inverse_ray_step = 1.0f / w.ray_step;
    for (int axis = 0; axis < 3; ++axis) {
      const i16v still = w.d[axis] == 0.0f;
      const f16v inverse = 1.0f / w.d[axis], corner = (job.low[axis] - job.camera[0][axis]) * inverse;
      w.side[axis] = w.d[axis] > 0.0f ? all(1) : all(-1);
      w.slope[axis] = still ? all(0) : job.cell[axis] * inverse;
      w.start[axis] = still ? all(__builtin_inff()) : w.d[axis] > 0.0f ? corner : corner + w.slope[axis];
    }
  }
  const f16v far = __builtin_convertvector(clear, f16v);
  f16v out = w.leave;
  for (int axis = 0; axis < 3; ++axis) out = least((at[axis] + far * w.side[axis]) * w.slope[axis] + w.start[axis], out);
  const f16v leap = __builtin_elementwise_floor((out - w.enter) * w.inverse_ray_step - 0.51f);
  w.k = w.pending ? most(leap, w.k + 1.0f) : w.k;
}

/// What a ray has come to. One that lets hardly anything through is opaque: what it has not seen is taken to look like what it has.
INLINE void end_ray(const FrameJob &job, int id, float reached, float depth, float taken, FrameScratch &s) {
  const bool ended = reached < job.stop;
  s.final_scale[id] = ended ? 1 / (1 - reached) : 1;
  s.final_reached[id] = ended ? 0 : reached;
  s.final_depth[id] = depth;
  s.final_taken[id] = taken;
}

/// Keeps the rays that found a sample, from `left` on, and ends the others; returns how many are kept up to here.
INLINE int end_walk(const FrameJob &job, const Walk &w, FrameScratch &s, int first, int left) {
  const uint32_t kept = bits(w.found);
  const i16v id = load(s.id + first);
  const f16v depth = load(s.depth + first);
  for (uint32_t gone = bits(w.real) & ~kept; gone; gone &= gone - 1) {
    const int lane = __builtin_ctz(gone);
    end_ray(job, id[lane], w.reached[lane], depth[lane], s.taken, s);
  }
  for (int axis = 0; axis < 3; ++axis) pack(s.d[axis] + left, w.d[axis], kept);
  pack(s.enter + left, w.enter, kept);
  pack(s.ray_step + left, w.ray_step, kept);
  pack(s.leave + left, w.leave, kept);
  pack(s.k + left, w.k + 1.0f, kept);
  pack(s.reached + left, w.reached, kept);
  pack(s.depth + left, depth, kept);
  pack(s.may_take + left, w.may_take, kept);
  pack(s.t + left, w.found_t, kept);
  pack(s.id + left, id, kept);
  return left + __builtin_popcount(kept);
}

/// Moves the first `count` rays to their next sample and drops those that have none or let too little through; returns how many are left.
static int next_samples(const FrameJob &job, int count, FrameScratch &s) {
  int left = 0;
  // Two at a time: each waits for its own cells.
  for (int i = 0; i < count; i += 32) {
    Walk a, b;
    begin_walk(job, s, i, count, a);
    begin_walk(job, s, i + 16, count, b);
    while (bits(a.pending | b.pending)) {
      look(job, a);
      look(job, b);
    }
    left = end_walk(job, a, s, i, left);
    left = end_walk(job, b, s, i + 16, left);
  }
  return left;
}

/// Rays that took all the samples they may.
static void end_rays(const FrameJob &job, int count, FrameScratch &s) {
  for (int i = 0; i < count; ++i) end_ray(job, s.id[i], s.reached[i], s.depth[i], s.may_take[i], s);
}
