// likeness::mlp, a chain of dense layers as one operator: a block of rows goes through all layers while it is in the nearest cache, on the
// way there and on the way back.

#include "Mlp.h"
#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <vector>

namespace {

using at::Tensor;
using likeness::Mlp;
using likeness::MlpGradients;
using likeness::MlpLayer;
using likeness::padded;
using Tensors = std::vector<Tensor>;
using Forward = std::tuple<Tensor, Tensor>;
using Gradients = std::tuple<Tensor, Tensors, Tensors>;

/// Rows of the smallest tile.
constexpr int64_t fewest_rows = 6;
namespace scalar {
constexpr int lanes = 4, most_rows = 6;
#include "MlpBlocks.h"
}
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
namespace avx2 {
constexpr int lanes = 8, most_rows = 6;
#include "MlpBlocks.h"
}
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma,f16c"))), apply_to = function)
namespace avx512 {
constexpr int lanes = 16, most_rows = 12;
#include "MlpBlocks.h"
}
#pragma clang attribute pop
#endif

/// The functions written for the processor.
struct Blocks {
  decltype(&scalar::pack) pack;
  decltype(&scalar::forward_block) forward;
  decltype(&scalar::backward_block) backward;
};
const Blocks &blocks() {
  static const Blocks chosen = [] {
#if defined(__x86_64__)
    if (likeness::simd() == likeness::Simd::avx512) return Blocks{avx512::pack, avx512::forward_block, avx512::backward_block};
    if (likeness::simd() == likeness::Simd::avx2) return Blocks{avx2::pack, avx2::forward_block, avx2::backward_block};
#endif
    return Blocks{scalar::pack, scalar::forward_block, scalar::backward_block};
  }();
  return chosen;
}

/// What the operator was given, checked and packed.
struct Chain {
  Tensors weights, biases, packed;
  Tensor group;
  std::vector<MlpLayer> layers;
  Mlp mlp;
  int64_t rows, block;

  Chain(const Tensor &x, at::TensorList weights_, at::TensorList biases_, const std::optional<Tensor> &group_, double slope, int64_t skip,
        bool output_activation) {
    TORCH_CHECK(x.dim() == 2 && x.scalar_type() == at::kFloat, "mlp: x [N, in] of float, not ", x.sizes(), " of ", x.scalar_type());
    TORCH_CHECK(!weights_.empty() && weights_.size() == biases_.size(), "mlp: as many biases as weights, not ", biases_.size(), " and ",
                weights_.size());
    TORCH_CHECK(slope >= 0 && slope <= 1, "mlp: a slope from 0 to 1, not ", slope);
    rows = x.size(0);
    int64_t width = x.size(1), groups = -1;
    mlp.widest = 0;
    for (size_t l = 0; l < weights_.size(); ++l) {
      const Tensor weight = weights_[l].contiguous();
      const int64_t extra = static_cast<int64_t>(l) == skip && l > 0 ? x.size(1) : 0;
      TORCH_CHECK(weight.dim() == 2 && weight.size(0) > 0 && weight.size(1) == width + extra && weight.scalar_type() == at::kFloat,
                  "mlp: weight ", l, " [out, ", width + extra, "] of float, not ", weight.sizes(), " of ", weight.scalar_type());
      MlpLayer layer = {};
      layer.in = width, layer.extra = extra, layer.out = width = weight.size(0);
      layer.activates = l + 1 < weights_.size() || output_activation;
      layer.weight = weight.const_data_ptr<float>();
      const Tensor &bias = biases_[l];
      layer.grouped = bias.dim() == 2;
      TORCH_CHECK((bias.dim() == 1 || (layer.grouped && bias.size(0) > 0)) && bias.size(-1) == width && bias.scalar_type() == at::kFloat,
                  "mlp: bias ", l, " [", width, "] or [G, ", width, "] of float, not ", bias.sizes(), " of ", bias.scalar_type());
      if (layer.grouped) groups = groups < 0 ? bias.size(0) : std::min(groups, bias.size(0));
      biases.push_back(at::constant_pad_nd(layer.grouped ? bias : bias.unsqueeze(0), {0, padded(width) - width}).contiguous());
      layer.bias = biases.back().const_data_ptr<float>();
      mlp.widest = std::max({mlp.widest, padded(layer.in), padded(layer.out)});
      weights.push_back(weight);
      layers.push_back(layer);
    }
    mlp.layers = layers.data();
    mlp.count = static_cast<int64_t>(layers.size());
    mlp.input = x.size(1);
    mlp.output = width;
    mlp.slope = static_cast<float>(slope);
    mlp.group = nullptr;
    if (group_ && groups >= 0) {
      group = group_->contiguous();
      TORCH_CHECK(group.dim() == 1 && group.size(0) == rows && group.scalar_type() == at::kInt, "mlp: group [", rows, "] of int32, not ",
                  group.sizes(), " of ", group.scalar_type());
      mlp.group = group.const_data_ptr<int32_t>();
      const auto [low, high] = std::minmax_element(mlp.group, mlp.group + rows);
      TORCH_CHECK(rows == 0 || (*low >= 0 && *high < groups), "mlp: groups from 0 to ", groups - 1, ", not ", *low, " to ", *high);
    }
    // A block's values of two layers stay in the nearer caches; a multiple of every tile's rows.
    block = 96;
  }

