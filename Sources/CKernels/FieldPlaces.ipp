// Where the samples of a block read the lattice, the planes, the volume and the ambient plane: included inside a namespace of Field.cpp.

#include "FrameLanes.ipp"
#include "AxisLanes.ipp"

/// `lower_node` of x along an axis, and how fast the share changes with x: not at all beyond the ends.
INLINE i16v locate(const Axis &axis, int nodes, f16v x, f16v &share, f16v &rate) {
  const f16v offset = x - axis.center, u = warp(x, axis);
  const i16v inner = (offset > -axis.half) & (offset < axis.half), inside = (u > -1.0f) & (u < 1.0f);
  const f16v slope = axis.slope + (inner ? all(axis.extra) : f16v{});
  rate = inside ? slope * (0.5f * static_cast<float>(nodes - 1)) : f16v{};
  return lower_node(u, nodes, share);
}

/// The first node around each of sixteen points in the lattice, and how far towards the next ones it lies.
INLINE i16v lattice_cell(const FieldJob &job, const f16v *point, f16v *share) {
  i16v low[3];
  for (int axis = 0; axis < 3; ++axis) low[axis] = lower_node(warp(point[axis], job.lattice_axes[axis]), job.lattice_size[axis], share[axis]);
  return (low[2] * job.lattice_size[1] + low[1]) * job.lattice_size[0] + low[0];
}
/// How far the eight nodes of a cell are from its first one, x first, then y, then z.
INLINE int cell_corner(const FieldJob &job, int corner) {
  return ((corner >> 2) * job.lattice_size[1] + (corner >> 1 & 1)) * job.lattice_size[0] + (corner & 1);
}
/// Of sixteen samples, the points; beyond the last one, it again.
INLINE void read_points(const FieldJob &job, const int32_t *sample, int64_t first, int64_t count, f16v *point) {
  float lane[3][16];
  for (int i = 0; i < 16; ++i) {
    const int64_t k = first + i < count ? first + i : count - 1;
    const float *from = job.positions + 3 * (sample ? int64_t(sample[k]) : k);
    for (int axis = 0; axis < 3; ++axis) lane[axis][i] = from[axis];
  }
  for (int axis = 0; axis < 3; ++axis) point[axis] = load(lane[axis]);
}

/// Marks the nodes of the lattice that samples `first` ..< `last` read.
static void mark_nodes(const FieldJob &job, uint8_t *marks, int64_t first, int64_t last) {
  for (int64_t i = first; i < last; i += 16) {
    f16v point[3], share[3];
    read_points(job, nullptr, i, last, point);
    int32_t cell[16];
    store(cell, lattice_cell(job, point, share));
    // Threads may mark one node at a time.
    for (int lane = 0; lane < 16; ++lane)
      for (int k = 0; k < 8; ++k) __atomic_store_n(marks + cell[lane] + cell_corner(job, k), 1, __ATOMIC_RELAXED);
  }
}

/// Rows of `moves` around sixteen points, and the weights of the eight corners.
INLINE void find_slots(const FieldJob &job, const f16v *point, int32_t (*slot)[16], float (*weight)[16]) {
  f16v share[3];
  int32_t cell[16];
  store(cell, lattice_cell(job, point, share));
  for (int k = 0; k < 8; ++k) {
    const int corner = cell_corner(job, k);
    for (int lane = 0; lane < 16; ++lane) slot[k][lane] = job.slots[cell[lane] + corner];
    const f16v x = k & 1 ? share[0] : 1.0f - share[0], y = k & 2 ? share[1] : 1.0f - share[1], z = k & 4 ? share[2] : 1.0f - share[2];
    store(weight[k], x * (y * z));
  }
}

