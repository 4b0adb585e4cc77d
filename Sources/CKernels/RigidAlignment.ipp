// What the frames of a clip show at points that move with a head as one: included inside a namespace of RigidAlignment.cpp.

#define INLINE static inline __attribute__((always_inline))

/// Points that are dealt with at once.
constexpr int block = 16;

/// Where a block's points are seen in a frame, and what it shows there.
struct Block {
  /// Turned and placed in the camera.
  float turned[3][block], placed[3][block];
  /// Values there and to the four sides.
  float here[block], left[block], right[block], over[block], under[block];
};

INLINE int clamped(int at, int length) { return at < 0 ? 0 : at >= length ? length - 1 : at; }

/// Places the points from `first` on and looks at the frame; the last points of a short block repeat.
INLINE void look(const AlignmentJob &job, int64_t frame, int64_t first, bool sides, Block &b) {
  const float *r = job.rotation + 9 * frame, *t = job.translation + 3 * frame;
  float x[block], y[block];
  float point[3][block];
  for (int k = 0; k < block; ++k) {
    const float *p = job.points + 3 * std::min(first + k, job.count - 1);
    for (int axis = 0; axis < 3; ++axis) point[axis][k] = p[axis];
  }
  for (int axis = 0; axis < 3; ++axis)
    for (int k = 0; k < block; ++k) {
      b.turned[axis][k] = r[3 * axis] * point[0][k] + r[3 * axis + 1] * point[1][k] + r[3 * axis + 2] * point[2][k];
      b.placed[axis][k] = b.turned[axis][k] + t[axis];
    }
  for (int k = 0; k < block; ++k) {
    const float inverse = -1 / b.placed[2][k];
    // Pixel centers lie at +0.5; beyond the border its pixels repeat. What is not a number is looked at in the corner.
    const float u = b.placed[0][k] * inverse * job.focal_x + job.center_x - 0.5f;
    const float v = job.center_y - b.placed[1][k] * inverse * job.focal_y - 0.5f;
    x[k] = u > -4 ? std::min(u, static_cast<float>(job.width + 4)) : -4;
    y[k] = v > -4 ? std::min(v, static_cast<float>(job.height + 4)) : -4;
  }
  const int8_t *image = job.bands + frame * job.width * job.height;
  float value[12][block], part_x[block], part_y[block];
  for (int k = 0; k < block; ++k) {
    const float low_x = std::floor(x[k]), low_y = std::floor(y[k]);
    part_x[k] = x[k] - low_x;
    part_y[k] = y[k] - low_y;
    const int i = static_cast<int>(low_x), j = static_cast<int>(low_y);
    int column[4];
    const int8_t *row[4];
    for (int d = 0; d < 4; ++d) {
      column[d] = clamped(i + d - 1, job.width);
      row[d] = image + clamped(j + d - 1, job.height) * job.width;
    }
    for (int d = 0; d < 4; ++d) {
      value[d][k] = row[1][column[d]];
      value[4 + d][k] = row[2][column[d]];
    }
    value[8][k] = row[0][column[1]];
    value[9][k] = row[0][column[2]];
    value[10][k] = row[3][column[1]];
    value[11][k] = row[3][column[2]];
  }
  constexpr float scale = 1 / band_scale;
  const auto mix = [](float a, float b, float part) { return a + (b - a) * part; };
  for (int k = 0; k < block; ++k) {
    const float p = part_x[k], q = part_y[k];
    const float upper = mix(value[1][k], value[2][k], p), lower = mix(value[5][k], value[6][k], p);
    b.here[k] = mix(upper, lower, q) * scale;
    if (!sides) continue;
    b.left[k] = mix(mix(value[0][k], value[1][k], p), mix(value[4][k], value[5][k], p), q) * scale;
    b.right[k] = mix(mix(value[2][k], value[3][k], p), mix(value[6][k], value[7][k], p), q) * scale;
    b.over[k] = mix(mix(value[8][k], value[9][k], p), upper, q) * scale;
    b.under[k] = mix(lower, mix(value[10][k], value[11][k], p), q) * scale;
  }
}

/// Of a block's points: how what is seen changes with their places, what it lacks to their own values, and what that counts.
struct Slopes {
  float along[3][block], residual[block], weight[block];
};

