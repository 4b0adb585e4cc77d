#pragma once
// A dense layer whose inputs and weights are rounded to bfloat16, twice as fast where the processor multiplies these itself.

#include "Frame.h"

#include <cstdint>
#include <vector>

namespace likeness {

/// Whether this processor has products of bfloat16, and LIKENESS_SIMD does not ask for less.
bool has_rounded_layers();

/// Whether `rounded_layer` takes a layer of such a size.
inline bool can_round(const DenseLayer &layer) { return layer.in % 32 == 0 && layer.in <= 256 && layer.width % 64 == 0; }

/// The weights of a layer as `rounded_layer` reads them: pairs of inputs, `[in / 2, width, 2]`, as many numbers as there were.
std::vector<uint16_t> round_weights(const DenseLayer &layer);

/// y `[count, stride to]` = a(x W + b), a a ReLU with `slope` below 0; sums are of float32. Rows up to the next multiple of 6 are written too.
void rounded_layer(const DenseLayer &layer, const uint16_t *weights, const float *x, int64_t stride, int count, float slope, float *y, int64_t to);

} // namespace likeness
