// likeness::fold, planes of several resolutions as those of the finest. A row of the sum is made while it is in the nearest cache; the
// gradient of the finest level is that of the sum itself, which is not copied.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <vector>

namespace {

using at::Tensor;

/// Where nodes of a fine axis lie between two of a coarse one, whose ends are the same.
struct Stretch {
  std::vector<int64_t> low;
  std::vector<float> share;
  Stretch(int64_t coarse, int64_t fine) : low(fine), share(fine) {
    for (int64_t i = 0; i < fine; ++i) {
      const float place = static_cast<float>(i) * (static_cast<float>(coarse - 1) / static_cast<float>(fine - 1));
      low[i] = std::min(static_cast<int64_t>(place), coarse - 2);
      share[i] = place - static_cast<float>(low[i]);
    }
  }
};

void check(at::TensorList levels) {
  TORCH_CHECK(!levels.empty(), "fold: at least one level");
  const Tensor &finest = levels.back();
  for (const Tensor &level : levels)
    TORCH_CHECK(level.dim() == 4 && level.scalar_type() == at::kFloat && level.is_contiguous() && level.size(0) == finest.size(0) &&
                    level.size(3) == finest.size(3) && level.size(1) > 1 && level.size(2) > 1,
                "fold: contiguous levels [P, H, W, C] float32 of at least 2 x 2 nodes, not ", level.sizes());
}

Tensor forward(at::TensorList levels) {
  check(levels);
  const Tensor &finest = levels.back();
  const int64_t height = finest.size(1), width = finest.size(2), channels = finest.size(3);
  struct Level {
    const float *nodes;
    int64_t height, width;
    Stretch rows, columns;
  };
  std::vector<Level> coarse;
  for (const Tensor &level : levels.slice(0, levels.size() - 1))
    coarse.push_back({level.const_data_ptr<float>(), level.size(1), level.size(2), {level.size(1), height}, {level.size(2), width}});
  Tensor sum = at::empty_like(finest);
  const float *from = finest.const_data_ptr<float>();
  float *to = sum.mutable_data_ptr<float>();
  at::parallel_for(0, finest.size(0) * height, 16, [&](int64_t begin, int64_t end) {
    std::vector<float> line;
    for (int64_t row = begin; row < end; ++row) {
      const int64_t y = row % height, plane = row / height, numbers = width * channels;
      const float *own = from + row * numbers;
      float *out = to + row * numbers;
      std::copy_n(own, numbers, out);
      for (const Level &level : coarse) {
        const int64_t line_numbers = level.width * channels;
        const float *above = level.nodes + (plane * level.height + level.rows.low[y]) * line_numbers, *below = above + line_numbers;
        line.resize(line_numbers);
        for (int64_t k = 0; k < line_numbers; ++k) line[k] = above[k] + level.rows.share[y] * (below[k] - above[k]);
        for (int64_t x = 0; x < width; ++x) {
          const float *left = line.data() + level.columns.low[x] * channels, *right = left + channels;
          const float share = level.columns.share[x];
          for (int64_t c = 0; c < channels; ++c) out[x * channels + c] += left[c] + share * (right[c] - left[c]);
        }
      }
    }
  });
  return sum;
}

/// The gradient of a level of `height` by `width` nodes from that of the sum.
Tensor level_gradient(const Tensor &g, int64_t height, int64_t width) {
  const int64_t fine_height = g.size(1), fine_width = g.size(2), channels = g.size(3), numbers = fine_width * channels;
  const Stretch rows(height, fine_height), columns(width, fine_width);
  Tensor result = at::empty({g.size(0), height, width, channels}, g.options());
  const float *from = g.const_data_ptr<float>();
  float *to = result.mutable_data_ptr<float>();
  at::parallel_for(0, g.size(0) * height, 8, [&](int64_t begin, int64_t end) {
    std::vector<float> line(numbers);
    for (int64_t row = begin; row < end; ++row) {
      const int64_t y = row % height, plane = row / height;
      std::fill(line.begin(), line.end(), 0.f);
      // Rows between the coarse row before and the one behind; they rise.
      const auto first = std::lower_bound(rows.low.begin(), rows.low.end(), y - 1) - rows.low.begin();
      for (int64_t fine = first; fine < fine_height && rows.low[fine] <= y; ++fine) {
        const float weight = rows.low[fine] == y ? 1 - rows.share[fine] : rows.share[fine];
        const float *own = from + (plane * fine_height + fine) * numbers;
        for (int64_t k = 0; k < numbers; ++k) line[k] += weight * own[k];
      }
      float *out = to + row * width * channels;
      std::fill_n(out, width * channels, 0.f);
      for (int64_t x = 0; x < fine_width; ++x) {
        float *left = out + columns.low[x] * channels, *right = left + channels;
        const float share = columns.share[x], *own = line.data() + x * channels;
        for (int64_t c = 0; c < channels; ++c) left[c] += (1 - share) * own[c];
        for (int64_t c = 0; c < channels; ++c) right[c] += share * own[c];
      }
    }
  });
  return result;
}

struct Fold : torch::autograd::Function<Fold> {
  static Tensor forward(torch::autograd::AutogradContext *context, at::TensorList levels) {
    at::AutoDispatchBelowADInplaceOrView below;
    std::vector<int64_t> sizes;
    for (const Tensor &level : levels) sizes.insert(sizes.end(), {level.size(1), level.size(2)});
    context->saved_data["sizes"] = sizes;
    return ::forward(levels);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const std::vector<int64_t> sizes = context->saved_data["sizes"].toIntVector();
    const Tensor g = incoming[0].contiguous();
    torch::autograd::variable_list found;
    for (size_t level = 0; level + 2 < sizes.size(); level += 2) found.push_back(level_gradient(g, sizes[level], sizes[level + 1]));
    found.push_back(g);
    return found;
  }
};

Tensor with_history(at::TensorList levels) { return Fold::apply(levels); }

} // namespace

/// Levels `[P, H, W, C]`, the finest one last, added up: each is stretched bilinearly to the finest one's size, ends on ends.
TORCH_LIBRARY_FRAGMENT(likeness, library) { library.def("fold(Tensor[] levels) -> Tensor"); }
TORCH_LIBRARY_IMPL(likeness, CPU, library) { library.impl("fold", forward); }
TORCH_LIBRARY_IMPL(likeness, AutogradCPU, library) { library.impl("fold", with_history); }
