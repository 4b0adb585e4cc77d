#pragma once
// What the blocks of likeness::mlp work on. Widths of buffers are multiples of 8 columns, the last ones nothing.

#include <cstdint>

namespace likeness {

constexpr int64_t padded(int64_t width) { return (width + 7) / 8 * 8; }

/// A layer, its weights `[out, in + extra]` packed into panels of columns.
struct MlpLayer {
  /// Inputs from the layer before, inputs from the chain's own input behind them (a skip), and outputs.
  int64_t in, extra, out;
  const float *weight;
  /// `[G, padded(out)]`, G being 1 where the bias is every row's.
  const float *bias;
  bool grouped;
  /// Whether the activation follows.
  bool activates;
  /// For y = x W^T: panels over the outputs, each `[in + extra][columns]`.
  float *forward;
  /// For g W: panels over the inputs, each `[out][columns]`; those of the layer before, those of the skip.
  float *back, *back_extra;

  int64_t forward_size() const { return (in + extra) * padded(out); }
  int64_t back_size() const { return out * padded(in); }
  int64_t back_extra_size() const { return out * padded(extra); }
  /// Columns of a piece's weight gradient.
  int64_t gradient_columns() const { return padded(in) + padded(extra); }
};

struct Mlp {
  const MlpLayer *layers;
  int64_t count;
  int64_t input, output;
  float slope;
  /// Which row of a grouped bias each row takes; null where it is the first.
  const int32_t *group;
  /// The widest buffer.
  int64_t widest;
  /// Numbers of a list of live columns.
  int64_t list_width() const { return widest + 8; }
  const MlpLayer &layer(int64_t i) const { return layers[i]; }
};

/// Where the rows' hidden activations are, one `[N, padded(out)]` a hidden layer; null where they are not kept.
struct MlpHidden {
  float *const *layers;
};

/// What one piece of the rows adds up; null where nobody asks.
struct MlpGradients {
  /// `[out, gradient_columns]` and `[G, padded(out)]` a layer.
  float *const *weights, *const *biases;
};

} // namespace likeness
