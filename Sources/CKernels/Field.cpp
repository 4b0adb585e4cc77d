// likeness::field, the fast field at the samples of a training step as one operator, and likeness::lattice_rows, the nodes of the lattice
// that they read. A block of samples is moved, looked up and sent through the network while it is in the nearest cache, on the way there
// and on the way back; nothing between is kept but where the samples were moved to.

#include "Field.h"
#include "FieldInputs.h"
#include "Lanes.h"
#include "RayWaves.h"
#include "Simd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <tuple>
#include <vector>

// All that takes or returns such vectors is inlined, so that no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

namespace likeness {

#define SIMD_FILE "FieldScatter.ipp"
#include "SimdLevels.ipp"

namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;
using Values = std::tuple<Tensor, Tensor, Tensor>;
using Gradients = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensors, Tensors>;

/// Rows for the nodes of a lattice of `size` `[Z, Y, X]` around any of the positions: the nodes `[n]` int64 in order, and the row of each,
/// `[Z, Y, X]` int32, -1 where there is none.
std::tuple<Tensor, Tensor> lattice_rows(const Tensor &positions, const Tensor &axes, at::IntArrayRef size) {
  check_points(positions, axes);
  TORCH_CHECK(size.size() == 3 && size[0] > 1 && size[1] > 1 && size[2] > 1,
              "lattice_rows: at least two nodes along each axis, not ", size);
  const Tensor at = positions.contiguous();
  FieldJob job{};
  set_axes(axes, job.lattice_axes);
  for (int axis = 0; axis < 3; ++axis) job.lattice_size[axis] = static_cast<int>(size[2 - axis]);
  job.positions = at.const_data_ptr<float>();
  const int64_t nodes = size[0] * size[1] * size[2];
  std::vector<uint8_t> marks(nodes, 0);
  at::parallel_for(0, at.size(0), 2048, [&](int64_t begin, int64_t end) { CHOOSE(mark_nodes)(job, marks.data(), begin, end); });
  Tensor rows = at::empty(size, positions.options().dtype(at::kInt));
  int32_t *row = rows.mutable_data_ptr<int32_t>(), count = 0;
  for (int64_t i = 0; i < nodes; ++i) row[i] = marks[i] ? count++ : -1;
  Tensor found = at::empty({count}, positions.options().dtype(at::kLong));
  int64_t *node = found.mutable_data_ptr<int64_t>();
  for (int64_t i = 0; i < nodes; ++i)
    if (marks[i]) *node++ = i;
  return {found, rows};
}

/// Density `[N]`, features `[N, F]`, and where the samples read the template, `[5, N rounded up to 16]`; all 0 of samples that no light
/// reaches.
Values forward(const Tensor &moves, const Tensor &planes, const Tensor &volume, const Tensor &ambient, at::TensorList weights,
               at::TensorList biases, const Tensor &rows, const Tensor &positions, const Tensor &frame, const Tensor &lattice_axes,
               const Tensor &axes, const Tensor &starts, const Tensor &lengths, double scale, double dark) {
  FieldInputs ready(moves, planes, volume, ambient, weights, biases, rows, positions, frame, lattice_axes, axes);
  MlpChain &chain = ready.chain;
  chain.pack(false);
  const FieldJob &job = ready.job;
  const int64_t n = job.count, width = chain.mlp.output, row = (n + 15) / 16 * 16;
  const RayWaves rays(starts, lengths, n, dark);
  Tensor density = at::empty({n}, positions.options()), features = at::empty({n, width - 1}, positions.options());
  Tensor at = at::empty({5, row}, positions.options());
  float *to_density = density.mutable_data_ptr<float>(), *to_features = features.mutable_data_ptr<float>(),
        *places = at.mutable_data_ptr<float>();
  at::parallel_for(0, rays.groups(), 1, [&](int64_t begin, int64_t end) {
    const auto s = std::make_unique<FieldScratch>();
    std::vector<float> read(field_block * job.inputs() + 8), found(field_block * width);
    Tensor scratch = chain.scratch();
    std::vector<int32_t> lists = chain.lists(), group(field_block);
    RayWave wave;
    for (int64_t g = begin; g < end; ++g) {
      rays.begin(g, wave);
      while (rays.next(wave, to_density)) {
        const int all = static_cast<int>(wave.samples.size());
        for (int i = 0; i < all; i += field_block) {
          const int count = std::min(field_block, all - i);
          const int32_t *sample = wave.samples.data() + i;
          for (int k = 0; k < count; ++k) group[k] = job.frame[sample[k]];
          CHOOSE(move_block)(job, sample, count, places, row, *s);
          CHOOSE(read_block)(job, count, *s, read.data());
          mlp_blocks().forward(chain.mlp, read.data(), group.data(), nullptr, found.data(), scratch.mutable_data_ptr<float>(), lists.data(),
                               field_block, count);
          CHOOSE(write_samples)(found.data(), sample, static_cast<int>(width), count, static_cast<float>(scale), to_density, to_features);
        }
      }
      for (const auto &[first, last] : wave.unlit) {
        const auto clear = [&](float *from, int64_t count) { std::memset(from, 0, sizeof(float) * count); };
        clear(to_density + first, last - first);
        clear(to_features + first * (width - 1), (last - first) * (width - 1));
        for (int axis = 0; axis < 5; ++axis) clear(places + axis * row + first, last - first);
      }
    }
  });
  return {density, features, at};
}

/// A gradient of less than this part of the largest one of a step moves nothing that is seen: three of four samples, which lie in clear
/// space or behind what hides them.
constexpr float least_gradient = 1e-5f;

/// The samples that a gradient reaches, in order: of their density before softplus, or of any feature. Those that no light reached have a
/// density of 0, and none.
std::vector<int32_t> reached(const float *to_density, const float *to_features, const float *density, float scale, int64_t count,
                             int64_t features) {
  std::vector<float> size(count);
  at::parallel_for(0, count, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      // Less than 1 - e^-x by a rounding at most.
      float most = std::abs(to_density[i]) * std::min(scale, density[i]), sum = most;
      for (int64_t f = 0; f < features; ++f) {
        const float each = std::abs(to_features[i * features + f]);
        most = std::max(most, each);
        sum += each;
      }
      // What is not a number must not be left out, or a broken step would look sound.
      size[i] = density[i] == 0 ? 0 : sum == sum ? most : std::numeric_limits<float>::infinity();
    }
  });
  float largest = 0;
  for (const float each : size) largest = each < std::numeric_limits<float>::infinity() ? std::max(largest, each) : largest;
  std::vector<int32_t> found;
  found.reserve(count);
  for (int64_t i = 0; i < count; ++i)
    if (size[i] > 0 && size[i] >= least_gradient * largest) found.push_back(static_cast<int32_t>(i));
  return found;
}

