// likeness::lift_frame, a frame of a lifted photo as one operator: vertices move with a head model, go with head or torso, and triangles are
// filled in three layers, an opaque one, one with soft rims and one of what is worn, four samples a pixel, colored from a texture or from their vertices.
//
// Tiles are independent of each other and a triangle's place in the list decides ties, so that the image's bits do not depend on threads.

#include "Lift.h"

#include "Lanes.h"
#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>
#include <tuple>

namespace likeness {
namespace {

using at::Tensor;

#define SIMD_FILE "LiftTile.ipp"
#include "SimdLevels.ipp"

struct Vertex {
  float x, y, inverse_depth;
};

Tensor plain(const Tensor &tensor, const char *name, at::IntArrayRef shape, at::ScalarType type) {
  TORCH_CHECK(tensor.device().is_cpu() && tensor.scalar_type() == type && tensor.sizes() == shape, "lift_frame: ", name, " is ",
              tensor.sizes(), " of ", tensor.scalar_type(), ", not ", shape, " of ", type);
  return tensor.contiguous();
}

/// Draws all tiles, each on whatever thread is free, with scratch of a type of its own.
template <class Scratch, class F> void each_tile(int tiles, F body) {
  std::atomic<int> next{0};
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) {
    const auto scratch = std::make_unique<Scratch>();
    for (int tile; (tile = next++) < tiles;) body(tile, *scratch);
  });
}

float smooth(float end, float x) {
  const float t = std::min(std::max(x / end, 0.0f), 1.0f);
  return t * t * (3 - 2 * t);
}

/// The height of the upper (`step` 1) or lower (-1) inner border of the lips at `x`; beyond the corners theirs.
float lip_height(const float *lips, int step, float x) {
  for (int i = 0; i < lift_lips / 2; ++i) {
    const float *a = lips + 2 * ((lift_lips + step * i) % lift_lips), *b = lips + 2 * ((lift_lips + step * (i + 1)) % lift_lips);
    if ((a[0] <= x) != (b[0] <= x)) return a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]);
  }
  return std::fabs(x - lips[0]) < std::fabs(x - lips[lift_lips]) ? lips[1] : lips[lift_lips + 1];
}

/// How much light comes in between the lips to a place behind them: the lips throw shadows, and the corners are dark.
float light_between(const float *lips, float x, float y) {
  const float along = (x - lips[0]) / (lips[lift_lips] - lips[0] + 1e-6f);
  const float upper = lip_height(lips, 1, x), lower = lip_height(lips, -1, x);
  return (lift_shade[0] + (1 - lift_shade[0]) * smooth(lift_reach[0], upper - y)) *
         (lift_shade[1] + (1 - lift_shade[1]) * smooth(lift_reach[1], y - lower)) *
         (lift_shade[2] + (1 - lift_shade[2]) * smooth(lift_reach[2], 4 * along * (1 - along)));
}

/// Rounds corners, drops what is behind the camera or out of sight, and shares triangles out to tiles.
void prepare(LiftJob &job, const std::vector<Vertex> &seen, const int32_t *corners, const uint8_t *kinds, int64_t count) {
  const int width = job.width * lift_samples, height = job.height * lift_samples;
  job.triangles.reserve(count);
  for (int64_t f = 0; f < count; ++f) {
    LiftTriangle t;
    bool shown = true;
    float low_x = INFINITY, low_y = INFINITY, high_x = -INFINITY, high_y = -INFINITY;
    for (int k = 0; k < 3; ++k) {
      const Vertex &v = seen[corners[3 * f + k]];
      shown = shown && v.inverse_depth > 0 && std::fabs(v.x) < 16384 && std::fabs(v.y) < 16384;
      low_x = std::min(low_x, v.x);
      high_x = std::max(high_x, v.x);
      low_y = std::min(low_y, v.y);
      high_y = std::max(high_y, v.y);
    }
    if (!shown || high_x < 0 || high_y < 0 || low_x > static_cast<float>(width) || low_y > static_cast<float>(height)) continue;
    for (int k = 0; k < 3; ++k) {
      const Vertex &v = seen[corners[3 * f + k]];
      t.x[k] = static_cast<int32_t>(std::lround(v.x * lift_steps));
      t.y[k] = static_cast<int32_t>(std::lround(v.y * lift_steps));
      t.inverse_depth[k] = v.inverse_depth;
      t.corner[k] = corners[3 * f + k];
    }
    int64_t area = int64_t(t.x[1] - t.x[0]) * (t.y[2] - t.y[0]) - int64_t(t.x[2] - t.x[0]) * (t.y[1] - t.y[0]);
    t.layer = kinds[2 * f] & 4 ? lift_worn : kinds[2 * f] & 1;
    t.label = kinds[2 * f + 1];
    // y runs down, so that corners which run counter-clockwise as seen have a negative area; of closed surfaces the inside is not drawn.
    if (area == 0 || (area > 0 && t.layer == 0 && !(kinds[2 * f] & 2))) continue;
    if (area < 0) {
      std::swap(t.x[1], t.x[2]);
      std::swap(t.y[1], t.y[2]);
      std::swap(t.inverse_depth[1], t.inverse_depth[2]);
      std::swap(t.corner[1], t.corner[2]);
      area = -area;
    }
    t.inverse_area = 1 / static_cast<float>(area);
    t.left = static_cast<int16_t>(std::max(0.0f, std::floor(low_x - 0.5f)));
    t.right = static_cast<int16_t>(std::min(static_cast<float>(width - 1), std::ceil(high_x - 0.5f)));
    t.top = static_cast<int16_t>(std::max(0.0f, std::floor(low_y - 0.5f)));
    t.bottom = static_cast<int16_t>(std::min(static_cast<float>(height - 1), std::ceil(high_y - 0.5f)));
    if (t.left > t.right || t.top > t.bottom) continue;
    job.triangles.push_back(t);
  }
  job.starts.assign(int64_t(job.columns) * job.rows + 1, 0);
  const auto each = [&](const LiftTriangle &t, auto body) {
    for (int r = t.top / lift_side; r <= t.bottom / lift_side; ++r)
      for (int c = t.left / lift_side; c <= t.right / lift_side; ++c) body(r * job.columns + c);
  };
  for (const LiftTriangle &t : job.triangles) each(t, [&](int tile) { ++job.starts[tile + 1]; });
  for (size_t k = 1; k < job.starts.size(); ++k) job.starts[k] += job.starts[k - 1];
  job.order.resize(job.starts.back());
  std::vector<int32_t> next(job.starts.begin(), job.starts.end() - 1);
  for (size_t i = 0; i < job.triangles.size(); ++i) each(job.triangles[i], [&](int tile) { job.order[next[tile]++] = static_cast<int32_t>(i); });
}