  /// Packs the weights for the way there, or for the way back.
  void pack(bool backwards) {
    for (MlpLayer &layer : layers) {
      Tensor space = at::empty({backwards ? layer.back_size() + layer.back_extra_size() : layer.forward_size()}, weights[0].options());
      float *place = space.mutable_data_ptr<float>();
      if (backwards) {
        layer.back = place;
        layer.back_extra = layer.extra ? place + layer.back_size() : nullptr;
      } else layer.forward = place;
      packed.push_back(space);
    }
    at::parallel_for(0, mlp.count, 1, [&](int64_t begin, int64_t end) {
      for (int64_t l = begin; l < end; ++l) blocks().pack(layers[l], backwards);
    });
  }
  /// Floats of a row of all hidden layers.
  int64_t hidden_width() const {
    int64_t sum = 0;
    for (int64_t l = 0; l + 1 < mlp.count; ++l) sum += padded(layers[l].out);
    return sum;
  }
  /// Where the rows from `row` on are in memory for `of` rows of each hidden layer.
  void hidden(float *memory, int64_t of, int64_t row, std::vector<float *> &places) const {
    for (int64_t l = 0; l + 1 < mlp.count; ++l) {
      const int64_t width = padded(layers[l].out);
      places[l] = memory + row * width;
      memory += of * width;
    }
  }
  const int32_t *groups_from(int64_t row) const { return mlp.group ? mlp.group + row : nullptr; }
  /// Room for the lists of a block's tiles.
  std::vector<int32_t> lists() const { return std::vector<int32_t>(block / fewest_rows * mlp.list_width()); }
  Tensor scratch(int64_t more = 0) const {
    return at::empty({block * (3 * mlp.widest + 2 * padded(mlp.input)) + more}, weights[0].options());
  }
};

/// The values of all rows, and their hidden activations if they are to be kept.
Forward forward(const Tensor &x_, at::TensorList weights, at::TensorList biases, const std::optional<Tensor> &group, double slope,
                int64_t skip, bool output_activation, bool keep) {
  Chain chain(x_, weights, biases, group, slope, skip, output_activation);
  chain.pack(false);
  const Tensor x = x_.contiguous();
  const int64_t rows = chain.rows, block = chain.block;
  Tensor y = at::empty({rows, chain.mlp.output}, x.options());
  Tensor hidden = at::empty({keep ? rows * chain.hidden_width() : 0}, x.options());
  const float *from = x.const_data_ptr<float>();
  float *to = y.mutable_data_ptr<float>(), *kept = keep ? hidden.mutable_data_ptr<float>() : nullptr;
  at::parallel_for(0, (rows + block - 1) / block, 1, [&](int64_t begin, int64_t end) {
    Tensor scratch = chain.scratch();
    std::vector<int32_t> lists = chain.lists();
    std::vector<float *> places(chain.mlp.count);
    for (int64_t i = begin * block; i < std::min(rows, end * block); i += block) {
      if (keep) chain.hidden(kept, rows, i, places);
      blocks().forward(chain.mlp, from + i * chain.mlp.input, chain.groups_from(i), keep ? places.data() : nullptr,
                       to + i * chain.mlp.output, scratch.mutable_data_ptr<float>(), lists.data(), block, std::min(block, rows - i));
    }
  });
  return {y, hidden};
}

Tensor values(const Tensor &x, at::TensorList weights, at::TensorList biases, const std::optional<Tensor> &group, double slope,
              int64_t skip, bool output_activation) {
  return std::get<0>(forward(x, weights, biases, group, slope, skip, output_activation, false));
}

/// Gradients of x, weights and biases; none of x where it is not wanted. `hidden` is what `forward` kept, or nothing.
Gradients backward(const Tensor &g_, const Tensor &x_, const Tensor &y_, const Tensor &hidden, at::TensorList weights,
                   at::TensorList biases, const std::optional<Tensor> &group, double slope, int64_t skip, bool output_activation,
                   bool wants_x, bool wants_weights) {
  Chain chain(x_, weights, biases, group, slope, skip, output_activation);
  const Mlp &mlp = chain.mlp;
  const bool kept = mlp.count == 1 || hidden.numel() > 0;
  if (!kept) chain.pack(false);
  chain.pack(true);
  const Tensor x = x_.contiguous(), g = g_.contiguous(), y = y_.contiguous();
  const int64_t rows = chain.rows, block = chain.block, blocks_of_rows = (rows + block - 1) / block;
  // The number of pieces depends on the rows alone, so the sums' order does.
  const int64_t pieces = std::clamp<int64_t>(rows / 512, 1, 8);
  Tensor to_x = at::empty({wants_x ? rows : 0, mlp.input}, x.options());
  // Of each piece: all weights', then all biases' gradients.
  std::vector<int64_t> weight_at, bias_at;
  int64_t size = 0;
  for (const MlpLayer &layer : chain.layers) {
    weight_at.push_back(size);
    size += layer.out * layer.gradient_columns();
  }
  for (int64_t l = 0; l < mlp.count; ++l) {
    bias_at.push_back(size);
    size += chain.biases[l].numel();
  }
  Tensor sums = wants_weights ? at::empty({pieces, size}, x.options()) : Tensor();
  float *const memory = wants_weights ? sums.mutable_data_ptr<float>() : nullptr;
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    const int64_t again = kept ? 0 : block * (chain.hidden_width() + mlp.output);
    Tensor space = chain.scratch(again);
    std::vector<int32_t> lists = chain.lists();
    float *const scratch = space.mutable_data_ptr<float>(), *const redone = scratch + space.numel() - again;
    std::vector<float *> places(mlp.count), to_weights(mlp.count), to_biases(mlp.count);
    for (int64_t piece = begin; piece < end; ++piece) {
      if (wants_weights) {
        float *const own = memory + piece * size;
        for (int64_t l = 0; l < mlp.count; ++l) to_weights[l] = own + weight_at[l], to_biases[l] = own + bias_at[l];
        std::fill(own, own + size, 0.f);
      }
      const int64_t first = blocks_of_rows * piece / pieces, last = blocks_of_rows * (piece + 1) / pieces;
      for (int64_t b = first; b < last; ++b) {
        const int64_t i = b * block, count = std::min(block, rows - i);
        const float *from = x.const_data_ptr<float>() + i * mlp.input;
        if (kept) chain.hidden(mlp.count > 1 ? hidden.mutable_data_ptr<float>() : nullptr, rows, i, places);
        else {
          chain.hidden(redone, block, 0, places);
          blocks().forward(mlp, from, chain.groups_from(i), places.data(), redone + block * chain.hidden_width(), scratch,
                           lists.data(), block, count);
        }
        blocks().backward(mlp, g.const_data_ptr<float>() + i * mlp.output, from, chain.groups_from(i), places.data(),
                          output_activation ? y.const_data_ptr<float>() + i * mlp.output : nullptr, {to_weights.data(), to_biases.data()},
                          wants_x ? to_x.mutable_data_ptr<float>() + i * mlp.input : nullptr, scratch, lists.data(), block, count,
                          (rows - i - count) * mlp.input < 8);
      }
    }
  });
  Tensors to_weights, to_biases;
  if (wants_weights) {
    const Tensor sum = pieces == 1 ? sums[0] : sums.sum(0);
    for (int64_t l = 0; l < mlp.count; ++l) {
      const MlpLayer &layer = chain.layers[l];
      const Tensor all = sum.narrow(0, weight_at[l], layer.out * layer.gradient_columns()).view({layer.out, layer.gradient_columns()});
      Tensor own = all.narrow(1, 0, layer.in);
      if (layer.extra) own = at::cat({own, all.narrow(1, padded(layer.in), layer.extra)}, 1);
      to_weights.push_back(own.contiguous());
      const Tensor bias = sum.narrow(0, bias_at[l], chain.biases[l].numel()).view(chain.biases[l].sizes()).narrow(1, 0, layer.out);
      to_biases.push_back(bias.reshape(biases[l].sizes()));
    }
  }
  return {to_x, to_weights, to_biases};
}

