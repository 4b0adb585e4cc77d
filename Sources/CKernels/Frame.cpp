// likeness::frame, a whole frame of the fast field as one operator, for rendering alone. Tiles are drawn by whichever thread is free; in
// a tile all rays advance together, one sample each, so that the field is evaluated for many samples at once and none is evaluated
// behind what a ray no longer sees. Nor are many in front of it: probes, one in some pixels, look first, and a ray begins a little before
// what the probes about it saw. The point network's last layer is linear, and so is applied to a pixel's sum, not to its samples.

#include "Frame.h"
#include "Lanes.h"
#include "March.h"
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
  const int across = (job.width + tile_width - 1) / tile_width, down = (job.height + tile_height - 1) / tile_height;
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

int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

Tensor plain(const Tensor &tensor, const char *what, at::IntArrayRef shape) {
  bool fits = tensor.dim() == static_cast<int64_t>(shape.size());
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] < 0 || tensor.size(i) == shape[i];
  TORCH_CHECK(fits, "frame: ", what, " ", shape, " (-1 for any), not ", tensor.sizes());
  TORCH_CHECK(tensor.device().is_cpu(), "frame: ", what, " on the CPU, not on ", tensor.device());
  return tensor.to(at::kFloat).contiguous();
}

/// What the tile functions read, and the memory it lies in.
struct Preparation {
  FrameJob job{};
  std::vector<Tensor> kept;
  std::vector<DenseLayer> point, shading;
  bool half = false;

  const float *keep(Tensor tensor) {
    kept.push_back(std::move(tensor));
    return kept.back().const_data_ptr<float>();
  }

  void set_axes(const Tensor &axes, Axis *to, const char *what) {
    const Tensor rows = plain(axes, what, {3, 4});
    std::memcpy(to, rows.const_data_ptr<float>(), 3 * sizeof(Axis));
  }

  /// Nodes `[Z, Y, X, C]` with `C` made a multiple of 8 by zeros and single nodes doubled, which changes nothing that is read.
  FeatureTable table(Tensor nodes, const char *what, bool flat) {
    TORCH_CHECK(nodes.dim() == 4 && nodes.numel() > 0 && nodes.device().is_cpu(), "frame: ", what, " [Z, Y, X, C] on the CPU, not ",
                nodes.sizes());
    nodes = nodes.to(half ? at::kHalf : at::kFloat);
    const int64_t missing = rounded_up(nodes.size(3), 8) - nodes.size(3);
    if (missing) nodes = at::constant_pad_nd(nodes, {0, missing});
    for (int64_t d = flat ? 1 : 0; d < 3; ++d)
      if (nodes.size(d) == 1) nodes = nodes.repeat_interleave(2, d);
    TORCH_CHECK(nodes.numel() < INT32_MAX, "frame: ", what, " of fewer than 2^31 numbers, not ", nodes.sizes());
    kept.push_back(nodes.contiguous());
    FeatureTable result;
    result.data = kept.back().const_data_ptr();
    for (int axis = 0; axis < 3; ++axis) result.size[axis] = static_cast<int>(nodes.size(2 - axis));
    result.channels = static_cast<int>(nodes.size(3));
    return result;
  }

  /// `weight` `[out, in]` turned over, its outputs padded with zeros to a multiple of 16.
  DenseLayer layer(const Tensor &weight, const Tensor &bias, int64_t in, const char *what) {
    const Tensor rows = plain(weight, what, {-1, in}), offset = plain(bias.dim() == 2 && bias.size(0) == 1 ? bias[0] : bias, what, {rows.size(0)});
    const int64_t out = rows.size(0), width = rounded_up(out, 16);
    DenseLayer result;
    result.weights = keep(at::constant_pad_nd(rows.t(), {0, width - out}).contiguous());
    result.bias = keep(at::constant_pad_nd(offset, {0, width - out}).contiguous());
    result.in = static_cast<int>(in);
    result.width = static_cast<int>(width);
    job.row = std::max({job.row, result.in, result.width});
    return result;
  }

  /// The point network, its inputs in the order of the padded features and its last layer apart.
  void set_point(at::TensorList weights, at::TensorList biases, const std::array<int64_t, 3> &channels) {
    TORCH_CHECK(weights.size() >= 2 && biases.size() == weights.size(), "frame: a point network of at least two layers, not of ",
                weights.size(), " with ", biases.size(), " biases");
    TORCH_CHECK(weights[0].dim() == 2 && weights[0].size(1) == channels[0] + channels[1] + channels[2],
                "frame: a point network that takes ", channels[0] + channels[1] + channels[2], " features, not ", weights[0].sizes());
    std::vector<Tensor> columns;
    int64_t from = 0;
    for (const int64_t count : channels) {
      columns.push_back(at::constant_pad_nd(weights[0].narrow(1, from, count), {0, rounded_up(count, 8) - count}));
      from += count;
    }
    Tensor weight = at::cat(columns, 1);
    int64_t in = weight.size(1);
    for (size_t l = 0; l + 1 < weights.size(); ++l) {
      if (l > 0) weight = weights[l];
      const int64_t given = weight.dim() == 2 ? weight.size(1) : -1;
      // The layer before may have been widened by zeros.
      if (l > 0 && given >= 0 && given < in && rounded_up(given, 16) == in) weight = at::constant_pad_nd(weight, {0, in - given});
      point.push_back(layer(weight, biases[l], in, "point network"));
      in = point.back().width;
    }
    Tensor last = plain(weights.back(), "point network", {-1, weights[weights.size() - 2].size(0)});
    TORCH_CHECK(last.size(0) >= 1, "frame: a point network that gives a density");
    last = at::constant_pad_nd(last, {0, in - last.size(1)});
    const Tensor bias = plain(biases.back(), "point network", {last.size(0)});
    job.point = point.data();
    job.point_count = static_cast<int>(point.size());
    job.density = keep(last[0].contiguous());
    job.density_bias = bias[0].item<float>();
    job.feature_count = static_cast<int>(last.size(0) - 1);
    job.features = layer(last.narrow(0, 1, job.feature_count), bias.narrow(0, 1, job.feature_count), in, "point network");
  }

