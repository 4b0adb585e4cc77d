// likeness::rigid_mean, rigid_poses and rigid_depths: what the band-passed frames of a clip show at points that move with a head as one, and
// the Gauss-Newton equations of the head's poses and of the points' depths (Lucas-Kanade with six unknowns a frame and one a point).
//
// A frame's equations belong to one thread, and so do a point's, so that what is added up does not depend on the number of threads.

#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace likeness {
namespace {

using at::Tensor;

/// Values of bands are in 1/254 of the range of grey.
constexpr float band_scale = 254;

struct AlignmentJob {
  /// `[frames, height, width]`, and of each frame the head's pose in the camera and what the frame counts.
  const int8_t *bands;
  int64_t frames;
  int width, height;
  const float *rotation, *translation, *weights;
  /// `[count, 3]` in head units, and what they show on average.
  const float *points;
  int64_t count;
  const float *mean;
  float focal_x, focal_y, center_x, center_y, noise;
};

#define SIMD_FILE "RigidAlignment.ipp"
#include "SimdLevels.ipp"

/// Points of one piece of work; a multiple of the blocks' size.
constexpr int64_t piece = 64;

Tensor plain(const Tensor &tensor, const char *name, at::IntArrayRef shape, at::ScalarType type = at::kFloat) {
  TORCH_CHECK(tensor.scalar_type() == type && tensor.sizes() == shape, "rigid alignment: ", name, " is ", tensor.sizes(), " of ",
              tensor.scalar_type(), ", not ", shape, " of ", type);
  return tensor.contiguous();
}

/// What is the same for all operators, with the memory that it points to.
struct Operands {
  std::array<Tensor, 6> kept;
  AlignmentJob job;

  Operands(const Tensor &bands, const Tensor &rotation, const Tensor &translation, const Tensor &weights, const Tensor &points,
           at::ArrayRef<double> camera, const Tensor &mean = {}, double noise = 0) {
    TORCH_CHECK(bands.dim() == 3 && points.dim() == 2 && bands.numel() > 0 && points.size(0) > 0 && camera.size() == 4,
                "rigid alignment: bands are [N, H, W], points [P, 3], and a camera is four numbers");
    const int64_t n = bands.size(0), p = points.size(0);
    kept = {plain(bands, "bands", bands.sizes(), at::kChar), plain(rotation, "rotation", {n, 3, 3}), plain(translation, "translation", {n, 3}),
            plain(weights, "weights", {n}), plain(points, "points", {p, 3}), mean.defined() ? plain(mean, "mean", {p}) : Tensor()};
    const auto number = [&](int k) { return static_cast<float>(camera[k]); };
    job = {kept[0].const_data_ptr<int8_t>(), n, static_cast<int>(bands.size(2)), static_cast<int>(bands.size(1)),
           kept[1].const_data_ptr<float>(), kept[2].const_data_ptr<float>(), kept[3].const_data_ptr<float>(),
           kept[4].const_data_ptr<float>(), p, mean.defined() ? kept[5].const_data_ptr<float>() : nullptr,
           number(0), number(1), number(2), number(3), static_cast<float>(noise)};
  }
  /// Calls `body(first, end)` for runs of points.
  template <class F> void each_piece(F body) const {
    at::parallel_for(0, (job.count + piece - 1) / piece, 1, [&](int64_t begin, int64_t end) {
      body(begin * piece, std::min(job.count, end * piece));
    });
  }
};

Tensor rigid_mean(const Tensor &bands, const Tensor &rotation, const Tensor &translation, const Tensor &weights, const Tensor &points,
                  at::ArrayRef<double> camera) {
  const Operands all(bands, rotation, translation, weights, points, camera);
  const Tensor mean = at::empty({all.job.count});
  float *out = mean.data_ptr<float>();
  all.each_piece([&](int64_t first, int64_t end) { CHOOSE(mean_seen)(all.job, first, end, out); });
  return mean;
}

std::tuple<Tensor, Tensor> rigid_poses(const Tensor &bands, const Tensor &rotation, const Tensor &translation, const Tensor &weights,
                                       const Tensor &points, at::ArrayRef<double> camera, const Tensor &mean, double noise) {
  const Operands all(bands, rotation, translation, weights, points, camera, mean, noise);
  const Tensor hessian = at::empty({all.job.frames, 6, 6}, at::kDouble), gradient = at::empty({all.job.frames, 6}, at::kDouble);
  double *h = hessian.data_ptr<double>(), *g = gradient.data_ptr<double>();
  at::parallel_for(0, all.job.frames, 4, [&](int64_t begin, int64_t end) {
    for (int64_t frame = begin; frame < end; ++frame) CHOOSE(pose_equations)(all.job, frame, h + 36 * frame, g + 6 * frame);
  });
  return {hessian, gradient};
}

std::tuple<Tensor, Tensor> rigid_depths(const Tensor &bands, const Tensor &rotation, const Tensor &translation, const Tensor &weights,
                                        const Tensor &points, at::ArrayRef<double> camera, const Tensor &mean, double noise,
                                        const Tensor &directions) {
  const Operands all(bands, rotation, translation, weights, points, camera, mean, noise);
  const Tensor ways = plain(directions, "directions", {all.job.count, 3});
  const Tensor hessian = at::empty({all.job.count}), gradient = at::empty({all.job.count});
  float *h = hessian.data_ptr<float>(), *g = gradient.data_ptr<float>();
  all.each_piece([&](int64_t first, int64_t end) { CHOOSE(depth_equations)(all.job, ways.const_data_ptr<float>(), first, end, h, g); });
  return {hessian, gradient};
}

} // namespace
} // namespace likeness

/// Of `bands` `[N, H, W]` int8 and heads at `rotation` `[N, 3, 3]` and `translation` `[N, 3]`, whose frames count `weights` `[N]`, seen by a
/// `camera` of focal lengths and center (x, y): the mean of what is seen at `points` `[P, 3]`; the equations of the poses, `[N, 6, 6]` and
/// `[N, 6]` float64 (a rotation vector after the rotation, a translation); those of the points' places along `directions`, `[P]` twice.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("rigid_mean(Tensor bands, Tensor rotation, Tensor translation, Tensor weights, Tensor points, float[] camera) -> Tensor");
  library.def("rigid_poses(Tensor bands, Tensor rotation, Tensor translation, Tensor weights, Tensor points, float[] camera, Tensor mean, "
              "float noise) -> (Tensor, Tensor)");
  library.def("rigid_depths(Tensor bands, Tensor rotation, Tensor translation, Tensor weights, Tensor points, float[] camera, Tensor mean, "
              "float noise, Tensor directions) -> (Tensor, Tensor)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("rigid_mean", likeness::rigid_mean);
  library.impl("rigid_poses", likeness::rigid_poses);
  library.impl("rigid_depths", likeness::rigid_depths);
}
