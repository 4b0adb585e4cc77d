// Pixels of a tile: shaded from what their rays have summed, between others that are alike, or of the plate alone. Included inside a
// namespace of Frame.cpp.

struct TileCorner {
  int left, top;
};
/// The first column and row of a tile among the pixels of its pass.
INLINE TileCorner tile_corner(const FrameJob &job, int tile) {
  const int across = (job.pass.columns(job.width) + tile_width - 1) / tile_width;
  return {tile % across * tile_width, tile / across * tile_height};
}
INLINE int column_of(const FrameJob &job, int left, int id) { return job.pass.x + job.pass.apart * (left + id % tile_width); }
INLINE int row_of(const FrameJob &job, int top, int id) { return job.pass.y + job.pass.apart * (top + id / tile_width); }
INLINE bool is_inside(const FrameJob &job, int left, int top, int id) {
  return column_of(job, left, id) < job.width && row_of(job, top, id) < job.height;
}
INLINE int64_t pixel_at(const FrameJob &job, int left, int top, int id) {
  return int64_t(row_of(job, top, id)) * job.width + column_of(job, left, id);
}

/// Puts what a pixel shows, colours times opacity and opacity, before the plate.
INLINE void show(const FrameJob &job, int64_t pixel, const float *own) {
  for (int c = 0; c < 3; ++c) job.rgb[3 * pixel + c] = own[c] + (1 - own[3]) * job.plate[3 * pixel + c];
  if (!job.own) return;
  for (int c = 0; c < 4; ++c) job.own[4 * pixel + c] = own[c];
}
constexpr float nothing[4] = {};

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
  float own[4] = {0, 0, 0, opacity};
  for (int c = 0; c < 3; ++c) own[c] = opacity / (1 + logits[c]);
  show(job, pixel, own);
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
    for (int h = 0; h < hidden; h += 16) store(s.a + int64_t(i) * job.row + h, load(sum + h) * s.final_scale[hits[i]]);
  }
  layer<false>(job.features, s.a, job.row, count, 0, s.b, job.row);
  for (int i = 0; i < count; ++i) {
    const int id = hits[i];
    float *row = s.b + int64_t(i) * job.row;
    const float opacity = 1 - s.final_reached[id];
    // The layer added the whole bias, which a ray has only in part.
    for (int f = 0; f < job.features.width; f += 16) store(row + f, load(row + f) - s.final_reached[id] * load(job.features.bias + f));
    const int64_t pixel = pixel_at(job, left, top, id);
    if (job.feature_image)
      for (int f = 0; f < job.feature_count; ++f) job.feature_image[pixel * job.feature_count + f] = row[f];
    const float x = s.direction[0][id], y = s.direction[1][id], z = s.direction[2][id];
    const float scale = 1 / __builtin_sqrtf(x * x + y * y + z * z);
    row[job.feature_count] = x * scale;
    row[job.feature_count + 1] = y * scale;
    row[job.feature_count + 2] = z * scale;
    job.opacity[pixel] = opacity;
    job.depth[pixel] = s.final_depth[id] * s.final_scale[id] / (opacity > 1e-6f ? opacity : 1e-6f);
  }
  float *rows = s.b, *other = s.a;
  for (int l = 0; l < job.shading_count; ++l) {
    if (l + 1 < job.shading_count) layer<true>(job.shading[l], rows, job.row, count, job.slope, other, job.row);
    else layer<false>(job.shading[l], rows, job.row, count, 0, other, job.row);
    std::swap(rows, other);
  }
  for (int i = 0; i < count; ++i) {
    const int id = hits[i];
    shade_pixel(job, pixel_at(job, left, top, id), 1 - s.final_reached[id],
                rows + int64_t(i) * job.row);
  }
}

/// Pixels of a tile that are not `known` yet: no sample lies in front of them.
static void show_plate(const FrameJob &job, int left, int top, const bool *known) {
  for (int id = 0; id < tile_rays; ++id) {
    if (known[id] || !is_inside(job, left, top, id)) continue;
    const int64_t pixel = pixel_at(job, left, top, id);
    show(job, pixel, nothing);
    job.labels[pixel] = 0;
    job.depth[pixel] = job.opacity[pixel] = 0;
    if (job.feature_image)
      for (int f = 0; f < job.feature_count; ++f) job.feature_image[pixel * job.feature_count + f] = 0;
  }
}

typedef float f4v __attribute__((vector_size(16)));
typedef float f4u __attribute__((vector_size(16), aligned(4)));
INLINE f4v least4(f4v a, f4v b) { return a < b ? a : b; }
INLINE f4v most4(f4v a, f4v b) { return a > b ? a : b; }

/// Makes the pixels of a tile whose four neighbours of the passes before are alike their mean, and says which: `known`.
static void interpolate(const FrameJob &job, int left, int top, bool *known) {
  const bool across = job.pass.x && job.pass.y;
  const int64_t row = job.width;
  const int64_t away[4] = {across ? -row - 1 : -row, across ? -row + 1 : -1, across ? row - 1 : 1, across ? row + 1 : row};
  const float most_deep = 2 * job.step;
  for (int id = 0; id < tile_rays; ++id) {
    const int x = column_of(job, left, id), y = row_of(job, top, id);
    // At an edge of the image a neighbour is missing.
    if (x == 0 || y == 0 || x >= job.width - 1 || y >= job.height - 1) continue;
    const int64_t pixel = y * row + x;
    const auto own = [&](int n) __attribute__((always_inline)) { return *reinterpret_cast<const f4u *>(job.own + 4 * (pixel + away[n])); };
    const f4v a = own(0), b = own(1), c = own(2), d = own(3);
    const f4v low = least4(least4(a, b), least4(c, d)), spread = most4(most4(a, b), most4(c, d)) - low;
    const uint8_t label = job.labels[pixel + away[0]];
    bool alike = spread[0] <= job.tolerance && spread[1] <= job.tolerance && spread[2] <= job.tolerance && spread[3] <= job.tolerance;
    if (!alike) continue;
    float near = __builtin_inff(), far = 0, depth = 0;
    for (int n = 0; n < 4; ++n) {
      alike &= job.labels[pixel + away[n]] == label;
      const float deep = job.depth[pixel + away[n]];
      near = deep < near ? deep : near;
      far = deep > far ? deep : far;
      depth += 0.25f * deep;
    }
    // What hardly shows may lie anywhere.
    alike &= (far - near) * low[3] <= most_deep;
    const f4v mean = 0.25f * ((a + b) + (c + d));
    float sum[4];
    __builtin_memcpy(sum, &mean, sizeof sum);
    if (!alike) continue;
    known[id] = true;
    show(job, pixel, sum);
    job.labels[pixel] = label;
    job.opacity[pixel] = sum[3];
    job.depth[pixel] = depth;
  }
}
