// The field's features at a block of samples and what their gradients come to: included inside a namespace of Field.cpp.

#include "FieldPlaces.ipp"

/// A plane's read at a sample, and how it changes along columns and rows.
struct PlaneRead {
  f16v value, along_column, along_row;
};
INLINE PlaneRead read_plane(const float *node, int64_t next, int64_t row, float column_share, float row_share) {
  const f16v a = load(node), c = load(node + row), right = load(node + next) - a, lower_right = load(node + row + next) - c;
  const f16v top = a + column_share * right, bottom = c + column_share * lower_right;
  PlaneRead found;
  found.along_row = bottom - top;
  found.along_column = right + row_share * (lower_right - right);
  found.value = top + row_share * found.along_row;
  return found;
}
/// Two neighbours of 8 channels side by side: their shares.
INLINE f16v side_by_side(float share) {
  constexpr f16v base = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  constexpr f16v sign = {-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1};
  return base + sign * share;
}
INLINE f16v twice(f8v a) { return __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7); }

/// Pairs of neighbours along x in the volume, between rows, and how they change along y and z.
struct VolumeRead {
  f16v pair, along_y, along_z;
};
INLINE VolumeRead read_volume(const FieldJob &job, const float *node, float y, float z) {
  const int64_t row = int64_t(job.volume.size[0]) * 8, layer = row * job.volume.size[1];
  const f16v a = load(node), c = load(node + layer), up = load(node + row) - a, far_up = load(node + layer + row) - c;
  const f16v near = a + y * up, far = c + y * far_up;
  return {near + z * (far - near), up + z * (far_up - up), far - near};
}
INLINE f8v together(f16v pair, f16v shares) {
  const f16v both = pair * shares;
  return lower(both) + upper(both);
}

/// Features of a block's samples, `[count, inputs]`: planes, volume, ambient plane.
static void read_block(const FieldJob &job, int count, const FieldScratch &s, float *features) {
  const int64_t next = job.channels, row = next * job.planes.size[0], plane = row * job.planes.size[1];
  const int64_t ambient_row = int64_t(job.ambient.size[0]) * 8;
  for (int i = 0; i < count; ++i) {
    float *out = features + int64_t(i) * job.inputs();
    const auto share = [&](int k) __attribute__((always_inline)) { return s.share[k][i]; };
    for (int c = 0; c < job.channels; c += 16) {
      const float *node = job.planes.nodes + c;
      const f16v a = read_plane(node + s.place[0][i], next, row, share(0), share(1)).value,
                 b = read_plane(node + plane + s.place[1][i], next, row, share(0), share(3)).value,
                 d = read_plane(node + 2 * plane + s.place[2][i], next, row, share(2), share(3)).value;
      store(out + c, a * b * d);
    }
    out += job.channels;
    store8(out, together(read_volume(job, job.volume.nodes + s.place[3][i], share(5), share(6)).pair, side_by_side(share(4))));
    const float *patch = job.ambient.nodes + s.place[4][i];
    const f16v near = load(patch), change = load(patch + ambient_row) - near;
    store8(out + 8, together(near + share(8) * change, side_by_side(share(7))));
  }
}