INLINE void slopes(const AlignmentJob &job, int64_t frame, int64_t first, const Block &b, Slopes &s) {
  const float noise = job.noise, share = job.weights[frame];
  const float fx = 0.5f * job.focal_x, fy = -0.5f * job.focal_y;
  for (int k = 0; k < block; ++k) {
    s.residual[k] = job.mean[std::min(first + k, job.count - 1)] - b.here[k];
    // Huber's weights; what only fills the block counts nothing.
    const float counts = first + k < job.count ? share : 0;
    s.weight[k] = 2 / (noise * std::max(std::fabs(s.residual[k]), 2 * noise)) * counts;
    const float inverse = -1 / b.placed[2][k];
    const float across = (b.right[k] - b.left[k]) * fx * inverse, down = (b.under[k] - b.over[k]) * fy * inverse;
    s.along[0][k] = across;
    s.along[1][k] = down;
    s.along[2][k] = (across * b.placed[0][k] + down * b.placed[1][k]) * inverse;
  }
}

/// The weighted mean over the frames of what is seen at the points from `first` to `end`.
static void mean_seen(const AlignmentJob &job, int64_t first, int64_t end, float *out) {
  float total = 0;
  for (int64_t frame = 0; frame < job.frames; ++frame) total += job.weights[frame];
  for (; first < end; first += block) {
    float sum[block]{};
    Block b;
    for (int64_t frame = 0; frame < job.frames; ++frame) {
      look(job, frame, first, false, b);
      for (int k = 0; k < block; ++k) sum[k] += job.weights[frame] * b.here[k];
    }
    for (int64_t k = first; k < std::min(first + block, end); ++k) out[k] = sum[k - first] / total;
  }
}

/// The equations of one frame's pose: `hessian` `[6, 6]` and `gradient` `[6]`.
static void pose_equations(const AlignmentJob &job, int64_t frame, double *hessian, double *gradient) {
  float h[21][block]{}, g[6][block]{};
  Block b;
  Slopes s;
  for (int64_t first = 0; first < job.count; first += block) {
    look(job, frame, first, true, b);
    slopes(job, frame, first, b, s);
    float row[6][block];
    for (int axis = 0; axis < 3; ++axis) {
      const int n = (axis + 1) % 3, m = (axis + 2) % 3;
      for (int k = 0; k < block; ++k) {
        row[axis][k] = b.turned[n][k] * s.along[m][k] - b.turned[m][k] * s.along[n][k];
        row[3 + axis][k] = s.along[axis][k];
      }
    }
    for (int i = 0, at = 0; i < 6; ++i) {
      float weighted[block];
      for (int k = 0; k < block; ++k) weighted[k] = row[i][k] * s.weight[k];
      for (int k = 0; k < block; ++k) g[i][k] += weighted[k] * s.residual[k];
      for (int j = 0; j <= i; ++j, ++at)
        for (int k = 0; k < block; ++k) h[at][k] += weighted[k] * row[j][k];
    }
  }
  const auto sum = [](const float *values) {
    double all = 0;
    for (int k = 0; k < block; ++k) all += values[k];
    return all;
  };
  for (int i = 0, at = 0; i < 6; ++i) {
    gradient[i] = sum(g[i]);
    for (int j = 0; j <= i; ++j, ++at) hessian[6 * i + j] = hessian[6 * j + i] = sum(h[at]);
  }
}

/// What all frames together say about how far the points from `first` to `end` lie along their `directions`.
static void depth_equations(const AlignmentJob &job, const float *directions, int64_t first, int64_t end, float *hessian, float *gradient) {
  Block b;
  Slopes s;
  for (; first < end; first += block) {
    float h[block]{}, g[block]{}, way[3][block];
    for (int k = 0; k < block; ++k)
      for (int axis = 0; axis < 3; ++axis) way[axis][k] = directions[3 * std::min(first + k, job.count - 1) + axis];
    for (int64_t frame = 0; frame < job.frames; ++frame) {
      const float *r = job.rotation + 9 * frame;
      look(job, frame, first, true, b);
      slopes(job, frame, first, b, s);
      for (int k = 0; k < block; ++k) {
        float along = 0;
        for (int axis = 0; axis < 3; ++axis)
          along += s.along[axis][k] * (r[3 * axis] * way[0][k] + r[3 * axis + 1] * way[1][k] + r[3 * axis + 2] * way[2][k]);
        h[k] += along * along * s.weight[k];
        g[k] += along * s.residual[k] * s.weight[k];
      }
    }
    for (int64_t k = first; k < std::min(first + block, end); ++k) {
      hessian[k] = h[k - first];
      gradient[k] = g[k - first];
    }
  }
}
