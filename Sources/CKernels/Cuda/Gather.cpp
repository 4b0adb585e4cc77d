// likeness::lattice and likeness::planes on a GPU; the operators themselves and their history are those of the CPU's file.

#include "Kernels/Gather.h"

#include "Launch.h"
#include "Operands.h"
#include "Programs.h"

#include <torch/library.h>

#include <tuple>

namespace likeness::cuda {

namespace {

using at::Tensor;

/// Lattices as the kernels take them: rows of nodes in order, while frames may lie side by side at each node, as a network that makes all
/// frames at once leaves them.
Tensor lattices(const Tensor &nodes) {
  TORCH_CHECK(nodes.dim() == 5 && nodes.numel() > 0 && nodes.scalar_type() == at::kFloat, "lattice: nodes [F, Z, Y, X, C] float32, not ",
              nodes.sizes(), " ", nodes.scalar_type());
  const bool ordered = nodes.stride(4) == 1 && nodes.stride(2) == nodes.stride(3) * nodes.size(3) &&
                       nodes.stride(1) == nodes.stride(2) * nodes.size(2) && (nodes.size(0) == 1 || nodes.stride(0) != 0);
  return ordered ? nodes : nodes.contiguous();
}

/// The operands as the kernels take them, which keep the memory that `task` points to.
struct LatticeOperands {
  Tensor nodes, points, frame, axes;
  Lattice task;
  c10::Device device;

  LatticeOperands(const Tensor &nodes_, const Tensor &points_, const std::optional<Tensor> &frame_, const Tensor &axes_)
      : nodes(lattices(nodes_)), points(floats("lattice", points_, nodes_.device())),
        axes(floats("lattice", axes_, nodes_.device())), device(nodes_.device()) {
    if (frame_) frame = ints("lattice", *frame_, device);
    TORCH_CHECK(points.dim() == 2 && points.size(1) == 3, "lattice: points [N, 3] float32, not ", points.sizes());
    TORCH_CHECK(axes.dim() == 2 && axes.size(0) == 3 && axes.size(1) == 4, "lattice: axes [3, 4] float32, not ", axes.sizes());
    TORCH_CHECK(frame_ || nodes.size(0) == 1, "lattice: nodes of ", nodes.size(0), " frames and no frame for the points");
    TORCH_CHECK(!frame_ || (frame.dim() == 1 && frame.size(0) == points.size(0)), "lattice: frame [N] int32 for points ", points.sizes());
    task = {.nodes = nodes.const_data_ptr<float>(),
            .points = points.const_data_ptr<float>(),
            .axes = axes.const_data_ptr<float>(),
            .frame = frame_ ? frame.const_data_ptr<int>() : nullptr,
            .count = points.size(0),
            .nodeStride = nodes.stride(3),
            .frameStride = nodes.stride(0),
            .frames = narrow(nodes.size(0)),
            .z = narrow(nodes.size(1)),
            .y = narrow(nodes.size(2)),
            .x = narrow(nodes.size(3)),
            .channels = narrow(nodes.size(4)),
            .gradient = nullptr,
            .out = nullptr};
  }
  void run(const char *kernel, int64_t threads, const Tensor &out) {
    task.out = out.mutable_data_ptr<float>();
    launch(gather, kernel, Spread::over(threads), device, task);
  }
};

Tensor lattice_forward(const Tensor &nodes, const Tensor &points, const std::optional<Tensor> &frame, const Tensor &axes) {
  LatticeOperands with(nodes, points, frame, axes);
  Tensor features = at::empty({with.task.count, with.task.channels}, nodes.options());
  with.run("lattice_forward", features.numel(), features);
  return features;
}

std::tuple<Tensor, Tensor> lattice_backward(const Tensor &upstream, const Tensor &nodes, const Tensor &points,
                                            const std::optional<Tensor> &frame, const Tensor &axes, bool for_nodes, bool for_points) {
  LatticeOperands with(nodes, points, frame, axes);
  const Tensor g = floats("lattice", upstream, with.device);
  TORCH_CHECK(g.dim() == 2 && g.size(0) == with.task.count && g.size(1) == with.task.channels, "lattice: a gradient of ", g.sizes());
  with.task.gradient = g.const_data_ptr<float>();
  Tensor to_nodes, to_points;
  if (for_points) with.run("lattice_points_gradient", with.task.count, to_points = at::empty_like(with.points));
  if (for_nodes) {
    to_nodes = at::empty_strided(with.nodes.sizes(), with.nodes.strides(), with.nodes.options()).zero_();
    with.run("lattice_nodes_gradient", g.numel(), to_nodes);
  }
  return {to_nodes, to_points};
}

struct PlanesOperands {
  Tensor planes, points, axes;
  Planes task;
  c10::Device device;

  PlanesOperands(const Tensor &planes_, const Tensor &points_, const Tensor &axes_)
      : planes(floats("planes", planes_, planes_.device())), points(floats("planes", points_, planes_.device())),
        axes(floats("planes", axes_, planes_.device())), device(planes_.device()) {
    TORCH_CHECK(planes.dim() == 4 && planes.size(0) == 3 && planes.numel() > 0, "planes: planes [3, H, W, C], not ", planes.sizes());
    TORCH_CHECK(points.dim() == 2 && points.size(1) == 3, "planes: points [N, 3] float32, not ", points.sizes());
    TORCH_CHECK(axes.dim() == 2 && axes.size(0) == 3 && axes.size(1) == 4, "planes: axes [3, 4] float32, not ", axes.sizes());
    task = {.nodes = planes.const_data_ptr<float>(),
            .points = points.const_data_ptr<float>(),
            .axes = axes.const_data_ptr<float>(),
            .count = points.size(0),
            .height = narrow(planes.size(1)),
            .width = narrow(planes.size(2)),
            .channels = narrow(planes.size(3)),
            .gradient = nullptr,
            .out = nullptr};
  }
  void run(const char *kernel, int64_t threads, const Tensor &out) {
    task.out = out.mutable_data_ptr<float>();
    launch(gather, kernel, Spread::over(threads), device, task);
  }
};

Tensor planes_forward(const Tensor &planes, const Tensor &points, const Tensor &axes) {
  PlanesOperands with(planes, points, axes);
  Tensor features = at::empty({with.task.count, with.task.channels}, planes.options());
  with.run("planes_forward", features.numel(), features);
  return features;
}

std::tuple<Tensor, Tensor> planes_backward(const Tensor &upstream, const Tensor &planes, const Tensor &points, const Tensor &axes,
                                           bool for_planes, bool for_points) {
  PlanesOperands with(planes, points, axes);
  const Tensor g = floats("planes", upstream, with.device);
  TORCH_CHECK(g.dim() == 2 && g.size(0) == with.task.count && g.size(1) == with.task.channels, "planes: a gradient of ", g.sizes());
  with.task.gradient = g.const_data_ptr<float>();
  Tensor to_planes, to_points;
  if (for_points) with.run("planes_points_gradient", with.task.count, to_points = at::empty_like(with.points));
  if (for_planes) with.run("planes_nodes_gradient", g.numel(), to_planes = at::zeros_like(with.planes));
  return {to_planes, to_points};
}

} // namespace

} // namespace likeness::cuda

TORCH_LIBRARY_IMPL(likeness, CUDA, library) {
  library.impl("lattice", likeness::cuda::lattice_forward);
  library.impl("lattice_backward", likeness::cuda::lattice_backward);
  library.impl("planes", likeness::cuda::planes_forward);
  library.impl("planes_backward", likeness::cuda::planes_backward);
}