struct Function : torch::autograd::Function<Function> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &x, at::TensorList weights, at::TensorList biases,
                        const std::optional<Tensor> &group, double slope, int64_t skip, bool output_activation) {
    at::AutoDispatchBelowADInplaceOrView below;
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::mlp_forward", "").typed<decltype(::forward)>();
    auto [y, hidden] = op.call(x, weights, biases, group, slope, skip, output_activation, true);
    context->saved_data["slope"] = slope;
    context->saved_data["skip"] = skip;
    context->saved_data["bent_end"] = output_activation;
    context->saved_data["count"] = static_cast<int64_t>(weights.size());
    torch::autograd::variable_list saved = {x, y, hidden, group ? *group : Tensor()};
    saved.insert(saved.end(), weights.begin(), weights.end());
    saved.insert(saved.end(), biases.begin(), biases.end());
    context->save_for_backward(saved);
    return y;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::mlp_backward", "").typed<decltype(::backward)>();
    const auto saved = context->get_saved_variables();
    const int64_t count = context->saved_data["count"].toInt();
    const Tensors weights(saved.begin() + 4, saved.begin() + 4 + count), biases(saved.begin() + 4 + count, saved.end());
    const auto group = saved[3].defined() ? std::optional<Tensor>(saved[3]) : std::nullopt;
    bool wants_weights = false;
    for (int64_t i = 1; i <= 2 * count; ++i) wants_weights |= context->needs_input_grad(i);
    const bool wants_x = context->needs_input_grad(0);
    auto [to_x, to_weights, to_biases] =
        op.call(incoming[0], saved[0], saved[1], saved[2], weights, biases, group, context->saved_data["slope"].toDouble(),
                context->saved_data["skip"].toInt(), context->saved_data["bent_end"].toBool(), wants_x, wants_weights);
    torch::autograd::variable_list found = {wants_x ? to_x : Tensor()};
    for (int64_t l = 0; l < count; ++l) found.push_back(context->needs_input_grad(1 + l) ? to_weights[l] : Tensor());
    for (int64_t l = 0; l < count; ++l) found.push_back(context->needs_input_grad(1 + count + l) ? to_biases[l] : Tensor());
    found.resize(found.size() + 4);
    return found;
  }
};

