#pragma once
// What a call of likeness::frame was given, checked.

#include "Frame.h"
#include "March.h"
#include "RoundedLayer.h"
#include "Simd.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace likeness {

inline int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

inline at::Tensor plain(const at::Tensor &tensor, const char *what, at::IntArrayRef shape) {
  bool fits = tensor.dim() == static_cast<int64_t>(shape.size());
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] < 0 || tensor.size(i) == shape[i];
  TORCH_CHECK(fits, "frame: ", what, " ", shape, " (-1 for any), not ", tensor.sizes());
  TORCH_CHECK(tensor.device().is_cpu(), "frame: ", what, " on the CPU, not on ", tensor.device());
  return tensor.to(at::kFloat).contiguous();
}

/// What the tile functions read, and the memory it lies in.
struct FrameInputs {
  FrameJob job{};
  std::vector<at::Tensor> kept;
  std::vector<DenseLayer> point, shading;
  std::vector<uint16_t> rounded;
  bool half = false;

  const float *keep(at::Tensor tensor) {
    kept.push_back(std::move(tensor));
    return kept.back().const_data_ptr<float>();
  }

  void set_axes(const at::Tensor &axes, Axis *to, const char *what) {
    const at::Tensor rows = plain(axes, what, {3, 4});
    std::memcpy(to, rows.const_data_ptr<float>(), 3 * sizeof(Axis));
  }

  /// Nodes `[Z, Y, X, C]` with `C` made a multiple of 8 by zeros and single nodes doubled, which changes nothing that is read.
  FeatureTable table(at::Tensor nodes, const char *what, bool flat) {
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
  DenseLayer layer(const at::Tensor &weight, const at::Tensor &bias, int64_t in, const char *what) {
    const at::Tensor rows = plain(weight, what, {-1, in}), offset = plain(bias.dim() == 2 && bias.size(0) == 1 ? bias[0] : bias, what, {rows.size(0)});
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
  void set_point(at::TensorList weights, at::TensorList biases, const std::array<int64_t, 3> &channels, bool rounds) {
    TORCH_CHECK(weights.size() >= 2 && biases.size() == weights.size(), "frame: a point network of at least two layers, not of ",
                weights.size(), " with ", biases.size(), " biases");
    TORCH_CHECK(weights[0].dim() == 2 && weights[0].size(1) == channels[0] + channels[1] + channels[2],
                "frame: a point network that takes ", channels[0] + channels[1] + channels[2], " features, not ", weights[0].sizes());
    std::vector<at::Tensor> columns;
    int64_t from = 0;
    for (const int64_t count : channels) {
      columns.push_back(at::constant_pad_nd(weights[0].narrow(1, from, count), {0, rounded_up(count, 8) - count}));
      from += count;
    }
    at::Tensor weight = at::cat(columns, 1);
    int64_t in = weight.size(1);
    for (size_t l = 0; l + 1 < weights.size(); ++l) {
      if (l > 0) weight = weights[l];
      const int64_t given = weight.dim() == 2 ? weight.size(1) : -1;
      // The layer before may have been widened by zeros.
      if (l > 0 && given >= 0 && given < in && rounded_up(given, 16) == in) weight = at::constant_pad_nd(weight, {0, in - given});
      point.push_back(layer(weight, biases[l], in, "point network"));
      in = point.back().width;
    }
    at::Tensor last = plain(weights.back(), "point network", {-1, weights[weights.size() - 2].size(0)});
    TORCH_CHECK(last.size(0) >= 1, "frame: a point network that gives a density");
    last = at::constant_pad_nd(last, {0, in - last.size(1)});
    const at::Tensor bias = plain(biases.back(), "point network", {last.size(0)});
    job.point = point.data();
    if (rounds && half && has_rounded_layers() && can_round(point[0])) {
      rounded = round_weights(point[0]);
      job.rounded = rounded.data();
    }
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

  void set_shown(const at::Tensor &shown) {
    TORCH_CHECK(shown.dim() == 3 && shown.numel() > 0 && shown.numel() < 1 << 25 && shown.scalar_type() == at::kInt && shown.device().is_cpu(),
                "frame: bits of the template's cells [Z, Y, X / 32] int32 on the CPU, not ", shown.sizes(), " ", shown.scalar_type());
    kept.push_back(shown.contiguous());
    job.shown = kept.back().const_data_ptr<int32_t>();
    for (int axis = 0; axis < 3; ++axis) job.shown_size[axis] = static_cast<int>(shown.size(2 - axis)) * (axis == 0 ? 32 : 1);
  }

  void set_grid(const at::Tensor &occupancy, const at::Tensor &box, double step) {
    const SampleSteps steps(occupancy, box, static_cast<float>(step), "frame");
    TORCH_CHECK(occupancy.numel() < 1 << 24, "frame: at most 2^24 cells, not ", occupancy.sizes());
    // Bytes are gathered four at a time.
    const at::Tensor cells = at::constant_pad_nd(steps.grid.view({-1}), {0, 4});
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

} // namespace likeness
