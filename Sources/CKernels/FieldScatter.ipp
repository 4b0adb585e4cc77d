// Adds what samples hand back to the nodes of one table, in the order of the samples: included inside a namespace of Field.cpp. Each table
// belongs to one thread, so that no sum depends on how many there are.

#include "FieldBlock.ipp"

INLINE void add(float *to, f16v what) { store(to, load(to) + what); }

static void scatter_plane(const FieldJob &job, const FieldRows &rows, int plane) {
  const int64_t next = job.channels, row = next * job.planes.size[0];
  float *const table = job.planes.gradient + plane * row * job.planes.size[1];
  const float *const given = rows.planes + plane * rows.count * job.channels;
  for (int64_t i = 0; i < rows.count; i += 16) {
    i16v places[3];
    f16v share[4], rate[4];
    locate_in_planes(job, load(rows.at + i), load(rows.at + rows.row + i), load(rows.at + 2 * rows.row + i), places, share, rate);
    const f16v column = share[plane == 2 ? 2 : 0], line = share[plane == 0 ? 1 : 3];
    int32_t place[16];
    float weight[4][16];
    store(place, places[plane]);
    store(weight[0], (1.0f - column) * (1.0f - line));
    store(weight[1], column * (1.0f - line));
    store(weight[2], (1.0f - column) * line);
    store(weight[3], column * line);
    for (int lane = 0; lane < 16 && i + lane < rows.count; ++lane) {
      for (int c = 0; c < job.channels; c += 16) {
        const f16v g = load(given + (i + lane) * job.channels + c);
        float *to = table + place[lane] + c;
        add(to, weight[0][lane] * g);
        add(to + next, weight[1][lane] * g);
        add(to + row, weight[2][lane] * g);
        add(to + row + next, weight[3][lane] * g);
      }
    }
  }
}

static void scatter_volume(const FieldJob &job, const FieldRows &rows) {
  const int64_t row = int64_t(job.volume.size[0]) * 8, layer = row * job.volume.size[1];
  for (int64_t i = 0; i < rows.count; i += 16) {
    f16v share[3], rate[3];
    int32_t place[16];
    store(place, locate_in_volume(job, load(rows.at + i), load(rows.at + rows.row + i), load(rows.at + 2 * rows.row + i), share, rate));
    float along[3][16];
    for (int axis = 0; axis < 3; ++axis) store(along[axis], share[axis]);
    for (int lane = 0; lane < 16 && i + lane < rows.count; ++lane) {
      const f16v g = twice(read8(rows.others + (i + lane) * 16)) * side_by_side(along[0][lane]);
      const float y = along[1][lane], z = along[2][lane];
      float *to = job.volume.gradient + place[lane];
      add(to, ((1 - y) * (1 - z)) * g);
      add(to + row, (y * (1 - z)) * g);
      add(to + layer, ((1 - y) * z) * g);
      add(to + layer + row, (y * z) * g);
    }
  }
}

static void scatter_ambient(const FieldJob &job, const FieldRows &rows) {
  const int64_t row = int64_t(job.ambient.size[0]) * 8;
  for (int64_t i = 0; i < rows.count; i += 16) {
    f16v share[2], rate[2];
    int32_t place[16];
    store(place, locate_in_ambient(job, load(rows.at + 3 * rows.row + i), load(rows.at + 4 * rows.row + i), share, rate));
    float along[2][16];
    for (int axis = 0; axis < 2; ++axis) store(along[axis], share[axis]);
    for (int lane = 0; lane < 16 && i + lane < rows.count; ++lane) {
      const f16v g = twice(read8(rows.others + (i + lane) * 16 + 8)) * side_by_side(along[0][lane]);
      float *to = job.ambient.gradient + place[lane];
      add(to, (1 - along[1][lane]) * g);
      add(to + row, along[1][lane] * g);
    }
  }
}

static void scatter_moves(const FieldJob &job, const FieldRows &rows) {
  const int64_t node = 8 * int64_t(job.frames);
  for (int64_t i = 0; i < rows.count; i += 16) {
    f16v point[3];
    read_points(job, rows.sample, i, rows.count, point);
    int32_t slot[8][16];
    float weight[8][16];
    find_slots(job, point, slot, weight);
    for (int lane = 0; lane < 16 && i + lane < rows.count; ++lane) {
      const f8v g = read8(rows.moves + (i + lane) * 8);
      float *frame = job.moves_gradient + 8 * int64_t(job.frame[rows.sample[i + lane]]);
      for (int k = 0; k < 8; ++k) {
        float *to = frame + node * slot[k][lane];
        store8(to, read8(to) + weight[k][lane] * g);
      }
    }
  }
}
