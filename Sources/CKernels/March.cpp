// likeness::skip_distance and likeness::march, samples along rays where a grid says that something may be.
// Every number is rounded as written, without fused products, so that other processors and plain tensors find the same samples.

#include "March.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#pragma clang fp contract(off)

namespace {

using at::Tensor;

/// row[x] = min(row[x], 1 + the least of the rows in `near` within one cell of x).
void pull(uint8_t *row, const uint8_t *const *near, int count, int64_t width, std::vector<uint8_t> &scratch) {
  if (count == 0) return;
  // One cell of 255 either side.
  uint8_t *least = scratch.data() + 1;
  std::copy_n(near[0], width, least);
  for (int i = 1; i < count; ++i)
    for (int64_t x = 0; x < width; ++x) least[x] = std::min(least[x], near[i][x]);
  for (int64_t x = 0; x < width; ++x) {
    const int around = std::min(least[x], std::min(least[x - 1], least[x + 1]));
    row[x] = static_cast<uint8_t>(std::min<int>(row[x], std::min(around + 1, 255)));
  }
}

/// Two sweeps over the 26 neighbours, which are exact for the chessboard distance (Rosenfeld and Pfaltz 1968).
Tensor skip_distance(const Tensor &occupied) {
  TORCH_CHECK(occupied.dim() == 3 && occupied.scalar_type() == at::kByte, "skip_distance: occupied cells [Z, Y, X] uint8, not ",
              occupied.sizes(), " ", occupied.scalar_type());
  const int64_t depth = occupied.size(0), height = occupied.size(1), width = occupied.size(2);
  Tensor result = at::empty({depth, height, width}, occupied.options());
  if (result.numel() == 0) return result;
  const Tensor given = occupied.contiguous();
  const uint8_t *in = given.const_data_ptr<uint8_t>();
  uint8_t *cells = result.mutable_data_ptr<uint8_t>();
  for (int64_t i = 0; i < result.numel(); ++i) cells[i] = in[i] ? 0 : 255;
  std::vector<uint8_t> scratch(width + 2, 255);
  // `way` -1 looks back at rows already done, 1 forward.
  const auto sweep = [&](int64_t z, int64_t y, int way) {
    uint8_t *row = cells + (z * height + y) * width;
    const uint8_t *near[4];
    int count = 0;
    const auto add = [&](int64_t nz, int64_t ny) {
      if (nz >= 0 && nz < depth && ny >= 0 && ny < height) near[count++] = cells + (nz * height + ny) * width;
    };
    for (int64_t ny = y - 1; ny <= y + 1; ++ny) add(z + way, ny);
    add(z, y + way);
    pull(row, near, count, width, scratch);
    const auto along = [&](int64_t x, int64_t from) {
      row[x] = static_cast<uint8_t>(std::min<int>(row[x], std::min<int>(row[from] + 1, 255)));
    };
    if (way < 0)
      for (int64_t x = 1; x < width; ++x) along(x, x - 1);
    else
      for (int64_t x = width - 2; x >= 0; --x) along(x, x + 1);
  };
  for (int64_t z = 0; z < depth; ++z)
    for (int64_t y = 0; y < height; ++y) sweep(z, y, -1);
  for (int64_t z = depth - 1; z >= 0; --z)
    for (int64_t y = height - 1; y >= 0; --y) sweep(z, y, 1);
  return result;
}

std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> march(const Tensor &origins, const Tensor &directions, const Tensor &occupancy,
                                                         const Tensor &box, double step, const Tensor &jitter, int64_t limit) {
  const int64_t rays = origins.dim() == 2 ? origins.size(0) : -1;
  TORCH_CHECK(rays >= 0 && origins.size(1) == 3 && directions.sizes() == origins.sizes() && jitter.dim() == 1 && jitter.size(0) == rays,
              "march: origins and directions [R, 3] and jitter [R], not ", origins.sizes(), ", ", directions.sizes(), " and ",
              jitter.sizes());
  for (const Tensor &tensor : {origins, directions, box, jitter})
    TORCH_CHECK(tensor.scalar_type() == at::kFloat && tensor.device().is_cpu(), "march: float32 on the CPU, not ", tensor.scalar_type(),
                " on ", tensor.device());
  TORCH_CHECK(step > 0 && limit >= 0, "march: a step above 0 and a limit of at least 0, not ", step, " and ", limit);
  const likeness::SampleSteps steps(occupancy, box, static_cast<float>(step), "march");
  const Tensor from = origins.contiguous(), along = directions.contiguous(), moved = jitter.contiguous();
  const float *o = from.const_data_ptr<float>(), *d = along.const_data_ptr<float>(), *j = moved.const_data_ptr<float>();

  Tensor starts = at::zeros({rays + 1}, origins.options().dtype(at::kInt));
  int32_t *start = starts.mutable_data_ptr<int32_t>();
  constexpr int64_t piece = 256;
  const int64_t pieces = (rays + piece - 1) / piece;
  // What a piece found, in the order of its rays; where they start follows when all have counted theirs.
  std::vector<std::vector<float>> found(pieces);
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      std::vector<float> &depths = found[p];
      depths.reserve(piece * std::min<int64_t>(limit, 16));
      for (int64_t r = p * piece; r < std::min(rays, (p + 1) * piece); ++r) {
        const size_t before = depths.size();
        steps.walk(o + 3 * r, d + 3 * r, j[r], limit, [&](float t) { depths.push_back(t); });
        start[r + 1] = static_cast<int32_t>(depths.size() - before);
      }
    }
  });
  int64_t total = 0;
  for (int64_t r = 0; r < rays; ++r) {
    total += start[r + 1];
    TORCH_CHECK(total <= INT32_MAX, "march: more than 2^31 samples");
    start[r + 1] = static_cast<int32_t>(total);
  }

  Tensor positions = at::empty({total, 3}, origins.options()), depths = at::empty({total}, origins.options());
  Tensor lengths = at::full({total}, step, origins.options()), ray = at::empty({total}, starts.options());
  float *place = positions.mutable_data_ptr<float>(), *depth = depths.mutable_data_ptr<float>();
  int32_t *owner = ray.mutable_data_ptr<int32_t>();
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const float *next = found[p].data();
      for (int64_t r = p * piece; r < std::min(rays, (p + 1) * piece); ++r) {
        for (int32_t i = start[r]; i < start[r + 1]; ++i) {
          const float t = *next++;
          depth[i] = t;
          owner[i] = static_cast<int32_t>(r);
          for (int axis = 0; axis < 3; ++axis) place[3 * int64_t(i) + axis] = o[3 * r + axis] + t * d[3 * r + axis];
        }
      }
    }
  });
  return {positions, depths, lengths, ray, starts};
}

} // namespace

/// How far from each cell of `[Z, Y, X]` uint8 the nearest occupied (non-zero) one is, in chessboard steps, 255 for farther.
/// march: samples of rays o + t d at t = entry + (k + jitter) step / |d|, k = 0, 1 ..., as far as they lie in the box `[2, 3]` and their
/// cell's skip distance is 0; the first `limit` of each ray. Gives positions `[N, 3]`, t `[N]`, lengths `[N]` (step), ray `[N]` and
/// starts `[R + 1]`: samples of ray r are starts[r] ..< starts[r + 1].
TORCH_LIBRARY_FRAGMENT(likeness, library) {
  library.def("skip_distance(Tensor occupied) -> Tensor");
  library.def("march(Tensor origins, Tensor directions, Tensor occupancy, Tensor box, float step, Tensor jitter, int limit) -> "
              "(Tensor positions, Tensor depths, Tensor lengths, Tensor ray, Tensor starts)");
}
TORCH_LIBRARY_IMPL(likeness, CPU, library) {
  library.impl("skip_distance", skip_distance);
  library.impl("march", march);
}
