// A tile of a frame from its rays to its pixels: included inside a namespace of Frame.cpp.

#include "FrameLanes.ipp"
#include "AxisLanes.ipp"
#include "FrameMarch.ipp"
#include "FrameField.ipp"
#include "FrameLayers.ipp"

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
template <int fixed> INLINE void sum_up(const FrameJob &job, const float *rows, const int32_t *id, const float *weight, int count, float *sums) {
  const int hidden = fixed ? fixed : job.features.in;
  for (int i = 0; i < count; ++i) {
    const float *row = rows + int64_t(i) * job.row;
    float *sum = sums + int64_t(id[i]) * hidden;
    for (int h = 0; h < hidden; h += 16) store(sum + h, load(sum + h) + weight[i] * load(row + h));
  }
}

/// Adds the samples `first ..< first + count` of a wave, one a ray, to what their rays have summed. Of probes only the last sample's depth
/// is kept.
template <class S, bool fast, bool probing> static void add_samples(const FrameJob &job, int first, int count, FrameScratch &s) {
  deform(job, first, count, s);
  place_samples(job, count, s);
  look_up<S, fast>(job, count, s, s.a);
  float *rows = s.a, *other = s.b;
  for (int l = 0; l < job.point_count; ++l) {
    layer<true>(job.point[l], rows, job.row, count, job.slope, other, job.row);
    std::swap(rows, other);
  }
  const bool usual = job.features.in == 64;
  if (usual) densities<64>(job, rows, count, s.raw);
  else densities<0>(job, rows, count, s.raw);
  for (int i = 0; i < count; i += 16) {
    const f16v density = job.density_scale * softplus(load(s.raw + i) + (job.density_bias - 1.0f));
    const f16v reached = load(s.reached + first + i), passed = reached * exponential(density * -job.step);
    const f16v weight = reached - passed, depth = load(s.depth + first + i);
    const f16v t = load(s.t + first + i);
    store(s.weight + i, weight);
    // Lanes beyond the block belong to the next one.
    const i16v mine = lanes() < static_cast<float>(count - i);
    store(s.reached + first + i, mine ? passed : reached);
    store(s.depth + first + i, mine ? (probing ? t : depth + weight * t) : depth);
  }
  if (probing) return;
  if (usual) sum_up<64>(job, rows, s.id + first, s.weight, count, s.sums);
  else sum_up<0>(job, rows, s.id + first, s.weight, count, s.sums);
}

/// Colour and class of a pixel from its logits, before the plate.
INLINE void shade_pixel(const FrameJob &job, int64_t pixel, float opacity, float *logits) {
  const int outputs = 3 + job.classes;
  const float lowest = -__builtin_inff(), clear = 1 - opacity;
  f16v high = all(lowest), sum = f16v{};
  for (int c = 0; c < outputs; c += 16) {
    const f16v place = lanes() + static_cast<float>(c);
    const i16v is_class = (place >= 3.0f) & (place < static_cast<float>(outputs));
    high = most(is_class ? load(logits + c) : all(lowest), high);
  }
  high = all(highest(high));
  // All the exponentials of a pixel at once: e^-x of colours, e^(x - max) of classes.
  for (int c = 0; c < outputs; c += 16) {
    const f16v place = lanes() + static_cast<float>(c), x = load(logits + c);
    const i16v is_class = (place >= 3.0f) & (place < static_cast<float>(outputs));
    const f16v power = exponential(is_class ? x - high : -x);
    sum += is_class ? power : f16v{};
    store(logits + c, power);
  }
  for (int c = 0; c < 3; ++c) job.rgb[3 * pixel + c] = opacity / (1 + logits[c]) + clear * job.plate[3 * pixel + c];
  // Shares of classes times what they sum to; what is clear shows the background.
  const float background = clear * total(sum);
  int best = 0;
  float likeliest = 0;
  for (int c = 0; c < outputs; c += 16) {
    const f16v place = lanes() + static_cast<float>(c);
    const i16v is_class = (place >= 3.0f) & (place < static_cast<float>(outputs));
    f16v likely = opacity * load(logits + c);
    likely = place == 3.0f ? likely + background : likely;
    likely = is_class ? likely : f16v{};
    const float here = highest(likely);
    if (!(here > likeliest)) continue;
    likeliest = here;
    best = c + __builtin_ctz(bits(likely == here)) - 3;
  }
  job.labels[pixel] = static_cast<uint8_t>(best);
}