Gradients backward(const Tensor &to_density_, const Tensor &to_features_, const Tensor &density_, const Tensor &at_, const Tensor &moves,
                   const Tensor &planes, const Tensor &volume, const Tensor &ambient, at::TensorList weights, at::TensorList biases,
                   const Tensor &rows, const Tensor &positions, const Tensor &frame, const Tensor &lattice_axes, const Tensor &axes,
                   double scale) {
  FieldInputs ready(moves, planes, volume, ambient, weights, biases, rows, positions, frame, lattice_axes, axes);
  MlpChain &chain = ready.chain;
  chain.pack(false);
  chain.pack(true);
  FieldJob &job = ready.job;
  const Tensor to_density = to_density_.contiguous(), to_features = to_features_.contiguous(), density = density_.contiguous(),
               at = at_.contiguous();
  const float *from_density = to_density.const_data_ptr<float>(), *from_features = to_features.const_data_ptr<float>(),
              *known = density.const_data_ptr<float>(), *places = at.const_data_ptr<float>();
  const int64_t width = chain.mlp.output, place_row = at.size(1);
  const std::vector<int32_t> samples = reached(from_density, from_features, known, static_cast<float>(scale), job.count, width - 1);
  const int64_t n = samples.size(), row = (n + 15) / 16 * 16;
  Tensor memory = at::empty({n * (3 * job.channels + 16 + 8) + 5 * row}, positions.options());
  FieldRows handed;
  handed.planes = memory.mutable_data_ptr<float>();
  handed.others = handed.planes + n * 3 * job.channels;
  handed.moves = handed.others + n * 16;
  handed.at = handed.moves + n * 8;
  handed.sample = samples.data();
  handed.count = n;
  handed.row = row;

  // All but the last layer, whose values nobody asks for.
  Mlp hidden_layers = chain.mlp;
  hidden_layers.count -= 1;
  hidden_layers.output = chain.layers[hidden_layers.count - 1].out;
  const int64_t pieces = mlp_pieces(n), blocks = (n + field_block - 1) / field_block;
  MlpGradientSums sums(chain, pieces);
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    const auto s = std::make_unique<FieldScratch>();
    std::vector<float> read(field_block * job.inputs() + 8), g(field_block * width), to_read(field_block * job.inputs() + 8);
    std::vector<float> memory_of_hidden(field_block * chain.hidden_width());
    std::vector<int32_t> lists = chain.lists(), group(field_block);
    Tensor scratch = chain.scratch();
    std::vector<float *> hidden(chain.mlp.count), to_weights(chain.mlp.count), to_biases(chain.mlp.count);
    chain.hidden(memory_of_hidden.data(), field_block, 0, hidden);
    for (int64_t piece = begin; piece < end; ++piece) {
      sums.begin(piece, to_weights, to_biases);
      for (int64_t b = blocks * piece / pieces; b < blocks * (piece + 1) / pieces; ++b) {
        const int64_t i = b * field_block;
        const int count = static_cast<int>(std::min<int64_t>(field_block, n - i));
        const int32_t *sample = samples.data() + i;
        for (int k = 0; k < count; ++k) group[k] = job.frame[sample[k]];
        const int filled = (count + 15) / 16 * 16;
        for (int axis = 0; axis < 5; ++axis)
          for (int k = 0; k < filled; ++k)
            s->at[axis][k] = handed.at[axis * row + i + k] = places[axis * place_row + sample[std::min(k, count - 1)]];
        CHOOSE(place_block)(job, count, *s);
        CHOOSE(read_block)(job, count, *s, read.data());
        mlp_blocks().forward(hidden_layers, read.data(), group.data(), hidden.data(), hidden[hidden_layers.count - 1],
                             scratch.mutable_data_ptr<float>(), lists.data(), field_block, count);
        CHOOSE(read_gradients)(from_density, from_features, known, sample, static_cast<int>(width), count, static_cast<float>(scale),
                               g.data());
        mlp_blocks().backward(chain.mlp, g.data(), read.data(), group.data(), hidden.data(), nullptr, {to_weights.data(), to_biases.data()},
                              to_read.data(), scratch.mutable_data_ptr<float>(), lists.data(), field_block, count, false);
        CHOOSE(spread_block)(job, i, count, *s, to_read.data(), handed);
      }
    }
  });

  Tensor to_moves = at::empty_like(moves, at::MemoryFormat::Contiguous), to_planes = at::empty_like(planes, at::MemoryFormat::Contiguous),
         to_volume = at::empty_like(volume, at::MemoryFormat::Contiguous),
         to_ambient = at::empty_like(ambient, at::MemoryFormat::Contiguous);
  job.moves_gradient = to_moves.mutable_data_ptr<float>();
  job.planes.gradient = to_planes.mutable_data_ptr<float>();
  job.volume.gradient = to_volume.mutable_data_ptr<float>();
  job.ambient.gradient = to_ambient.mutable_data_ptr<float>();
  const auto clear = [](float *from, int64_t count) { std::memset(from, 0, sizeof(float) * count); };
  const int64_t plane = to_planes.numel() / 3;
  at::parallel_for(0, 6, 1, [&](int64_t begin, int64_t end) {
    for (int64_t table = begin; table < end; ++table) {
      if (table < 3) {
        clear(job.planes.gradient + table * plane, plane);
        CHOOSE(scatter_plane)(job, handed, static_cast<int>(table));
      } else if (table == 3) {
        clear(job.volume.gradient, to_volume.numel());
        CHOOSE(scatter_volume)(job, handed);
      } else if (table == 4) {
        clear(job.moves_gradient, to_moves.numel());
        CHOOSE(scatter_moves)(job, handed);
      } else {
        clear(job.ambient.gradient, to_ambient.numel());
        CHOOSE(scatter_ambient)(job, handed);
      }
    }
  });
  auto [to_weights, to_biases] = sums.sums(biases);
  return {to_moves, to_planes, to_volume, to_ambient, to_weights, to_biases};
}

