// likeness::dense, a dense layer with its activation as one operator. libtorch's own chain of linear and activation leaves half of the
// cores idle on some processors (the BLAS it calls shares small products out badly); oneDNN, which libtorch carries too, does not.

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <optional>
#include <string>

namespace {

using at::Tensor;

/// libtorch's oneDNN layer with what comes after it, which has no gradient; absent where libtorch was built without oneDNN.
const std::optional<c10::OperatorHandle> &fused() {
  static const auto op = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return op;
}

bool can_fuse(const Tensor &x, const Tensor &weight) {
  return fused() && x.dim() == 2 && x.size(0) > 0 && x.device().is_cpu() && x.scalar_type() == at::kFloat &&
         weight.scalar_type() == at::kFloat;
}

Tensor call_fused(const Tensor &x, const Tensor &weight, const std::optional<Tensor> &bias, double slope) {
  c10::List<std::optional<at::Scalar>> scalars;
  if (slope != 0 && slope != 1) scalars.push_back(at::Scalar(slope));
  torch::jit::Stack stack;
  torch::jit::push(stack, x, weight, bias, std::string(slope == 1 ? "none" : slope == 0 ? "relu" : "leaky_relu"), scalars,
                   std::optional<std::string>(""));
  fused()->callBoxed(stack);
  return torch::jit::pop(stack).toTensor();
}

Tensor forward(const Tensor &x, const Tensor &weight, const Tensor &bias, double slope) {
  TORCH_CHECK(x.dim() == 2 && weight.dim() == 2, "dense: x [N, in] and weight [out, in], not ", x.sizes(), " and ", weight.sizes());
  const bool fuses = can_fuse(x, weight);
  // oneDNN's ReLU makes 0 of what is not a number, libtorch's keeps it, and a broken step must not look sound.
  if (fuses && slope != 0) return call_fused(x.contiguous(), weight.contiguous(), bias, slope);
  Tensor sum = fuses ? call_fused(x.contiguous(), weight.contiguous(), bias, 1) : at::linear(x, weight, bias);
  if (slope == 0) at::relu_(sum);
  else if (slope != 1) at::leaky_relu_(sum, slope);
  return sum;
}

/// x^T g, `[in, out]`, of `[N, in]` and `[N, out]`: in eight pieces that cores take one each, summed in a fixed order.
Tensor weight_gradient(const Tensor &x, const Tensor &g) {
  constexpr int64_t pieces = 8;
  const int64_t rows = x.size(0) / pieces;
  if (!x.device().is_cpu() || rows < 64) return at::mm(x.t(), g);
  const int64_t most = rows * pieces;
  Tensor sum = at::bmm(x.narrow(0, 0, most).view({pieces, rows, x.size(1)}).transpose(1, 2),
                       g.narrow(0, 0, most).view({pieces, rows, g.size(1)}))
                   .sum(0);
  const int64_t rest = x.size(0) - most;
  if (rest > 0) sum.addmm_(x.narrow(0, most, rest).t(), g.narrow(0, most, rest));
  return sum;
}

struct Dense : torch::autograd::Function<Dense> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &x, const Tensor &weight, const Tensor &bias,
                        double slope) {
    at::AutoDispatchBelowADInplaceOrView below;
    Tensor y = ::forward(x, weight, bias, slope);
    context->saved_data["slope"] = slope;
    context->save_for_backward({x, weight, y});
    return y;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &y = saved[2];
    const double slope = context->saved_data["slope"].toDouble();
    Tensor g = incoming[0];
    // Both activations keep the sign, so the result tells where they bent.
    if (slope == 0) g = at::threshold_backward(g, y, 0);
    else if (slope != 1) g = at::leaky_relu_backward(g, y, slope, true);
    g = g.contiguous();
    Tensor to_x, to_weight, to_bias;
    if (context->needs_input_grad(0)) {
      to_x = can_fuse(g, weight) ? call_fused(g, weight.t().contiguous(), std::nullopt, 1) : at::mm(g, weight);
    }
    if (context->needs_input_grad(1)) to_weight = weight_gradient(x.contiguous(), g).t();
    if (context->needs_input_grad(2)) to_bias = g.sum(0);
    return {to_x, to_weight, to_bias, Tensor()};
  }
};

Tensor dense_with_history(const Tensor &x, const Tensor &weight, const Tensor &bias, double slope) {
  return Dense::apply(x, weight, bias, slope);
}

} // namespace

/// y = a(x W^T + b) of x `[N, in]`, W `[out, in]`, b `[out]`, where a multiplies what is below zero with `slope`: 0 is ReLU, 1 nothing.
TORCH_LIBRARY_FRAGMENT(likeness, library) { library.def("dense(Tensor x, Tensor weight, Tensor bias, float slope) -> Tensor"); }
TORCH_LIBRARY_IMPL(likeness, CompositeExplicitAutograd, library) { library.impl("dense", forward); }
TORCH_LIBRARY_IMPL(likeness, Autograd, library) { library.impl("dense", dense_with_history); }
