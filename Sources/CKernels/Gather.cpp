// likeness::lattice and likeness::planes: features read between nodes that stand closer together in the middle of each axis. Channels of
// a node are neighbours in memory; gradients are added up in the order of the points, whatever the number of threads.

#include "Axis.h"
#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <optional>

namespace {

using at::Tensor;
using likeness::Axis;

struct LatticeShape {
  int64_t z, y, x, channels;
  /// Between two nodes of a frame and two frames of a node, in numbers.
  int64_t node_stride, frame_stride;
};
struct Lattice {
  LatticeShape shape;
  const Axis *axes;
  const float *nodes, *points;
  const int32_t *frame;
  int64_t count;
  /// Whether threads take frames, or else rows of nodes.
  bool by_frame;
};
struct PlanesShape {
  int64_t height, width, channels;
};
struct Planes {
  PlanesShape shape;
  const Axis *axes;
  const float *nodes, *points;
  int64_t count;
};
constexpr int64_t most_channels = 64;

struct GatherKernels {
  void (*lattice_forward)(const Lattice &, float *, int64_t, int64_t);
  void (*lattice_points_gradient)(const Lattice &, const float *, float *, int64_t, int64_t);
  void (*lattice_nodes_gradient)(const Lattice &, const float *, float *, int64_t, int64_t);
  void (*planes_forward)(const Planes &, float *, int64_t, int64_t);
  void (*planes_gradients)(const Planes &, const float *, float *, float *, int64_t, int64_t);
  void (*planes_nodes_gradient)(const Planes &, const float *, float *, int64_t, int64_t);
};

namespace scalar {
#include "Gather.inc"
}
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
namespace avx2 {
#include "Gather.inc"
}
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c"))), apply_to = function)
namespace avx512 {
#include "Gather.inc"
}
#pragma clang attribute pop
#endif

const GatherKernels &kernels(int64_t channels) {
#if defined(__x86_64__)
  if (likeness::simd() == likeness::Simd::avx512) return *avx512::kernels(channels);
  if (likeness::simd() == likeness::Simd::avx2) return *avx2::kernels(channels);
#endif
  return *scalar::kernels(channels);
}

constexpr int64_t grain = 1024;

void check_axes(const char *name, const Tensor &points, const Tensor &axes) {
  TORCH_CHECK(points.dim() == 2 && points.size(1) == 3 && points.scalar_type() == at::kFloat, name, ": points [N, 3] float32, not ",
              points.sizes());
  TORCH_CHECK(axes.dim() == 2 && axes.size(0) == 3 && axes.size(1) == 4 && axes.scalar_type() == at::kFloat && axes.is_contiguous(), name,
              ": axes [3, 4] float32, not ", axes.sizes());
}

Lattice lattice_of(const Tensor &nodes, const Tensor &points, const std::optional<Tensor> &frame, const Tensor &axes) {
  // Frames may lie side by side at each node, which a network that makes all frames at once leaves them.
  TORCH_CHECK(nodes.dim() == 5 && nodes.scalar_type() == at::kFloat && nodes.numel() > 0 && nodes.stride(4) == 1 &&
                  nodes.stride(2) == nodes.stride(3) * nodes.size(3) && nodes.stride(1) == nodes.stride(2) * nodes.size(2) &&
                  (nodes.size(0) == 1 || nodes.is_non_overlapping_and_dense()),
              "lattice: nodes [F, Z, Y, X, C] float32 with rows of nodes in order, not ", nodes.sizes(), " with strides ", nodes.strides());
  check_axes("lattice", points, axes);
  TORCH_CHECK(frame || nodes.size(0) == 1, "lattice: nodes of ", nodes.size(0), " frames and no frame for the points");
  TORCH_CHECK(!frame || (frame->dim() == 1 && frame->size(0) == points.size(0) && frame->scalar_type() == at::kInt && frame->is_contiguous()),
              "lattice: frame [N] int32 for points ", points.sizes());
  return {{nodes.size(1), nodes.size(2), nodes.size(3), nodes.size(4), nodes.stride(3), nodes.stride(0)},
          reinterpret_cast<const Axis *>(axes.const_data_ptr<float>()),
          nodes.const_data_ptr<float>(),
          points.const_data_ptr<float>(),
          frame ? frame->const_data_ptr<int32_t>() : nullptr,
          points.size(0),
          frame && nodes.size(0) >= at::get_num_threads()};
}

/// A frame number from outside must not reach memory that is not the lattice's.
void check_frames(const Tensor &nodes, const std::optional<Tensor> &frame) {
  if (!frame || frame->numel() == 0) return;
  const auto [low, high] = at::aminmax(*frame);
  TORCH_CHECK(low.item<int64_t>() >= 0 && high.item<int64_t>() < nodes.size(0), "lattice: frames outside 0..<", nodes.size(0));
}

Tensor lattice_forward(const Tensor &nodes, const Tensor &points, const std::optional<Tensor> &frame, const Tensor &axes) {
  const Tensor at = points.contiguous();
  const Lattice l = lattice_of(nodes, at, frame, axes);
  check_frames(nodes, frame);
  Tensor features = at::empty({at.size(0), l.shape.channels}, nodes.options());
  float *out = features.mutable_data_ptr<float>();
  const auto &k = kernels(l.shape.channels);
  at::parallel_for(0, l.count, grain, [&](int64_t begin, int64_t end) { k.lattice_forward(l, out, begin, end); });
  return features;
}

struct LatticeFunction : torch::autograd::Function<LatticeFunction> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &nodes, const Tensor &points,
                        const std::optional<Tensor> &frame, const Tensor &axes) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({nodes, points, frame.value_or(Tensor()), axes});
    static const auto op = c10::Dispatcher::singleton()
                               .findSchemaOrThrow("likeness::lattice", "")
                               .typed<Tensor(const Tensor &, const Tensor &, const std::optional<Tensor> &, const Tensor &)>();
    return op.call(nodes, points, frame, axes);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto saved = context->get_saved_variables();
    static const auto op =
        c10::Dispatcher::singleton()
            .findSchemaOrThrow("likeness::lattice_backward", "")
            .typed<std::tuple<Tensor, Tensor>(const Tensor &, const Tensor &, const Tensor &, const std::optional<Tensor> &, const Tensor &,
                                              bool, bool)>();
    const std::optional<Tensor> frame = saved[2].defined() ? std::optional<Tensor>(saved[2]) : std::nullopt;
    auto [to_nodes, to_points] = op.call(incoming[0], saved[0], saved[1], frame, saved[3], context->needs_input_grad(0),
                                         context->needs_input_grad(1));
    return {to_nodes, to_points, Tensor(), Tensor()};
  }
};

