#pragma once
// A chain of dense layers as an operator was given it, for likeness::mlp and for operators that have such a chain within them.

#include "Mlp.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace likeness {

/// Rows of the smallest tile.
constexpr int64_t fewest_rows = 6;

/// What is written for each kind of processor, see MlpBlocks.h.
struct MlpBlocks {
  void (*pack)(const MlpLayer &, bool backwards);
  void (*forward)(const Mlp &, const float *x, const int32_t *group, float *const *hidden, float *y, float *scratch, int32_t *live,
                  int64_t block, int64_t rows);
  void (*backward)(const Mlp &, const float *g, const float *x, const int32_t *group, float *const *hidden, const float *y,
                   const MlpGradients &, float *to_x, float *scratch, int32_t *live, int64_t block, int64_t rows, bool copies_input);
};
/// Those for this processor.
const MlpBlocks &mlp_blocks();

/// What the operator was given, checked and packed.
struct MlpChain {
  std::vector<at::Tensor> weights, biases, packed;
  at::Tensor group;
  std::vector<MlpLayer> layers;
  Mlp mlp;
  int64_t rows, block;

  /// For `rows` rows of `input` numbers.
  MlpChain(int64_t rows, int64_t input, at::TensorList weights_, at::TensorList biases_, const std::optional<at::Tensor> &group_,
           double slope, int64_t skip, bool output_activation)
      : rows(rows) {
    TORCH_CHECK(!weights_.empty() && weights_.size() == biases_.size(), "mlp: as many biases as weights, not ", biases_.size(), " and ",
                weights_.size());
    TORCH_CHECK(slope >= 0 && slope <= 1, "mlp: a slope from 0 to 1, not ", slope);
    int64_t width = input, groups = -1;
    mlp.widest = 0;
    for (size_t l = 0; l < weights_.size(); ++l) {
      const at::Tensor weight = weights_[l].contiguous();
      const int64_t extra = static_cast<int64_t>(l) == skip && l > 0 ? input : 0;
      TORCH_CHECK(weight.dim() == 2 && weight.size(0) > 0 && weight.size(1) == width + extra && weight.scalar_type() == at::kFloat,
                  "mlp: weight ", l, " [out, ", width + extra, "] of float, not ", weight.sizes(), " of ", weight.scalar_type());
      MlpLayer layer = {};
      layer.in = width, layer.extra = extra, layer.out = width = weight.size(0);
      layer.activates = l + 1 < weights_.size() || output_activation;
      layer.weight = weight.const_data_ptr<float>();
      const at::Tensor &bias = biases_[l];
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
    mlp.input = input;
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
      at::Tensor space = at::empty({backwards ? layer.back_size() + layer.back_extra_size() : layer.forward_size()}, weights[0].options());
      float *place = space.mutable_data_ptr<float>();
      if (backwards) {
        layer.back = place;
        layer.back_extra = layer.extra ? place + layer.back_size() : nullptr;
      } else layer.forward = place;
      packed.push_back(space);
    }
    at::parallel_for(0, mlp.count, 1, [&](int64_t begin, int64_t end) {
      for (int64_t l = begin; l < end; ++l) mlp_blocks().pack(layers[l], backwards);
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
  at::Tensor scratch(int64_t more = 0) const {
    return at::empty({block * (3 * mlp.widest + 2 * padded(mlp.input)) + more}, weights[0].options());
  }
};

/// The gradients of a chain's weights and biases, added up in pieces of the rows.
struct MlpGradientSums {
  const MlpChain &chain;
  /// `[pieces, size]`: of each piece all weights', then all biases' gradients.
  at::Tensor memory;
  std::vector<int64_t> weight_at, bias_at;
  int64_t size = 0;

  MlpGradientSums(const MlpChain &chain, int64_t pieces) : chain(chain) {
    for (const MlpLayer &layer : chain.layers) {
      weight_at.push_back(size);
      size += layer.out * layer.gradient_columns();
    }
    for (const at::Tensor &bias : chain.biases) {
      bias_at.push_back(size);
      size += bias.numel();
    }
    memory = at::empty({pieces, size}, chain.weights[0].options());
  }
  /// Clears a piece's sums and says where they are, a layer each.
  void begin(int64_t piece, std::vector<float *> &to_weights, std::vector<float *> &to_biases) {
    float *const own = memory.mutable_data_ptr<float>() + piece * size;
    std::fill(own, own + size, 0.f);
    for (size_t l = 0; l < weight_at.size(); ++l) to_weights[l] = own + weight_at[l], to_biases[l] = own + bias_at[l];
  }
  /// The sums of all pieces in the shapes of weights and `biases`.
  std::pair<std::vector<at::Tensor>, std::vector<at::Tensor>> sums(at::TensorList biases) const {
    std::vector<at::Tensor> to_weights, to_biases;
    const at::Tensor sum = memory.size(0) == 1 ? memory[0] : memory.sum(0);
    for (size_t l = 0; l < weight_at.size(); ++l) {
      const MlpLayer &layer = chain.layers[l];
      const at::Tensor all = sum.narrow(0, weight_at[l], layer.out * layer.gradient_columns()).view({layer.out, layer.gradient_columns()});
      at::Tensor own = all.narrow(1, 0, layer.in);
      if (layer.extra) own = at::cat({own, all.narrow(1, padded(layer.in), layer.extra)}, 1);
      to_weights.push_back(own.contiguous());
      const at::Tensor bias = sum.narrow(0, bias_at[l], chain.biases[l].numel()).view(chain.biases[l].sizes()).narrow(1, 0, layer.out);
      to_biases.push_back(bias.reshape(biases[l].sizes()));
    }
    return {to_weights, to_biases};
  }
};

/// How many pieces sums over rows are made of: it depends on the rows alone, so the sums' order does.
inline int64_t mlp_pieces(int64_t rows) { return std::clamp<int64_t>(rows / 512, 1, 8); }

} // namespace likeness
