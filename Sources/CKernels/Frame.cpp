// likeness::frame, a whole frame of the fast field as one operator, for rendering alone. Tiles are drawn by whichever thread is free; in
// a tile all rays advance together, one sample each, so that the field is evaluated for many samples at once and none is evaluated
// behind what a ray no longer sees. Nor are many in front of it: probes, one in some pixels, look first, and a ray begins a little before
// what the probes about it saw. The point network's last layer is linear, and so is applied to a pixel's sum, not to its samples.

#include "Frame.h"
#include "FrameInputs.h"
#include "Lanes.h"
#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

// All that takes or returns such vectors is inlined, so that no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

namespace likeness {

#define SIMD_FILE "FrameTile.ipp"
#include "SimdLevels.ipp"

namespace {

using at::Tensor;

struct TileFunctions {
  TileFunction draw, probe;
};
template <bool fast> TileFunctions tile_functions(bool half) {
#if defined(__x86_64__)
  switch (simd()) {
  case Simd::avx512:
    if (half) return {avx512::draw_tile<_Float16, fast>, avx512::probe_tile<_Float16, fast>};
    return {avx512::draw_tile<float, fast>, avx512::probe_tile<float, fast>};
  case Simd::avx2:
    if (half) return {avx2::draw_tile<_Float16, fast>, avx2::probe_tile<_Float16, fast>};
    return {avx2::draw_tile<float, fast>, avx2::probe_tile<float, fast>};
  case Simd::scalar: break;
  }
#endif
  return {scalar::draw_tile<float, fast>, scalar::probe_tile<float, fast>};
}

/// Draws all tiles of a job's image by whichever thread is free. A tile is the same whoever draws it.
void draw_tiles(const FrameJob &job, TileFunction tile) {
  const int across = (job.pass.columns(job.width) + tile_width - 1) / tile_width;
  const int down = (job.pass.rows(job.height) + tile_height - 1) / tile_height;
  const int tiles = across * down, hands = std::min(at::get_num_threads(), tiles);
  std::atomic<int> next{0};
  const int64_t sums = int64_t(tile_rays) * job.features.in, rows = int64_t(frame_block) * job.row;
  at::parallel_for(0, hands, 1, [&](int64_t begin, int64_t end) {
    for (int64_t hand = begin; hand < end; ++hand) {
      const auto scratch = std::make_unique<FrameScratch>();
      const at::Tensor memory = at::zeros({sums + 2 * rows}, at::kFloat);
      scratch->sums = memory.mutable_data_ptr<float>();
      scratch->a = scratch->sums + sums;
      scratch->b = scratch->a + rows;
      for (int i; (i = next.fetch_add(1, std::memory_order_relaxed)) < tiles;) tile(job, i, *scratch);
    }
  });
}

/// Shoots a ray through every 2^shift th pixel and says what it sees first; the probes at the far edges stand outside of the image.
/// Returns the grid's memory.
at::Tensor probe(FrameJob &job, int shift, TileFunction tile) {
  const auto behind_last = [&](int pixels) { return ((pixels - 1) >> shift) + 2; };
  FrameJob probes = job;
  probes.width = behind_last(job.width);
  probes.height = behind_last(job.height);
  const float apart = static_cast<float>(1 << shift);
  for (int axis = 0; axis < 3; ++axis) {
    const float column = job.camera[1][axis], row = job.camera[2][axis];
    probes.camera[1][axis] = apart * column;
    probes.camera[2][axis] = apart * row;
    probes.camera[3][axis] = job.camera[3][axis] + 0.5f * (1 - apart) * (column + row);
  }
  probes.stop = probe_stop;
  // What sixteen pixels read may lie to the right of the last row's end.
  const int64_t size = int64_t(probes.height) * probes.width + 32;
  at::Tensor seen = at::full({2, size}, std::numeric_limits<float>::infinity(), at::kFloat);
  probes.first = seen.mutable_data_ptr<float>();
  probes.taken = probes.first + size;
  draw_tiles(probes, tile);
  job.probed = {probes.first, probes.taken, shift, probes.width};
  return seen;
}

using Frame = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

Frame draw(const Tensor &camera, int64_t width, int64_t height, const Tensor &occupancy, const Tensor &box, const Tensor &nodes,
           const Tensor &lattice_axes, const Tensor &planes, const Tensor &axes, const Tensor &volume, const Tensor &ambient,
           const std::optional<Tensor> &shown, at::TensorList point_weights, at::TensorList point_biases, at::TensorList shading_weights, at::TensorList shading_biases,
           const Tensor &plate, double scale, double slope, double step, int64_t limit, double stop, int64_t probes, double tolerance,
           bool rounds, bool with_features) {
  TORCH_CHECK(width >= 0 && height >= 0 && width * height < INT32_MAX / 4, "frame: a picture of ", width, " by ", height);
  TORCH_CHECK(step > 0 && limit >= 0, "frame: a step above 0 and a limit of at least 0, not ", step, " and ", limit);
  TORCH_CHECK(probes == 0 || probes == 2 || probes == 4 || probes == 8 || probes == 16,
              "frame: probes 2, 4, 8 or 16 pixels apart, or 0 for none, not ", probes);
  TORCH_CHECK(planes.dim() == 4 && planes.size(0) == 3, "frame: planes [3, H, W, C], not ", planes.sizes());
  TORCH_CHECK(volume.dim() == 5 && volume.size(0) == 1, "frame: volume [1, Z, Y, X, C], not ", volume.sizes());
  TORCH_CHECK(ambient.dim() == 5 && ambient.size(0) == 1 && ambient.size(1) == 1, "frame: ambient plane [1, 1, H, W, C], not ",
              ambient.sizes());
  TORCH_CHECK(nodes.dim() == 4 && nodes.size(3) == 8, "frame: lattice [Z, Y, X, 8], not ", nodes.sizes());

  FrameInputs ready;
  FrameJob &job = ready.job;
  ready.set_grid(occupancy, box, step);
  std::memcpy(job.camera, plain(camera, "camera", {4, 3}).const_data_ptr<float>(), sizeof job.camera);
  job.width = static_cast<int>(width);
  job.height = static_cast<int>(height);
  job.limit = static_cast<int>(std::min<int64_t>(limit, 1 << 24));
  job.stop = static_cast<float>(stop);
  job.density_scale = static_cast<float>(scale);
  job.slope = static_cast<float>(slope);
  ready.set_axes(lattice_axes, job.lattice_axes, "axes of the lattice");
  ready.set_axes(axes, job.axes, "axes");
  job.lattice = ready.table(nodes.to(at::kFloat), "lattice", false);
  ready.half = simd() != Simd::scalar && planes.scalar_type() == at::kHalf && volume.scalar_type() == at::kHalf &&
               ambient.scalar_type() == at::kHalf;
  job.planes = ready.table(planes, "planes", true);
  job.volume = ready.table(volume[0], "volume", false);
  job.ambient = ready.table(ambient[0], "ambient plane", true);
  job.row = job.planes.channels + job.volume.channels + job.ambient.channels;
  if (shown) ready.set_shown(*shown);
  ready.set_point(point_weights, point_biases, {planes.size(3), volume.size(4), ambient.size(4)}, rounds);
  ready.set_shading(shading_weights, shading_biases);
  job.row = static_cast<int>(rounded_up(job.row, 16));
  job.plate = ready.keep(plain(plate, "plate", {height, width, 3}));

  const auto options = at::TensorOptions().dtype(at::kFloat);
  Tensor rgb = at::empty({height, width, 3}, options), labels = at::empty({height, width}, options.dtype(at::kByte));
  Tensor depth = at::empty({height, width}, options), opacity = at::empty({height, width}, options);
  Tensor features = at::empty({with_features ? height : 0, width, job.feature_count}, options);
  job.rgb = rgb.mutable_data_ptr<float>();
  job.labels = labels.mutable_data_ptr<uint8_t>();
  job.depth = depth.mutable_data_ptr<float>();
  job.opacity = opacity.mutable_data_ptr<float>();
  job.feature_image = with_features ? features.mutable_data_ptr<float>() : nullptr;

  const bool fast = job.planes.channels == 16 && job.volume.channels == 8 && job.ambient.channels == 8;
  const TileFunctions tile = fast ? tile_functions<true>(ready.half) : tile_functions<false>(ready.half);
  if (probes > 0 && width > 0 && height > 0) ready.kept.push_back(probe(job, __builtin_ctzll(probes), tile.probe));
  if (tolerance <= 0 || with_features) {
    draw_tiles(job, tile.draw);
    return {rgb, labels, depth, opacity, features};
  }
  // A quarter of the pixels, those in the middle of four of them, and those between four of both.
  ready.kept.push_back(at::empty({height, width, 4}, options));
  job.own = ready.kept.back().mutable_data_ptr<float>();
  job.tolerance = static_cast<float>(tolerance);
  for (const auto &[x, y] : {std::pair(0, 0), std::pair(1, 1), std::pair(1, 0), std::pair(0, 1)}) {
    job.pass = {2, x, y};
    draw_tiles(job, tile.draw);
  }
  return {rgb, labels, depth, opacity, features};
}

} // namespace
} // namespace likeness

