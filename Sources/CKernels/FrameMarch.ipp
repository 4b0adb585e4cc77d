// Rays of a tile and their next samples, as likeness::march finds them to the last bit: included inside a namespace of Frame.cpp.

/// The rays of a tile that cross the box; returns how many. Others are final at once.
static int begin_rays(const FrameJob &job, int left, int top, FrameScratch &s) {
#pragma clang fp contract(off)
  int count = 0;
  for (int y = 0; y < tile_height; ++y) {
    for (int x = 0; x < tile_width; x += 16) {
      const f16v column = lanes() + static_cast<float>(left + x) + 0.5f;
      const float row = static_cast<float>(top + y) + 0.5f;
      const int id = y * tile_width + x;
      f16v d[3], enter = all(0), leave = all(__builtin_inff());
      i16v inside = column < static_cast<float>(job.width);
      if (top + y >= job.height) inside = i16v{};
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
      const f16v rung = job.step / length;
      inside &= (length > 0.0f) & (enter < leave) & (leave < __builtin_inff()) & (enter + rung > enter);
      const uint32_t kept = bits(inside);
      store(s.final_reached + id, all(1));
      store(s.final_depth + id, all(0));
      if (!kept) continue;
      for (int axis = 0; axis < 3; ++axis) pack(s.d[axis] + count, d[axis], kept);
      pack(s.enter + count, enter, kept);
      pack(s.rung + count, rung, kept);
      pack(s.leave + count, leave, kept);
      pack(s.k + count, all(0), kept);
      pack(s.reached + count, all(1), kept);
      pack(s.depth + count, all(0), kept);
      pack(s.id + count, __builtin_convertvector(lanes(), i16v) + id, kept);
      count += __builtin_popcount(kept);
    }
  }
  return count;
}

/// Moves the first `count` rays to their next sample and drops those that have none or let too little through; returns how many are left.
static int next_samples(const FrameJob &job, int count, FrameScratch &s) {
#pragma clang fp contract(off)
  int left = 0;
  for (int i = 0; i < count; i += 16) {
    const f16v dx = load(s.d[0] + i), dy = load(s.d[1] + i), dz = load(s.d[2] + i);
    const f16v d[3] = {dx, dy, dz};
    const f16v enter = load(s.enter + i), rung = load(s.rung + i), leave = load(s.leave + i), reached = load(s.reached + i);
    f16v k = load(s.k + i), found_t = all(0);
    const i16v real = lanes() < static_cast<float>(count - i);
    i16v pending = real & (reached >= job.stop), found = i16v{};
    while (true) {
      const f16v t = enter + (k + 0.5f) * rung;
      pending &= t < leave;
      if (!bits(pending)) break;
      f16v at[3];
      i16v place = i16v{};
      for (int axis = 2; axis >= 0; --axis) {
        const f16v cell = __builtin_elementwise_floor((job.camera[0][axis] + t * d[axis] - job.low[axis]) * job.scale[axis]);
        at[axis] = least(most(cell, all(0)), all(static_cast<float>(job.size[axis] - 1)));
        place = place * job.size[axis] + __builtin_convertvector(at[axis], i16v);
      }
      const i16v clear = gather_bytes(job.cells, pending ? place : i16v{});
      const i16v full = (clear == 0) & pending;
      found |= full;
      found_t = full ? t : found_t;
      pending &= ~full;
      if (!bits(pending)) break;
      // Rounded otherwise than in likeness::march, but within the margin that both leave.
      const f16v far = __builtin_convertvector(clear, f16v);
      f16v out = leave;
      for (int axis = 0; axis < 3; ++axis) {
        const f16v edge = (d[axis] > 0.0f ? at[axis] + far : at[axis] - far + 1.0f) * job.cell[axis] + job.low[axis];
        const f16v until = (edge - job.camera[0][axis]) / d[axis];
        out = d[axis] == 0.0f ? out : least(until, out);
      }
      const f16v leap = __builtin_elementwise_floor((out - enter) / rung - 0.51f);
      k = pending ? most(leap, k + 1.0f) : k;
    }
    const uint32_t kept = bits(found);
    const i16v id = load(s.id + i);
    const f16v depth = load(s.depth + i);
    for (uint32_t gone = bits(real) & ~kept; gone; gone &= gone - 1) {
      const int lane = __builtin_ctz(gone);
      s.final_reached[id[lane]] = reached[lane];
      s.final_depth[id[lane]] = depth[lane];
    }
    for (int axis = 0; axis < 3; ++axis) pack(s.d[axis] + left, d[axis], kept);
    pack(s.enter + left, enter, kept);
    pack(s.rung + left, rung, kept);
    pack(s.leave + left, leave, kept);
    pack(s.k + left, k + 1.0f, kept);
    pack(s.reached + left, reached, kept);
    pack(s.depth + left, depth, kept);
    pack(s.t + left, found_t, kept);
    pack(s.id + left, id, kept);
    left += __builtin_popcount(kept);
  }
  return left;
}

/// Rays that took all the samples they may.
static void end_rays(int count, FrameScratch &s) {
  for (int i = 0; i < count; ++i) {
    s.final_reached[s.id[i]] = s.reached[i];
    s.final_depth[s.id[i]] = s.depth[i];
  }
}
