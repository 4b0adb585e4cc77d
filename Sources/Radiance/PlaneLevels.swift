import Torch

/// Levels of planes `[P, H, W, C]`, the finest one last, added up as one of its size: each is stretched bilinearly, ends on ends.
/// Differentiable for all levels.
package func foldedLevels(_ levels: [Tensor]) -> Tensor {
  guard levels.allSatisfy({ $0.device == .cpu && $0.dtype == .float32 && $0.size(1) > 1 && $0.size(2) > 1 }) else {
    return referenceFoldedLevels(levels)
  }
  return call("likeness::fold", levels)
}

/// `foldedLevels` in libtorch's operators.
package func referenceFoldedLevels(_ levels: [Tensor]) -> Tensor {
  let finest = levels[levels.count - 1]
  let size = [finest.size(1), finest.size(2)]
  return levels.dropLast().reduce(finest) { sum, level in
    sum + call("aten::upsample_bilinear2d", level.permute(0, 3, 1, 2), size, true).permute(0, 2, 3, 1)
  }.contiguous()
}
