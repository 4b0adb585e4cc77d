// likeness::frame on a GPU: the other operators one after another, over as many rows of the image at a time as memory should hold.

#include "Kernels/Composite.h"

#include "../Frame.h"
#include "Launch.h"
#include "Operands.h"
#include "Programs.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
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
      find<Tensor(const Tensor &, at::TensorList, at::TensorList, const std::optional<Tensor> &, double, int64_t, bool,
                  const std::optional<Tensor> &)>("likeness::mlp");
  return op.call(x, weights, biases, std::nullopt, slope, -1, false, std::nullopt);
}
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> samples(const Tensor &origins, const Tensor &directions, const Tensor &occupancy,
                                                           const Tensor &box, double step, const Tensor &begin, int64_t limit) {
  static const auto op = find<std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>(
      const Tensor &, const Tensor &, const Tensor &, const Tensor &, double, const Tensor &, int64_t)>("likeness::march");
  return op.call(origins, directions, occupancy, box, step, begin, limit);
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
  /// Undefined where all of the template is to be looked into.
  Tensor shown;
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
    const Tensor found = network(features, point_weights, point_biases, slope);
    if (shown.defined()) found.select(1, 0).masked_fill_(nothing_at(place), -1e4);
    return found;
  }
  /// Which points of the template lie in cells that show nothing.
  Tensor nothing_at(const Tensor &place) const {
    const Tensor offset = place - axes.select(1, 0), half = axes.select(1, 1);
    const Tensor u = (axes.select(1, 2) * offset + axes.select(1, 3) * at::minimum(at::maximum(offset, -half), half)).clamp(-1, 1);
    Tensor cell = at::zeros({place.size(0)}, place.options().dtype(at::kLong));
    for (int64_t axis = 2; axis >= 0; --axis) {
      const int64_t size = shown.size(2 - axis) * (axis == 0 ? 32 : 1);
      const Tensor own = ((u.select(1, axis) + 1) * (0.5 * static_cast<double>(size))).clamp_max(static_cast<double>(size) - 0.5);
      cell = cell * size + own.to(at::kLong);
    }
    const Tensor words = shown.view({-1}).index_select(0, at::bitwise_right_shift(cell, 5)).to(at::kLong);
    return at::bitwise_and(at::bitwise_right_shift(words, at::bitwise_and(cell, 31)), 1) == 0;
  }
};

/// Directions of the pixels of some rows, `[count width, 3]`, seen through `view` `[4, 3]`.
Tensor directions_of(const Tensor &view, int64_t width, int64_t top, int64_t count) {
  const Tensor columns = (at::arange(width, view.options()) + 0.5).view({1, -1, 1});
  const Tensor lines = (at::arange(top, top + count, view.options()) + 0.5).view({-1, 1, 1});
  return (columns * view[1] + lines * view[2] + view[3]).reshape({count * width, 3});
}

/// What rays every `apart` pixels see first, see `FrameJob::probed`: t, infinite where that is nothing, and with how many samples, both
/// `[rows, columns]`.
std::pair<Tensor, Tensor> probe(const Field &field, const Tensor &view, int64_t width, int64_t height, int64_t apart, const Tensor &cells, double scale,
             double slope, double step, int64_t limit) {
  const int64_t across = (width - 1) / apart + 2, down = (height - 1) / apart + 2;
  const double far = static_cast<double>(apart);
  const Tensor wide = at::stack({view[0], view[1] * far, view[2] * far, view[3] + (view[1] + view[2]) * (0.5 - far / 2)});
  const Tensor directions = directions_of(wide, across, 0, down), origins = view[0].expand({across * down, 3}).contiguous();
  const auto [positions, t, lengths, ray, starts] =
      samples(origins, directions, cells, field.box, step, at::full({across * down}, 0.5, view.options()), limit);
  const Tensor thickness = at::softplus(field.at(positions, slope).select(1, 0) - 1) * scale * lengths;
  // Sums over all samples before, less those of other rays.
  const Tensor sums = at::constant_pad_nd(thickness.to(at::kDouble).cumsum(0), {1, 0}), of = ray.to(at::kLong);
  const Tensor through = (sums.index_select(0, starts.to(at::kLong).index_select(0, of)) - sums.narrow(0, 1, t.size(0))).exp();
  constexpr double nothing = std::numeric_limits<double>::infinity();
  const Tensor seen = t.masked_fill(through >= probe_stop, nothing);
  const Tensor first = at::full({across * down}, nothing, view.options()).scatter_reduce(0, of, seen, "amin");
  const Tensor taken = at::ones({across * down}, view.options()).index_add(0, of, (through >= probe_stop).to(view.options()));
  return {first.view({down, across}), taken.view({down, across})};
}

