// likeness::mlp, a chain of dense layers as one operator: a block of rows goes through all layers while it is in the nearest cache, on the
// way there and on the way back.

#include "MlpChain.h"
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
using likeness::MlpChain;
using Tensors = std::vector<Tensor>;
using Forward = std::tuple<Tensor, Tensor>;
using Gradients = std::tuple<Tensor, Tensors, Tensors>;

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

} // namespace

const likeness::MlpBlocks &likeness::mlp_blocks() {
  static const MlpBlocks chosen = [] {
#if defined(__x86_64__)
    if (simd() == Simd::avx512) return MlpBlocks{avx512::pack, avx512::forward_block, avx512::backward_block};
    if (simd() == Simd::avx2) return MlpBlocks{avx2::pack, avx2::forward_block, avx2::backward_block};
#endif
    return MlpBlocks{scalar::pack, scalar::forward_block, scalar::backward_block};
  }();
  return chosen;
}

namespace {

void check(const Tensor &x) {
  TORCH_CHECK(x.dim() == 2 && x.scalar_type() == at::kFloat, "mlp: x [N, in] of float, not ", x.sizes(), " of ", x.scalar_type());
}

/// The rows of a chain's input: those of `x` in order, or those that `picked` names.
struct Input {
  Tensor x, picked;
  int64_t count, width;

