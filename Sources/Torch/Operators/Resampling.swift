extension Tensor {
  /// How values between elements are made.
  package enum Interpolation: Sendable {
    case nearest
    /// Nearest without the half-pixel error of `nearest`, as OpenCV and Pillow do it.
    case nearestExact
    /// Linear along each dimension: bilinear for images.
    case linear
    case cubic
    /// Means of the area that an element covers.
    case area
  }

  /// Resampled to `size`: `[b, c, n]`, `[b, c, h, w]` or `[b, c, d, h, w]`, as `torch.nn.functional.interpolate` does it.
  ///
  /// `alignCorners` puts the corner elements' centres, not their edges, onto each other; `antialias` widens the filter where the size shrinks.
  package func interpolate(
    size: [Int], _ mode: Interpolation = .nearest, alignCorners: Bool = false, antialias: Bool = false
  ) -> Tensor {
    interpolate(size, nil, mode, alignCorners, antialias)
  }
  /// Resampled by a factor; the size is rounded down, the positions go by the factor itself.
  package func interpolate(
    scale: Double, _ mode: Interpolation = .nearest, alignCorners: Bool = false, antialias: Bool = false
  ) -> Tensor {
    interpolate(nil, scale, mode, alignCorners, antialias)
  }

  private func interpolate(_ size: [Int]?, _ scale: Double?, _ mode: Interpolation, _ align: Bool, _ antialias: Bool) -> Tensor {
    let scales = scale.map { [Double](repeating: $0, count: dim - 2) }
    switch (mode, dim - 2, antialias) {
    case (.nearest, 1, false): return call("aten::upsample_nearest1d.vec", self, size, scales)
    case (.nearest, 2, false): return call("aten::upsample_nearest2d.vec", self, size, scales)
    case (.nearest, 3, false): return call("aten::upsample_nearest3d.vec", self, size, scales)
    case (.nearestExact, 1, false): return call("aten::_upsample_nearest_exact1d.vec", self, size, scales)
    case (.nearestExact, 2, false): return call("aten::_upsample_nearest_exact2d.vec", self, size, scales)
    case (.nearestExact, 3, false): return call("aten::_upsample_nearest_exact3d.vec", self, size, scales)
    case (.linear, 1, false): return call("aten::upsample_linear1d.vec", self, size, align, scales)
    case (.linear, 2, false): return call("aten::upsample_bilinear2d.vec", self, size, align, scales)
    case (.linear, 2, true): return call("aten::_upsample_bilinear2d_aa.vec", self, size, align, scales)
    case (.linear, 3, false): return call("aten::upsample_trilinear3d.vec", self, size, align, scales)
    case (.cubic, 2, false): return call("aten::upsample_bicubic2d.vec", self, size, align, scales)
    case (.cubic, 2, true): return call("aten::_upsample_bicubic2d_aa.vec", self, size, align, scales)
    case (.area, 2, false):
      return adaptiveAvgPool2d(size ?? shape.suffix(2).map { Int((Double($0) * scale!).rounded(.down)) })
    default: fatalError("interpolate: \(mode)\(antialias ? " with antialias" : "") is not made for \(dim) dimensions")
    }
  }

  /// What lies beyond the edge.
  package enum GridPadding: Int, Sendable { case zeros, border, reflection }

  /// Values at places of an image or a volume, as `torch.nn.functional.grid_sample` takes them.
  ///
  /// `[b, c, h, w]` at `[b, h', w', 2]` (x, y) or `[b, c, d, h, w]` at `[b, d', h', w', 3]` (x, y, z), each in -1...1. With `alignCorners`
  /// -1 and 1 are the centres of the outermost elements, else their outer edges. Modes: nearest, linear, and cubic for images.
  package func gridSample(
    _ grid: Tensor, _ mode: Interpolation = .linear, padding: GridPadding = .zeros, alignCorners: Bool = false
  ) -> Tensor {
    let number: Int
    switch mode {
    case .linear: number = 0
    case .nearest: number = 1
    case .cubic: number = 2
    default: fatalError("gridSample: \(mode) is not made")
    }
    return call("aten::grid_sampler", self, grid, number, padding.rawValue, alignCorners)
  }
  /// The places that affine maps `[b, 2, 3]` (or `[b, 3, 4]`) give for an output of `[b, c, h, w]` (or `[b, c, d, h, w]`).
  package func affineGrid(_ size: [Int], alignCorners: Bool = false) -> Tensor {
    call("aten::affine_grid_generator", self, size, alignCorners)
  }

  /// What `pad` puts around.
  package enum Padding: String, Sendable { case constant, reflect, replicate, circular }

  /// Elements added before and after, the last dimension first: `[left, right, top, bottom]`.
  package func pad(_ widths: [Int], _ mode: Padding = .constant, value: Double = 0) -> Tensor {
    call("aten::pad", self, widths, mode.rawValue, mode == .constant ? value : nil)
  }
}
