// Sixteen rays through a tri-plane volume, from their coarse samples to what they see: included inside a namespace of Triplane.cpp.

#include "FrameLanes.ipp"
#include "TriplaneField.ipp"

/// Sixteen rays, the last ones possibly not there.
struct TriplaneRays {
  int32_t id[16];
  uint32_t there;
  f16v origin[3], direction[3];
};

INLINE void begin_rays(const TriplaneJob &job, int tile, TriplaneRays &rays) {
  float o[3][16], d[3][16];
  rays.there = 0;
  const int across = job.row / 4;
  for (int l = 0; l < 16; ++l) {
    int id = job.row ? (tile / across * 4 + l / 4) * job.row + tile % across * 4 + l % 4 : tile * 16 + l;
    if (id < job.rays) rays.there |= 1u << l;
    else id = job.rays - 1;
    rays.id[l] = id;
    for (int axis = 0; axis < 3; ++axis) {
      o[axis][l] = job.origins[3 * int64_t(id) + axis];
      d[axis][l] = job.directions[3 * int64_t(id) + axis];
    }
  }
  for (int axis = 0; axis < 3; ++axis) {
    rays.origin[axis] = load(o[axis]);
    rays.direction[axis] = load(d[axis]);
  }
}

/// Adds to sixteen points what the lattice says; beyond its ends it says what it says there.
INLINE void move_points(const TriplaneMoves &moves, f16v *at) {
  f16v share[3];
  i16v node = i16v{};
  for (int axis = 2; axis >= 0; --axis) {
    const float last = static_cast<float>(moves.size[axis] - 1);
    const f16v place = least(most((at[axis] + moves.extent) * (0.5f * last / moves.extent), all(0)), all(last));
    const f16v low = least(__builtin_elementwise_floor(place), all(last - 1));
    share[axis] = place - low;
    node = node * moves.size[axis] + __builtin_convertvector(low, i16v);
  }
  const int64_t row = int64_t(moves.size[0]) * 4, layer = row * moves.size[1];
  float part[4][16], x[16], moved[3][16];
  store(part[0], (1.0f - share[1]) * (1.0f - share[2]));
  store(part[1], share[1] * (1.0f - share[2]));
  store(part[2], (1.0f - share[1]) * share[2]);
  store(part[3], share[1] * share[2]);
  store(x, share[0]);
  for (int l = 0; l < 16; ++l) {
    const float *from = moves.nodes + int64_t(node[l]) * 4;
    const f8v sum = (part[0][l] * read8(from) + part[1][l] * read8(from + row)) +
                    (part[2][l] * read8(from + layer) + part[3][l] * read8(from + layer + row));
    for (int axis = 0; axis < 3; ++axis) moved[axis][l] = sum[axis] + x[l] * (sum[axis + 4] - sum[axis]);
  }
  for (int axis = 0; axis < 3; ++axis) at[axis] += load(moved[axis]);
}

/// Where the samples `from ..< to` are read, and whether anything may be there.
static void place_samples(const TriplaneJob &job, const TriplaneRays &rays, int from, int to, TriplaneScratch &s) {
  for (int i = from; i < to; ++i) {
    const f16v t = load(s.depth + 16 * i);
    f16v at[3];
    for (int axis = 0; axis < 3; ++axis) at[axis] = rays.origin[axis] + t * rays.direction[axis];
    if (job.moves.nodes) move_points(job.moves, at);
    for (int axis = 0; axis < 3; ++axis) store(s.point[axis] + 16 * i, at[axis]);
    if (!job.cells.full) continue;
    const float size = static_cast<float>(job.cells.size), scale = 0.5f * size / job.cells.extent;
    i16v cell = i16v{}, outside = i16v{};
    for (int axis = 2; axis >= 0; --axis) {
      const f16v place = (at[axis] + job.cells.extent) * scale;
      outside |= ~((place >= 0.0f) & (place < size));
      cell = cell * job.cells.size + __builtin_convertvector(least(most(place, all(0)), all(size - 1)), i16v);
    }
    for (int l = 0; l < 16; ++l) s.full[16 * i + l] = outside[l] ? 1 : job.cells.full[cell[l]];
  }
}