std::tuple<Tensor, Tensor> lattice_backward(const Tensor &upstream, const Tensor &nodes, const Tensor &points,
                                            const std::optional<Tensor> &frame, const Tensor &axes, bool for_nodes, bool for_points) {
  const Tensor g = upstream.contiguous(), at = points.contiguous();
  const Lattice l = lattice_of(nodes, at, frame, axes);
  TORCH_CHECK(g.dim() == 2 && g.size(0) == l.count && g.size(1) == l.shape.channels, "lattice: a gradient of ", g.sizes());
  const float *from = g.const_data_ptr<float>();
  const auto &k = kernels(l.shape.channels);
  Tensor to_nodes, to_points;
  if (for_points) {
    to_points = at::empty_like(at);
    float *out = to_points.mutable_data_ptr<float>();
    at::parallel_for(0, l.count, grain, [&](int64_t begin, int64_t end) { k.lattice_points_gradient(l, from, out, begin, end); });
  }
  if (for_nodes) {
    to_nodes = at::empty_strided(nodes.sizes(), nodes.strides(), nodes.options()).zero_();
    float *out = to_nodes.mutable_data_ptr<float>();
    const int64_t shares = l.count < grain ? 1 : at::get_num_threads();
    at::parallel_for(0, shares, 1, [&](int64_t begin, int64_t end) {
      for (int64_t share = begin; share < end; ++share) k.lattice_nodes_gradient(l, from, out, share, shares);
    });
  }
  return {to_nodes, to_points};
}

Planes planes_of(const Tensor &planes, const Tensor &points, const Tensor &axes) {
  TORCH_CHECK(planes.dim() == 4 && planes.size(0) == 3 && planes.is_contiguous() && planes.scalar_type() == at::kFloat &&
                  planes.numel() > 0 && planes.size(3) <= most_channels,
              "planes: contiguous planes [3, H, W, C] float32 with at most ", most_channels, " channels, not ", planes.sizes());
  check_axes("planes", points, axes);
  return {{planes.size(1), planes.size(2), planes.size(3)},
          reinterpret_cast<const Axis *>(axes.const_data_ptr<float>()),
          planes.const_data_ptr<float>(),
          points.const_data_ptr<float>(),
          points.size(0)};
}

