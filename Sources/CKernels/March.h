#pragma once
// How a ray steps through the occupied cells of a grid.

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

namespace likeness {

/// Even steps along rays from where they enter a box, and the grid that says which of them matter.
struct SampleSteps {
  const uint8_t *cells;
  /// x, y, z.
  int size[3];
  float low[3], high[3];
  /// Cells a unit of length.
  float scale[3];
  float step;
  /// Keeps the cells.
  at::Tensor grid;

  SampleSteps(const at::Tensor &occupancy, const at::Tensor &box, float step, const char *name) : step(step), grid(occupancy.contiguous()) {
    TORCH_CHECK(occupancy.dim() == 3 && occupancy.scalar_type() == at::kByte && occupancy.numel() > 0 && occupancy.device().is_cpu(),
                name, ": skip distances [Z, Y, X] uint8 on the CPU, not ", occupancy.sizes(), " ", occupancy.scalar_type());
    TORCH_CHECK(box.dim() == 2 && box.size(0) == 2 && box.size(1) == 3, name, ": a box [2, 3], not ", box.sizes());
    const at::Tensor corners = box.to(at::kFloat).contiguous();
    const float *corner = corners.const_data_ptr<float>();
    cells = grid.const_data_ptr<uint8_t>();
    for (int axis = 0; axis < 3; ++axis) {
      size[axis] = static_cast<int>(grid.size(2 - axis));
      low[axis] = corner[axis];
      high[axis] = corner[3 + axis];
      TORCH_CHECK(low[axis] < high[axis], name, ": a box whose second corner is the greater one, not ", box);
      scale[axis] = static_cast<float>(size[axis]) / (high[axis] - low[axis]);
      // Rungs are counted in float32, and all of them within a box are to be told apart.
      TORCH_CHECK((high[axis] - low[axis]) / step < 4e6f, name, ": a step of ", step, " is too small for the box");
    }
  }

  /// Calls `sample(t)` for the first `limit` samples of the ray `o + t d`, in order.
  template <class F> void walk(const float *o, const float *d, float jitter, int64_t limit, F sample) const {
#pragma clang fp contract(off)
    const float length = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    if (!(length > 0) || limit == 0) return;
    float enter = 0, leave = std::numeric_limits<float>::infinity();
    for (int axis = 0; axis < 3; ++axis) {
      if (d[axis] == 0) {
        if (!(o[axis] >= low[axis] && o[axis] <= high[axis])) return;
        continue;
      }
      const float a = (low[axis] - o[axis]) / d[axis], b = (high[axis] - o[axis]) / d[axis];
      enter = std::max(enter, std::min(a, b));
      leave = std::min(leave, std::max(a, b));
    }
    const float ray_step = step / length;
    // Not-a-number and endless rays have no samples; nor has a step too small to move along.
    if (!(enter < leave && std::isfinite(leave)) || !(enter + ray_step > enter)) return;
    int64_t taken = 0;
    // For leaps alone, which leave a margin; what samples there are is divided for.
    const float inverse[3] = {1 / d[0], 1 / d[1], 1 / d[2]}, inverse_ray_step = 1 / ray_step;
    const float cell[3] = {1 / scale[0], 1 / scale[1], 1 / scale[2]};
    for (float k = 0;;) {
      const float t = enter + (k + jitter) * ray_step;
      if (!(t < leave)) return;
      int at[3];
      for (int axis = 0; axis < 3; ++axis) {
        const float place = (o[axis] + t * d[axis] - low[axis]) * scale[axis];
        at[axis] = static_cast<int>(std::min(std::max(0.0f, place), static_cast<float>(size[axis] - 1)));
      }
      const int clear = cells[(int64_t(at[2]) * size[1] + at[1]) * size[0] + at[0]];
      if (clear == 0) {
        sample(t);
        if (++taken == limit) return;
        k += 1;
        continue;
      }
      // Out of the block of cells that is known to be empty; a little early rather than late, so that no sample is missed.
      float out = leave;
      for (int axis = 0; axis < 3; ++axis) {
        if (d[axis] == 0) continue;
        const float edge = static_cast<float>(d[axis] > 0 ? at[axis] + clear : at[axis] - clear + 1) * cell[axis] + low[axis];
        out = std::min(out, (edge - o[axis]) * inverse[axis]);
      }
      k = static_cast<float>(static_cast<int64_t>(std::max(k + 1, (out - enter) * inverse_ray_step - jitter - 0.01f)));
    }
  }
};

} // namespace likeness
