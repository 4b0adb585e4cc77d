// likeness::frame on a GPU: the other operators one after another, over as many rows of the picture at a time as memory should hold.

#include "Kernels/Composite.h"

#include "Launch.h"
#include "Operands.h"
#include "Programs.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace likeness::cuda {

namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

template <class F> auto find(const char *name) { return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<F>(); }

Tensor lattice(const Tensor &nodes, const Tensor &points, const Tensor &axes) {
  static const auto op = find<Tensor(const Tensor &, const Tensor &, const std::optional<Tensor> &, const Tensor &)>("likeness::lattice");
  return op.call(nodes, points, std::nullopt, axes);
}
Tensor planes_at(const Tensor &planes, const Tensor &points, const Tensor &axes) {
  static const auto op = find<Tensor(const Tensor &, const Tensor &, const Tensor &)>("likeness::planes");
  return op.call(planes, points, axes);
}
Tensor network(const Tensor &x, const Tensors &weights, const Tensors &biases, double slope) {
  static const auto op =
      find<Tensor(const Tensor &, at::TensorList, at::TensorList, const std::optional<Tensor> &, double, int64_t, bool)>("likeness::mlp");
  return op.call(x, weights, biases, std::nullopt, slope, -1, false);
}
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> samples(const Tensor &origins, const Tensor &directions, const Tensor &occupancy,
                                                           const Tensor &box, double step, int64_t limit) {
  static const auto op = find<std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>(
      const Tensor &, const Tensor &, const Tensor &, const Tensor &, double, const Tensor &, int64_t)>("likeness::march");
  return op.call(origins, directions, occupancy, box, step, at::full({origins.size(0)}, 0.5, origins.options()), limit);
}
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> composited(const Tensor &density, const Tensor &lengths, const Tensor &depths,
                                                              const Tensor &features, const Tensor &starts) {
  static const auto op = find<std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>(const Tensor &, const Tensor &, const Tensor &,
                                                                                 const Tensor &, const Tensor &)>("likeness::composite");
  return op.call(density, lengths, depths, features, starts);
}

/// The numbers of the field on one device in float32.
struct Field {
  c10::Device device;
  Tensor box, nodes, lattice_axes, planes, axes, volume, ambient, identity;
  Tensors point_weights, point_biases, shading_weights, shading_biases;

  Tensor here(const Tensor &tensor) const { return tensor.to(device, at::kFloat).contiguous(); }
  Tensors here(at::TensorList list) const {
    Tensors moved;
    for (const Tensor &tensor : list) moved.push_back(here(tensor));
    return moved;
  }
  /// Raw density and features of points `[N, 1 + F]`.
  Tensor at(const Tensor &positions, double slope) const {
    const Tensor moved = lattice(nodes, positions, lattice_axes), place = positions + moved.narrow(1, 0, 3);
    const Tensor ambient_place = at::constant_pad_nd(moved.narrow(1, 3, 2), {0, 1});
    const Tensor features =
        at::cat({planes_at(planes, place, axes), lattice(volume, place, axes), lattice(ambient, ambient_place, identity)}, 1);
    return network(features, point_weights, point_biases, slope);
  }
};

using Frame = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

