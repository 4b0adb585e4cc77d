#pragma once
// The kernel of likeness::mlp: all layers of a tile of rows before the next tile, with every weight in the block's shared memory.

#include "Prelude.h"

#ifdef __CUDACC__
#define EITHER __host__ __device__ inline
#else
#define EITHER inline
#endif

namespace likeness::cuda {

struct Mlp {
  static constexpr int most = 8;
  const float *x;
  /// The row of a bias `[G, out]` that each row of x takes; null where all take the first.
  const int *group;
  Count rows;
  int layers;
  float slope;
  /// Whether the last layer activates as the others do.
  bool outputActivation;
  /// What goes into layer k, and last what comes out.
  int width[most + 1];
  /// Of layer k, `[width[k + 1], width[k]]` and `[groups[k], width[k + 1]]`.
  const float *weight[most], *bias[most];
  int groups[most];
  /// The activations of hidden layer k, `[rows, width[k + 1]]`, for the gradient; null where nobody asks. The last is the result.
  float *kept[most];
  /// Rows that a block works on at a time, a multiple of 4.
  int tile;

  /// Outputs are worked on in fours.
  EITHER static int padded(int width) { return (width + 3) / 4 * 4; }
  /// From one channel of a tile to the next: aligned for reads of four, and not a multiple of the banks.
  EITHER int stride() const { return tile + 4; }
  /// Floats of shared memory for the weights, for one tile's activations of the widest layer, and for both of these buffers.
  EITHER int weightFloats() const {
    int sum = 0;
    for (int l = 0; l < layers; ++l) sum += width[l] * padded(width[l + 1]);
    return sum;
  }
  EITHER int tileFloats() const {
    int widest = 0;
    for (int l = 0; l <= layers; ++l) widest = padded(width[l]) > widest ? padded(width[l]) : widest;
    return widest * stride();
  }
  EITHER int sharedFloats() const { return weightFloats() + 2 * tileFloats(); }
};

#ifdef __CUDACC__

/// The four values that start at `values`, read at once.
DEVICE float4 four(const float *values) { return *reinterpret_cast<const float4 *>(values); }

/// Four rows times four outputs of a layer: `from` is `[in][row]`, `weight` `[in][out]`, both at the first of their four.
DEVICE void product(const float *from, const float *weight, int in, int stride, int outs, float (&sum)[4][4]) {
  for (int i = 0; i < in; ++i) {
    const float4 a = four(from + i * stride), w = four(weight + i * outs);
    const float row[4] = {a.x, a.y, a.z, a.w}, out[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
    for (int r = 0; r < 4; ++r)
#pragma unroll
      for (int o = 0; o < 4; ++o) sum[r][o] += row[r] * out[o];
  }
}

/// Blocks stay, and take one tile of rows after another.
KERNEL mlp_forward(Mlp p) {
  extern __shared__ float4 memory[];
  float *const weights = reinterpret_cast<float *>(memory);
  float *const buffer[2] = {weights + p.weightFloats(), weights + p.weightFloats() + p.tileFloats()};
  const int stride = p.stride(), thread = int(threadIdx.x), threads = int(blockDim.x);
  float *place = weights;
  for (int l = 0; l < p.layers; ++l) {
    const int in = p.width[l], out = p.width[l + 1], outs = Mlp::padded(out);
    for (int k = thread; k < in * outs; k += threads) {
      const int i = k / outs, o = k % outs;
      place[k] = o < out ? p.weight[l][o * in + i] : 0;
    }
    place += in * outs;
  }
  for (Count first = Count(blockIdx.x) * p.tile; first < p.rows; first += Count(gridDim.x) * p.tile) {
    const int rows = int(min(Count(p.tile), p.rows - first)), inputs = p.width[0];
    for (int k = thread; k < p.tile * inputs; k += threads) {
      const int r = k / inputs, i = k % inputs;
      buffer[0][i * stride + r] = r < rows ? p.x[(first + r) * inputs + i] : 0;
    }
    __syncthreads();
    const float *weight = weights;
    for (int l = 0; l < p.layers; ++l) {
      const float *from = buffer[l % 2];
      float *to = buffer[(l + 1) % 2];
      const int in = p.width[l], out = p.width[l + 1], outs = Mlp::padded(out), rowFours = p.tile / 4;
      for (int k = thread; k < rowFours * (outs / 4); k += threads) {
        const int r0 = k % rowFours * 4, o0 = k / rowFours * 4;
        float sum[4][4];
        for (int r = 0; r < 4; ++r) {
          const float *bias = p.bias[l];
          if (p.group && p.groups[l] > 1 && r0 + r < rows) bias += Count(min(max(p.group[first + r0 + r], 0), p.groups[l] - 1)) * out;
          for (int o = 0; o < 4; ++o) sum[r][o] = o0 + o < out ? bias[o0 + o] : 0;
        }
        product(from + r0, weight + o0, in, stride, outs, sum);
        for (int o = 0; o < 4; ++o)
          for (int r = 0; r < 4; ++r) {
            const float y = sum[r][o];
            to[(o0 + o) * stride + r0 + r] = l + 1 < p.layers || p.outputActivation ? fmaxf(y, p.slope * y) : y;
          }
      }
      weight += in * outs;
      __syncthreads();
      if (float *kept = p.kept[l]) {
        for (int k = thread; k < rows * out; k += threads) kept[first * out + k] = to[k % out * stride + k / out];
      }
    }
    // The next tile's input takes the place that the copy above may still read.
    __syncthreads();
  }
}

#endif

} // namespace likeness::cuda