/// Moves `count` samples by the lattice: where they read the template, `at[5]`, a stride of `row` apart.
INLINE void move_samples(const FieldJob &job, const int32_t *sample, int count, float *at, int64_t row) {
  for (int i = 0; i < count; i += 16) {
    f16v point[3];
    read_points(job, sample, i, count, point);
    int32_t slot[8][16];
    float weight[8][16], moved[16][8];
    find_slots(job, point, slot, weight);
    for (int lane = 0; lane < 16; ++lane) {
      const float *frame = job.moves + 8 * int64_t(job.frame[sample[i + lane < count ? i + lane : count - 1]]);
      f8v sum = {};
      for (int k = 0; k < 8; ++k) sum += weight[k][lane] * read8(frame + 8 * int64_t(job.frames) * slot[k][lane]);
      store8(moved[lane], sum);
    }
    for (int axis = 0; axis < 5; ++axis) {
      float lane[16];
      for (int l = 0; l < 16; ++l) lane[l] = moved[l][axis];
      store(at + axis * row + i, axis < 3 ? point[axis] + load(lane) : load(lane));
    }
  }
}

/// Places, shares and rates of sixteen samples in the planes.
INLINE void locate_in_planes(const FieldJob &job, f16v x, f16v y, f16v z, i16v *place, f16v *share, f16v *rate) {
  const int width = job.planes.size[0], height = job.planes.size[1];
  const i16v column = locate(job.axes[0], width, x, share[0], rate[0]), row = locate(job.axes[1], height, y, share[1], rate[1]);
  const i16v column_y = locate(job.axes[1], width, y, share[2], rate[2]), row_z = locate(job.axes[2], height, z, share[3], rate[3]);
  place[0] = (row * width + column) * job.channels;
  place[1] = (row_z * width + column) * job.channels;
  place[2] = (row_z * width + column_y) * job.channels;
}
INLINE i16v locate_in_volume(const FieldJob &job, f16v x, f16v y, f16v z, f16v *share, f16v *rate) {
  const int *size = job.volume.size;
  const i16v a = locate(job.axes[0], size[0], x, share[0], rate[0]), b = locate(job.axes[1], size[1], y, share[1], rate[1]),
             c = locate(job.axes[2], size[2], z, share[2], rate[2]);
  return ((c * size[1] + b) * size[0] + a) * 8;
}
INLINE i16v locate_in_ambient(const FieldJob &job, f16v p, f16v q, f16v *share, f16v *rate) {
  constexpr Axis even = {0, 1, 1, 0};
  const int *size = job.ambient.size;
  const i16v a = locate(even, size[0], p, share[0], rate[0]), b = locate(even, size[1], q, share[1], rate[1]);
  return (b * size[0] + a) * 8;
}

/// Places, shares and rates of a block's samples.
static void place_block(const FieldJob &job, int count, FieldScratch &s) {
  for (int i = 0; i < count; i += 16) {
    f16v at[5], share[9], rate[9];
    i16v place[5];
    for (int axis = 0; axis < 5; ++axis) at[axis] = load(s.at[axis] + i);
    locate_in_planes(job, at[0], at[1], at[2], place, share, rate);
    place[3] = locate_in_volume(job, at[0], at[1], at[2], share + 4, rate + 4);
    place[4] = locate_in_ambient(job, at[3], at[4], share + 7, rate + 7);
    for (int k = 0; k < 5; ++k) store(s.place[k] + i, place[k]);
    for (int k = 0; k < 9; ++k) {
      store(s.share[k] + i, share[k]);
      store(s.rate[k] + i, rate[k]);
    }
  }
}

/// Moves a block's samples, keeps in `at` (`row` numbers a coordinate) where they read the template, and finds their places there.
static void move_block(const FieldJob &job, const int32_t *sample, int count, float *at, int64_t row, FieldScratch &s) {
  move_samples(job, sample, count, s.at[0], field_block);
  for (int axis = 0; axis < 5; ++axis)
    for (int i = 0; i < count; ++i) at[axis * row + sample[i]] = s.at[axis][i];
  place_block(job, count, s);
}
