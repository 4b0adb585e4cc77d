/// A module that works differently while it learns.
package protocol Trainable: Module {
  var isTraining: Bool { get set }
}
extension Module {
  /// Tells this module and every part whether it learns.
  package func train(_ on: Bool = true) {
    for module in modules() { (module as? any Trainable)?.isTraining = on }
  }
}

/// Each channel (dimension 1) to mean 0 and variance 1 over the batch, or by the means and variances of earlier batches when not training.
package class BatchNorm: Trainable {
  package class var checkpointNames: [String: String] {
    ["runningMean": "running_mean", "runningVar": "running_var", "batchesTracked": "num_batches_tracked"]
  }
  /// `[channels]`
  package let weight, bias: Tensor?
  /// `[channels]`
  package let runningMean, runningVar: Tensor?
  package let batchesTracked: Tensor?
  package var isTraining = true
  private let dims: ClosedRange<Int>
  private let eps, momentum: Double

  fileprivate init(_ channels: Int, eps: Double, momentum: Double, affine: Bool, track: Bool, dims: ClosedRange<Int>) {
    weight = affine ? Tensor.ones([channels]).requiringGrad() : nil
    bias = affine ? Tensor.zeros([channels]).requiringGrad() : nil
    runningMean = track ? .zeros([channels]) : nil
    runningVar = track ? .ones([channels]) : nil
    batchesTracked = track ? .zeros([], .int64) : nil
    (self.eps, self.momentum, self.dims) = (eps, momentum, dims)
  }
  package func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(dims.contains(x.dim), "batch norm takes \(dims) dimensions, not \(x.dim)")
    if isTraining, let batchesTracked { withoutGradient { batchesTracked.add_(Tensor(1)) } }
    let fromBatch = isTraining || runningMean == nil
    return call("aten::batch_norm", x, weight, bias, runningMean, runningVar, fromBatch, momentum, eps, false)
  }
}
/// Batch normalisation of `[b, channels]` or `[b, channels, n]`.
package final class BatchNorm1d: BatchNorm {
  package init(_ channels: Int, eps: Double = 1e-5, momentum: Double = 0.1, affine: Bool = true, trackRunningStats: Bool = true) {
    super.init(channels, eps: eps, momentum: momentum, affine: affine, track: trackRunningStats, dims: 2...3)
  }
}
/// Batch normalisation of `[b, channels, h, w]`.
package final class BatchNorm2d: BatchNorm {
  package init(_ channels: Int, eps: Double = 1e-5, momentum: Double = 0.1, affine: Bool = true, trackRunningStats: Bool = true) {
    super.init(channels, eps: eps, momentum: momentum, affine: affine, track: trackRunningStats, dims: 4...4)
  }
}

/// Each channel of each image `[b, channels, h, w]` to mean 0 and variance 1.
package final class InstanceNorm2d: Module {
  /// `[channels]`
  package let weight, bias: Tensor?
  private let eps: Double

  package init(_ channels: Int, eps: Double = 1e-5, affine: Bool = false) {
    weight = affine ? Tensor.ones([channels]).requiringGrad() : nil
    bias = affine ? Tensor.zeros([channels]).requiringGrad() : nil
    self.eps = eps
  }
  package func callAsFunction(_ x: Tensor) -> Tensor {
    call("aten::instance_norm", x, weight, bias, Tensor?.none, Tensor?.none, true, 0.1, eps, false)
  }
}

/// The last dimensions, of the given shape, to mean 0 and variance 1.
package final class LayerNorm: Module {
  /// `shape`
  package let weight, bias: Tensor?
  private let shape: [Int]
  private let eps: Double

  package init(_ shape: some Lengths, eps: Double = 1e-5, affine: Bool = true) {
    (self.shape, self.eps) = (shape.lengths, eps)
    weight = affine ? Tensor.ones(shape.lengths).requiringGrad() : nil
    bias = affine ? Tensor.zeros(shape.lengths).requiringGrad() : nil
  }
  package func callAsFunction(_ x: Tensor) -> Tensor { call("aten::layer_norm", x, shape, weight, bias, eps) }
}

/// Groups of channels of each image `[b, channels, ...]` to mean 0 and variance 1.
package final class GroupNorm: Module {
  /// `[channels]`
  package let weight, bias: Tensor?
  private let groups: Int
  private let eps: Double

  package init(_ groups: Int, _ channels: Int, eps: Double = 1e-5, affine: Bool = true) {
    (self.groups, self.eps) = (groups, eps)
    weight = affine ? Tensor.ones([channels]).requiringGrad() : nil
    bias = affine ? Tensor.zeros([channels]).requiringGrad() : nil
  }
  package func callAsFunction(_ x: Tensor) -> Tensor { call("aten::group_norm", x, groups, weight, bias, eps) }
}
