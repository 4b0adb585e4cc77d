// likeness::composite on a GPU; the operator itself and its history are those of the CPU's file.

#include "Kernels/Composite.h"

#include "Launch.h"
#include "Operands.h"
#include "Programs.h"

#include <torch/library.h>

#include <tuple>

namespace likeness::cuda {

namespace {

using at::Tensor;

/// The operands as the kernels take them, which keep the memory that `task` points to.
struct Operands {
  Tensor density, lengths, depths, features, starts;
  Composite task{};
  c10::Device device;

  Operands(const Tensor &density_, const Tensor &lengths_, const Tensor &depths_, const Tensor &features_, const Tensor &starts_)
      : density(floats("composite", density_, density_.device())), lengths(floats("composite", lengths_, density_.device())),
        depths(floats("composite", depths_, density_.device())), features(floats("composite", features_, density_.device())),
        starts(ints("composite", starts_, density_.device())), device(density_.device()) {
    TORCH_CHECK(density.dim() == 1 && lengths.sizes() == density.sizes() && depths.sizes() == density.sizes() && features.dim() == 2 &&
                    features.size(0) == density.size(0),
                "composite: density, lengths and depths [N] and features [N, C], not ", density.sizes(), ", ", lengths.sizes(), ", ",
                depths.sizes(), " and ", features.sizes());
    TORCH_CHECK(starts.dim() == 1 && starts.size(0) > 0, "composite: starts [R + 1], not ", starts.sizes());
    task.density = density.const_data_ptr<float>();
    task.lengths = lengths.const_data_ptr<float>();
    task.depths = depths.const_data_ptr<float>();
    task.features = features.const_data_ptr<float>();
    task.starts = starts.const_data_ptr<int>();
    task.rays = starts.size(0) - 1;
    task.samples = narrow(density.size(0));
    task.channels = narrow(features.size(1));
  }
};

std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> forward(const Tensor &density, const Tensor &lengths, const Tensor &depths,
                                                           const Tensor &features, const Tensor &starts) {
  Operands with(density, lengths, depths, features, starts);
  Composite &task = with.task;
  const auto options = density.options();
  Tensor sum = at::empty({task.rays, task.channels}, options), transmittance = at::empty({task.rays}, options),
         depth = at::empty({task.rays}, options), distortion = at::empty({task.rays}, options);
  Tensor weights = at::empty({task.samples}, options);
  task.sum = sum.mutable_data_ptr<float>();
  task.transmittance = transmittance.mutable_data_ptr<float>();
  task.depth = depth.mutable_data_ptr<float>();
  task.distortion = distortion.mutable_data_ptr<float>();
  task.weights = weights.mutable_data_ptr<float>();
  launch(composite, "composite_rays", Spread::over(task.rays), with.device, task);
  launch(composite, "composite_features", Spread::over(sum.numel()), with.device, task);
  return {sum, transmittance, depth, distortion, weights};
}

std::tuple<Tensor, Tensor> backward(const Tensor &to_sum, const Tensor &to_transmittance, const Tensor &to_distortion,
                                    const Tensor &density, const Tensor &lengths, const Tensor &depths, const Tensor &features,
                                    const Tensor &starts, const Tensor &weights, bool wants_density, bool wants_features) {
  Operands with(density, lengths, depths, features, starts);
  Composite &task = with.task;
  const Tensor from_sum = floats("composite", to_sum, with.device), from_transmittance = floats("composite", to_transmittance, with.device),
               from_distortion = floats("composite", to_distortion, with.device), weight = floats("composite", weights, with.device);
  TORCH_CHECK(from_sum.numel() == task.rays * task.channels && from_transmittance.numel() == task.rays &&
                  from_distortion.numel() == task.rays && weight.numel() == task.samples,
              "composite: gradients of ", from_sum.sizes(), ", ", from_transmittance.sizes(), " and ", from_distortion.sizes());
  Tensor to_density = wants_density ? at::empty_like(with.density) : Tensor();
  Tensor to_features = wants_features ? at::empty_like(with.features) : Tensor();
  task.from_sum = from_sum.const_data_ptr<float>();
  task.from_transmittance = from_transmittance.const_data_ptr<float>();
  task.from_distortion = from_distortion.const_data_ptr<float>();
  // The backward kernels only read them.
  task.weights = const_cast<float *>(weight.const_data_ptr<float>());
  task.to_density = wants_density ? to_density.mutable_data_ptr<float>() : nullptr;
  task.to_features = wants_features ? to_features.mutable_data_ptr<float>() : nullptr;
  if (task.rays == 0) return {to_density, to_features};
  launch(composite, "composite_samples_gradient", Spread::over(task.samples), with.device, task);
  if (wants_density) launch(composite, "composite_rays_gradient", Spread::over(task.rays), with.device, task);
  return {to_density, to_features};
}

} // namespace

} // namespace likeness::cuda

TORCH_LIBRARY_IMPL(likeness, CUDA, library) {
  library.impl("composite", likeness::cuda::forward);
  library.impl("composite_backward", likeness::cuda::backward);
}