Tensor values_with_history(const Tensor &x, at::TensorList weights, at::TensorList biases, const std::optional<Tensor> &group, double slope,
                           int64_t skip, bool output_activation) {
  const auto any = [](at::TensorList all) { return std::any_of(all.begin(), all.end(), [](auto &t) { return t.requires_grad(); }); };
  if (!at::GradMode::is_enabled() || !(x.requires_grad() || any(weights) || any(biases))) {
    at::AutoDispatchBelowADInplaceOrView below;
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::mlp", "").typed<decltype(values)>();
    return op.call(x, weights, biases, group, slope, skip, output_activation);
  }
  return Function::apply(x, weights, biases, group, slope, skip, output_activation);
}

} // namespace

/// A chain of dense layers, x `[N, in]` to `[N, out]`, weights `[out, in]`, with max(v, slope * v) between them, and behind the last one
/// where `output_activation`. Biases are `[out]`, or `[G, out]` of which `group` `[N]` picks a row (the first without it). Before layer `skip`, if
/// there is one, x is appended to what the chain has.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("mlp(Tensor x, Tensor[] weights, Tensor[] biases, Tensor? group=None, float slope=0., int skip=-1, bool bent_end=False) -> "
              "Tensor");
  library.def("mlp_forward(Tensor x, Tensor[] weights, Tensor[] biases, Tensor? group, float slope, int skip, bool bent_end, bool keep) -> "
              "(Tensor y, Tensor hidden)");
  library.def("mlp_backward(Tensor g, Tensor x, Tensor y, Tensor hidden, Tensor[] weights, Tensor[] biases, Tensor? group, float slope, "
              "int skip, bool bent_end, bool wants_x, bool wants_weights) -> (Tensor x, Tensor[] weights, Tensor[] biases)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("mlp", values);
  library.impl("mlp_forward", forward);
  library.impl("mlp_backward", backward);
}
TORCH_LIBRARY_IMPL(likeness, Autograd, library) { library.impl("mlp", values_with_history); }
