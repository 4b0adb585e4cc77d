// likeness::composite, the quadrature of volume rendering over rays with different numbers of samples, laid out one after another.

#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace {

using at::Tensor;
using Results = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;
using Gradients = std::tuple<Tensor, Tensor>;

template <class T> struct Samples {
  const T *density, *lengths, *depths, *features;
  const int32_t *starts;
  int64_t channels;
};
template <class T> struct Pixels {
  T *features, *transmittance, *depth, *distortion, *weights;
};
template <class T> struct Upstream {
  const T *features, *transmittance, *distortion;
};

namespace scalar {
#include "CompositeRays.h"
}
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
namespace avx2 {
#include "CompositeRays.h"
}
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma,f16c"))), apply_to = function)
namespace avx512 {
#include "CompositeRays.h"
}
#pragma clang attribute pop
#endif

/// Calls `body(first, last)` for runs of rays that hold about as many samples each.
template <class F> void share(const int32_t *starts, int64_t rays, F body) {
  constexpr int64_t pieces = 64;
  // A ray costs something even where it is empty.
  const auto cost = [&](int64_t ray) { return starts[ray] + ray; };
  const auto bound = [&](int64_t piece) {
    const int64_t wanted = cost(rays) * piece / pieces;
    int64_t low = 0, high = rays;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      if (cost(middle) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const int64_t grain = std::max<int64_t>(1, pieces * 2048 / std::max<int64_t>(1, cost(rays)));
  at::parallel_for(0, pieces, grain, [&](int64_t begin, int64_t end) { body(bound(begin), end == pieces ? rays : bound(end)); });
}

void check(const Tensor &density, const Tensor &lengths, const Tensor &depths, const Tensor &features, const Tensor &starts) {
  TORCH_CHECK(density.dim() == 1 && lengths.sizes() == density.sizes() && depths.sizes() == density.sizes() && features.dim() == 2 &&
                  features.size(0) == density.size(0),
              "composite: density, lengths and depths [N] and features [N, C], not ", density.sizes(), ", ", lengths.sizes(), ", ",
              depths.sizes(), " and ", features.sizes());
  TORCH_CHECK(starts.dim() == 1 && starts.size(0) > 0 && starts.scalar_type() == at::kInt, "composite: starts [R + 1] of int32, not ",
              starts.sizes(), " of ", starts.scalar_type());
  for (const Tensor *other : {&lengths, &depths, &features})
    TORCH_CHECK(other->scalar_type() == density.scalar_type(), "composite: one element type, not ", density.scalar_type(), " and ",
                other->scalar_type());
}

template <class T>
Samples<T> samples(const Tensor &density, const Tensor &lengths, const Tensor &depths, const Tensor &features, const Tensor &starts) {
  return {density.const_data_ptr<T>(), lengths.const_data_ptr<T>(),      depths.const_data_ptr<T>(),
          features.const_data_ptr<T>(), starts.const_data_ptr<int32_t>(), features.size(1)};
}

Results forward(const Tensor &density_, const Tensor &lengths_, const Tensor &depths_, const Tensor &features_, const Tensor &starts_) {
  check(density_, lengths_, depths_, features_, starts_);
  const Tensor density = density_.contiguous(), lengths = lengths_.contiguous(), depths = depths_.contiguous(),
               features = features_.contiguous(), starts = starts_.contiguous();
  const int32_t *first = starts.const_data_ptr<int32_t>();
  const int64_t rays = starts.size(0) - 1;
  TORCH_CHECK(first[0] == 0 && first[rays] == density.size(0) && std::is_sorted(first, first + rays + 1),
              "composite: starts must rise from 0 to the number of samples, ", density.size(0));
  const auto options = density.options();
  Tensor sum = at::empty({rays, features.size(1)}, options), transmittance = at::empty({rays}, options), depth = at::empty({rays}, options),
         distortion = at::empty({rays}, options), weights = at::empty_like(density);
  AT_DISPATCH_FLOATING_TYPES(density.scalar_type(), "composite", [&] {
    const auto in = samples<scalar_t>(density, lengths, depths, features, starts);
    const Pixels<scalar_t> out = {sum.mutable_data_ptr<scalar_t>(), transmittance.mutable_data_ptr<scalar_t>(),
                                  depth.mutable_data_ptr<scalar_t>(), distortion.mutable_data_ptr<scalar_t>(),
                                  weights.mutable_data_ptr<scalar_t>()};
    const auto run = CHOOSE(composite<scalar_t>);
    share(first, rays, [&](int64_t begin, int64_t end) { run(in, out, begin, end); });
  });
  return {sum, transmittance, depth, distortion, weights};
}

Gradients backward(const Tensor &to_sum_, const Tensor &to_transmittance_, const Tensor &to_distortion_, const Tensor &density_,
                   const Tensor &lengths_, const Tensor &depths_, const Tensor &features_, const Tensor &starts_, const Tensor &weights_,
                   bool wants_density, bool wants_features) {
  const Tensor density = density_.contiguous(), lengths = lengths_.contiguous(), depths = depths_.contiguous(),
               features = features_.contiguous(), starts = starts_.contiguous(), weights = weights_.contiguous();
  const Tensor to_sum = to_sum_.contiguous(), to_transmittance = to_transmittance_.contiguous(),
               to_distortion = to_distortion_.contiguous();
  Tensor to_density = wants_density ? at::empty_like(density) : Tensor();
  Tensor to_features = wants_features ? at::empty_like(features) : Tensor();
  AT_DISPATCH_FLOATING_TYPES(density.scalar_type(), "composite_backward", [&] {
    const auto in = samples<scalar_t>(density, lengths, depths, features, starts);
    const Upstream<scalar_t> from = {to_sum.const_data_ptr<scalar_t>(), to_transmittance.const_data_ptr<scalar_t>(),
                                     to_distortion.const_data_ptr<scalar_t>()};
    const scalar_t *weight = weights.const_data_ptr<scalar_t>();
    scalar_t *first = wants_density ? to_density.mutable_data_ptr<scalar_t>() : nullptr;
    scalar_t *second = wants_features ? to_features.mutable_data_ptr<scalar_t>() : nullptr;
    const auto run = CHOOSE(composite_gradients<scalar_t>);
    share(in.starts, starts.size(0) - 1, [&](int64_t begin, int64_t end) { run(in, weight, from, first, second, begin, end); });
  });
  return {to_density, to_features};
}

struct Composite : torch::autograd::Function<Composite> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext *context, const Tensor &density, const Tensor &lengths,
                                                const Tensor &depths, const Tensor &features, const Tensor &starts) {
    at::AutoDispatchBelowADInplaceOrView below;
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::composite", "").typed<decltype(::forward)>();
    auto [sum, transmittance, depth, distortion, weights] = op.call(density, lengths, depths, features, starts);
    context->save_for_backward({density, lengths, depths, features, starts, weights});
    context->mark_non_differentiable({depth, weights});
    return {sum, transmittance, depth, distortion, weights};
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::composite_backward", "").typed<decltype(::backward)>();
    const auto s = context->get_saved_variables();
    auto [to_density, to_features] = op.call(incoming[0], incoming[1], incoming[3], s[0], s[1], s[2], s[3], s[4], s[5],
                                             context->needs_input_grad(0), context->needs_input_grad(3));
    return {to_density, Tensor(), Tensor(), to_features, Tensor()};
  }
};

