#pragma once
// What a call of likeness::field or likeness::lattice_rows was given, checked.

#include "Field.h"
#include "MlpChain.h"

#include <ATen/ATen.h>

#include <cstring>
#include <vector>

namespace likeness {

inline void check_points(const at::Tensor &positions, const at::Tensor &axes) {
  TORCH_CHECK(positions.dim() == 2 && positions.size(1) == 3 && positions.scalar_type() == at::kFloat && positions.size(0) < INT32_MAX,
              "field: positions [N, 3] float32, not ", positions.sizes());
  TORCH_CHECK(axes.dim() == 2 && axes.size(0) == 3 && axes.size(1) == 4 && axes.scalar_type() == at::kFloat,
              "field: axes [3, 4] float32, not ", axes.sizes());
}
inline void set_axes(const at::Tensor &axes, Axis *to) { std::memcpy(to, axes.contiguous().const_data_ptr<float>(), 3 * sizeof(Axis)); }
inline void set_size(const at::Tensor &table, int64_t first, int count, int *size) {
  for (int axis = 0; axis < count; ++axis) {
    const int64_t nodes = table.size(first + count - 1 - axis);
    TORCH_CHECK(nodes > 1, "field: at least two nodes along each axis, not ", table.sizes());
    size[axis] = static_cast<int>(nodes);
  }
}

/// What a call reads, checked, and the memory it lies in.
struct FieldInputs {
  FieldJob job{};
  std::vector<at::Tensor> kept;
  MlpChain chain;

  const float *keep(const at::Tensor &tensor, const char *what, at::IntArrayRef shape) {
    bool fits = tensor.dim() == static_cast<int64_t>(shape.size()) && tensor.scalar_type() == at::kFloat;
    for (size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] < 0 || tensor.size(i) == shape[i];
    TORCH_CHECK(fits && tensor.numel() < INT32_MAX, "field: ", what, " ", shape, " (-1 for any) float32, not ", tensor.sizes());
    kept.push_back(tensor.contiguous());
    return kept.back().const_data_ptr<float>();
  }

  FieldInputs(const at::Tensor &moves, const at::Tensor &planes, const at::Tensor &volume, const at::Tensor &ambient,
              at::TensorList weights, at::TensorList biases, const at::Tensor &rows, const at::Tensor &positions, const at::Tensor &frame,
              const at::Tensor &lattice_axes, const at::Tensor &axes)
      : chain(positions.size(0), planes.size(-1) + 16, weights, biases, frame, 0, -1, false) {
    check_points(positions, lattice_axes);
    check_points(positions, axes);
    TORCH_CHECK(weights.size() > 1 && chain.mlp.output > 1, "field: a network of two layers or more that gives a density and features");
    TORCH_CHECK(planes.size(-1) % 16 == 0, "field: planes of 16 channels or a multiple, not ", planes.sizes());
    TORCH_CHECK(chain.layers[weights.size() - 2].out % 8 == 0, "field: hidden layers of a multiple of 8, not ", weights[0].sizes());
    set_axes(lattice_axes, job.lattice_axes);
    set_axes(axes, job.axes);
    job.moves = keep(moves, "moves", {-1, -1, 8});
    job.frames = static_cast<int>(moves.size(1));
    job.planes.nodes = keep(planes, "planes", {3, -1, -1, -1});
    job.channels = static_cast<int>(planes.size(3));
    job.volume.nodes = keep(volume, "volume", {1, -1, -1, -1, 8});
    job.ambient.nodes = keep(ambient, "ambient plane", {1, 1, -1, -1, 8});
    job.positions = keep(positions, "positions", {-1, 3});
    job.count = positions.size(0);
    set_size(planes, 1, 2, job.planes.size);
    set_size(volume, 1, 3, job.volume.size);
    set_size(ambient, 2, 2, job.ambient.size);
    TORCH_CHECK(rows.dim() == 3 && rows.scalar_type() == at::kInt && frame.dim() == 1 && frame.size(0) == job.count &&
                    frame.scalar_type() == at::kInt,
                "field: rows [Z, Y, X] and frame [N] int32, not ", rows.sizes(), " and ", frame.sizes());
    set_size(rows, 0, 3, job.lattice_size);
    kept.push_back(rows.contiguous());
    job.slots = kept.back().const_data_ptr<int32_t>();
    kept.push_back(frame.contiguous());
    job.frame = kept.back().const_data_ptr<int32_t>();
    // A number from outside must not reach memory that is not the table's.
    if (job.count == 0) return;
    const auto [low, high] = at::aminmax(frame);
    TORCH_CHECK(low.item<int64_t>() >= 0 && high.item<int64_t>() < job.frames, "field: frames outside 0..<", job.frames);
    TORCH_CHECK(rows.max().item<int64_t>() < moves.size(0), "field: rows of moves outside 0..<", moves.size(0));
  }
};

} // namespace likeness
