// The rays of likeness::composite. Included once for each set of instructions, inside a namespace of its own: no include guard.

/// Rays `first` ..< `last`: everything that the operator returns.
template <class T> void composite(const Samples<T> &in, const Pixels<T> &out, int64_t first, int64_t last) {
  const int64_t channels = in.channels;
  for (int64_t ray = first; ray < last; ++ray) {
    T *sum = out.features + ray * channels;
    for (int64_t c = 0; c < channels; ++c) sum[c] = 0;
    const int64_t begin = in.starts[ray], end = in.starts[ray + 1];
    // Distances within a ray are small against its distance from the eye: counted from the first sample they keep their digits.
    const T origin = begin < end ? in.depths[begin] : 0;
    T reached = 1, seen = 0, moment = 0, spread = 0, own = 0;
    for (int64_t k = begin; k < end; ++k) {
      const T opacity = -std::expm1(-in.density[k] * in.lengths[k]);
      const T weight = opacity * reached, t = in.depths[k] - origin;
      out.weights[k] = weight;
      reached -= reached * opacity;
      spread += weight * (t * seen - moment);
      own += weight * weight * in.lengths[k];
      seen += weight;
      moment += weight * t;
      const T *feature = in.features + k * channels;
      for (int64_t c = 0; c < channels; ++c) sum[c] += weight * feature[c];
    }
    out.transmittance[ray] = reached;
    out.depth[ray] = moment + origin * seen;
    out.distortion[ray] = 2 * spread + own / 3;
  }
}

/// The gradients of density and features of rays `first` ..< `last`, either of them null where nobody asks.
///
/// With x = density * length: dw_k/dx_k = T_(k+1), dw_j/dx_k = -w_j behind it, and the ray's transmittance shrinks as x grows.
template <class T>
void composite_gradients(const Samples<T> &in, const T *weights, const Upstream<T> &from, T *to_density, T *to_features, int64_t first,
                         int64_t last) {
  const int64_t channels = in.channels;
  for (int64_t ray = first; ray < last; ++ray) {
    const int64_t begin = in.starts[ray], end = in.starts[ray + 1];
    const T *g = from.features + ray * channels;
    if (to_features) {
      for (int64_t k = begin; k < end; ++k) {
        T *feature = to_features + k * channels;
        for (int64_t c = 0; c < channels; ++c) feature[c] = weights[k] * g[c];
      }
    }
    if (!to_density || begin == end) continue;
    const T origin = in.depths[begin];
    T all = 0, moment = 0;
    for (int64_t k = begin; k < end; ++k) {
      all += weights[k];
      moment += weights[k] * (in.depths[k] - origin);
    }
    // What a weight is worth, kept where its density's gradient will stand; and T behind the ray's samples.
    T reached = 1, seen = 0, so_far = 0;
    for (int64_t k = begin; k < end; ++k) {
      const T weight = weights[k], t = in.depths[k] - origin;
      const T *feature = in.features + k * channels;
      T worth = 0;
      for (int64_t c = 0; c < channels; ++c) worth += g[c] * feature[c];
      worth += from.distortion[ray] * 2 * (t * (2 * seen - all) + moment - 2 * so_far + weight * in.lengths[k] / 3);
      to_density[k] = worth;
      seen += weight;
      so_far += weight * t;
      reached *= std::exp(-in.density[k] * in.lengths[k]);
    }
    T behind = reached * from.transmittance[ray], after = reached;
    for (int64_t k = end - 1; k >= begin; --k) {
      const T worth = to_density[k];
      to_density[k] = in.lengths[k] * (worth * after - behind);
      behind += worth * weights[k];
      after += weights[k];
    }
  }
}