Frame draw(const Tensor &camera, int64_t width, int64_t height, const Tensor &occupancy, const Tensor &box, const Tensor &nodes,
           const Tensor &lattice_axes, const Tensor &planes, const Tensor &axes, const Tensor &volume, const Tensor &ambient,
           at::TensorList point_weights, at::TensorList point_biases, at::TensorList shading_weights, at::TensorList shading_biases,
           const Tensor &plate, double scale, double slope, double step, int64_t limit, double stop, bool with_features) {
  TORCH_CHECK(width >= 0 && height >= 0 && width * height < INT32_MAX / 4, "frame: a picture of ", width, " by ", height);
  TORCH_CHECK(camera.dim() == 2 && camera.size(0) == 4 && camera.size(1) == 3, "frame: camera [4, 3], not ", camera.sizes());
  TORCH_CHECK(nodes.dim() == 4 && nodes.size(3) == 8, "frame: lattice [Z, Y, X, 8], not ", nodes.sizes());
  TORCH_CHECK(plate.dim() == 3 && plate.size(0) == height && plate.size(1) == width && plate.size(2) == 3, "frame: plate [H, W, 3], not ",
              plate.sizes());
  TORCH_CHECK(!point_weights.empty() && point_weights.size() == point_biases.size() && !shading_weights.empty() &&
                  shading_weights.size() == shading_biases.size(),
              "frame: as many biases as weights");
  Field field{.device = planes.device()};
  field.box = box.to(at::kCPU);
  field.nodes = field.here(nodes).unsqueeze(0);
  field.lattice_axes = field.here(lattice_axes);
  field.planes = field.here(planes);
  field.axes = field.here(axes);
  field.volume = field.here(volume);
  field.ambient = field.here(ambient);
  field.identity = field.here(at::tensor({0.f, 1.f, 1.f, 0.f}).repeat({3, 1}));
  field.point_weights = field.here(point_weights);
  field.point_biases = field.here(point_biases);
  field.shading_weights = field.here(shading_weights);
  field.shading_biases = field.here(shading_biases);

  const Tensor view = field.here(camera), cells = occupancy.to(field.device), backdrop = field.here(plate);
  const auto options = view.options();
  const int64_t feature_count = point_weights.back().size(0) - 1, classes = shading_weights.back().size(0) - 3;
  Tensor rgb = at::empty({height, width, 3}, options), labels = at::zeros({height, width}, options.dtype(at::kByte));
  Tensor depth = at::empty({height, width}, options), opacity = at::empty({height, width}, options);
  Tensor features = at::empty({with_features ? height : 0, width, feature_count}, options);
  const Tensor columns = (at::arange(width, options) + 0.5).view({1, -1, 1});
  constexpr int64_t mostSamples = 1 << 21;
  const int64_t perRow = std::max<int64_t>(1, width * std::max<int64_t>(1, limit));
  const int64_t rows = std::clamp<int64_t>(mostSamples / perRow, 1, std::max<int64_t>(1, height));
  for (int64_t top = 0; top < height && width > 0; top += rows) {
    const int64_t count = std::min(rows, height - top), rays = count * width;
    const Tensor lines = (at::arange(top, top + count, options) + 0.5).view({-1, 1, 1});
    const Tensor directions = (columns * view[1] + lines * view[2] + view[3]).reshape({rays, 3});
    const Tensor origins = view[0].expand({rays, 3}).contiguous();
    const auto [positions, t, lengths, ray, starts] = samples(origins, directions, cells, field.box, step, limit);
    const Tensor found = field.at(positions, slope);
    Tensor density = (at::softplus(found.select(1, 0) - 1) * scale).contiguous();
    launch(composite, "composite_stop", Spread::over(rays), field.device,
           EarlyStop{.density = density.mutable_data_ptr<float>(),
                     .lengths = lengths.const_data_ptr<float>(),
                     .starts = starts.const_data_ptr<int>(),
                     .rays = rays,
                     .stop = static_cast<float>(stop)});
    const auto [sum, transmittance, moment, spread, weights] =
        composited(density, lengths, t, found.narrow(1, 1, feature_count).contiguous(), starts);
    const Tensor seen = (1 - transmittance).unsqueeze(1), clear = transmittance.unsqueeze(1);
    const Tensor unit = directions / directions.norm(2, 1, true);
    const Tensor logits = network(at::cat({sum, unit}, 1), field.shading_weights, field.shading_biases, slope);
    const Tensor under = backdrop.narrow(0, top, count).reshape({rays, 3});
    rgb.narrow(0, top, count).copy_((seen * logits.narrow(1, 0, 3).sigmoid() + clear * under).view({count, width, 3}));
    if (classes > 0) {
      Tensor likely = seen * logits.narrow(1, 3, classes).softmax(1);
      likely.select(1, 0).add_(transmittance);
      labels.narrow(0, top, count).copy_(likely.argmax(1).view({count, width}));
    }
    depth.narrow(0, top, count).copy_((moment / (1 - transmittance).clamp_min(1e-6)).view({count, width}));
    opacity.narrow(0, top, count).copy_(seen.view({count, width}));
    if (with_features) features.narrow(0, top, count).copy_(sum.view({count, width, feature_count}));
  }
  return {rgb, labels, depth, opacity, features};
}

} // namespace

} // namespace likeness::cuda

TORCH_LIBRARY_IMPL(likeness, CUDA, library) { library.impl("frame", likeness::cuda::draw); }