/// Looks at the samples in the list.
template <int vectors> static void look_at(const TriplaneJob &job, int count, TriplaneScratch &s) {
  PlanePlaces places;
  for (int first = 0; first < count; first += 16) {
    const int here = count - first < 16 ? count - first : 16;
    const int32_t *slot = s.list + first;
    float at[3][16] = {};
    for (int l = 0; l < here; ++l)
      for (int axis = 0; axis < 3; ++axis) at[axis][l] = s.point[axis][slot[l]];
    const f16v x[3] = {load(at[0]), load(at[1]), load(at[2])};
    find_places(job.field, x, places);
    for (int l = 0; l < here; ++l) {
      const f16v parts = hidden_values<vectors>(job.field, places, l, s.hidden + int64_t(slot[l]) * job.field.hidden);
      s.raw[slot[l]] = total(parts) + job.field.density_bias;
      s.known[slot[l]] = 1;
    }
  }
}

/// A density that is none: of samples nobody looks at.
constexpr float nothing = -1e4f;

/// Looks at the samples along the rays as far as these see, and weighs the stretches between neighbours: `s.weight`. `order` says which
/// sample lies where, or is null where they lie in order, and `depth` how far. Returns the sum of weighted depths; the sum of weights is
/// 1 - `reached` at the end but for what is left.
template <int vectors>
static void weigh(const TriplaneJob &job, const TriplaneRays &rays, int count, const int32_t *order, const float *depth, TriplaneScratch &s,
                  f16v &weights, f16v &depths) {
  const auto slot = [&](int place) __attribute__((always_inline)) { return order ? order[place] : place; };
  f16v reached = all(1), before = all(nothing);
  weights = depths = f16v{};
  uint32_t looking = rays.there;
  for (int first = 0; first < count; first += triplane_group) {
    const int end = first + triplane_group < count ? first + triplane_group : count;
    int listed = 0;
    for (int k = first; looking && k < end; ++k) {
      for (uint32_t left = looking; left; left &= left - 1) {
        const int l = __builtin_ctz(left), own = slot(16 * k + l);
        if (s.known[own]) continue;
        // The stretches on both sides of a sample where something may be.
        const bool full = !job.cells.full || s.full[own] || (k > 0 && s.full[slot(16 * k - 16 + l)]) ||
                          (k + 1 < count && s.full[slot(16 * k + 16 + l)]);
        if (full) s.list[listed++] = own;
      }
    }
    look_at<vectors>(job, listed, s);
    float mask[16];
    for (int l = 0; l < 16; ++l) mask[l] = looking >> l & 1 ? 1.0f : 0.0f;
    const f16v seeing = load(mask);
    for (int k = first; k < end; ++k) {
      f16v raw;
      if (order) {
        float own[16];
        for (int l = 0; l < 16; ++l) own[l] = s.raw[order[16 * k + l]];
        raw = load(own);
      } else raw = load(s.raw + 16 * k);
      if (k > 0) {
        const f16v here = load(depth + 16 * k), last = load(depth + 16 * k - 16);
        const f16v passed = exponential(-soft(0.5f * (before + raw) - 1.0f) * (here - last));
        const f16v weight = seeing * (1.0f - passed) * reached;
        store(s.weight + 16 * k - 16, weight);
        reached *= passed + 1e-10f;
        weights += weight;
        depths += weight * (0.5f * (here + last));
      }
      before = raw;
    }
    looking &= bits(reached >= job.stop);
  }
}

/// Depths of the fine samples, where the weights of the coarse ones say, in ascending order.
static void draw_depths(const TriplaneJob &job, const TriplaneRays &rays, TriplaneScratch &s) {
  // Each weight the mean of the two greatest of it and a neighbour; those in the middle become a distribution.
  const int inner = job.coarse - 3;
  f16v sum = f16v{};
  const f16v first = load(s.weight), second = load(s.weight + 16);
  f16v one = most(first, second), last = second;
  for (int k = 1; k <= inner; ++k) {
    const f16v next = load(s.weight + 16 * (k + 1)), other = most(last, next);
    const f16v weight = 0.5f * (one + other) + 0.01f + 1e-5f;
    store(s.distribution + 16 * k, weight);
    sum += weight;
    one = other;
    last = next;
  }
  store(s.distribution, f16v{});
  f16v reached = f16v{};
  for (int k = 1; k <= inner; ++k) {
    reached += load(s.distribution + 16 * k) / sum;
    store(s.distribution + 16 * k, reached);
  }
  const auto middle = [&](int k, int l) { return 0.5f * (s.depth[16 * k + l] + s.depth[16 * k + 16 + l]); };
  float *fine = s.depth + 16 * job.coarse;
  float draws[1024];
  for (int l = 0; l < 16; ++l) {
    const float *given = job.draws + int64_t(rays.id[l]) * job.fine;
    bool sorted = true;
    for (int j = 0; j < job.fine; ++j) {
      draws[j] = given[j];
      sorted &= j == 0 || draws[j] >= draws[j - 1];
    }
    if (!sorted) std::sort(draws, draws + job.fine);
    int above = 0;
    for (int j = 0; j < job.fine; ++j) {
      while (above <= inner && s.distribution[16 * above + l] <= draws[j]) ++above;
      const int low = above > 0 ? above - 1 : 0, high = above < inner ? above : inner;
      const float from = s.distribution[16 * low + l], gap = s.distribution[16 * high + l] - from;
      const float start = middle(low, l), share = (draws[j] - from) / (gap < 1e-5f ? 1.0f : gap);
      fine[16 * j + l] = start + share * (middle(high, l) - start);
    }
  }
}

