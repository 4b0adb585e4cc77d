extension Tensor {
  package func matmul(_ other: Tensor) -> Tensor { call("aten::matmul", self, other) }
  package func bmm(_ other: Tensor) -> Tensor { call("aten::bmm", self, other) }
  /// `self` + `a` times `b`, in one pass.
  package func addmm(_ a: Tensor, _ b: Tensor) -> Tensor { call("aten::addmm", self, a, b) }
  /// `self` times the transposed `weight`, plus `bias`: `[..., in]` and `[out, in]` to `[..., out]`.
  package func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor { call("aten::linear", self, weight, bias) }
  /// The cross product of vectors of three along a dimension.
  package func cross(_ other: Tensor, _ dim: Int = -1) -> Tensor { call("aten::linalg_cross", self, other, dim) }
  /// The sum of the products of two vectors' elements along a dimension.
  package func dot(_ other: Tensor, _ dim: Int = -1, keepdim: Bool = false) -> Tensor { (self * other).sum(dim, keepdim: keepdim) }
  /// a . b / max(|a| |b|, eps) along a dimension.
  package func cosineSimilarity(_ other: Tensor, _ dim: Int = 1, eps: Double = 1e-8) -> Tensor {
    call("aten::cosine_similarity", self, other, dim, eps)
  }
  /// Distances between the points of two sets, `[..., n, d]` and `[..., m, d]` to `[..., n, m]`.
  package func cdist(_ other: Tensor) -> Tensor { call("aten::cdist", self, other) }

  package func inverse() -> Tensor { call("aten::linalg_inv", self) }
  package func determinant() -> Tensor { call("aten::linalg_det", self) }
  /// x with `self` x = `right`, for a square matrix, `[..., n, n]` and `[..., n, k]`.
  package func solve(_ right: Tensor) -> Tensor { call("aten::linalg_solve", self, right) }
  /// x that makes |`self` x - `right`| least, `[..., m, n]` and `[..., m, k]` to `[..., n, k]`; the matrix has full rank.
  package func leastSquares(_ right: Tensor) -> Tensor {
    guard let solution = callAll("aten::linalg_lstsq", self, right)[0] else { fatalError("aten::linalg_lstsq returned no solution") }
    return solution
  }
  /// The lower triangular L with L L^T = `self`, for a positive definite matrix.
  package func cholesky() -> Tensor { call("aten::linalg_cholesky", self) }
  /// x with L L^T x = `right`, where `self` is L.
  package func choleskySolve(_ right: Tensor) -> Tensor { call("aten::cholesky_solve", right, self) }
  /// U, the singular values in falling order, and V^T: `self` = U diag(s) V^T.
  package func svd(full: Bool = false) -> (u: Tensor, s: Tensor, vt: Tensor) {
    let (u, s, vt) = call3("aten::linalg_svd", self, full)
    return (u, s, vt)
  }
  /// The eigenvalues of a symmetric matrix in rising order, and the eigenvectors as columns.
  package func eigh() -> (values: Tensor, vectors: Tensor) {
    let (values, vectors) = call2("aten::linalg_eigh", self)
    return (values, vectors)
  }
  /// The diagonal of the last two dimensions.
  package func diagonal() -> Tensor { call("aten::diagonal", self, 0, -2, -1) }
  /// Square matrices with the last dimension on their diagonals.
  package func diagEmbed() -> Tensor { call("aten::diag_embed", self) }
}

/// Products summed as Einstein's notation says: `einsum("bij,bjk->bik", a, b)`.
package func einsum(_ equation: String, _ operands: Tensor...) -> Tensor { call("aten::einsum", equation, operands) }
