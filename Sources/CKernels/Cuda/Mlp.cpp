// likeness::mlp on a GPU. Forward is one kernel where all weights fit into a block's shared memory, otherwise libtorch's layers; backward
// is libtorch's products over the activations that forward kept.

#include "Kernels/Mlp.h"

#include "Launch.h"
#include "Operands.h"
#include "Programs.h"

#include <torch/library.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace likeness::cuda {

namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;
using Group = std::optional<Tensor>;

/// What the operator was given, checked.
struct Chain {
  Tensor x, group;
  Tensors weights, biases;
  double slope;
  int64_t skip;
  bool output_activation;

  Chain(const Tensor &x_, at::TensorList weights_, at::TensorList biases_, const Group &group_, double slope, int64_t skip_, bool output_activation)
      : x(floats("mlp", x_, x_.device())), slope(slope), skip(skip_ > 0 && skip_ < int64_t(weights_.size()) ? skip_ : -1),
        output_activation(output_activation) {
    TORCH_CHECK(x.dim() == 2, "mlp: x [N, in], not ", x.sizes());
    TORCH_CHECK(!weights_.empty() && weights_.size() == biases_.size(), "mlp: as many biases as weights, not ", biases_.size(), " and ",
                weights_.size());
    TORCH_CHECK(slope >= 0 && slope <= 1, "mlp: a slope from 0 to 1, not ", slope);
    int64_t width = x.size(1);
    for (int64_t l = 0; l < count(weights_); ++l) {
      weights.push_back(floats("mlp", weights_[l], x.device()));
      biases.push_back(floats("mlp", biases_[l], x.device()));
      const Tensor &weight = weights[l], &bias = biases[l];
      if (l == skip) width += x.size(1);
      TORCH_CHECK(weight.dim() == 2 && weight.size(0) > 0 && weight.size(1) == width, "mlp: weight ", l, " [out, ", width, "], not ",
                  weight.sizes());
      width = weight.size(0);
      TORCH_CHECK((bias.dim() == 1 || (bias.dim() == 2 && bias.size(0) > 0)) && bias.size(-1) == width, "mlp: bias ", l, " [", width,
                  "] or [G, ", width, "], not ", bias.sizes());
    }
    if (group_) {
      group = ints("mlp", *group_, x.device());
      TORCH_CHECK(group.dim() == 1 && group.size(0) == x.size(0), "mlp: group [", x.size(0), "] of int32, not ", group.sizes());
    }
  }
  static int64_t count(at::TensorList list) { return static_cast<int64_t>(list.size()); }
  int64_t layers() const { return count(weights); }
  int64_t out(int64_t l) const { return weights[l].size(0); }
  bool activates(int64_t l) const { return l + 1 < layers() || output_activation; }
  /// Whether rows pick different biases.
  bool picks(int64_t l) const { return biases[l].dim() == 2 && group.defined(); }

  /// What goes into layer l, given what came out of the one before.
  Tensor input(int64_t l, const Tensor &before) const { return l == skip ? at::cat({before, x}, 1) : before; }

  /// Layer l by libtorch.
  void layer(int64_t l, const Tensor &before, Tensor &to) const {
    const Tensor from = input(l, before);
    if (picks(l)) at::addmm_out(to, biases[l].index_select(0, group), from, weights[l].t());
    else at::addmm_out(to, biases[l].dim() == 2 ? biases[l].select(0, 0) : biases[l], from, weights[l].t());
    if (activates(l)) at::leaky_relu_(to, slope);
  }

  /// Where the activations of the hidden layers are kept, one layer after another, as tensors `[N, out]`.
  Tensors hidden(const Tensor &memory) const {
    Tensors each;
    for (int64_t l = 0, at = 0; l + 1 < layers(); at += x.size(0) * out(l++))
      each.push_back(memory.narrow(0, at, x.size(0) * out(l)).view({x.size(0), out(l)}));
    return each;
  }
  int64_t hidden_size() const {
    int64_t sum = 0;
    for (int64_t l = 0; l + 1 < layers(); ++l) sum += out(l);
    return sum * x.size(0);
  }

  /// The kernel's argument but for what it keeps; false where the weights are too many or too large for it.
  bool prepare(Mlp &task, Spread &spread) const {
    if (layers() > Mlp::most || skip > 0 || x.size(1) == 0) return false;
    task = {};
    task.x = x.const_data_ptr<float>();
    task.group = group.defined() ? group.const_data_ptr<int>() : nullptr;
    task.rows = x.size(0);
    task.layers = narrow(layers());
    task.slope = static_cast<float>(slope);
    task.outputActivation = output_activation;
    task.width[0] = narrow(x.size(1));
    for (int64_t l = 0; l < layers(); ++l) {
      if (out(l) > 1024 || weights[l].size(1) > 1024) return false;
      task.width[l + 1] = narrow(out(l));
      task.weight[l] = weights[l].const_data_ptr<float>();
      task.bias[l] = biases[l].const_data_ptr<float>();
      task.groups[l] = narrow(biases[l].dim() == 2 ? biases[l].size(0) : 1);
    }
    const DeviceFacts &gpu = facts(x.device());
    for (task.tile = 64; task.tile >= 16; task.tile /= 2) {
      const int64_t bytes = int64_t(sizeof(float)) * task.sharedFloats();
      if (bytes > gpu.sharedBytes) continue;
      // As many blocks as can work at once; each loads its weights once for all the tiles that are its own.
      const int64_t tiles = (task.rows + task.tile - 1) / task.tile, together = gpu.multiprocessors * (gpu.sharedBytes / bytes);
      spread = {std::min(tiles, together), 256, static_cast<unsigned>(bytes)};
      return true;
    }
    return false;
  }