/// Both kinds of samples in the order of depth.
static void merge(const TriplaneJob &job, TriplaneScratch &s) {
  const int all_samples = job.coarse + job.fine;
  for (int l = 0; l < 16; ++l) {
    int a = 0, b = job.coarse;
    for (int k = 0; k < all_samples; ++k) {
      const bool coarse = a < job.coarse && (b == all_samples || s.depth[16 * a + l] <= s.depth[16 * b + l]);
      const int slot = 16 * (coarse ? a++ : b++) + l;
      s.order[16 * k + l] = slot;
      s.merged_depth[16 * k + l] = s.depth[slot];
    }
  }
}

/// Colours of the samples that weigh anything, summed along each ray.
template <int vectors> static void color(const TriplaneJob &job, int count, const int32_t *order, TriplaneScratch &s) {
  int listed = 0;
  for (int k = 0; k < count; ++k) {
    for (int l = 0; l < 16; ++l) {
      // Each colour counts in the stretches on both sides.
      const float share = 0.5f * ((k > 0 ? s.weight[16 * k - 16 + l] : 0.0f) + (k + 1 < count ? s.weight[16 * k + l] : 0.0f));
      const int slot = order ? order[16 * k + l] : 16 * k + l;
      if (!(share > job.least) || !s.known[slot]) continue;
      s.list[listed] = slot;
      s.share[listed++] = share;
    }
  }
  const float *hidden[color_rows];
  float *sums[color_rows], share[color_rows];
  for (int first = 0; first < listed; first += color_rows) {
    for (int r = 0; r < color_rows; ++r) {
      // Rows that are not there weigh nothing.
      const int i = first + r < listed ? first + r : listed - 1;
      hidden[r] = s.hidden + int64_t(s.list[i]) * job.field.hidden;
      sums[r] = s.sums + int64_t(s.list[i] % 16) * job.field.features;
      share[r] = first + r < listed ? s.share[i] : 0.0f;
    }
    for (int f = 0; f < job.field.features; f += 16 * vectors) add_colors<vectors, color_rows>(job.field, f, hidden, share, sums);
  }
}

template <int vectors> static void draw_rays(const TriplaneJob &job, int tile, TriplaneScratch &s) {
  TriplaneRays rays;
  begin_rays(job, tile, rays);
  const int samples = job.coarse + job.fine;
  for (int l = 0; l < 16; ++l)
    for (int i = 0; i < job.coarse; ++i) s.depth[16 * i + l] = job.depths[int64_t(rays.id[l]) * job.coarse + i];
  for (int i = 0; i < 16 * samples; ++i) {
    s.raw[i] = nothing;
    s.known[i] = 0;
  }
  place_samples(job, rays, 0, job.coarse, s);
  f16v weights, depths;
  weigh<vectors>(job, rays, job.coarse, nullptr, s.depth, s, weights, depths);
  const int32_t *order = nullptr;
  const float *depth = s.depth;
  if (job.fine > 0) {
    draw_depths(job, rays, s);
    place_samples(job, rays, job.coarse, samples, s);
    merge(job, s);
    order = s.order;
    depth = s.merged_depth;
    weigh<vectors>(job, rays, samples, order, depth, s, weights, depths);
  }
  for (int i = 0; i < 16 * job.field.features; ++i) s.sums[i] = 0;
  if (job.field.features % 32 == 0) color<2>(job, samples, order, s);
  else color<1>(job, samples, order, s);
  for (uint32_t left = rays.there; left; left &= left - 1) {
    const int l = __builtin_ctz(left);
    const int64_t id = rays.id[l];
    const float behind = job.white ? 1 - weights[l] : 0;
    for (int c = 0; c < job.channels; ++c) job.features[id * job.channels + c] = 2 * (s.sums[l * job.field.features + c] + behind) - 1;
    job.weights[id] = weights[l];
    job.depth[id] = weights[l] > 0 ? depths[l] / weights[l] : __builtin_inff();
    job.first[id] = depth[l];
    job.last[id] = depth[16 * (samples - 1) + l];
  }
}
