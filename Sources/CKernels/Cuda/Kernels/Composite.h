#pragma once
// Kernels of likeness::composite: a thread a ray walks along it, then a thread a channel adds up.

#include "Prelude.h"

namespace likeness::cuda {

struct Composite {
  const float *density, *lengths, *depths, *features;
  const int *starts;
  Count rays, samples;
  int channels;
  /// What the operator returns; the backward kernels read `weights`.
  float *sum, *transmittance, *depth, *distortion, *weights;
  /// Gradients of the first, second and fourth result.
  const float *from_sum, *from_transmittance, *from_distortion;
  /// What they become; null where nobody asks.
  float *to_density, *to_features;
};

/// Densities behind the sample after which a ray lets less than `stop` through become 0.
struct EarlyStop {
  float *density;
  const float *lengths;
  const int *starts;
  Count rays;
  float stop;
};

#ifdef __CUDACC__

/// The samples of a ray. What is wrong in `starts` must not reach memory that is not theirs.
struct Span {
  int begin, end;
  DEVICE Span(const Composite &p, Count ray) : begin(max(p.starts[ray], 0)), end(int(min(Count(p.starts[ray + 1]), p.samples))) {}
};

/// A thread a ray: everything but the features.
KERNEL composite_rays(Composite p) {
  const Count ray = piece();
  if (ray >= p.rays) return;
  const auto [begin, end] = Span(p, ray);
  // Distances within a ray are small against its distance from the eye: counted from the first sample they keep their digits.
  const float origin = begin < end ? p.depths[begin] : 0;
  float reached = 1, seen = 0, moment = 0, spread = 0, own = 0;
  for (int k = begin; k < end; ++k) {
    const float opacity = -expm1f(-p.density[k] * p.lengths[k]);
    const float weight = opacity * reached, t = p.depths[k] - origin;
    p.weights[k] = weight;
    reached -= reached * opacity;
    spread += weight * (t * seen - moment);
    own += weight * weight * p.lengths[k];
    seen += weight;
    moment += weight * t;
  }
  p.transmittance[ray] = reached;
  p.depth[ray] = moment + origin * seen;
  p.distortion[ray] = 2 * spread + own / 3;
}

/// A thread a ray and channel.
KERNEL composite_features(Composite p) {
  const Count work = piece();
  if (work >= p.rays * p.channels) return;
  const Count ray = work / p.channels;
  const int c = int(work % p.channels);
  const auto [begin, end] = Span(p, ray);
  float sum = 0;
  for (int k = begin; k < end; ++k) sum += p.weights[k] * p.features[Count(k) * p.channels + c];
  p.sum[work] = sum;
}

/// The ray that owns a sample: the last one that starts at or before it and is not empty.
DEVICE Count owner(const Composite &p, Count sample) {
  Count low = 0, high = p.rays - 1;
  while (low < high) {
    const Count middle = (low + high + 1) / 2;
    if (p.starts[middle] <= sample) low = middle;
    else high = middle - 1;
  }
  return low;
}

/// A thread a sample: the gradient of its features, and what its weight is worth in them, kept where its density's gradient will stand.
KERNEL composite_samples_gradient(Composite p) {
  const Count k = piece();
  if (k >= p.samples) return;
  const float *g = p.from_sum + owner(p, k) * p.channels, *feature = p.features + k * p.channels;
  const float weight = p.weights[k];
  float worth = 0;
  for (int c = 0; c < p.channels; ++c) {
    worth += g[c] * feature[c];
    if (p.to_features) p.to_features[k * p.channels + c] = weight * g[c];
  }
  if (p.to_density) p.to_density[k] = worth;
}

/// A thread a ray, after the kernel above. With x = density * length: dw_k/dx_k = T_(k+1), dw_j/dx_k = -w_j behind it, and the ray's
/// transmittance shrinks as x grows.
KERNEL composite_rays_gradient(Composite p) {
  const Count ray = piece();
  if (ray >= p.rays) return;
  const auto [begin, end] = Span(p, ray);
  if (begin >= end) return;
  const float origin = p.depths[begin], from_distortion = 2 * p.from_distortion[ray];
  float all = 0, moment = 0, thickness = 0;
  for (int k = begin; k < end; ++k) {
    all += p.weights[k];
    moment += p.weights[k] * (p.depths[k] - origin);
    thickness += p.density[k] * p.lengths[k];
  }
  const float reached = expf(-thickness);
  float behind = reached * p.from_transmittance[ray], after = reached, seen = all, so_far = moment;
  for (int k = end - 1; k >= begin; --k) {
    const float weight = p.weights[k], t = p.depths[k] - origin;
    // The weights before this sample.
    seen -= weight;
    so_far -= weight * t;
    const float spread = t * (2 * seen - all) + moment - 2 * so_far;
    const float worth = p.to_density[k] + from_distortion * (spread + weight * p.lengths[k] / 3);
    p.to_density[k] = p.lengths[k] * (worth * after - behind);
    behind += worth * weight;
    after += weight;
  }
}

/// A thread a ray.
KERNEL composite_stop(EarlyStop p) {
  const Count ray = piece();
  if (ray >= p.rays) return;
  float reached = 1;
  for (int k = p.starts[ray]; k < p.starts[ray + 1]; ++k) {
    if (reached < p.stop) p.density[k] = 0;
    else reached *= expf(-p.density[k] * p.lengths[k]);
  }
}

#endif

} // namespace likeness::cuda
