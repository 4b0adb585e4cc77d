// likeness::march_lit and likeness::mark_seen, which samples of a training step are worth a look by what their cells have shown, and what
// they show in turn. Rays are walked one by one; cells get the greatest and the least of their samples, in which no order matters.

#include "Axis.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>
#include <vector>

#pragma clang fp contract(off)

namespace {

using at::Tensor;

/// A box `[2, 3]` that cells `[Z, Y, X]` divide evenly.
struct Cells {
  float low[3], scale[3], last[3];
  int64_t width, layer;

  Cells(const Tensor &box, at::IntArrayRef size) {
    TORCH_CHECK(size.size() == 3 && box.dim() == 2 && box.size(0) == 2 && box.size(1) == 3 && box.scalar_type() == at::kFloat,
                "cells: [Z, Y, X] in a box [2, 3] of float, not ", size, " in ", box.sizes());
    const Tensor corners = box.contiguous();
    const float *corner = corners.const_data_ptr<float>();
    for (int axis = 0; axis < 3; ++axis) {
      low[axis] = corner[axis];
      scale[axis] = static_cast<float>(size[2 - axis]) / (corner[3 + axis] - corner[axis]);
      last[axis] = static_cast<float>(size[2 - axis] - 1);
    }
    width = size[2];
    layer = size[1] * size[2];
  }
  /// The cell of a point; of one outside the nearest.
  int64_t at(const float *point) const {
    int64_t place[3];
    for (int axis = 0; axis < 3; ++axis) {
      const float cell = std::floor((point[axis] - low[axis]) * scale[axis]);
      // What is not a number is somewhere.
      place[axis] = static_cast<int64_t>(std::min(std::max(0.0f, cell), last[axis]));
    }
    return place[2] * layer + place[1] * width + place[0];
  }
};

/// What samples of rays were given as, checked.
struct RaySamples {
  Tensor positions, starts;
  const float *point;
  const int32_t *start;
  int64_t count, rays;

  RaySamples(const Tensor &positions_, const Tensor &starts_, std::initializer_list<Tensor> others)
      : positions(positions_.contiguous()), starts(starts_.contiguous()) {
    TORCH_CHECK(positions.dim() == 2 && positions.size(1) == 3 && positions.scalar_type() == at::kFloat && starts.dim() == 1 &&
                    starts.size(0) > 0 && starts.scalar_type() == at::kInt,
                "samples: positions [N, 3] of float and starts [R + 1] of int32, not ", positions.sizes(), " and ", starts.sizes());
    count = positions.size(0), rays = starts.size(0) - 1;
    point = positions.const_data_ptr<float>(), start = starts.const_data_ptr<int32_t>();
    TORCH_CHECK(start[0] == 0 && start[rays] == count && std::is_sorted(start, start + rays + 1),
                "samples: starts must rise from 0 to the number of samples, ", count);
    for (const Tensor &each : others)
      TORCH_CHECK(each.dim() == 1 && each.size(0) == count && each.scalar_type() == at::kFloat, "samples: [", count, "] of float, not ",
                  each.sizes());
  }
};

std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> march_lit(const Tensor &positions, const Tensor &depths_, const Tensor &lengths_,
                                                             const Tensor &starts, const Tensor &thickness_, const Tensor &box, double end) {
  const Tensor depths = depths_.contiguous(), lengths = lengths_.contiguous(), thickness = thickness_.contiguous();
  const RaySamples samples(positions, starts, {depths, lengths});
  const Cells cells(box, thickness.sizes());
  TORCH_CHECK(thickness.scalar_type() == at::kFloat, "march_lit: thickness of float");
  const float *thick = thickness.const_data_ptr<float>(), *depth = depths.const_data_ptr<float>(), *length = lengths.const_data_ptr<float>();
  // Depths along a ray only grow, so what is kept of it are its first samples.
  Tensor kept_starts = at::zeros({samples.rays + 1}, starts.options());
  int32_t *kept = kept_starts.mutable_data_ptr<int32_t>();
  at::parallel_for(0, samples.rays, 128, [&](int64_t begin, int64_t last) {
    for (int64_t r = begin; r < last; ++r) {
      double sum = 0;
      int32_t i = samples.start[r];
      for (; i < samples.start[r + 1] && sum < end; ++i) sum += thick[cells.at(samples.point + 3 * int64_t(i))] * length[i];
      kept[r + 1] = i - samples.start[r];
    }
  });
  for (int64_t r = 0; r < samples.rays; ++r) kept[r + 1] += kept[r];
  const int64_t n = kept[samples.rays];
  Tensor to_positions = at::empty({n, 3}, positions.options()), to_depths = at::empty({n}, positions.options()),
         to_lengths = at::empty({n}, positions.options()), to_ray = at::empty({n}, starts.options());
  float *point = to_positions.mutable_data_ptr<float>(), *own_depth = to_depths.mutable_data_ptr<float>(),
        *own_length = to_lengths.mutable_data_ptr<float>();
  int32_t *ray = to_ray.mutable_data_ptr<int32_t>();
  at::parallel_for(0, samples.rays, 128, [&](int64_t begin, int64_t last) {
    for (int64_t r = begin; r < last; ++r) {
      const int64_t from = samples.start[r], to = kept[r], some = kept[r + 1] - to;
      std::copy_n(samples.point + 3 * from, 3 * some, point + 3 * to);
      std::copy_n(depth + from, some, own_depth + to);
      std::copy_n(length + from, some, own_length + to);
      std::fill_n(ray + to, some, static_cast<int32_t>(r));
    }
  });
  return {to_positions, to_depths, to_lengths, to_ray, kept_starts};
}

void mark_seen(const Tensor &positions, const Tensor &starts, const Tensor &weights_, const Tensor &density_, const Tensor &box,
               Tensor visibility, const std::optional<Tensor> &thickness, double visible, double kept, double hidden) {
  const Tensor weights = weights_.contiguous(), density = density_.contiguous();
  const RaySamples samples(positions, starts, {weights, density});
  const Cells cells(box, visibility.sizes());
  TORCH_CHECK(visibility.is_contiguous() && visibility.scalar_type() == at::kFloat, "mark_seen: visibility [Z, Y, X] of float, in order");
  TORCH_CHECK(!thickness || (thickness->is_contiguous() && thickness->scalar_type() == at::kFloat && thickness->sizes() == visibility.sizes()),
              "mark_seen: thickness as visibility is");
  const float *weight = weights.const_data_ptr<float>(), *dense = density.const_data_ptr<float>();
  constexpr float none = std::numeric_limits<float>::max();
  std::vector<float> most(visibility.numel(), -1), least(thickness ? visibility.numel() : 0, none);
  for (int64_t r = 0; r < samples.rays; ++r) {
    double before = 0;
    for (int32_t i = samples.start[r]; i < samples.start[r + 1]; ++i) {
      const int64_t cell = cells.at(samples.point + 3 * int64_t(i));
      if (1 - before >= visible) most[cell] = std::max(most[cell], weight[i]);
      before += weight[i];
      // A sample that was left out in the dark has a density of 0.
      if (thickness && dense[i] > 0) least[cell] = std::min(least[cell], dense[i]);
    }
  }
  float *shown = visibility.mutable_data_ptr<float>(), *thick = thickness ? thickness->mutable_data_ptr<float>() : nullptr;
  const float keeps = static_cast<float>(kept), hides = static_cast<float>(hidden);
  at::parallel_for(0, visibility.numel(), 16384, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      shown[i] = most[i] >= 0 ? std::max(shown[i] * keeps, most[i]) : shown[i] * hides;
      // Rises slowly, falls at once: a mouth that opens now and then is never taken for closed.
      if (thick && least[i] < none) thick[i] = std::min(thick[i] * 1.05f + 1, least[i]);
    }
  });
}