/// What gradients `g` `[count, inputs]` of a block's features hand to the planes' reads and to the places: rows `first` on of `rows`.
static void spread_block(const FieldJob &job, int64_t first, int count, const FieldScratch &s, const float *g, const FieldRows &rows) {
  const int64_t next = job.channels, row = next * job.planes.size[0], plane = row * job.planes.size[1];
  const int64_t ambient_row = int64_t(job.ambient.size[0]) * 8;
  constexpr f16v sides = {-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (int i = 0; i < count; ++i) {
    const float *from = g + int64_t(i) * job.inputs();
    const auto share = [&](int k) __attribute__((always_inline)) { return s.share[k][i]; };
    const auto rate = [&](int k) __attribute__((always_inline)) { return s.rate[k][i]; };
    f16v x = {}, y = {}, z = {};
    for (int c = 0; c < job.channels; c += 16) {
      const float *node = job.planes.nodes + c;
      const PlaneRead a = read_plane(node + s.place[0][i], next, row, share(0), share(1)),
                      b = read_plane(node + plane + s.place[1][i], next, row, share(0), share(3)),
                      d = read_plane(node + 2 * plane + s.place[2][i], next, row, share(2), share(3));
      const f16v upstream = load(from + c);
      const f16v of[3] = {upstream * (b.value * d.value), upstream * (a.value * d.value), upstream * (a.value * b.value)};
      for (int p = 0; p < 3; ++p) store(rows.planes + (p * rows.count + first + i) * job.channels + c, of[p]);
      x += rate(0) * (of[0] * a.along_column + of[1] * b.along_column);
      y += rate(1) * (of[0] * a.along_row) + rate(2) * (of[2] * d.along_column);
      z += rate(3) * (of[1] * b.along_row + of[2] * d.along_row);
    }
    from += job.channels;
    const f16v to_volume = twice(read8(from)), to_ambient = twice(read8(from + 8));
    store(rows.others + (first + i) * 16, load(from));
    const VolumeRead v = read_volume(job, job.volume.nodes + s.place[3][i], share(5), share(6));
    const f16v shares = to_volume * side_by_side(share(4));
    x += rate(4) * (to_volume * sides * v.pair);
    y += rate(5) * (shares * v.along_y);
    z += rate(6) * (shares * v.along_z);
    const float *patch = job.ambient.nodes + s.place[4][i];
    const f16v near = load(patch), change = load(patch + ambient_row) - near;
    const f16v p = to_ambient * sides * (near + share(8) * change), q = to_ambient * side_by_side(share(7)) * change;
    float *to = rows.moves + (first + i) * 8;
    to[0] = total(x);
    to[1] = total(y);
    to[2] = total(z);
    to[3] = rate(7) * total(p);
    to[4] = rate(8) * total(q);
    to[5] = to[6] = to[7] = 0;
  }
}

/// Densities and features of a block's samples from the network's values `y` `[count, 1 + features]`.
static void write_samples(const float *y, const int32_t *sample, int width, int count, float scale, float *density, float *features) {
  for (int i = 0; i < count; i += 16) {
    float raw[16] = {};
    const int mine = count - i < 16 ? count - i : 16;
    for (int lane = 0; lane < mine; ++lane) raw[lane] = y[int64_t(i + lane) * width];
    store(raw, scale * softplus(load(raw) - 1.0f));
    for (int lane = 0; lane < mine; ++lane) density[sample[i + lane]] = raw[lane];
  }
  for (int i = 0; i < count; ++i)
    __builtin_memcpy(features + int64_t(sample[i]) * (width - 1), y + int64_t(i) * width + 1, sizeof(float) * (width - 1));
}
/// Gradients of the network's values, `[count, 1 + features]`, from those of densities and features of samples `sample`.
static void read_gradients(const float *to_density, const float *to_features, const float *density, const int32_t *sample, int width,
                           int count, float scale, float *g) {
  for (int i = 0; i < count; i += 16) {
    float way[16] = {}, known[16] = {};
    const int mine = count - i < 16 ? count - i : 16;
    for (int lane = 0; lane < mine; ++lane) {
      way[lane] = to_density[sample[i + lane]];
      known[lane] = density[sample[i + lane]];
    }
    // The slope of softplus is 1 - e^-softplus.
    store(way, load(way) * (scale * (1.0f - exponential(load(known) * (-1.0f / scale)))));
    for (int lane = 0; lane < mine; ++lane) g[int64_t(i + lane) * width] = way[lane];
  }
  for (int i = 0; i < count; ++i)
    __builtin_memcpy(g + int64_t(i) * width + 1, to_features + int64_t(sample[i]) * (width - 1), sizeof(float) * (width - 1));
}
