// likeness::guided_regions, maps of probabilities fitted to the edges of an image and decided at its size: the guided filter of He, Sun and
// Tang (ECCV 2010) with a color guide, in its fast form.
//
// In each window a map is taken to be a linear function of color, q = a . I + b, with the least squares fit a = (S + eps)^-1 cov(I, p) and
// b = mean(p) - a . mean(I). The fits are made at the maps' size and read, between their pixels, at the image's. All maps go along as
// the lanes of a vector, and rows follow each other through the steps, so that nothing leaves the cache. One thread; frames are shared out.

#include "Simd.h"

#include <ATen/ATen.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

namespace likeness {
namespace {

using at::Tensor;

struct GuidedJob {
  /// `[height, width, 8]`, of which `lanes` count, and `[height, width, 4]`.
  const float *maps, *colors;
  int width, height, lanes, radius;
  float epsilon;
  /// `[fine_height, fine_width, 3]`.
  const uint8_t *rgb;
  int fine_width, fine_height;
  uint8_t *best;
  float *last;
};

#define SIMD_FILE "GuidedRegions.ipp"
#include "SimdLevels.ipp"

std::tuple<Tensor, Tensor> guided_regions(const Tensor &maps, const Tensor &colors, const Tensor &rgb, int64_t lanes, int64_t radius,
                                          double epsilon) {
  TORCH_CHECK(maps.dim() == 3 && maps.size(2) == 8 && maps.scalar_type() == at::kFloat && lanes > 0 && lanes <= 8,
              "guided_regions: maps are [h, w, 8] float32, not ", maps.sizes(), " of ", maps.scalar_type());
  TORCH_CHECK(colors.scalar_type() == at::kFloat && colors.sizes() == at::IntArrayRef({maps.size(0), maps.size(1), 4}),
              "guided_regions: colors are [h, w, 4] float32, not ", colors.sizes(), " of ", colors.scalar_type());
  TORCH_CHECK(rgb.dim() == 3 && rgb.size(2) == 3 && rgb.scalar_type() == at::kByte, "guided_regions: an image is [H, W, 3] uint8, not ",
              rgb.sizes(), " of ", rgb.scalar_type());
  TORCH_CHECK(maps.numel() > 0 && rgb.numel() > 0 && radius > 0 && epsilon > 0, "guided_regions: nothing to fit, or no window");
  const Tensor p = maps.contiguous(), c = colors.contiguous(), image = rgb.contiguous();
  const Tensor best = at::empty({rgb.size(0), rgb.size(1)}, at::kByte), last = at::empty({rgb.size(0), rgb.size(1)});
  const auto size = [](const Tensor &tensor, int64_t dimension) { return static_cast<int>(tensor.size(dimension)); };
  const GuidedJob job{p.const_data_ptr<float>(), c.const_data_ptr<float>(), size(p, 1), size(p, 0), static_cast<int>(lanes),
                      static_cast<int>(radius), static_cast<float>(epsilon), image.const_data_ptr<uint8_t>(), size(rgb, 1), size(rgb, 0),
                      best.data_ptr<uint8_t>(), last.data_ptr<float>()};
#if defined(__x86_64__)
  if (simd() == Simd::avx512) avx512::guided(job);
  else if (simd() == Simd::avx2) avx2::guided(job);
  else scalar::guided(job);
#else
  scalar::guided(job);
#endif
  return {best, last};
}

} // namespace
} // namespace likeness

/// Of the first `lanes` of the maps `[h, w, 8]`, which are fitted to `colors` `[h, w, 4]` (red, green, blue, unused) in windows of 2 `radius` + 1 pixels
/// a side, with colors' variance below `epsilon` no edge: which is largest at each pixel of `rgb` `[H, W, 3]`, and the last one's value.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("guided_regions(Tensor maps, Tensor colors, Tensor rgb, int lanes, int radius, float epsilon) -> (Tensor, Tensor)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) { library.impl("guided_regions", likeness::guided_regions); }
