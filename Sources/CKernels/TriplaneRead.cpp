// likeness::triplane_read, the mean of the bilinear reads of three planes at points, with first derivatives: what a tri-plane generator is
// trained through. Channels lie last, so that a read is a few whole rows of memory.

#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <tuple>

namespace likeness {

struct PlaneRead {
  const float *planes, *points;
  /// Points of an image; sides and channels of a plane.
  int64_t count, width, height, channels;
  /// The coordinates along each plane's width and height, and its elements a unit of length.
  int axes[3][2];
  float across, down;
  const float *plane(int64_t image, int plane) const { return planes + (image * 3 + plane) * width * height * channels; }
};
struct PlaneReadCode {
  void (*means)(const PlaneRead &, float *, int64_t, int64_t);
  void (*add_to_plane)(const PlaneRead &, const float *, float *, int64_t, int);
  void (*points)(const PlaneRead &, const float *, float *, int64_t, int64_t);
};

namespace {

#define SIMD_FILE "TriplaneRead.ipp"
#include "SimdLevels.ipp"

using at::Tensor;

constexpr int64_t grain = 512;

PlaneReadCode code(int64_t channels) {
#if defined(__x86_64__)
  if (simd() == Simd::avx512) return avx512::code(channels);
  if (simd() == Simd::avx2) return avx2::code(channels);
#endif
  return scalar::code(channels);
}

PlaneRead job_of(const Tensor &planes, const Tensor &points, at::IntArrayRef axes, double box) {
  TORCH_CHECK(planes.dim() == 5 && planes.size(1) == 3 && planes.is_contiguous() && planes.scalar_type() == at::kFloat && planes.numel() > 0,
              "triplane_read: contiguous planes [N, 3, H, W, C] float32, not ", planes.sizes());
  TORCH_CHECK(points.dim() == 3 && points.size(0) == planes.size(0) && points.size(2) == 3 && points.is_contiguous() &&
                  points.scalar_type() == at::kFloat,
              "triplane_read: contiguous points [N, P, 3] float32 for planes ", planes.sizes(), ", not ", points.sizes());
  TORCH_CHECK(axes.size() == 6 && box > 0, "triplane_read: 6 axes and a box with a side, not ", axes.size(), " and ", box);
  PlaneRead job{};
  job.planes = planes.const_data_ptr<float>();
  job.points = points.const_data_ptr<float>();
  job.count = points.size(1);
  job.height = planes.size(2);
  job.width = planes.size(3);
  job.channels = planes.size(4);
  job.across = static_cast<float>(static_cast<double>(job.width) / box);
  job.down = static_cast<float>(static_cast<double>(job.height) / box);
  for (int i = 0; i < 6; ++i) {
    TORCH_CHECK(axes[i] >= 0 && axes[i] < 3, "triplane_read: axes 0...2, not ", axes);
    job.axes[i / 2][i % 2] = static_cast<int>(axes[i]);
  }
  return job;
}

Tensor read(const Tensor &planes, const Tensor &points, at::IntArrayRef axes, double box) {
  const Tensor at = points.contiguous();
  const PlaneRead job = job_of(planes, at, axes, box);
  Tensor means = at::empty({at.size(0), at.size(1), job.channels}, planes.options());
  float *out = means.mutable_data_ptr<float>();
  const PlaneReadCode code = likeness::code(job.channels);
  at::parallel_for(0, at.size(0) * at.size(1), grain, [&](int64_t begin, int64_t end) { code.means(job, out, begin, end); });
  return means;
}

std::tuple<Tensor, Tensor> read_backward(const Tensor &upstream, const Tensor &planes, const Tensor &points, at::IntArrayRef axes, double box,
                                         bool for_planes, bool for_points) {
  const Tensor g = upstream.contiguous(), at = points.contiguous();
  const PlaneRead job = job_of(planes, at, axes, box);
  TORCH_CHECK(g.dim() == 3 && g.size(0) == at.size(0) && g.size(1) == at.size(1) && g.size(2) == job.channels,
              "triplane_read: a gradient of ", g.sizes());
  const float *from = g.const_data_ptr<float>();
  const PlaneReadCode code = likeness::code(job.channels);
  Tensor to_planes, to_points;
  if (for_planes) {
    to_planes = at::zeros_like(planes);
    float *out = to_planes.mutable_data_ptr<float>();
    const int64_t size = job.width * job.height * job.channels;
    // A plane belongs to one thread, so that its sums have one order however many there are.
    at::parallel_for(0, 3 * planes.size(0), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) code.add_to_plane(job, from, out + i * size, i / 3, static_cast<int>(i % 3));
    });
  }
  if (for_points) {
    to_points = at::empty_like(at);
    float *out = to_points.mutable_data_ptr<float>();
    at::parallel_for(0, at.size(0) * at.size(1), grain, [&](int64_t begin, int64_t end) { code.points(job, from, out, begin, end); });
  }
  return {to_planes, to_points};
}

struct ReadFunction : torch::autograd::Function<ReadFunction> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &planes, const Tensor &points, at::IntArrayRef axes,
                        double box) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({planes, points});
    context->saved_data["axes"] = axes.vec();
    context->saved_data["box"] = box;
    static const auto op = c10::Dispatcher::singleton()
                               .findSchemaOrThrow("likeness::triplane_read", "")
                               .typed<Tensor(const Tensor &, const Tensor &, at::IntArrayRef, double)>();
    return op.call(planes, points, axes, box);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto saved = context->get_saved_variables();
    static const auto op =
        c10::Dispatcher::singleton()
            .findSchemaOrThrow("likeness::triplane_read_backward", "")
            .typed<std::tuple<Tensor, Tensor>(const Tensor &, const Tensor &, const Tensor &, at::IntArrayRef, double, bool, bool)>();
    auto [to_planes, to_points] =
        op.call(incoming[0], saved[0], saved[1], context->saved_data["axes"].toIntVector(), context->saved_data["box"].toDouble(),
                context->needs_input_grad(0), context->needs_input_grad(1));
    return {to_planes, to_points, Tensor(), Tensor()};
  }
};
Tensor read_with_history(const Tensor &planes, const Tensor &points, at::IntArrayRef axes, double box) {
  return ReadFunction::apply(planes, points, axes, box);
}

} // namespace
} // namespace likeness

/// `planes` `[N, 3, H, W, C]`, `points` `[N, P, 3]` in a box of side `box` about the origin, `axes`: for each plane the coordinates along its
/// width and height. Returns `[N, P, C]`; -box / 2 and box / 2 are the outer edges of the outermost elements, beyond which is zero.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("triplane_read(Tensor planes, Tensor points, int[] axes, float box) -> Tensor");
  library.def("triplane_read_backward(Tensor gradient, Tensor planes, Tensor points, int[] axes, float box, bool for_planes, bool for_points) "
              "-> (Tensor, Tensor)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("triplane_read", likeness::read);
  library.impl("triplane_read_backward", likeness::read_backward);
}
TORCH_LIBRARY_IMPL(likeness, Autograd, library) { library.impl("triplane_read", likeness::read_with_history); }
