// likeness::trilinear on a GPU, by libtorch's own sampler: only the reference field uses it.

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <optional>

namespace likeness::cuda {

namespace {

using at::Tensor;

// bilinear, zero beyond the border, corners aligned
constexpr int64_t mode = 0, padding = 0;

Tensor channelsFirst(const Tensor &table) { return table.permute({3, 0, 1, 2}).unsqueeze(0); }
Tensor grid(const Tensor &points) { return points.reshape({1, -1, 1, 1, 3}); }

Tensor forward(const Tensor &table, const Tensor &points, const std::optional<Tensor> &) {
  TORCH_CHECK(table.dim() == 4 && points.dim() == 2 && points.size(1) == 3, "trilinear: a table [Z, Y, X, C] and points [N, 3]");
  if (points.size(0) == 0) return at::zeros({0, table.size(3)}, table.options());
  return at::grid_sampler_3d(channelsFirst(table), grid(points), mode, padding, true).reshape({table.size(3), -1}).t().contiguous();
}

struct Trilinear : torch::autograd::Function<Trilinear> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &table, const Tensor &points,
                        const std::optional<Tensor> &sum) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({table, points});
    // Not a saved variable: it changes while the history lives.
    if (sum) context->saved_data["sum"] = *sum;
    return cuda::forward(table, points, sum);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto saved = context->get_saved_variables();
    const Tensor &table = saved[0], &points = saved[1];
    const bool adds = context->saved_data.count("sum"), forTable = adds || context->needs_input_grad(0);
    if (points.size(0) == 0) return {forTable && !adds ? at::zeros_like(table) : Tensor(), at::zeros_like(points), Tensor()};
    const Tensor upstream = incoming[0].t().reshape({1, table.size(3), -1, 1, 1});
    auto [to_table, to_grid] = at::grid_sampler_3d_backward(upstream, channelsFirst(table), grid(points), mode, padding, true,
                                                            {forTable, context->needs_input_grad(1)});
    if (forTable) to_table = to_table.squeeze(0).permute({1, 2, 3, 0});
    if (adds) {
      context->saved_data["sum"].toTensor().add_(to_table);
      to_table = Tensor();
    }
    return {to_table, context->needs_input_grad(1) ? to_grid.reshape({-1, 3}) : Tensor(), Tensor()};
  }
};

Tensor with_history(const Tensor &table, const Tensor &points, const std::optional<Tensor> &sum) {
  return Trilinear::apply(table, points, sum);
}

} // namespace

} // namespace likeness::cuda

TORCH_LIBRARY_IMPL(likeness, CUDA, library) { library.impl("trilinear", likeness::cuda::forward); }
TORCH_LIBRARY_IMPL(likeness, AutogradCUDA, library) { library.impl("trilinear", likeness::cuda::with_history); }
