// Sixteen coordinates along an axis of nodes: included inside a namespace for one set of instructions, after FrameLanes.ipp.

/// Node coordinate of x along an axis, -1...1.
INLINE f16v warp(f16v x, const Axis &axis) {
  const f16v offset = x - axis.center;
  const f16v u = axis.slope * offset + axis.extra * least(most(offset, all(-axis.half)), all(axis.half));
  return least(most(u, all(-1)), all(1));
}
/// The lower of the two nodes around u, and how far towards the other it lies.
INLINE i16v lower_node(f16v u, int nodes, f16v &share) {
  const f16v place = (u + 1.0f) * (0.5f * static_cast<float>(nodes - 1));
  const f16v node = least(__builtin_elementwise_floor(place), all(static_cast<float>(nodes - 2)));
  share = place - node;
  return __builtin_convertvector(node, i16v);
}
