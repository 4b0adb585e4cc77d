// likeness::skip_distance and likeness::march on a GPU.

#include "Kernels/March.h"

#include "Launch.h"
#include "Operands.h"
#include "Programs.h"

#include <torch/library.h>

#include <tuple>

namespace likeness::cuda {

namespace {

using at::Tensor;

Tensor skip_distance(const Tensor &occupied) {
  TORCH_CHECK(occupied.dim() == 3 && occupied.scalar_type() == at::kByte, "skip_distance: occupied cells [Z, Y, X] uint8, not ",
              occupied.sizes(), " ", occupied.scalar_type());
  Tensor from = occupied.contiguous();
  SkipAxis task{.in = nullptr, .out = nullptr, .cells = from.numel(), .length = 0, .stride = 1, .isFirst = true};
  for (int64_t axis = 2; axis >= 0; --axis) {
    Tensor to = at::empty_like(from);
    task.in = from.const_data_ptr<uint8_t>();
    task.out = to.mutable_data_ptr<uint8_t>();
    task.length = narrow(from.size(axis));
    launch(march, "skip_axis", Spread::over(task.cells), from.device(), task);
    task.stride *= task.length;
    task.isFirst = false;
    from = to;
  }
  return from;
}

std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> march_rays(const Tensor &origins_, const Tensor &directions_, const Tensor &occupancy_,
                                                              const Tensor &box, double step, const Tensor &jitter_, int64_t limit) {
  const c10::Device device = origins_.device();
  const Tensor origins = floats("march", origins_, device), directions = floats("march", directions_, device),
               jitter = floats("march", jitter_, device), occupancy = occupancy_.contiguous();
  const int64_t rays = origins.dim() == 2 ? origins.size(0) : -1;
  TORCH_CHECK(rays >= 0 && origins.size(1) == 3 && directions.sizes() == origins.sizes() && jitter.dim() == 1 && jitter.size(0) == rays,
              "march: origins and directions [R, 3] and jitter [R], not ", origins.sizes(), ", ", directions.sizes(), " and ",
              jitter.sizes());
  TORCH_CHECK(step > 0 && limit >= 0, "march: a step above 0 and a limit of at least 0, not ", step, " and ", limit);
  TORCH_CHECK(occupancy.dim() == 3 && occupancy.scalar_type() == at::kByte && occupancy.numel() > 0 && occupancy.device() == device,
              "march: skip distances [Z, Y, X] uint8 on ", device, ", not ", occupancy.sizes(), " ", occupancy.scalar_type(), " on ",
              occupancy.device());
  TORCH_CHECK(box.dim() == 2 && box.size(0) == 2 && box.size(1) == 3, "march: a box [2, 3], not ", box.sizes());

  March task{};
  // Waits for the GPU, as the number of samples below does too.
  const Tensor corners = box.to(at::kCPU, at::kFloat).contiguous();
  const float *corner = corners.const_data_ptr<float>();
  for (int axis = 0; axis < 3; ++axis) {
    task.size[axis] = narrow(occupancy.size(2 - axis));
    task.low[axis] = corner[axis];
    task.high[axis] = corner[3 + axis];
    TORCH_CHECK(task.low[axis] < task.high[axis], "march: a box whose second corner is the greater one, not ", corners);
    task.scale[axis] = static_cast<float>(task.size[axis]) / (task.high[axis] - task.low[axis]);
    // Rungs are counted in float32, and all of them within a box are to be told apart.
    TORCH_CHECK((task.high[axis] - task.low[axis]) / static_cast<float>(step) < 4e6f, "march: a step of ", step,
                " is too small for the box");
  }
  Tensor counts = at::empty({rays}, origins.options().dtype(at::kInt));
  task.origins = origins.const_data_ptr<float>();
  task.directions = directions.const_data_ptr<float>();
  task.jitter = jitter.const_data_ptr<float>();
  task.cells = occupancy.const_data_ptr<uint8_t>();
  task.step = static_cast<float>(step);
  task.rays = rays;
  task.limit = limit;
  task.counts = counts.mutable_data_ptr<int>();
  launch(march, "march_count", Spread::over(rays), device, task);

  const Tensor ends = at::cumsum(counts, 0, at::kLong);
  const int64_t total = rays > 0 ? ends[rays - 1].item<int64_t>() : 0;
  TORCH_CHECK(total <= INT32_MAX, "march: more than 2^31 samples");
  Tensor starts = at::zeros({rays + 1}, counts.options());
  starts.narrow(0, 1, rays).copy_(ends);
  Tensor positions = at::empty({total, 3}, origins.options()), depths = at::empty({total}, origins.options());
  Tensor lengths = at::full({total}, step, origins.options()), ray = at::empty({total}, counts.options());
  task.starts = starts.const_data_ptr<int>();
  task.positions = positions.mutable_data_ptr<float>();
  task.depths = depths.mutable_data_ptr<float>();
  task.ray = ray.mutable_data_ptr<int>();
  launch(march, "march_fill", Spread::over(total > 0 ? rays : 0), device, task);
  return {positions, depths, lengths, ray, starts};
}

} // namespace

} // namespace likeness::cuda

TORCH_LIBRARY_IMPL(likeness, CUDA, library) {
  library.impl("skip_distance", likeness::cuda::skip_distance);
  library.impl("march", likeness::cuda::march_rays);
}
