// likeness::trilinear, features read between the nodes of a grid. libtorch's grid_sampler works on one grid with one thread, keeps a
// point's channels far apart and allocates a gradient of the whole grid a call; here channels are neighbours and the gradient can be
// added to one that is there already.

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <optional>

namespace {

using at::Tensor;

/// The eight nodes around a point: the lowest one's place, how far towards the next one the point lies, and both ends' weights an axis.
template <class T> struct Cell {
  int64_t at[3];
  T weight[3][2];
  bool inside;

  /// `size` is x, y, z; the outermost nodes lie at -1 and 1. Nothing is inside that has no node around it, not-a-number included.
  Cell(const T *point, const int64_t *size) : inside(true) {
    for (int axis = 0; axis < 3; ++axis) {
      const T place = (point[axis] + 1) / 2 * static_cast<T>(size[axis] - 1);
      if (!(place > -1 && place < static_cast<T>(size[axis]))) {
        inside = false;
        return;
      }
      const T low = std::floor(place);
      at[axis] = static_cast<int64_t>(low);
      weight[axis][1] = place - low;
      weight[axis][0] = 1 - weight[axis][1];
    }
  }
  bool holds(int axis, int end, const int64_t *size) const { return at[axis] + end >= 0 && at[axis] + end < size[axis]; }
};

struct Grid {
  int64_t size[3], channels;
  explicit Grid(const Tensor &table) : size{table.size(2), table.size(1), table.size(0)}, channels(table.size(3)) {}
  template <class T> int64_t node(const Cell<T> &cell, int x, int y, int z) const {
    return (((cell.at[2] + z) * size[1] + cell.at[1] + y) * size[0] + cell.at[0] + x) * channels;
  }
  /// Calls `body(x, y, z)` for the corners that are nodes of the grid.
  template <class T, class F> void corners(const Cell<T> &cell, F body) const {
    for (int z = 0; z < 2; ++z) {
      if (!cell.holds(2, z, size)) continue;
      for (int y = 0; y < 2; ++y) {
        if (!cell.holds(1, y, size)) continue;
        for (int x = 0; x < 2; ++x)
          if (cell.holds(0, x, size)) body(x, y, z);
      }
    }
  }
};

constexpr int64_t grain = 512;

Tensor forward(const Tensor &table, const Tensor &points, const std::optional<Tensor> &) {
  TORCH_CHECK(table.dim() == 4 && table.is_contiguous() && points.dim() == 2 && points.size(1) == 3,
              "trilinear: a contiguous table [Z, Y, X, C] and points [N, 3]");
  const Grid grid(table);
  const Tensor at = points.contiguous();
  Tensor features = at::zeros({points.size(0), grid.channels}, table.options());
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "trilinear", [&] {
    const scalar_t *nodes = table.const_data_ptr<scalar_t>(), *place = at.const_data_ptr<scalar_t>();
    scalar_t *out = features.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, points.size(0), grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Cell<scalar_t> cell(place + 3 * i, grid.size);
        if (!cell.inside) continue;
        scalar_t *sum = out + i * grid.channels;
        grid.corners(cell, [&](int x, int y, int z) {
          const scalar_t weight = cell.weight[0][x] * cell.weight[1][y] * cell.weight[2][z];
          const scalar_t *node = nodes + grid.node(cell, x, y, z);
          for (int64_t c = 0; c < grid.channels; ++c) sum[c] += weight * node[c];
        });
      }
    });
  });
  return features;
}

/// The gradient of the points.
Tensor points_gradient(const Tensor &table, const Tensor &points, const Tensor &g) {
  const Grid grid(table);
  Tensor result = at::zeros_like(points);
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "trilinear_points", [&] {
    const scalar_t *nodes = table.const_data_ptr<scalar_t>(), *place = points.const_data_ptr<scalar_t>();
    const scalar_t *upstream = g.const_data_ptr<scalar_t>();
    scalar_t *out = result.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, points.size(0), grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Cell<scalar_t> cell(place + 3 * i, grid.size);
        if (!cell.inside) continue;
        scalar_t slope[3] = {0, 0, 0};
        grid.corners(cell, [&](int x, int y, int z) {
          const scalar_t *node = nodes + grid.node(cell, x, y, z);
          scalar_t along = 0;
          for (int64_t c = 0; c < grid.channels; ++c) along += upstream[i * grid.channels + c] * node[c];
          slope[0] += (x ? along : -along) * cell.weight[1][y] * cell.weight[2][z];
          slope[1] += (y ? along : -along) * cell.weight[0][x] * cell.weight[2][z];
          slope[2] += (z ? along : -along) * cell.weight[0][x] * cell.weight[1][y];
        });
        for (int axis = 0; axis < 3; ++axis) out[3 * i + axis] = slope[axis] * static_cast<scalar_t>(grid.size[axis] - 1) / 2;
      }
    });
  });
  return result;
}