  Input(const Tensor &x_, const std::optional<Tensor> &picked_) {
    check(x_);
    x = x_.contiguous();
    count = x.size(0), width = x.size(1);
    if (!picked_) return;
    picked = picked_->contiguous();
    TORCH_CHECK(picked.dim() == 1 && picked.scalar_type() == at::kLong, "mlp: rows [n] of int64, not ", picked.sizes(), " of ",
                picked.scalar_type());
    count = picked.size(0);
    if (count == 0) return;
    const auto [low, high] = std::minmax_element(picked.const_data_ptr<int64_t>(), picked.const_data_ptr<int64_t>() + count);
    TORCH_CHECK(*low >= 0 && *high < x.size(0), "mlp: rows from 0 to ", x.size(0) - 1, ", not ", *low, " to ", *high);
  }
  /// Room for `block` rows that are picked, and what is read behind them.
  std::vector<float> room(int64_t block) const { return std::vector<float>(picked.defined() ? block * width + 8 : 0); }
  /// The rows from `first` on, picked into `room`.
  const float *rows(int64_t first, int64_t rows, std::vector<float> &room) const {
    const float *from = x.const_data_ptr<float>();
    if (!picked.defined()) return from + first * width;
    const int64_t *row = picked.const_data_ptr<int64_t>() + first;
    for (int64_t i = 0; i < rows; ++i) std::memcpy(room.data() + i * width, from + row[i] * width, sizeof(float) * width);
    return room.data();
  }
  /// Whether nothing can be read behind the rows up to `last`.
  bool ends(int64_t last) const { return !picked.defined() && (count - last) * width < 8; }
};

/// The values of all rows, and their hidden activations if they are to be kept.
Forward forward(const Tensor &x_, at::TensorList weights, at::TensorList biases, const std::optional<Tensor> &group, double slope,
                int64_t skip, bool output_activation, bool keep, const std::optional<Tensor> &picked) {
  const Input input(x_, picked);
  MlpChain chain(input.count, input.width, weights, biases, group, slope, skip, output_activation);
  chain.pack(false);
  const Tensor &x = input.x;
  const int64_t rows = chain.rows, block = chain.block;
  Tensor y = at::empty({rows, chain.mlp.output}, x.options());
  Tensor hidden = at::empty({keep ? rows * chain.hidden_width() : 0}, x.options());
  float *to = y.mutable_data_ptr<float>(), *kept = keep ? hidden.mutable_data_ptr<float>() : nullptr;
  at::parallel_for(0, (rows + block - 1) / block, 1, [&](int64_t begin, int64_t end) {
    Tensor scratch = chain.scratch();
    std::vector<int32_t> lists = chain.lists();
    std::vector<float *> places(chain.mlp.count);
    std::vector<float> room = input.room(block);
    for (int64_t i = begin * block; i < std::min(rows, end * block); i += block) {
      const int64_t count = std::min(block, rows - i);
      if (keep) chain.hidden(kept, rows, i, places);
      likeness::mlp_blocks().forward(chain.mlp, input.rows(i, count, room), chain.groups_from(i), keep ? places.data() : nullptr,
                       to + i * chain.mlp.output, scratch.mutable_data_ptr<float>(), lists.data(), block, count);
    }
  });
  return {y, hidden};
}

Tensor values(const Tensor &x, at::TensorList weights, at::TensorList biases, const std::optional<Tensor> &group, double slope,
              int64_t skip, bool output_activation, const std::optional<Tensor> &picked) {
  return std::get<0>(forward(x, weights, biases, group, slope, skip, output_activation, false, picked));
}

/// Fewer rows are sooner worked through than sorted out.
constexpr int64_t rows_worth_sorting = 8192;

/// The rows of `g` that are not zero, `[n]` int64, if there are many, and so many others that these are worth leaving out; else nothing.
Tensor rows_with_gradient(const Tensor &g) {
  const int64_t rows = g.size(0), width = g.size(1);
  if (rows < rows_worth_sorting) return Tensor();
  const float *values = g.const_data_ptr<float>();
  std::vector<int64_t> found;
  for (int64_t i = 0; i < rows; ++i)
    if (std::any_of(values + i * width, values + (i + 1) * width, [](float v) { return v != 0; })) found.push_back(i);
  if (static_cast<int64_t>(found.size()) * 4 >= rows * 3) return Tensor();
  return at::tensor(found, g.options().dtype(at::kLong));
}

/// Gradients of x, weights and biases; none of x where it is not wanted. `hidden` is what `forward` kept, or nothing.
Gradients backward(const Tensor &g_, const Tensor &x_, const Tensor &y_, const Tensor &hidden, at::TensorList weights,
                   at::TensorList biases, const std::optional<Tensor> &group, double slope, int64_t skip, bool output_activation,
                   bool wants_x, bool wants_weights, const std::optional<Tensor> &picked) {
  const Input input(x_, picked);
  TORCH_CHECK(!picked || !wants_x, "mlp: rows that are picked have no gradient");
  MlpChain chain(input.count, input.width, weights, biases, group, slope, skip, output_activation);
  if (const Tensor live = rows_with_gradient(g_.contiguous()); live.defined()) {
    const auto some = [&](const Tensor &all) { return all.index_select(0, live); };
    Tensors kept;
    int64_t from = 0;
    for (size_t l = 0; hidden.numel() > 0 && l + 1 < weights.size(); ++l) {
      const int64_t width = padded(chain.layers[l].out), size = chain.rows * width;
      kept.push_back(some(hidden.narrow(0, from, size).view({chain.rows, width})).view({-1}));
      from += size;
    }
    auto found = backward(some(g_), picked ? x_ : some(x_), output_activation ? some(y_) : y_, kept.empty() ? hidden : at::cat(kept), weights, biases,
                          group ? std::optional<Tensor>(some(*group)) : std::nullopt, slope, skip, output_activation, wants_x, wants_weights,
                          picked ? std::optional<Tensor>(some(*picked)) : std::nullopt);
    if (wants_x) std::get<0>(found) = at::zeros_like(x_, at::MemoryFormat::Contiguous).index_copy_(0, live, std::get<0>(found));
    return found;
  }
  const Mlp &mlp = chain.mlp;
  const bool kept = mlp.count == 1 || hidden.numel() > 0;
  if (!kept) chain.pack(false);
  chain.pack(true);
  const Tensor &x = input.x, g = g_.contiguous(), y = y_.contiguous();
  const int64_t rows = chain.rows, block = chain.block, blocks_of_rows = (rows + block - 1) / block;
  const int64_t pieces = likeness::mlp_pieces(rows);
  Tensor to_x = at::empty({wants_x ? rows : 0, mlp.input}, x.options());
  std::optional<likeness::MlpGradientSums> sums;
  if (wants_weights) sums.emplace(chain, pieces);
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    const int64_t again = kept ? 0 : block * (chain.hidden_width() + mlp.output);
    Tensor space = chain.scratch(again);
    std::vector<int32_t> lists = chain.lists();
    float *const scratch = space.mutable_data_ptr<float>(), *const redone = scratch + space.numel() - again;
    std::vector<float *> places(mlp.count), to_weights(mlp.count), to_biases(mlp.count);
    std::vector<float> room = input.room(block);
    for (int64_t piece = begin; piece < end; ++piece) {
      if (sums) sums->begin(piece, to_weights, to_biases);
      const int64_t first = blocks_of_rows * piece / pieces, last = blocks_of_rows * (piece + 1) / pieces;
      for (int64_t b = first; b < last; ++b) {
        const int64_t i = b * block, count = std::min(block, rows - i);
        const float *from = input.rows(i, count, room);
        if (kept) chain.hidden(mlp.count > 1 ? hidden.mutable_data_ptr<float>() : nullptr, rows, i, places);
        else {
          chain.hidden(redone, block, 0, places);
          likeness::mlp_blocks().forward(mlp, from, chain.groups_from(i), places.data(), redone + block * chain.hidden_width(), scratch,
                           lists.data(), block, count);
        }
        likeness::mlp_blocks().backward(mlp, g.const_data_ptr<float>() + i * mlp.output, from, chain.groups_from(i), places.data(),
                          output_activation ? y.const_data_ptr<float>() + i * mlp.output : nullptr, {to_weights.data(), to_biases.data()},
                          wants_x ? to_x.mutable_data_ptr<float>() + i * mlp.input : nullptr, scratch, lists.data(), block, count,
                          input.ends(i + count));
      }
    }
  });
  if (!sums) return {to_x, Tensors(), Tensors()};
  auto [to_weights, to_biases] = sums->sums(biases);
  return {to_x, to_weights, to_biases};
}

