// Reads of three planes at points, and their gradients: included inside a namespace of TriplaneRead.cpp. C is the number of channels where
// it is known when compiled, otherwise 0 and `job.channels` tells.

/// The four elements around a point in a plane, their shares in what is read there, and how fast these change along the plane's axes.
struct Corners {
  int64_t element[4];
  float share[4], across[4], down[4];

  Corners(const PlaneRead &job, int plane, const float *point) {
    const float x = point[job.axes[plane][0]] * job.across + 0.5f * static_cast<float>(job.width - 1);
    const float y = point[job.axes[plane][1]] * job.down + 0.5f * static_cast<float>(job.height - 1);
    // Not-a-number is outside.
    const bool inside = x > -1 && x < static_cast<float>(job.width) && y > -1 && y < static_cast<float>(job.height);
    const float left = inside ? std::floor(x) : 0, top = inside ? std::floor(y) : 0, part = x - left, rest = y - top;
    for (int k = 0; k < 4; ++k) {
      const int64_t column = static_cast<int64_t>(left) + (k & 1), row = static_cast<int64_t>(top) + (k >> 1);
      const bool there = inside && column >= 0 && column < job.width && row >= 0 && row < job.height;
      element[k] = there ? (row * job.width + column) * job.channels : 0;
      const float a = k & 1 ? part : 1 - part, b = k >> 1 ? rest : 1 - rest;
      share[k] = there ? a * b / 3 : 0;
      across[k] = there ? (k & 1 ? b : -b) * job.across / 3 : 0;
      down[k] = there ? (k >> 1 ? a : -a) * job.down / 3 : 0;
    }
  }
};

/// The means of the planes' reads at points `begin`..<`end` of all images', `[N P, C]`.
template <int C> static void read_means(const PlaneRead &job, float *out, int64_t begin, int64_t end) {
  const int64_t channels = C ? C : job.channels;
  for (int64_t i = begin; i < end; ++i) {
    float *__restrict sum = out + i * channels;
    for (int64_t c = 0; c < channels; ++c) sum[c] = 0;
    for (int plane = 0; plane < 3; ++plane) {
      const float *elements = job.plane(i / job.count, plane);
      const Corners at(job, plane, job.points + 3 * i);
      const float *__restrict a = elements + at.element[0], *__restrict b = elements + at.element[1];
      const float *__restrict d = elements + at.element[2], *__restrict e = elements + at.element[3];
      for (int64_t c = 0; c < channels; ++c)
        sum[c] += at.share[0] * a[c] + at.share[1] * b[c] + at.share[2] * d[c] + at.share[3] * e[c];
    }
  }
}

/// Adds the gradient of one image's plane, in the order of points.
template <int C> static void add_to_plane(const PlaneRead &job, const float *upstream, float *out, int64_t image, int plane) {
  const int64_t channels = C ? C : job.channels;
  for (int64_t i = image * job.count; i < (image + 1) * job.count; ++i) {
    const Corners at(job, plane, job.points + 3 * i);
    const float *__restrict g = upstream + i * channels;
    for (int k = 0; k < 4; ++k) {
      if (at.share[k] == 0) continue;
      float *__restrict element = out + at.element[k];
      for (int64_t c = 0; c < channels; ++c) element[c] += at.share[k] * g[c];
    }
  }
}

/// The gradients of points `begin`..<`end`.
template <int C> static void points_gradients(const PlaneRead &job, const float *upstream, float *out, int64_t begin, int64_t end) {
  const int64_t channels = C ? C : job.channels;
  for (int64_t i = begin; i < end; ++i) {
    const float *__restrict g = upstream + i * channels;
    float slope[3] = {0, 0, 0};
    for (int plane = 0; plane < 3; ++plane) {
      const float *elements = job.plane(i / job.count, plane);
      const Corners at(job, plane, job.points + 3 * i);
      for (int k = 0; k < 4; ++k) {
        const float *__restrict element = elements + at.element[k];
        float along = 0;
        for (int64_t c = 0; c < channels; ++c) along += g[c] * element[c];
        slope[job.axes[plane][0]] += at.across[k] * along;
        slope[job.axes[plane][1]] += at.down[k] * along;
      }
    }
    for (int axis = 0; axis < 3; ++axis) out[3 * i + axis] = slope[axis];
  }
}

static PlaneReadCode code(int64_t channels) {
  if (channels == 32) return {read_means<32>, add_to_plane<32>, points_gradients<32>};
  if (channels == 16) return {read_means<16>, add_to_plane<16>, points_gradients<16>};
  return {read_means<0>, add_to_plane<0>, points_gradients<0>};
}