/// Adds the gradient of the table to `sum`. Each thread looks at all points and adds to its own rows of nodes, so every node's sum has
/// the order of the points, whatever the number of threads.
void add_table_gradient(const Tensor &points, const Tensor &g, Tensor &sum) {
  const Grid grid(sum);
  AT_DISPATCH_FLOATING_TYPES(sum.scalar_type(), "trilinear_table", [&] {
    const scalar_t *place = points.const_data_ptr<scalar_t>(), *upstream = g.const_data_ptr<scalar_t>();
    scalar_t *out = sum.mutable_data_ptr<scalar_t>();
    const int64_t shares = points.size(0) < 4 * grain ? 1 : at::get_num_threads();
    at::parallel_for(0, shares, 1, [&](int64_t begin, int64_t end) {
      for (int64_t share = begin; share < end; ++share) {
        for (int64_t i = 0; i < points.size(0); ++i) {
          const Cell<scalar_t> cell(place + 3 * i, grid.size);
          if (!cell.inside) continue;
          const scalar_t *from = upstream + i * grid.channels;
          grid.corners(cell, [&](int x, int y, int z) {
            if (((cell.at[2] + z) * grid.size[1] + cell.at[1] + y) % shares != share) return;
            const scalar_t weight = cell.weight[0][x] * cell.weight[1][y] * cell.weight[2][z];
            scalar_t *node = out + grid.node(cell, x, y, z);
            for (int64_t c = 0; c < grid.channels; ++c) node[c] += weight * from[c];
          });
        }
      }
    });
  });
}

struct Trilinear : torch::autograd::Function<Trilinear> {
  static Tensor forward(torch::autograd::AutogradContext *context, const Tensor &table, const Tensor &points,
                        const std::optional<Tensor> &sum) {
    at::AutoDispatchBelowADInplaceOrView below;
    context->save_for_backward({table, points});
    // Not a saved variable: it changes while the history lives.
    if (sum) context->saved_data["sum"] = *sum;
    return ::forward(table, points, sum);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto saved = context->get_saved_variables();
    const Tensor points = saved[1].contiguous(), g = incoming[0].contiguous();
    Tensor to_table, to_points;
    if (context->saved_data.count("sum")) {
      Tensor sum = context->saved_data["sum"].toTensor();
      add_table_gradient(points, g, sum);
    } else if (context->needs_input_grad(0)) {
      to_table = at::zeros_like(saved[0]);
      add_table_gradient(points, g, to_table);
    }
    if (context->needs_input_grad(1)) to_points = points_gradient(saved[0], points, g);
    return {to_table, to_points, Tensor()};
  }
};

Tensor read_with_history(const Tensor &table, const Tensor &points, const std::optional<Tensor> &sum) {
  return Trilinear::apply(table, points, sum);
}

} // namespace

/// Features `[N, C]` of a table `[Z, Y, X, C]`, whose outermost nodes lie at -1 and 1, at points `[N, 3]` (x, y, z); zero beyond it.
/// Where `sum` is given, the table's gradient is added to it in place of being returned.
TORCH_LIBRARY_FRAGMENT(likeness, library) { library.def("trilinear(Tensor table, Tensor points, Tensor(a!)? sum=None) -> Tensor"); }
TORCH_LIBRARY_IMPL(likeness, CPU, library) { library.impl("trilinear", forward); }
TORCH_LIBRARY_IMPL(likeness, AutogradCPU, library) { library.impl("trilinear", read_with_history); }