Results composite_with_history(const Tensor &density, const Tensor &lengths, const Tensor &depths, const Tensor &features,
                               const Tensor &starts) {
  auto found = Composite::apply(density, lengths, depths, features, starts);
  return {found[0], found[1], found[2], found[3], found[4]};
}

} // namespace

/// What the rays see of samples with density, length `[N]`, depth `[N]` and features `[N, C]`, those of ray r being `starts[r]` ..<
/// `starts[r + 1]` in order of depth: features `[R, C]`, transmittance, depth and distortion `[R]`, and the samples' weights `[N]`.
/// Depth and weights have no gradient; lengths and depths get none.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("composite(Tensor density, Tensor lengths, Tensor depths, Tensor features, Tensor starts) -> "
              "(Tensor features, Tensor transmittance, Tensor depth, Tensor distortion, Tensor weights)");
  library.def("composite_backward(Tensor to_features, Tensor to_transmittance, Tensor to_distortion, Tensor density, Tensor lengths, "
              "Tensor depths, Tensor features, Tensor starts, Tensor weights, bool wants_density, bool wants_features) -> "
              "(Tensor, Tensor)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("composite", forward);
  library.impl("composite_backward", backward);
}
TORCH_LIBRARY_IMPL(likeness, Autograd, library) { library.impl("composite", composite_with_history); }
