// likeness::triplane_render, rays through a volume that three planes hold, for rendering alone, and likeness::triplane_densities. The
// decoder's first layer is applied to the planes once for all rays, so that what is left for a sample are reads, softplus and a sum. Sixteen
// neighbouring rays go together: coarse samples, fine ones where those found something, both in the order of depth as far as a ray sees;
// the second layer gives colours only of the samples that weigh something.

#include "Triplane.h"
#include "Lanes.h"
#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <atomic>
#include <optional>
#include <tuple>

// All that takes or returns such vectors is inlined, so that no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

namespace likeness {

#define SIMD_FILE "TriplaneTile.ipp"
#include "SimdLevels.ipp"

namespace {

using at::Tensor;

template <int vectors> TriplaneTile tile_function() {
#if defined(__x86_64__)
  if (simd() == Simd::avx512) return avx512::draw_rays<vectors>;
  if (simd() == Simd::avx2) return avx2::draw_rays<vectors>;
#endif
  return scalar::draw_rays<vectors>;
}
TriplaneDensity density_function() {
#if defined(__x86_64__)
  if (simd() == Simd::avx512) return avx512::densities;
  if (simd() == Simd::avx2) return avx2::densities;
#endif
  return scalar::densities;
}

void check(const Tensor &tensor, const char *what, at::IntArrayRef shape) {
  bool fits = tensor.dim() == static_cast<int64_t>(shape.size());
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] < 0 || tensor.size(i) == shape[i];
  TORCH_CHECK(fits && tensor.is_contiguous() && tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat, "triplane: ", what, " ", shape,
              " (-1 for any), contiguous float32 on the CPU, not ", tensor.sizes(), " ", tensor.scalar_type());
}

constexpr int64_t most_hidden = 1024, most_samples = 1024;

/// What is read of the volume, but for its colours.
TriplaneField field_of(const Tensor &planes, const Tensor &bias, const Tensor &density, double density_bias, at::IntArrayRef axes, double box) {
  check(planes, "planes", {3, -1, -1, -1});
  const int64_t hidden = planes.size(3);
  TORCH_CHECK(hidden > 0 && hidden % 16 == 0 && hidden <= most_hidden, "triplane: a multiple of 16 hidden values, at most ", most_hidden,
              ", not ", hidden);
  TORCH_CHECK(planes.size(1) > 2 && planes.size(2) > 2 && planes.size(1) * planes.size(2) < INT32_MAX, "triplane: planes with a border, not ",
              planes.sizes());
  check(bias, "bias", {hidden});
  check(density, "density", {hidden});
  TORCH_CHECK(axes.size() == 6 && box > 0, "triplane: 6 axes and a box with a side, not ", axes.size(), " and ", box);
  TriplaneField field{};
  field.planes = planes.const_data_ptr<float>();
  field.height = static_cast<int>(planes.size(1));
  field.width = static_cast<int>(planes.size(2));
  field.hidden = static_cast<int>(hidden);
  field.across = static_cast<float>((field.width - 2) / box);
  field.down = static_cast<float>((field.height - 2) / box);
  for (int i = 0; i < 6; ++i) {
    TORCH_CHECK(axes[i] >= 0 && axes[i] < 3, "triplane: axes 0...2, not ", axes);
    field.axes[i / 2][i % 2] = static_cast<int>(axes[i]);
  }
  field.bias = bias.const_data_ptr<float>();
  field.density = density.const_data_ptr<float>();
  field.density_bias = static_cast<float>(density_bias);
  return field;
}

/// Raw densities `[P]` at points `[P, 3]`.
Tensor densities(const Tensor &planes, const Tensor &bias, const Tensor &density, double density_bias, at::IntArrayRef axes, double box,
                 const Tensor &points) {
  const TriplaneField field = field_of(planes, bias, density, density_bias, axes, box);
  check(points, "points", {-1, 3});
  Tensor raw = at::empty({points.size(0)}, points.options());
  const float *from = points.const_data_ptr<float>();
  float *to = raw.mutable_data_ptr<float>();
  at::parallel_for(0, points.size(0), 1024, [&](int64_t begin, int64_t end) { density_function()(field, from + 3 * begin, end - begin, to + begin); });
  return raw;
}

/// One thread's memory.
struct Memory {
  Tensor floats, integers, bytes;
  TriplaneScratch scratch{};

