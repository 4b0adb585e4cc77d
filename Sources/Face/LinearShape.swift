import Torch

/// Points that depend linearly on coefficients: S = mean + a B_id + b B_exp (Eq 4 of NOFA++).
package struct LinearShape {
  /// `[n, 3]`.
  package let mean: Tensor
  /// `[Ni, n, 3]`.
  package let identity: Tensor
  /// `[Ne, n, 3]`.
  package let expression: Tensor

  package init(mean: Tensor, identity: Tensor, expression: Tensor) {
    precondition(identity.shape.dropFirst().elementsEqual(mean.shape) && expression.shape.dropFirst().elementsEqual(mean.shape))
    (self.mean, self.identity, self.expression) = (mean, identity, expression)
  }

  /// `[.., n, 3]` for coefficients `[.., Ni]` and `[.., Ne]`, whose leading dimensions broadcast; nil is zero. Differentiable.
  package func callAsFunction(identity a: Tensor? = nil, expression b: Tensor? = nil) -> Tensor {
    var flat = mean.reshape(-1)
    if let a { flat = flat + a.matmul(identity.reshape(identity.size(0), -1)) }
    if let b { flat = flat + b.matmul(expression.reshape(expression.size(0), -1)) }
    return flat.reshape(Array(flat.shape.dropLast()) + mean.shape)
  }
  /// The same points at `indices`, `[k]` int64, only.
  package func selecting(_ indices: Tensor) -> LinearShape {
    LinearShape(
      mean: mean.indexSelect(0, indices), identity: identity.indexSelect(1, indices), expression: expression.indexSelect(1, indices))
  }
  /// Weighted sums of the points: `weights` `[k, n]`.
  package func mixing(_ weights: Tensor) -> LinearShape {
    LinearShape(mean: weights.matmul(mean), identity: weights.matmul(identity), expression: weights.matmul(expression))
  }
  package func to(_ device: Device) -> LinearShape {
    LinearShape(mean: mean.to(device), identity: identity.to(device), expression: expression.to(device))
  }
}