struct FieldFunction : torch::autograd::Function<FieldFunction> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext *context, const Tensor &moves, const Tensor &planes,
                                                const Tensor &volume, const Tensor &ambient, at::TensorList weights, at::TensorList biases,
                                                const Tensor &rows, const Tensor &positions, const Tensor &frame,
                                                const Tensor &lattice_axes, const Tensor &axes, const Tensor &starts,
                                                const Tensor &lengths, double scale, double dark) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto [density, features, at] = likeness::forward(moves, planes, volume, ambient, weights, biases, rows, positions, frame, lattice_axes,
                                                     axes, starts, lengths, scale, dark);
    torch::autograd::variable_list saved = {density, at, moves, planes, volume, ambient, rows, positions, frame, lattice_axes, axes};
    context->saved_data["scale"] = scale;
    context->saved_data["layers"] = static_cast<int64_t>(weights.size());
    saved.insert(saved.end(), weights.begin(), weights.end());
    saved.insert(saved.end(), biases.begin(), biases.end());
    context->save_for_backward(saved);
    context->mark_non_differentiable({at});
    return {density, features, at};
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto s = context->get_saved_variables();
    const int64_t layers = context->saved_data["layers"].toInt();
    const auto first = s.begin() + 11;
    const Tensors weights(first, first + layers), biases(first + layers, s.end());
    auto [moves, planes, volume, ambient, to_weights, to_biases] =
        likeness::backward(incoming[0], incoming[1], s[0], s[1], s[2], s[3], s[4], s[5], weights, biases, s[6], s[7], s[8], s[9], s[10],
                           context->saved_data["scale"].toDouble());
    torch::autograd::variable_list found = {moves, planes, volume, ambient};
    found.insert(found.end(), to_weights.begin(), to_weights.end());
    found.insert(found.end(), to_biases.begin(), to_biases.end());
    found.resize(found.size() + 9);
    return found;
  }
};

