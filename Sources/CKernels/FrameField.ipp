// The field at the samples of a block: included inside a namespace of Frame.cpp.

/// Where in a table the nodes around points lie: `place` their first one, `share` x's own share, then those of the four pairs along x.
INLINE void set_cell(const FeatureTable &table, f16v u, f16v v, f16v w, int32_t *place, float (*share)[frame_block]) {
  f16v x, y, z;
  const i16v column = lower_node(u, table.size[0], x), row = lower_node(v, table.size[1], y), layer = lower_node(w, table.size[2], z);
  store(place, ((layer * table.size[1] + row) * table.size[0] + column) * table.channels);
  store(share[0], x);
  store(share[1], (1.0f - y) * (1.0f - z));
  store(share[2], y * (1.0f - z));
  store(share[3], (1.0f - y) * z);
  store(share[4], y * z);
}
/// The same on a plane: shares of its four nodes, row by row.
INLINE void set_square(const FeatureTable &table, f16v u, f16v v, int32_t *place, float (*share)[frame_block]) {
  f16v x, y;
  const i16v column = lower_node(u, table.size[0], x), row = lower_node(v, table.size[1], y);
  store(place, (row * table.size[0] + column) * table.channels);
  store(share[0], (1.0f - x) * (1.0f - y));
  store(share[1], x * (1.0f - y));
  store(share[2], (1.0f - x) * y);
  store(share[3], x * y);
}

/// Shares of two neighbours of 8 channels side by side.
INLINE f16v along_x(float share) {
  constexpr f16v base = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  constexpr f16v sign = {-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1};
  return base + sign * share;
}

/// Displacements and ambient coordinates of the next samples of `count` rays, added to their positions: `moved`.
static void deform(const FrameJob &job, int count, FrameScratch &s) {
  const FeatureTable &table = job.lattice;
  const float *nodes = static_cast<const float *>(table.data);
  const int64_t row = int64_t(table.size[0]) * 8, layer = row * table.size[1];
  for (int first = 0; first < count; first += 16) {
    const f16v t = load(s.t + first);
    f16v at[3], u[3];
    for (int axis = 0; axis < 3; ++axis) {
      at[axis] = job.camera[0][axis] + t * load(s.d[axis] + first);
      u[axis] = warp(at[axis], job.lattice_axes[axis]);
    }
    int32_t place[16];
    float share[5][16], by[16][8], lane[16];
    f16v x, y, z;
    const i16v column = lower_node(u[0], table.size[0], x), line = lower_node(u[1], table.size[1], y), depth = lower_node(u[2], table.size[2], z);
    store(place, ((depth * table.size[1] + line) * table.size[0] + column) * 8);
    store(share[0], x);
    store(share[1], (1.0f - y) * (1.0f - z));
    store(share[2], y * (1.0f - z));
    store(share[3], (1.0f - y) * z);
    store(share[4], y * z);
    // Beyond the last ray lies what an earlier tile left: somewhere in the box, as all of them are held.
    for (int i = 0; i < 16; ++i) {
      const float *node = nodes + place[i];
      const f16v sum = (share[1][i] * load(node) + share[2][i] * load(node + row)) +
                       (share[3][i] * load(node + layer) + share[4][i] * load(node + layer + row));
      const f16v part = sum * along_x(share[0][i]);
      store8(by[i], lower(part) + upper(part));
    }
    for (int axis = 0; axis < 5; ++axis) {
      for (int i = 0; i < 16; ++i) lane[i] = by[i][axis];
      store(s.moved[axis] + first, axis < 3 ? at[axis] + load(lane) : load(lane));
    }
  }
}

/// Which of `count` rays have a next sample that may show something, `live`; returns how many.
static int find_live(const FrameJob &job, int count, FrameScratch &s) {
  int live = 0;
  for (int first = 0; first < count; first += 16) {
    i16v may = lanes() < static_cast<float>(count - first);
    if (job.shown) {
      i16v place = i16v{};
      for (int axis = 2; axis >= 0; --axis) {
        const int size = job.shown_size[axis];
        const f16v u = warp(load(s.moved[axis] + first), job.axes[axis]);
        const f16v cell = least((u + 1.0f) * (0.5f * static_cast<float>(size)), all(static_cast<float>(size) - 0.5f));
        place = place * size + __builtin_convertvector(cell, i16v);
      }
      may &= (gather(job.shown, place >> 5) >> (place & 31) & 1) != 0;
    }
    const uint32_t kept = bits(may);
    pack(s.live + live, __builtin_convertvector(lanes(), i16v) + first, kept);
    live += __builtin_popcount(kept);
  }
  return live;
}

/// Takes the samples of rays `ray` into the block.
INLINE void take(const int32_t *ray, int count, FrameScratch &s) {
  for (int i = 0; i < count; ++i) {
    s.ray[i] = ray[i];
    for (int axis = 0; axis < 5; ++axis) s.warped[axis][i] = s.moved[axis][ray[i]];
  }
}

