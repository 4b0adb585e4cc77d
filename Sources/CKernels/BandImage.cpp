// likeness::band_image, what a smaller image shows of edges and marks. Light changes slowly over an image; what is left is not light. One
// thread; images are shared out.

#include "Simd.h"

#include <ATen/ATen.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace likeness {
namespace {

using at::Tensor;

#define SIMD_FILE "BandImage.ipp"
#include "SimdLevels.ipp"

Tensor band_image(const Tensor &rgb, int64_t height, int64_t width) {
  TORCH_CHECK(rgb.dim() == 3 && rgb.size(2) == 3 && rgb.scalar_type() == at::kByte, "band_image: an image is [H, W, 3] uint8, not ",
              rgb.sizes(), " of ", rgb.scalar_type());
  TORCH_CHECK(height > 0 && width > 0 && height <= rgb.size(0) && width <= rgb.size(1), "band_image: ", height, " x ", width, " of ",
              rgb.sizes());
  const Tensor image = rgb.contiguous(), out = at::empty({height, width}, at::kChar);
  const auto run = [&](auto level) {
    level(image.const_data_ptr<uint8_t>(), static_cast<int>(rgb.size(1)), static_cast<int>(rgb.size(0)), static_cast<int>(width),
          static_cast<int>(height), out.data_ptr<int8_t>());
  };
#if defined(__x86_64__)
  if (simd() == Simd::avx512) run(avx512::band);
  else if (simd() == Simd::avx2) run(avx2::band);
  else run(scalar::band);
#else
  run(scalar::band);
#endif
  return out;
}

} // namespace
} // namespace likeness

/// The grey values of `rgb` `[H, W, 3]` shrunken to `[height, width]`, means over 3 pixels a side less those over 13 taken twice, int8, in
/// 1/254 of the range of grey.
TORCH_LIBRARY_FRAGMENT(likeness, library) { library.def("band_image(Tensor rgb, int height, int width) -> Tensor"); }
TORCH_LIBRARY_IMPL(likeness, CPU, library) { library.impl("band_image", likeness::band_image); }