/// A frame of the fast field: rgb `[H, W, 3]`, labels `[H, W]` uint8, depth `[H, W]` and opacity `[H, W]`, features `[H, W, F]` or `[0, W, F]`.
/// `shown` `[Z, Y, X / 32]` int32, if given, has a bit for each of the cells that divide the template's axes evenly: where it is 0 nothing shows.
/// `rounds`: the point network's first layer may take bfloat16. Where `tolerance` is above 0, pixels between four others that differ by no more than that, in colours and opacity, are their mean.
/// `camera` `[4, 3]`: where it is, and the rays' direction (i + 0.5) row 1 + (j + 0.5) row 2 + row 3 of the pixel in column i and row j.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("frame(Tensor camera, int width, int height, Tensor occupancy, Tensor box, Tensor nodes, Tensor lattice_axes, Tensor planes, "
              "Tensor axes, Tensor volume, Tensor ambient, Tensor? shown, Tensor[] point_weights, Tensor[] point_biases, Tensor[] shading_weights, "
              "Tensor[] shading_biases, Tensor plate, float scale, float slope, float step, int limit, float stop, int probes, float tolerance, "
              "bool rounds, bool with_features) -> "
              "(Tensor rgb, Tensor labels, Tensor depth, Tensor opacity, Tensor features)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) { library.impl("frame", likeness::draw); }
