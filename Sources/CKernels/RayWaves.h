#pragma once
// Which samples of a step's rays are worth a look: from the front on, a few at a time, until hardly any light is left.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace likeness {

/// A group of rays on their way: a thread keeps one.
struct RayWave {
  struct Ray {
    int32_t next, last;
    float thickness;
  };
  std::vector<Ray> rays;
  /// The samples to look at now, in the order of rays.
  std::vector<int32_t> samples;
  /// Runs of samples that nothing reaches.
  std::vector<std::pair<int32_t, int32_t>> unlit;
};

class RayWaves {
  at::Tensor starts, lengths;
  const int32_t *first;
  const float *length;
  int64_t count;
  float thickest;
  /// Rays of a group, and samples that each takes before its light is looked at.
  static constexpr int64_t group_rays = 64;
  static constexpr int32_t at_once = 8;

public:
  /// Of `samples` samples of rays that end when less than `dark` of their light is left.
  RayWaves(const at::Tensor &starts_, const at::Tensor &lengths_, int64_t samples, double dark)
      : starts(starts_.contiguous()), lengths(lengths_.contiguous()), thickest(static_cast<float>(-std::log(dark))) {
    TORCH_CHECK(starts.dim() == 1 && starts.size(0) > 0 && starts.scalar_type() == at::kInt && lengths.dim() == 1 &&
                    lengths.size(0) == samples && lengths.scalar_type() == at::kFloat,
                "field: starts [R + 1] int32 and lengths [N] float32, not ", starts.sizes(), " and ", lengths.sizes());
    first = starts.const_data_ptr<int32_t>();
    length = lengths.const_data_ptr<float>();
    count = starts.size(0) - 1;
    TORCH_CHECK(first[0] == 0 && first[count] == samples && std::is_sorted(first, first + count + 1),
                "field: starts must rise from 0 to the number of samples, ", samples);
  }

  int64_t groups() const { return (count + group_rays - 1) / group_rays; }

  void begin(int64_t group, RayWave &wave) const {
    wave.rays.clear();
    wave.samples.clear();
    wave.unlit.clear();
    for (int64_t ray = group * group_rays; ray < std::min(count, (group + 1) * group_rays); ++ray)
      if (first[ray] < first[ray + 1]) wave.rays.push_back({first[ray], first[ray + 1], 0});
  }

  /// Ends the rays that are dark by the densities of the samples before, and says which samples are next; false when there are none.
  bool next(RayWave &wave, const float *density) const {
    size_t seen = 0, kept = 0;
    for (RayWave::Ray ray : wave.rays) {
      // Those of this ray among the samples looked at last.
      for (; seen < wave.samples.size() && wave.samples[seen] < ray.next; ++seen)
        ray.thickness += density[wave.samples[seen]] * length[wave.samples[seen]];
      if (ray.next == ray.last) continue;
      // What is not a number goes on.
      if (ray.thickness > thickest) wave.unlit.emplace_back(ray.next, ray.last);
      else wave.rays[kept++] = ray;
    }
    wave.rays.resize(kept);
    wave.samples.clear();
    for (RayWave::Ray &ray : wave.rays) {
      const int32_t end = std::min(ray.last, ray.next + at_once);
      for (; ray.next < end; ++ray.next) wave.samples.push_back(ray.next);
    }
    return !wave.samples.empty();
  }
};

} // namespace likeness