void draw_tiles(const LiftJob &job) {
  const int tiles = job.columns * job.rows;
#if defined(__x86_64__)
  if (simd() == Simd::avx512)
    return each_tile<avx512::LiftSamples>(tiles, [&](int tile, avx512::LiftSamples &s) { avx512::lift_tile_of(job, tile, s); });
  if (simd() == Simd::avx2)
    return each_tile<avx2::LiftSamples>(tiles, [&](int tile, avx2::LiftSamples &s) { avx2::lift_tile_of(job, tile, s); });
#endif
  each_tile<scalar::LiftSamples>(tiles, [&](int tile, scalar::LiftSamples &s) { scalar::lift_tile_of(job, tile, s); });
}

std::tuple<Tensor, Tensor, Tensor, Tensor> draw(const Tensor &base, const Tensor &links, const Tensor &shares, const Tensor &numbers,
                                                const Tensor &triangles, const Tensor &kinds, const Tensor &texture, const Tensor &moved,
                                                const Tensor &poses, const Tensor &camera, const Tensor &controls, const Tensor &lips,
                                                const Tensor &plate) {
  TORCH_CHECK(base.dim() == 2 && links.dim() == 2 && triangles.dim() == 2 && texture.dim() == 3 && moved.dim() == 2 && plate.dim() == 3,
              "lift_frame: base [N, 3], links [N, K], triangles [F, 3], texture [H, W, 4], moved [M, 3] and plate [H, W, 3]");
  const int64_t count = base.size(0), width = links.size(1), faces = triangles.size(0), targets = moved.size(0);
  const int64_t rows = plate.size(0), columns = plate.size(1);
  TORCH_CHECK(rows > 0 && columns > 0 && rows <= 4096 && columns <= 4096, "lift_frame: a picture of ", columns, " by ", rows);
  TORCH_CHECK(texture.size(0) > 1 && texture.size(1) > 1, "lift_frame: a texture of ", texture.sizes());
  const Tensor b = plain(base, "base", {count, 3}, at::kFloat), l = plain(links, "links", {count, width}, at::kInt),
               s = plain(shares, "shares", {count, width}, at::kFloat), n = plain(numbers, "numbers", {count, lift_numbers}, at::kFloat),
               f = plain(triangles, "triangles", {faces, 3}, at::kInt), k = plain(kinds, "kinds", {faces, 2}, at::kByte),
               x = plain(texture, "texture", {texture.size(0), texture.size(1), 4}, at::kByte),
               m = plain(moved, "moved", {targets, 3}, at::kFloat), p = plain(poses, "poses", {3, 3, 4}, at::kFloat),
               c = plain(camera, "camera", {4}, at::kFloat), o = plain(controls, "controls", {4}, at::kFloat),
               lip = plain(lips, "lips", {lift_lips, 2}, at::kFloat),
               back = plain(plate, "plate", {rows, columns, 3}, at::kFloat);
  const int32_t *link = l.const_data_ptr<int32_t>(), *corner = f.const_data_ptr<int32_t>();
  for (int64_t i = 0; i < count * width; ++i) TORCH_CHECK(link[i] >= 0 && link[i] < targets, "lift_frame: link ", link[i], " of ", targets);
  for (int64_t i = 0; i < 3 * faces; ++i) TORCH_CHECK(corner[i] >= 0 && corner[i] < count, "lift_frame: corner ", corner[i], " of ", count);

  const float *from = b.const_data_ptr<float>(), *share = s.const_data_ptr<float>(), *given = n.const_data_ptr<float>();
  const float *move = m.const_data_ptr<float>(), *pose = p.const_data_ptr<float>(), *view = c.const_data_ptr<float>();
  const float *control = o.const_data_ptr<float>(), *border = lip.const_data_ptr<float>();
  std::vector<Vertex> seen(count);
  Tensor ready = at::empty({count, lift_numbers}, n.options());
  float *out = ready.mutable_data_ptr<float>();
  at::parallel_for(0, count, 2048, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float place[3] = {from[3 * i], from[3 * i + 1], from[3 * i + 2]};
      for (int64_t j = 0; j < width; ++j) {
        const float *d = move + 3 * int64_t(link[i * width + j]), weight = share[i * width + j];
        for (int a = 0; a < 3; ++a) place[a] += weight * d[a];
      }
      const float *in = given + i * lift_numbers;
      float at[3];
      for (int a = 0; a < 3; ++a) {
        const float *h = pose + 4 * a, *t = pose + 12 + 4 * a;
        const float head = h[0] * place[0] + h[1] * place[1] + h[2] * place[2] + h[3];
        const float torso = t[0] * place[0] + t[1] * place[1] + t[2] * place[2] + t[3];
        at[a] = head + in[lift_torso] * (torso - head);
        if (in[lift_still] < 0) {
          const float *r = pose + 24 + 4 * a, *b = from + 3 * i;
          const float rest = r[0] * b[0] + r[1] * b[1] + r[2] * b[2] + r[3];
          at[a] -= in[lift_still] * (rest - at[a]);
        }
      }
      const float inverse = at[2] < -0.05f ? -1 / at[2] : 0;
      seen[i] = {(view[2] + view[0] * at[0] * inverse) * lift_samples, (view[3] - view[1] * at[1] * inverse) * lift_samples, inverse};
      float *mine = out + i * lift_numbers;
      std::copy_n(in, lift_numbers, mine);
      mine[lift_own] *= 1 - in[lift_lid] * control[0] - in[lift_lid + 1] * control[1] - std::max(in[lift_lip], 0.0f) * control[3];
      if (in[lift_inside] > 0) {
        const float light = control[2] * light_between(border, place[0], place[1]);
        for (int a = 0; a < 3; ++a) mine[lift_red + a] *= 1 + in[lift_inside] * (light + (a == 0 ? lift_glow * (1 - light) : 0) - 1);
      }
    }
  });

  LiftJob job;
  job.width = static_cast<int>(columns);
  job.height = static_cast<int>(rows);
  job.columns = static_cast<int>((columns + lift_tile - 1) / lift_tile);
  job.rows = static_cast<int>((rows + lift_tile - 1) / lift_tile);
  prepare(job, seen, corner, k.const_data_ptr<uint8_t>(), faces);
  Tensor rgb = at::empty({rows, columns, 3}, n.options()), labels = at::empty({rows, columns}, k.options());
  Tensor depth = at::empty({rows, columns}, n.options()), opacity = at::empty({rows, columns}, n.options());
  job.numbers = out;
  job.texture = x.const_data_ptr<uint8_t>();
  job.texture_height = static_cast<int>(x.size(0));
  job.texture_width = static_cast<int>(x.size(1));
  job.plate = back.const_data_ptr<float>();
  job.rgb = rgb.mutable_data_ptr<float>();
  job.depth = depth.mutable_data_ptr<float>();
  job.opacity = opacity.mutable_data_ptr<float>();
  job.labels = labels.mutable_data_ptr<uint8_t>();
  draw_tiles(job);
  return {rgb, labels, depth, opacity};
}

} // namespace
} // namespace likeness

/// A frame of a lifted photo in front of `plate` `[H, W, 3]`: rgb `[H, W, 3]`, labels `[H, W]` uint8, depth and opacity `[H, W]`.
///
/// Vertices `base` `[N, 3]` are moved by `shares` `[N, K]` of the rows `links` of `moved` `[M, 3]`; `numbers` `[N, 16]` are those of Lift.h.
/// `kinds` `[F, 2]` uint8: layer (1: the soft one; 4: what is worn; 2 added: both sides are drawn) and class. `poses` `[3, 3, 4]`: head, torso and, for what
/// stands still, the head as the photo shows it, to camera.
/// `camera`: focal lengths and center. `controls`: how far the right and the left lid are closed, the light inside the mouth, and how far
/// the lips are parted. `lips` `[20, 2]`: their inner border in head space, from the right corner over the upper lip.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("lift_frame(Tensor base, Tensor links, Tensor shares, Tensor numbers, Tensor triangles, Tensor kinds, Tensor texture, "
              "Tensor moved, Tensor poses, Tensor camera, Tensor controls, Tensor lips, Tensor plate) -> "
              "(Tensor rgb, Tensor labels, Tensor depth, Tensor opacity)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) { library.impl("lift_frame", likeness::draw); }
