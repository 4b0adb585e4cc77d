// A tile of a frame from its rays to its pixels: included inside a namespace of Frame.cpp.

#include "FrameLanes.ipp"
#include "AxisLanes.ipp"
#include "FrameMarch.ipp"
#include "FrameField.ipp"
#include "FrameLayers.ipp"
#include "FramePixels.ipp"

/// Raw densities of rows of hidden features. `fixed` is the number of these if the compiler is to know it, else 0.
template <int fixed> INLINE void densities(const FrameJob &job, const float *rows, int count, float *raw) {
  const int hidden = fixed ? fixed : job.features.in;
  for (int i = 0; i < count; ++i) {
    const float *row = rows + int64_t(i) * job.row;
    f16v sum = load(row) * load(job.density);
    for (int h = 16; h < hidden; h += 16) sum += load(row + h) * load(job.density + h);
    raw[i] = total(sum);
  }
}
/// Adds weighted rows to the sums of their rays.
template <int fixed> INLINE void sum_up(const FrameJob &job, const float *rows, const FrameScratch &s, int count) {
  const int hidden = fixed ? fixed : job.features.in;
  for (int i = 0; i < count; ++i) {
    const float *row = rows + int64_t(i) * job.row;
    float *sum = s.sums + int64_t(s.id[s.ray[i]]) * hidden;
    for (int h = 0; h < hidden; h += 16) store(sum + h, load(sum + h) + s.weight[i] * load(row + h));
  }
}

/// Adds the next samples of `count` rays to what these have summed. Of probes only the last sample's depth is kept.
template <class S, bool fast, bool probing> static void add_samples(const FrameJob &job, const int32_t *ray, int count, FrameScratch &s) {
  take(ray, count, s);
  place_samples(job, count, s);
  look_up<S, fast>(job, count, s, s.a);
  float *rows = s.a, *other = s.b;
  for (int l = 0; l < job.point_count; ++l) {
    if (l == 0 && job.rounded) rounded_layer(job.point[l], job.rounded, rows, job.row, count, job.slope, other, job.row);
    else layer<true>(job.point[l], rows, job.row, count, job.slope, other, job.row);
    std::swap(rows, other);
  }
  const bool usual = job.features.in == 64;
  if (usual) densities<64>(job, rows, count, s.raw);
  else densities<0>(job, rows, count, s.raw);
  for (int i = 0; i < count; i += 16) {
    const f16v density = job.density_scale * softplus(load(s.raw + i) + (job.density_bias - 1.0f));
    store(s.weight + i, exponential(density * -job.step));
  }
  for (int i = 0; i < count; ++i) {
    const int32_t r = s.ray[i];
    const float passed = s.reached[r] * s.weight[i], weight = s.reached[r] - passed;
    s.weight[i] = weight;
    s.reached[r] = passed;
    s.depth[r] = probing ? s.t[r] : s.depth[r] + weight * s.t[r];
  }
  if (probing) return;
  if (usual) sum_up<64>(job, rows, s, count);
  else sum_up<0>(job, rows, s, count);
}
/// Adds the next samples of all rays under way.
template <class S, bool fast, bool probing> static void add_wave(const FrameJob &job, int live, FrameScratch &s) {
  for (int first = 0; first < live; first += frame_block)
    add_samples<S, fast, probing>(job, s.live + first, live - first < frame_block ? live - first : frame_block, s);
}

template <class S, bool fast> static void draw_tile(const FrameJob &job, int tile, FrameScratch &s) {
  const auto [left, top] = tile_corner(job, tile);
  // Pixels that need no ray, or have had a sample.
  bool known[tile_rays] = {}, hit[tile_rays] = {};
  int hits[tile_rays], hit_count = 0;
  const bool between = job.own && job.pass.x + job.pass.y > 0;
  if (between) interpolate(job, left, top, known);
  int count = begin_rays(job, left, top, between ? known : nullptr, s);
  for (int wave = 0; wave < job.limit; ++wave) {
    s.taken = static_cast<float>(wave);
    count = next_samples(job, count, s);
    if (count == 0) break;
    deform(job, count, s);
    const int live = find_live(job, count, s);
    for (int i = 0; i < live; ++i) {
      const int id = s.id[s.live[i]];
      if (hit[id]) continue;
      hit[id] = true;
      hits[hit_count++] = id;
      __builtin_memset(s.sums + int64_t(id) * job.features.in, 0, sizeof(float) * job.features.in);
    }
    add_wave<S, fast, false>(job, live, s);
  }
  end_rays(job, count, s);
  for (int first = 0; first < hit_count; first += frame_block)
    shade(job, left, top, hits + first, hit_count - first < frame_block ? hit_count - first : frame_block, s);
  for (int id = 0; id < tile_rays; ++id) known[id] |= hit[id];
  show_plate(job, left, top, known);
}

/// A tile of an image of probes: rays that end with the first sample that shows anything.
template <class S, bool fast> static void probe_tile(const FrameJob &job, int tile, FrameScratch &s) {
  const auto [left, top] = tile_corner(job, tile);
  int count = begin_rays(job, left, top, nullptr, s);
  for (int wave = 0; wave < job.limit; ++wave) {
    s.taken = static_cast<float>(wave);
    count = next_samples(job, count, s);
    if (count == 0) break;
    deform(job, count, s);
    add_wave<S, fast, true>(job, find_live(job, count, s), s);
  }
  end_rays(job, count, s);
  for (int id = 0; id < tile_rays; ++id) {
    const int x = left + id % tile_width, y = top + id / tile_width;
    if (x >= job.width || y >= job.height) continue;
    const int64_t place = int64_t(y) * job.width + x;
    job.first[place] = s.final_reached[id] < job.stop ? s.final_depth[id] : __builtin_inff();
    job.taken[place] = s.final_taken[id];
  }
}