struct Function : torch::autograd::Function<Function> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &x, at::TensorList weights, at::TensorList biases,
                        const std::optional<Tensor> &group, double slope, int64_t skip, bool output_activation,
                        const std::optional<Tensor> &picked) {
    at::AutoDispatchBelowADInplaceOrView below;
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::mlp_forward", "").typed<decltype(::forward)>();
    auto [y, hidden] = op.call(x, weights, biases, group, slope, skip, output_activation, true, picked);
    context->saved_data["slope"] = slope;
    context->saved_data["skip"] = skip;
    context->saved_data["bent_end"] = output_activation;
    context->saved_data["count"] = static_cast<int64_t>(weights.size());
    torch::autograd::variable_list saved = {x, y, hidden, group ? *group : Tensor(), picked ? *picked : Tensor()};
    saved.insert(saved.end(), weights.begin(), weights.end());
    saved.insert(saved.end(), biases.begin(), biases.end());
    context->save_for_backward(saved);
    return y;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::mlp_backward", "").typed<decltype(::backward)>();
    const auto saved = context->get_saved_variables();
    const int64_t count = context->saved_data["count"].toInt();
    const Tensors weights(saved.begin() + 5, saved.begin() + 5 + count), biases(saved.begin() + 5 + count, saved.end());
    const auto group = saved[3].defined() ? std::optional<Tensor>(saved[3]) : std::nullopt;
    const auto picked = saved[4].defined() ? std::optional<Tensor>(saved[4]) : std::nullopt;
    bool wants_weights = false;
    for (int64_t i = 1; i <= 2 * count; ++i) wants_weights |= context->needs_input_grad(i);
    const bool wants_x = context->needs_input_grad(0);
    auto [to_x, to_weights, to_biases] =
        op.call(incoming[0], saved[0], saved[1], saved[2], weights, biases, group, context->saved_data["slope"].toDouble(),
                context->saved_data["skip"].toInt(), context->saved_data["bent_end"].toBool(), wants_x, wants_weights, picked);
    torch::autograd::variable_list found = {wants_x ? to_x : Tensor()};
    for (int64_t l = 0; l < count; ++l) found.push_back(context->needs_input_grad(1 + l) ? to_weights[l] : Tensor());
    for (int64_t l = 0; l < count; ++l) found.push_back(context->needs_input_grad(1 + count + l) ? to_biases[l] : Tensor());
    found.resize(found.size() + 5);
    return found;
  }
};

Tensor values_with_history(const Tensor &x, at::TensorList weights, at::TensorList biases, const std::optional<Tensor> &group, double slope,
                           int64_t skip, bool output_activation, const std::optional<Tensor> &picked) {
  if (picked && at::GradMode::is_enabled() && x.requires_grad())
    return values_with_history(x.index_select(0, *picked), weights, biases, group, slope, skip, output_activation, std::nullopt);
  const auto any = [](at::TensorList all) { return std::any_of(all.begin(), all.end(), [](auto &t) { return t.requires_grad(); }); };
  if (!at::GradMode::is_enabled() || !(x.requires_grad() || any(weights) || any(biases))) {
    at::AutoDispatchBelowADInplaceOrView below;
    static const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("likeness::mlp", "").typed<decltype(values)>();
    return op.call(x, weights, biases, group, slope, skip, output_activation, picked);
  }
  return Function::apply(x, weights, biases, group, slope, skip, output_activation, picked);
}

} // namespace

/// A chain of dense layers, x `[N, in]`, or those rows of it that `rows` `[N]` names, to `[N, out]`, weights `[out, in]`, with max(v, slope * v) between them, and behind the last one
/// where `output_activation`. Biases are `[out]`, or `[G, out]` of which `group` `[N]` picks a row (the first without it). Before layer `skip`, if
/// there is one, x is appended to what the chain has.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("mlp(Tensor x, Tensor[] weights, Tensor[] biases, Tensor? group=None, float slope=0., int skip=-1, bool bent_end=False, "
              "Tensor? rows=None) -> Tensor");
  library.def("mlp_forward(Tensor x, Tensor[] weights, Tensor[] biases, Tensor? group, float slope, int skip, bool bent_end, bool keep, "
              "Tensor? rows) -> (Tensor y, Tensor hidden)");
  library.def("mlp_backward(Tensor g, Tensor x, Tensor y, Tensor hidden, Tensor[] weights, Tensor[] biases, Tensor? group, float slope, "
              "int skip, bool bent_end, bool wants_x, bool wants_weights, Tensor? rows) -> (Tensor x, Tensor[] weights, Tensor[] biases)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("mlp", values);
  library.impl("mlp_forward", forward);
  library.impl("mlp_backward", backward);
}
TORCH_LIBRARY_IMPL(likeness, Autograd, library) { library.impl("mlp", values_with_history); }