Values values_with_history(const Tensor &moves, const Tensor &planes, const Tensor &volume, const Tensor &ambient, at::TensorList weights,
                           at::TensorList biases, const Tensor &rows, const Tensor &positions, const Tensor &frame,
                           const Tensor &lattice_axes, const Tensor &axes, const Tensor &starts, const Tensor &lengths, double scale,
                           double dark) {
  auto found = FieldFunction::apply(moves, planes, volume, ambient, weights, biases, rows, positions, frame, lattice_axes, axes, starts,
                                    lengths, scale, dark);
  return {found[0], found[1], found[2]};
}

} // namespace
} // namespace likeness

/// The fast field at samples `positions` `[N, 3]`, each of its `frame` `[N]`: density `[N]` and features `[N, F]`. The lattice's
/// displacement and ambient coordinates of each frame are `moves` `[n, frames, 8]`, of the nodes that `lattice_rows` found for these
/// positions; `planes` `[3, H, W, C]`, C a multiple of 16, `volume` `[1, Z, Y, X, 8]` and `ambient` `[1, 1, H, W, 8]` are read where these
/// lead; a network of ReLUs, whose first bias is a frame's own, makes softplus(first - 1) `scale` and the features of it. Ray r has the
/// samples `starts[r]` ..< `starts[r + 1]`, each of which stands for its part of `lengths` `[N]`; those that less than `dark` of a ray's
/// light reaches may be left at 0. All but positions, starts and lengths have gradients. `at` `[5, N or more]`: where the samples read the
/// template and the ambient plane, 0 of those left out.
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("lattice_rows(Tensor positions, Tensor axes, int[] size) -> (Tensor nodes, Tensor rows)");
  library.def("field(Tensor moves, Tensor planes, Tensor volume, Tensor ambient, Tensor[] weights, Tensor[] biases, Tensor rows, "
              "Tensor positions, Tensor frame, Tensor lattice_axes, Tensor axes, Tensor starts, Tensor lengths, float scale, "
              "float dark) -> (Tensor density, Tensor features, Tensor at)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("lattice_rows", likeness::lattice_rows);
  library.impl("field", likeness::forward);
}
TORCH_LIBRARY_IMPL(likeness, AutogradCPU, library) { library.impl("field", likeness::values_with_history); }