/// The pixels of the rays in `hits`: at most a block.
static void shade(const FrameJob &job, int left, int top, const int *hits, int count, FrameScratch &s) {
  const int hidden = job.features.in;
  for (int i = 0; i < count; ++i) {
    const float *sum = s.sums + int64_t(hits[i]) * hidden;
    for (int h = 0; h < hidden; h += 16) store(s.a + int64_t(i) * job.row + h, load(sum + h));
  }
  layer<false>(job.features, s.a, job.row, count, 0, s.b, job.row);
  for (int i = 0; i < count; ++i) {
    const int id = hits[i];
    float *row = s.b + int64_t(i) * job.row;
    const float opacity = 1 - s.final_reached[id];
    // The layer added the whole bias, which a ray has only in part.
    for (int f = 0; f < job.features.width; f += 16) store(row + f, load(row + f) - s.final_reached[id] * load(job.features.bias + f));
    const int64_t pixel = int64_t(top + id / tile_width) * job.width + left + id % tile_width;
    if (job.feature_image)
      for (int f = 0; f < job.feature_count; ++f) job.feature_image[pixel * job.feature_count + f] = row[f];
    const float x = s.direction[0][id], y = s.direction[1][id], z = s.direction[2][id];
    const float scale = 1 / __builtin_sqrtf(x * x + y * y + z * z);
    row[job.feature_count] = x * scale;
    row[job.feature_count + 1] = y * scale;
    row[job.feature_count + 2] = z * scale;
    job.opacity[pixel] = opacity;
    job.depth[pixel] = s.final_depth[id] / (opacity > 1e-6f ? opacity : 1e-6f);
  }
  float *rows = s.b, *other = s.a;
  for (int l = 0; l < job.shading_count; ++l) {
    if (l + 1 < job.shading_count) layer<true>(job.shading[l], rows, job.row, count, job.slope, other, job.row);
    else layer<false>(job.shading[l], rows, job.row, count, 0, other, job.row);
    std::swap(rows, other);
  }
  for (int i = 0; i < count; ++i) {
    const int id = hits[i];
    shade_pixel(job, int64_t(top + id / tile_width) * job.width + left + id % tile_width, 1 - s.final_reached[id],
                rows + int64_t(i) * job.row);
  }
}

/// Pixels that no sample lies in front of.
static void show_plate(const FrameJob &job, int left, int top, const bool *hit) {
  for (int y = 0; y < tile_height && top + y < job.height; ++y) {
    for (int x = 0; x < tile_width && left + x < job.width; ++x) {
      if (hit[y * tile_width + x]) continue;
      const int64_t pixel = int64_t(top + y) * job.width + left + x;
      for (int c = 0; c < 3; ++c) job.rgb[3 * pixel + c] = job.plate[3 * pixel + c];
      job.labels[pixel] = 0;
      job.depth[pixel] = job.opacity[pixel] = 0;
      if (job.feature_image)
        for (int f = 0; f < job.feature_count; ++f) job.feature_image[pixel * job.feature_count + f] = 0;
    }
  }
}

template <class S, bool fast> static void draw_tile(const FrameJob &job, int tile, FrameScratch &s) {
  const int across = (job.width + tile_width - 1) / tile_width;
  const int left = tile % across * tile_width, top = tile / across * tile_height;
  bool hit[tile_rays] = {};
  int hits[tile_rays], hit_count = 0;
  int count = begin_rays(job, left, top, s);
  for (int wave = 0; wave < job.limit; ++wave) {
    s.taken = static_cast<float>(wave);
    count = next_samples(job, count, s);
    if (count == 0) break;
    if (wave == 0) {
      for (int i = 0; i < count; ++i) {
        hit[s.id[i]] = true;
        hits[hit_count++] = s.id[i];
        __builtin_memset(s.sums + int64_t(s.id[i]) * job.features.in, 0, sizeof(float) * job.features.in);
      }
    }
    for (int first = 0; first < count; first += frame_block)
      add_samples<S, fast, false>(job, first, count - first < frame_block ? count - first : frame_block, s);
  }
  end_rays(count, s);
  for (int first = 0; first < hit_count; first += frame_block)
    shade(job, left, top, hits + first, hit_count - first < frame_block ? hit_count - first : frame_block, s);
  show_plate(job, left, top, hit);
}

/// A tile of an image of probes: rays that end with the first sample that shows anything.
template <class S, bool fast> static void probe_tile(const FrameJob &job, int tile, FrameScratch &s) {
  const int across = (job.width + tile_width - 1) / tile_width;
  const int left = tile % across * tile_width, top = tile / across * tile_height;
  int count = begin_rays(job, left, top, s);
  for (int wave = 0; wave < job.limit; ++wave) {
    s.taken = static_cast<float>(wave);
    count = next_samples(job, count, s);
    if (count == 0) break;
    for (int first = 0; first < count; first += frame_block)
      add_samples<S, fast, true>(job, first, count - first < frame_block ? count - first : frame_block, s);
  }
  end_rays(count, s);
  for (int id = 0; id < tile_rays; ++id) {
    const int x = left + id % tile_width, y = top + id / tile_width;
    if (x >= job.width || y >= job.height) continue;
    const int64_t place = int64_t(y) * job.width + x;
    job.first[place] = s.final_reached[id] < job.stop ? s.final_depth[id] : __builtin_inff();
    job.taken[place] = s.final_taken[id];
  }
}
