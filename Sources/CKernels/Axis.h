#pragma once

namespace likeness {

/// x to the node coordinate: u = slope (x - center) + extra clamp(x - center, -half, half).
struct Axis {
  float center, half, slope, extra;
};

} // namespace likeness