  /// What comes out of the last layer, and into `kept` the activations of the others, if it is not empty.
  Tensor run(Tensors kept) const {
    Tensor y = at::empty({x.size(0), out(layers() - 1)}, x.options());
    const bool keeps = !kept.empty();
    Mlp task;
    Spread spread{};
    if (prepare(task, spread)) {
      for (size_t l = 0; l < kept.size(); ++l) task.kept[l] = kept[l].mutable_data_ptr<float>();
      task.kept[layers() - 1] = y.mutable_data_ptr<float>();
      launch(mlp, "mlp_forward", spread, x.device(), task);
      return y;
    }
    Tensor before = x;
    for (int64_t l = 0; l < layers(); ++l) {
      Tensor to = l + 1 == layers() ? y : keeps ? kept[l] : at::empty({x.size(0), out(l)}, x.options());
      layer(l, before, to);
      before = to;
    }
    return y;
  }
};

Tensor picked_rows(const Tensor &x, const std::optional<Tensor> &picked) { return picked ? x.index_select(0, *picked) : x; }

std::tuple<Tensor, Tensor> forward(const Tensor &all, at::TensorList weights, at::TensorList biases, const Group &group, double slope,
                                   int64_t skip, bool output_activation, bool keep, const std::optional<Tensor> &picked) {
  const Tensor x = picked_rows(all, picked);
  const Chain chain(x, weights, biases, group, slope, skip, output_activation);
  const Tensor hidden = at::empty({keep ? chain.hidden_size() : 0}, x.options());
  return {chain.run(keep ? chain.hidden(hidden) : Tensors()), hidden};
}

Tensor values(const Tensor &x, at::TensorList weights, at::TensorList biases, const Group &group, double slope, int64_t skip,
              bool output_activation, const std::optional<Tensor> &picked) {
  return Chain(picked_rows(x, picked), weights, biases, group, slope, skip, output_activation).run({});
}

/// `hidden` is what `forward` kept, or nothing.
std::tuple<Tensor, Tensors, Tensors> backward(const Tensor &upstream, const Tensor &all, const Tensor &y, const Tensor &hidden,
                                              at::TensorList weights, at::TensorList biases, const Group &group, double slope, int64_t skip,
                                              bool output_activation, bool wants_x, bool wants_weights,
                                              const std::optional<Tensor> &picked) {
  TORCH_CHECK(!picked || !wants_x, "mlp: rows that are picked have no gradient");
  const Tensor x = picked_rows(all, picked);
  const Chain chain(x, weights, biases, group, slope, skip, output_activation);
  const bool kept = chain.layers() == 1 || hidden.numel() > 0;
  const Tensor memory = kept ? hidden : at::empty({chain.hidden_size()}, x.options());
  const Tensors activations = chain.hidden(memory);
  if (!kept) chain.run(activations);

  Tensor g = floats("mlp", upstream, x.device()), to_x = wants_x ? at::zeros_like(chain.x) : at::empty({0, x.size(1)}, x.options());
  // The activation keeps the sign, so the result tells where it bent.
  if (output_activation) g = at::leaky_relu_backward(g, y, slope, true);
  Tensors to_weights, to_biases;
  for (int64_t l = chain.layers() - 1; l >= 0; --l) {
    const Tensor before = l > 0 ? activations[l - 1] : chain.x;
    if (wants_weights) {
      to_weights.push_back(at::mm(g.t(), chain.input(l, before)));
      Tensor to_bias = at::zeros_like(chain.biases[l]);
      if (chain.picks(l)) to_bias.index_add_(0, chain.group, g);
      else (chain.biases[l].dim() == 2 ? to_bias.select(0, 0) : to_bias).copy_(g.sum(0));
      to_biases.push_back(to_bias);
    }
    if (l == 0 && !wants_x) break;
    Tensor back = at::mm(g, chain.weights[l]);
    if (l == chain.skip) {
      if (wants_x) to_x.add_(back.narrow(1, before.size(1), x.size(1)));
      back = back.narrow(1, 0, before.size(1));
    }
    if (l == 0) to_x.add_(back);
    else g = at::leaky_relu_backward(back, before, slope, true);
  }
  std::reverse(to_weights.begin(), to_weights.end());
  std::reverse(to_biases.begin(), to_biases.end());
  return {to_x, to_weights, to_biases};
}

} // namespace

} // namespace likeness::cuda

TORCH_LIBRARY_IMPL(likeness, CUDA, library) {
  library.impl("mlp", likeness::cuda::values);
  library.impl("mlp_forward", likeness::cuda::forward);
  library.impl("mlp_backward", likeness::cuda::backward);
}