void mark_shown(const Tensor &at_, const Tensor &weights_, const Tensor &axes_, Tensor shown, double visible) {
  const Tensor at = at_.contiguous(), weights = weights_.contiguous(), axes = axes_.contiguous();
  TORCH_CHECK(at.dim() == 2 && at.size(0) == 3 && weights.dim() == 1 && weights.size(0) == at.size(1) && axes.dim() == 2 && axes.size(0) == 3 &&
                  axes.size(1) == 4,
              "mark_shown: places [3, N], weights [N], axes [3, 4], not ", at.sizes(), ", ", weights.sizes(), ", ", axes.sizes());
  TORCH_CHECK(shown.dim() == 3 && shown.is_contiguous(), "mark_shown: cells [Z, Y, X] in order, not ", shown.sizes());
  for (const Tensor &each : {at, weights, axes, shown}) TORCH_CHECK(each.scalar_type() == at::kFloat, "mark_shown: float32");
  const int64_t count = at.size(1);
  const float *place = at.const_data_ptr<float>(), *weight = weights.const_data_ptr<float>();
  float *most = shown.mutable_data_ptr<float>();
  likeness::Axis axis[3];
  std::memcpy(axis, axes.const_data_ptr<float>(), sizeof axis);
  for (int64_t i = 0; i < count; ++i) {
    if (!(weight[i] >= visible)) continue;
    int64_t cell = 0;
    for (int a = 2; a >= 0; --a) {
      const float offset = place[a * count + i] - axis[a].center, size = static_cast<float>(shown.size(2 - a));
      const float u = axis[a].slope * offset + axis[a].extra * std::clamp(offset, -axis[a].half, axis[a].half);
      // What is not a number is somewhere.
      cell = cell * shown.size(2 - a) + static_cast<int64_t>(std::min(std::max(0.0f, (u + 1) * (0.5f * size)), size - 0.5f));
    }
    most[cell] = std::max(most[cell], weight[i]);
  }
}

} // namespace

/// march_lit: of samples of rays (see march) those before a ray has passed through `end` of optical depth, as `thickness` `[Z, Y, X]`, least
/// densities a head unit of the cells of `box`, has it.
/// mark_seen: notes in `visibility` `[Z, Y, X]` how much of its pixel each cell's samples made up, of which a cell keeps the part `kept` where
/// it was looked at by at least `visible` of the light, `hidden` where it was not; and in `thickness` the least `density` of each.
/// mark_shown: raises `shown` `[Z, Y, X]`, cells that divide the template's `axes` evenly, to the largest of the `weights` of samples that read
/// it `at` `[3, N]`, those from `visible` on.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("march_lit(Tensor positions, Tensor depths, Tensor lengths, Tensor starts, Tensor thickness, Tensor box, float end) -> "
              "(Tensor positions, Tensor depths, Tensor lengths, Tensor ray, Tensor starts)");
  library.def("mark_seen(Tensor positions, Tensor starts, Tensor weights, Tensor density, Tensor box, Tensor(a!) visibility, "
              "Tensor(b!)? thickness, float visible, float kept, float hidden) -> ()");
  library.def("mark_shown(Tensor at, Tensor weights, Tensor axes, Tensor(a!) shown, float visible) -> ()");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("march_lit", march_lit);
  library.impl("mark_seen", mark_seen);
  library.impl("mark_shown", mark_shown);
}