  explicit Memory(const TriplaneJob &job) {
    const int64_t slots = int64_t(triplane_lanes) * (job.coarse + job.fine), sums = int64_t(triplane_lanes) * job.field.features;
    floats = at::empty({slots * (job.field.hidden + 9) + sums}, at::kFloat);
    integers = at::empty({2 * slots}, at::kInt);
    bytes = at::empty({2 * slots}, at::kByte);
    float *next = floats.mutable_data_ptr<float>();
    const auto take = [&](int64_t count) {
      float *own = next;
      next += count;
      return own;
    };
    scratch.hidden = take(slots * job.field.hidden);
    for (auto &axis : scratch.point) axis = take(slots);
    for (float **own : {&scratch.raw, &scratch.depth, &scratch.merged_depth, &scratch.weight, &scratch.distribution, &scratch.share})
      *own = take(slots);
    scratch.sums = take(sums);
    scratch.order = integers.mutable_data_ptr<int32_t>();
    scratch.list = scratch.order + slots;
    scratch.full = bytes.mutable_data_ptr<uint8_t>();
    scratch.known = scratch.full + slots;
  }
};

std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> render(const Tensor &planes, const Tensor &bias, const Tensor &density, double density_bias,
                                                          const Tensor &color, const Tensor &color_bias, int64_t channels, at::IntArrayRef axes,
                                                          double box, const Tensor &origins, const Tensor &directions, const Tensor &depths,
                                                          const Tensor &draws, int64_t row, bool white, const std::optional<Tensor> &moves,
                                                          double moves_extent, const std::optional<Tensor> &cells, double cells_extent,
                                                          double stop, double least) {
  TriplaneJob job{};
  job.field = field_of(planes, bias, density, density_bias, axes, box);
  check(color, "colours", {job.field.hidden, -1});
  check(color_bias, "colours' bias", {color.size(1)});
  TORCH_CHECK(color.size(1) > 0 && color.size(1) % 16 == 0 && color.size(1) < 4096 && channels >= 0 && channels <= color.size(1),
              "triplane: a multiple of 16 colours, of which ", channels, " are wanted, not ", color.size(1));
  job.field.color = color.const_data_ptr<float>();
  job.field.color_bias = color_bias.const_data_ptr<float>();
  job.field.features = static_cast<int>(color.size(1));
  check(origins, "origins", {-1, 3});
  const int64_t rays = origins.size(0);
  check(directions, "directions", {rays, 3});
  check(depths, "depths", {rays, -1});
  check(draws, "draws", {rays, -1});
  TORCH_CHECK(depths.size(1) >= 4 && depths.size(1) <= most_samples && draws.size(1) <= most_samples && rays < INT32_MAX / 4,
              "triplane: 4...", most_samples, " coarse samples and at most as many fine ones, not ", depths.size(1), " and ", draws.size(1));
  job.origins = origins.const_data_ptr<float>();
  job.directions = directions.const_data_ptr<float>();
  job.depths = depths.const_data_ptr<float>();
  job.draws = draws.const_data_ptr<float>();
  job.rays = static_cast<int>(rays);
  job.coarse = static_cast<int>(depths.size(1));
  job.fine = static_cast<int>(draws.size(1));
  job.row = row > 0 && row % 4 == 0 && rays % (4 * row) == 0 ? static_cast<int>(row) : 0;
  job.channels = static_cast<int>(channels);
  job.white = white;
  job.stop = static_cast<float>(stop);
  job.least = static_cast<float>(least);
  if (moves) {
    check(*moves, "moves", {-1, -1, -1, 4});
    for (int axis = 0; axis < 3; ++axis) job.moves.size[axis] = static_cast<int>(moves->size(2 - axis));
    TORCH_CHECK(job.moves.size[0] > 1 && job.moves.size[1] > 1 && job.moves.size[2] > 1 && moves->numel() < INT32_MAX && moves_extent > 0,
                "triplane: two nodes of moves along each axis, not ", moves->sizes());
    job.moves.nodes = moves->const_data_ptr<float>();
    job.moves.extent = static_cast<float>(moves_extent);
  }
  if (cells) {
    const int64_t size = cells->size(0);
    TORCH_CHECK(cells->dim() == 3 && cells->size(1) == size && cells->size(2) == size && size > 0 && size <= 1024 && cells->is_contiguous() &&
                    cells->scalar_type() == at::kByte && cells_extent > 0,
                "triplane: cells [n, n, n] uint8, not ", cells->sizes());
    job.cells = {cells->const_data_ptr<uint8_t>(), static_cast<int>(size), static_cast<float>(cells_extent)};
  }

  const auto options = origins.options();
  Tensor features = at::empty({rays, channels}, options), depth = at::empty({rays}, options), weights = at::empty({rays}, options);
  Tensor first = at::empty({rays}, options), last = at::empty({rays}, options);
  job.features = features.mutable_data_ptr<float>();
  job.depth = depth.mutable_data_ptr<float>();
  job.weights = weights.mutable_data_ptr<float>();
  job.first = first.mutable_data_ptr<float>();
  job.last = last.mutable_data_ptr<float>();

  const TriplaneTile tile = job.field.hidden % 64 ? tile_function<1>() : tile_function<4>();
  const int tiles = (job.rays + triplane_lanes - 1) / triplane_lanes, hands = std::min(at::get_num_threads(), tiles);
  // Tiles are drawn by whichever thread is free; one is the same whoever draws it.
  std::atomic<int> next{0};
  at::parallel_for(0, hands, 1, [&](int64_t begin, int64_t end) {
    for (int64_t hand = begin; hand < end; ++hand) {
      Memory memory(job);
      for (int i; (i = next.fetch_add(1, std::memory_order_relaxed)) < tiles;) tile(job, i, memory.scratch);
    }
  });
  return {features, depth, weights, first, last};
}

} // namespace
} // namespace likeness

/// `planes` `[3, H + 2, W + 2, K]`: a third of the first layer's products, within a border of zeros; K a multiple of 16. `axes`: for each
/// plane the coordinates along its width and height. Rays `[R, 3]`, coarse `depths` `[R, S]`, `draws` `[R, F]` of the fine ones; `row`: rays
/// in a row of the image. `moves` `[Z, Y, X, 4]` over -extent...extent; `cells` `[Z, Y, X]`, 0 where nothing is. Returns features
/// `[R, channels]` in -1...1, depth (infinite where nothing is), the sum of weights, and the ends of the samples, `[R]` each.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("triplane_render(Tensor planes, Tensor bias, Tensor density, float density_bias, Tensor color, Tensor color_bias, int channels, "
              "int[] axes, float box, Tensor origins, Tensor directions, Tensor depths, Tensor draws, int row, bool white, Tensor? moves, "
              "float moves_extent, Tensor? cells, float cells_extent, float stop, float least) -> "
              "(Tensor features, Tensor depth, Tensor weights, Tensor first, Tensor last)");
  library.def("triplane_densities(Tensor planes, Tensor bias, Tensor density, float density_bias, int[] axes, float box, Tensor points) -> "
              "Tensor");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("triplane_render", likeness::render);
  library.impl("triplane_densities", likeness::densities);
}