/// Places and shares of the samples of a block in the planes, the volume and the ambient plane.
INLINE void place_samples(const FrameJob &job, int count, FrameScratch &s) {
  for (int i = 0; i < count; i += 16) {
    const f16v u = warp(load(s.warped[0] + i), job.axes[0]), v = warp(load(s.warped[1] + i), job.axes[1]),
               w = warp(load(s.warped[2] + i), job.axes[2]);
    const f16v p = load(s.warped[3] + i), q = load(s.warped[4] + i);
    const auto share = [&](int from) __attribute__((always_inline)) { return reinterpret_cast<float(*)[frame_block]>(&s.share[from][i]); };
    set_square(job.planes, u, v, s.place[0] + i, share(0));
    set_square(job.planes, u, w, s.place[1] + i, share(4));
    set_square(job.planes, v, w, s.place[2] + i, share(8));
    set_cell(job.volume, u, v, w, s.place[3] + i, share(12));
    f16v x, y;
    const f16v one = all(1), minus = all(-1);
    const i16v column = lower_node(least(most(p, minus), one), job.ambient.size[0], x),
               row = lower_node(least(most(q, minus), one), job.ambient.size[1], y);
    store(s.place[4] + i, (row * job.ambient.size[0] + column) * job.ambient.channels);
    store(s.share[17] + i, x);
    store(s.share[18] + i, 1.0f - y);
    store(s.share[19] + i, y);
  }
}

/// Features of the samples, `[count, job.row]`: planes, volume, ambient plane. `fast` says that these have 16, 8 and 8 channels.
template <class S, bool fast> INLINE void look_up(const FrameJob &job, int count, FrameScratch &s, float *features) {
  const int64_t plane_row = int64_t(job.planes.size[0]) * job.planes.channels, plane = plane_row * job.planes.size[1];
  const int64_t volume_row = int64_t(job.volume.size[0]) * job.volume.channels, layer = volume_row * job.volume.size[1];
  const int64_t ambient_row = int64_t(job.ambient.size[0]) * job.ambient.channels;
  const S *planes = static_cast<const S *>(job.planes.data), *volume = static_cast<const S *>(job.volume.data),
          *ambient = static_cast<const S *>(job.ambient.data);
  for (int i = 0; i < count; ++i) {
    float *out = features + int64_t(i) * job.row;
    const auto part = [&](int row) __attribute__((always_inline)) { return s.share[row][i]; };
    const S *square[3], *cell = volume + s.place[3][i], *patch = ambient + s.place[4][i];
    for (int p = 0; p < 3; ++p) square[p] = planes + p * plane + s.place[p][i];
    if constexpr (fast) {
      f16v product;
      for (int p = 0; p < 3; ++p) {
        const S *from = square[p];
        const f16v here = (part(4 * p) * read(from) + part(4 * p + 1) * read(from + 16)) +
                          (part(4 * p + 2) * read(from + plane_row) + part(4 * p + 3) * read(from + plane_row + 16));
        product = p == 0 ? here : product * here;
      }
      store(out, product);
      const f16v inner = ((part(13) * read(cell) + part(14) * read(cell + volume_row)) +
                          (part(15) * read(cell + layer) + part(16) * read(cell + layer + volume_row))) *
                         along_x(part(12));
      const f16v flat = (part(18) * read(patch) + part(19) * read(patch + ambient_row)) * along_x(part(17));
      store(out + 16, __builtin_shufflevector(inner, flat, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
                          __builtin_shufflevector(inner, flat, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
    } else {
      for (int c = 0; c < job.planes.channels; c += 8) {
        f8v product;
        for (int p = 0; p < 3; ++p) {
          const S *from = square[p] + c, *next = from + job.planes.channels;
          const f8v here = (part(4 * p) * read8(from) + part(4 * p + 1) * read8(next)) +
                           (part(4 * p + 2) * read8(from + plane_row) + part(4 * p + 3) * read8(next + plane_row));
          product = p == 0 ? here : product * here;
        }
        store8(out + c, product);
      }
      out += job.planes.channels;
      for (int c = 0; c < job.volume.channels; c += 8) {
        f8v side[2];
        for (int x = 0; x < 2; ++x) {
          const S *from = cell + c + x * job.volume.channels;
          side[x] = (part(13) * read8(from) + part(14) * read8(from + volume_row)) +
                    (part(15) * read8(from + layer) + part(16) * read8(from + layer + volume_row));
        }
        store8(out + c, (1.0f - part(12)) * side[0] + part(12) * side[1]);
      }
      out += job.volume.channels;
      for (int c = 0; c < job.ambient.channels; c += 8) {
        f8v side[2];
        for (int x = 0; x < 2; ++x) {
          const S *from = patch + c + x * job.ambient.channels;
          side[x] = part(18) * read8(from) + part(19) * read8(from + ambient_row);
        }
        store8(out + c, (1.0f - part(17)) * side[0] + part(17) * side[1]);
      }
    }
  }
}
