// likeness::convolve and likeness::convolve_doubling, the layers of a synthesis network as one operator each, for images with their
// channels last and without gradients: a modulated 3 x 3 convolution, noise, bias, leaky ReLU and clamp.

#include "Winograd.h"
#include "Lanes.h"
#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>

// All that takes or returns such vectors is inlined, so that no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

namespace likeness {

#define SIMD_FILE "WinogradTiles.ipp"
#include "SimdLevels.ipp"

namespace {

using at::Tensor;

WinogradCode code() {
#if defined(__x86_64__)
  switch (simd()) {
  case Simd::avx512: return avx512::code();
  case Simd::avx2: return avx2::code();
  case Simd::scalar: break;
  }
#endif
  return scalar::code();
}

/// Tensors as the kernels read them, kept while they do.
struct Inputs {
  Tensor x, weights, style, scale, noise, bias;

  static Tensor plain(const Tensor &tensor, at::IntArrayRef shape, const char *what) {
    TORCH_CHECK(tensor.sizes() == shape, "convolve: ", what, " ", shape, ", not ", tensor.sizes());
    TORCH_CHECK(tensor.device().is_cpu(), "convolve: ", what, " on the CPU, not on ", tensor.device());
    return tensor.to(at::kFloat).contiguous();
  }
  static Tensor plain(const std::optional<Tensor> &tensor, at::IntArrayRef shape, const char *what) {
    return tensor ? plain(*tensor, shape, what) : Tensor();
  }
  static const float *at(const Tensor &tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }

  Inputs(const Tensor &image, const Tensor &packed, const std::optional<Tensor> &style, const std::optional<Tensor> &scale,
         const std::optional<Tensor> &noise, const std::optional<Tensor> &bias, int64_t factor) {
    TORCH_CHECK(image.dim() == 3 && image.numel() > 0 && image.size(2) % 16 == 0,
                "convolve: a picture [H, W, C] of C a multiple of 16, not ", image.sizes());
    TORCH_CHECK(packed.dim() == 4, "convolve: weights [36, K / ", panel, ", C, ", panel, "], not ", packed.sizes());
    const int64_t h = image.size(0), w = image.size(1), out = packed.size(1) * panel;
    x = plain(image, {h, w, image.size(2)}, "the picture");
    weights = plain(packed, {plain_values, packed.size(1), x.size(2), panel}, "weights");
    this->style = plain(style, {x.size(2)}, "style");
    this->scale = plain(scale, {out}, "scale");
    this->noise = plain(noise, {factor * h, factor * w}, "noise");
    this->bias = plain(bias, {out}, "bias");
  }

  WinogradJob job() const {
    WinogradJob job{};
    job.x = at(x);
    job.height = x.size(0);
    job.width = x.size(1);
    job.in = x.size(2);
    job.out = weights.size(1) * panel;
    job.weights = at(weights);
    job.style = at(style);
    return job;
  }
  Finish finish(double slope, double gain, double clamp) const {
    const float bound = clamp > 0 ? static_cast<float>(clamp) : std::numeric_limits<float>::infinity();
    return {at(scale), at(bias), at(noise), static_cast<float>(slope), static_cast<float>(gain), bound};
  }
};

/// Runs all tiles, some at a time by whichever thread is free. A tile is the same whoever makes it.
void run(const WinogradJob &job, bool doubles) {
  const WinogradCode code = likeness::code();
  const int64_t tiles = job.tiles_down(doubles) * job.tiles_across(doubles), threads = at::get_num_threads();
  // So many that weights are read seldom, few enough that values stay in the cache and every thread has some.
  const int64_t most = doubles ? 28 : 56, values = doubles ? doubling_values : plain_values;
  const int64_t share = std::clamp<int64_t>((tiles + threads - 1) / threads, 1, most);
  const int64_t each = (share + code.group - 1) / code.group * code.group;
  const int64_t pieces = (tiles + each - 1) / each, hands = std::min(threads, pieces);
  std::atomic<int64_t> next{0};
  at::parallel_for(0, hands, 1, [&](int64_t begin, int64_t end) {
    for (int64_t hand = begin; hand < end; ++hand) {
      const Tensor memory = at::zeros({values * each * (job.in + row_padding)}, at::kFloat);
      const Tensor products = at::empty({values * each * (job.out + row_padding)}, at::kFloat);
      float *const a = memory.mutable_data_ptr<float>(), *const b = products.mutable_data_ptr<float>();
      for (int64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < pieces;) {
        const int64_t first = i * each, count = std::min(each, tiles - first);
        (doubles ? code.doubling : code.plain)(job, first, count, a, b);
      }
    }
  });
}

Tensor convolve(const Tensor &x, const Tensor &weights, const std::optional<Tensor> &style, const std::optional<Tensor> &scale,
                const std::optional<Tensor> &noise, const std::optional<Tensor> &bias, double slope, double gain, double clamp) {
  const Inputs inputs(x, weights, style, scale, noise, bias, 1);
  WinogradJob job = inputs.job();
  job.finish = inputs.finish(slope, gain, clamp);
  Tensor y = at::empty({job.height, job.width, job.out}, at::kFloat);
  job.y = y.mutable_data_ptr<float>();
  run(job, false);
  return y;
}

Tensor convolve_doubling(const Tensor &x, const Tensor &weights, const std::optional<Tensor> &style, const std::optional<Tensor> &scale,
                         const std::optional<Tensor> &noise, const std::optional<Tensor> &bias, double slope, double gain, double clamp) {
  const Inputs inputs(x, weights, style, scale, noise, bias, 2);
  WinogradJob job = inputs.job();
  const Tensor y = at::empty({2 * job.height + 1, 2 * job.width + 1, job.out}, at::kFloat);
  job.y = y.mutable_data_ptr<float>();
  run(job, true);

  SmoothJob rows{};
  rows.y = job.y;
  rows.height = 2 * job.height;
  rows.width = 2 * job.width;
  rows.channels = job.out;
  rows.finish = inputs.finish(slope, gain, clamp);
  Tensor z = at::empty({rows.height, rows.width, rows.channels}, at::kFloat);
  rows.z = z.mutable_data_ptr<float>();
  const auto smooth = code().smooth;
  at::parallel_for(0, rows.height, 4, [&](int64_t begin, int64_t end) {
    const Tensor scratch = at::empty({(rows.width + 3) * rows.channels}, at::kFloat);
    for (int64_t n = begin; n < end; ++n) smooth(rows, n, scratch.mutable_data_ptr<float>());
  });
  return z;
}

} // namespace
} // namespace likeness

/// clamp(gain a(scale conv(style x) + noise + bias)) of an image `[H, W, C]`, C a multiple of 16, to `[H, W, K]` or, doubling it, to
/// `[2 H, 2 W, K]`: transposed with a step of 2 and filtered with [1, 3, 3, 1]. `style` `[C]`, `scale` and `bias` `[K]`, `noise` as large as
/// the output; a multiplies what is below zero with `slope`; `clamp` 0 is none. Weights `[36, K / 32, C, 32]` are transformed before.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("convolve(Tensor x, Tensor weights, Tensor? style, Tensor? scale, Tensor? noise, Tensor? bias, float slope, float gain, "
              "float clamp) -> Tensor");
  library.def("convolve_doubling(Tensor x, Tensor weights, Tensor? style, Tensor? scale, Tensor? noise, Tensor? bias, float slope, "
              "float gain, float clamp) -> Tensor");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("convolve", likeness::convolve);
  library.impl("convolve_doubling", likeness::convolve_doubling);
}