  void set_shading(at::TensorList weights, at::TensorList biases) {
    TORCH_CHECK(!weights.empty() && biases.size() == weights.size(), "frame: a shading network of at least one layer, not of ", weights.size(),
                " with ", biases.size(), " biases");
    int64_t in = job.feature_count + 3;
    for (size_t l = 0; l < weights.size(); ++l) {
      shading.push_back(layer(weights[l], biases[l], in, "shading network"));
      in = weights[l].size(0);
    }
    TORCH_CHECK(in >= 3 && in <= 258, "frame: a shading network that gives 3 colours and up to 255 classes, not ", in, " numbers");
    job.shading = shading.data();
    job.shading_count = static_cast<int>(shading.size());
    job.classes = static_cast<int>(in - 3);
  }

  void set_grid(const Tensor &occupancy, const Tensor &box, double step) {
    const SampleSteps steps(occupancy, box, static_cast<float>(step), "frame");
    TORCH_CHECK(occupancy.numel() < 1 << 24, "frame: at most 2^24 cells, not ", occupancy.sizes());
    // Bytes are gathered four at a time.
    const Tensor cells = at::constant_pad_nd(steps.grid.view({-1}), {0, 4});
    kept.push_back(cells);
    job.cells = cells.const_data_ptr<uint8_t>();
    job.step = steps.step;
    for (int axis = 0; axis < 3; ++axis) {
      job.size[axis] = steps.size[axis];
      job.low[axis] = steps.low[axis];
      job.high[axis] = steps.high[axis];
      job.scale[axis] = steps.scale[axis];
      job.cell[axis] = 1 / steps.scale[axis];
    }
  }
};

using Frame = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

Frame draw(const Tensor &camera, int64_t width, int64_t height, const Tensor &occupancy, const Tensor &box, const Tensor &nodes,
           const Tensor &lattice_axes, const Tensor &planes, const Tensor &axes, const Tensor &volume, const Tensor &ambient,
           at::TensorList point_weights, at::TensorList point_biases, at::TensorList shading_weights, at::TensorList shading_biases,
           const Tensor &plate, double scale, double slope, double step, int64_t limit, double stop, int64_t probes, bool with_features) {
  TORCH_CHECK(width >= 0 && height >= 0 && width * height < INT32_MAX / 4, "frame: a picture of ", width, " by ", height);
  TORCH_CHECK(step > 0 && limit >= 0, "frame: a step above 0 and a limit of at least 0, not ", step, " and ", limit);
  TORCH_CHECK(probes == 0 || probes == 2 || probes == 4 || probes == 8 || probes == 16,
              "frame: probes 2, 4, 8 or 16 pixels apart, or 0 for none, not ", probes);
  TORCH_CHECK(planes.dim() == 4 && planes.size(0) == 3, "frame: planes [3, H, W, C], not ", planes.sizes());
  TORCH_CHECK(volume.dim() == 5 && volume.size(0) == 1, "frame: volume [1, Z, Y, X, C], not ", volume.sizes());
  TORCH_CHECK(ambient.dim() == 5 && ambient.size(0) == 1 && ambient.size(1) == 1, "frame: ambient plane [1, 1, H, W, C], not ",
              ambient.sizes());
  TORCH_CHECK(nodes.dim() == 4 && nodes.size(3) == 8, "frame: lattice [Z, Y, X, 8], not ", nodes.sizes());

  Preparation ready;
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
  ready.set_point(point_weights, point_biases, {planes.size(3), volume.size(4), ambient.size(4)});
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
  draw_tiles(job, tile.draw);
  return {rgb, labels, depth, opacity, features};
}

} // namespace
} // namespace likeness

/// A frame of the fast field: rgb `[H, W, 3]`, labels `[H, W]` uint8, depth `[H, W]` and opacity `[H, W]`, features `[H, W, F]` or `[0, W, F]`.
/// `camera` `[4, 3]`: where it is, and the rays' direction (i + 0.5) row 1 + (j + 0.5) row 2 + row 3 of the pixel in column i and row j.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("frame(Tensor camera, int width, int height, Tensor occupancy, Tensor box, Tensor nodes, Tensor lattice_axes, Tensor planes, "
              "Tensor axes, Tensor volume, Tensor ambient, Tensor[] point_weights, Tensor[] point_biases, Tensor[] shading_weights, "
              "Tensor[] shading_biases, Tensor plate, float scale, float slope, float step, int limit, float stop, int probes, bool with_features) -> "
              "(Tensor rgb, Tensor labels, Tensor depth, Tensor opacity, Tensor features)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) { library.impl("frame", likeness::draw); }