Tensor planes_forward(const Tensor &planes, const Tensor &points, const Tensor &axes) {
  const Tensor at = points.contiguous();
  const Planes p = planes_of(planes, at, axes);
  Tensor features = at::empty({at.size(0), p.shape.channels}, planes.options());
  float *out = features.mutable_data_ptr<float>();
  const auto &k = kernels(p.shape.channels);
  at::parallel_for(0, p.count, grain, [&](int64_t begin, int64_t end) { k.planes_forward(p, out, begin, end); });
  return features;
}

std::tuple<Tensor, Tensor> planes_backward(const Tensor &upstream, const Tensor &planes, const Tensor &points, const Tensor &axes,
                                           bool for_planes, bool for_points) {
  const Tensor g = upstream.contiguous(), at = points.contiguous();
  const Planes p = planes_of(planes, at, axes);
  TORCH_CHECK(g.dim() == 2 && g.size(0) == p.count && g.size(1) == p.shape.channels, "planes: a gradient of ", g.sizes());
  const float *from = g.const_data_ptr<float>();
  const auto &k = kernels(p.shape.channels);
  Tensor to_planes, to_points, each = at::empty({3, p.count, p.shape.channels}, g.options());
  if (for_points) to_points = at::empty_like(at);
  float *of_each = each.mutable_data_ptr<float>(), *of_points = for_points ? to_points.mutable_data_ptr<float>() : nullptr;
  at::parallel_for(0, p.count, grain,
                   [&](int64_t begin, int64_t end) { k.planes_gradients(p, from, of_each, of_points, begin, end); });
  if (for_planes) {
    to_planes = at::zeros_like(planes);
    float *out = to_planes.mutable_data_ptr<float>();
    const int64_t shares = p.count < grain ? 1 : at::get_num_threads();
    at::parallel_for(0, shares, 1, [&](int64_t begin, int64_t end) {
      for (int64_t share = begin; share < end; ++share) k.planes_nodes_gradient(p, of_each, out, share, shares);
    });
  }
  return {to_planes, to_points};
}

struct PlanesFunction : torch::autograd::Function<PlanesFunction> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &planes, const Tensor &points, const Tensor &axes) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({planes, points, axes});
    static const auto op = c10::Dispatcher::singleton()
                               .findSchemaOrThrow("likeness::planes", "")
                               .typed<Tensor(const Tensor &, const Tensor &, const Tensor &)>();
    return op.call(planes, points, axes);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto saved = context->get_saved_variables();
    static const auto op =
        c10::Dispatcher::singleton()
            .findSchemaOrThrow("likeness::planes_backward", "")
            .typed<std::tuple<Tensor, Tensor>(const Tensor &, const Tensor &, const Tensor &, const Tensor &, bool, bool)>();
    auto [to_planes, to_points] =
        op.call(incoming[0], saved[0], saved[1], saved[2], context->needs_input_grad(0), context->needs_input_grad(1));
    return {to_planes, to_points, Tensor()};
  }
};

Tensor lattice_with_history(const Tensor &nodes, const Tensor &points, const std::optional<Tensor> &frame, const Tensor &axes) {
  return LatticeFunction::apply(nodes, points, frame, axes);
}
Tensor planes_with_history(const Tensor &planes, const Tensor &points, const Tensor &axes) {
  return PlanesFunction::apply(planes, points, axes);
}

} // namespace

/// Features `[N, C]` of a lattice `[F, Z, Y, X, C]` at points `[N, 3]`, each of its `frame`; of planes `[3, H, W, C]` (xy, xz, yz), the
/// product of the three reads. Coordinates beyond the outermost nodes, at u = -1 and 1, are held there.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("lattice(Tensor nodes, Tensor points, Tensor? frame, Tensor axes) -> Tensor");
  library.def("lattice_backward(Tensor gradient, Tensor nodes, Tensor points, Tensor? frame, Tensor axes, bool for_nodes, bool for_points) "
              "-> (Tensor, Tensor)");
  library.def("planes(Tensor planes, Tensor points, Tensor axes) -> Tensor");
  library.def("planes_backward(Tensor gradient, Tensor planes, Tensor points, Tensor axes, bool for_planes, bool for_points) "
              "-> (Tensor, Tensor)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("lattice", lattice_forward);
  library.impl("lattice_backward", lattice_backward);
  library.impl("planes", planes_forward);
  library.impl("planes_backward", planes_backward);
}
TORCH_LIBRARY_IMPL(likeness, Autograd, library) {
  library.impl("lattice", lattice_with_history);
  library.impl("planes", planes_with_history);
}