/// With how many steps from where they enter the box the rays of some rows begin, and how many samples they may take, `[count width]`.
std::pair<Tensor, Tensor> beginnings(const Field &field, const Tensor &view, const Tensor &directions, const Tensor &first,
                                     const Tensor &taken, int64_t width, int64_t top, int64_t count, int64_t apart, double step,
                                     int64_t limit) {
  const auto places = [&](int64_t from, int64_t number, int64_t more) {
    return at::floor_divide(at::arange(from, from + number, view.options().dtype(at::kLong)) + more, apart);
  };
  const auto corners = [&](const Tensor &grid) {
    std::vector<Tensor> four;
    for (const int64_t below : {int64_t(0), apart - 1})
      for (const int64_t right : {int64_t(0), apart - 1})
        four.push_back(grid.index_select(0, places(top, count, below)).index_select(1, places(0, width, right)).reshape({-1}));
    return at::stack(four);
  };
  const auto [nearest, which] = corners(first).min(0);
  const Tensor skipped = (corners(taken).gather(0, which.unsqueeze(0)).squeeze(0) - probe_overlap).clamp_min(0);
  const Tensor box = field.box.to(field.device, at::kFloat), a = (box[0] - view[0]) / directions, b = (box[1] - view[0]) / directions;
  const Tensor still = directions == 0;
  const Tensor enter = at::minimum(a, b).masked_fill(still, 0).amax(1).clamp_min(0), ray_step = step / directions.norm(2, 1);
  // Those that begin nowhere begin far behind the box.
  return {((nearest - enter) / ray_step - (probe_margin + 0.5)).ceil().clamp(0, 1e7) + 0.5, limit - skipped};
}

using Frame = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

Frame draw(const Tensor &camera, int64_t width, int64_t height, const Tensor &occupancy, const Tensor &box, const Tensor &nodes,
           const Tensor &lattice_axes, const Tensor &planes, const Tensor &axes, const Tensor &volume, const Tensor &ambient,
           const std::optional<Tensor> &shown, at::TensorList point_weights, at::TensorList point_biases, at::TensorList shading_weights, at::TensorList shading_biases,
           const Tensor &plate, double scale, double slope, double step, int64_t limit, double stop, int64_t probes, double,
           bool, bool with_features) {
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
  if (shown) field.shown = shown->to(field.device).contiguous();
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
  TORCH_CHECK(probes == 0 || probes == 2 || probes == 4 || probes == 8 || probes == 16,
              "frame: probes 2, 4, 8 or 16 pixels apart, or 0 for none, not ", probes);
  const bool probing = probes > 0 && width > 0 && height > 0;
  Tensor first, taken;
  if (probing) std::tie(first, taken) = probe(field, view, width, height, probes, cells, scale, slope, step, limit);
  constexpr int64_t mostSamples = 1 << 21;
  const int64_t perRow = std::max<int64_t>(1, width * std::max<int64_t>(1, limit));
  const int64_t rows = std::clamp<int64_t>(mostSamples / perRow, 1, std::max<int64_t>(1, height));
  for (int64_t top = 0; top < height && width > 0; top += rows) {
    const int64_t count = std::min(rows, height - top), rays = count * width;
    const Tensor directions = directions_of(view, width, top, count);
    Tensor begin = at::full({rays}, 0.5, options), may_take;
    if (probing) std::tie(begin, may_take) = beginnings(field, view, directions, first, taken, width, top, count, probes, step, limit);
    const Tensor origins = view[0].expand({rays, 3}).contiguous();
    const auto [positions, t, lengths, ray, starts] = samples(origins, directions, cells, field.box, step, begin, limit);
    const Tensor found = field.at(positions, slope);
    Tensor density = (at::softplus(found.select(1, 0) - 1) * scale).contiguous();
    if (probing) {
      const Tensor of = ray.to(at::kLong), number = at::arange(of.size(0), of.options()) - starts.to(at::kLong).index_select(0, of);
      density.masked_fill_(number >= may_take.index_select(0, of), 0);
    }
    launch(composite, "composite_stop", Spread::over(rays), field.device,
           EarlyStop{.density = density.mutable_data_ptr<float>(),
                     .lengths = lengths.const_data_ptr<float>(),
                     .starts = starts.const_data_ptr<int>(),
                     .rays = rays,
                     .stop = static_cast<float>(stop)});
    auto [sum, transmittance, moment, spread, weights] = composited(density, lengths, t, found.narrow(1, 1, feature_count).contiguous(), starts);
    // What lets hardly anything through is opaque.
    const Tensor ended = transmittance < stop, scale_up = at::where(ended, 1 / (1 - transmittance), 1.0);
    sum = sum * scale_up.unsqueeze(1);
    moment = moment * scale_up;
    transmittance = transmittance.masked_fill(ended, 0);
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
