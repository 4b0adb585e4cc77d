import Torch

/// How much fine detail images have, beside the truth's, and whether it is the truth's: blur and noise both show, without any network.
///
/// Told from the Laplacian of the luma, `y(up) + y(down) + y(left) + y(right) - 4 y` with `y = 0.2126 r + 0.7152 g + 0.0722 b` of the
/// values as they are stored, over all pixels of all images that were added.
package struct Detail: Sendable {
  /// Sums over pixels of the squared Laplacians, and of their product.
  private var own = 0.0, truth = 0.0, shared = 0.0

  package init() {}

  /// Takes images `[H, W, 3]` in 0...1, at least 3 x 3, where `mask`, `[H, W]` bool, holds; the outermost pixels have no Laplacian.
  package mutating func add(_ image: Tensor, truth: Tensor, where mask: Tensor? = nil) {
    add(Self.laplacian(image), Self.laplacian(truth), where: mask)
  }
  /// The same of Laplacians, `[H - 2, W - 2]`, which several masks can share.
  package mutating func add(_ a: Tensor, _ b: Tensor, where mask: Tensor?) {
    precondition(a.shape == b.shape, "images \(a.shape) and \(b.shape) cannot be compared")
    let inner = mask?.narrow(0, 1, a.size(0)).narrow(1, 1, a.size(1))
    let (a, b) = (inner.map { a.index([$0]) } ?? a, inner.map { b.index([$0]) } ?? b)
    guard a.numel > 0 else { return }
    own += a.square().to(.float64).sum().item
    self.truth += b.square().to(.float64).sum().item
    shared += (a * b).to(.float64).sum().item
  }

  /// The energy of the images' Laplacians over the truth's: 1 is as sharp, less is blurred, more is noisy. nil where the truth is flat.
  package var sharpness: Double? { truth > 0 ? own / truth : nil }
  /// The correlation (about zero) of the two Laplacians: the part of the detail that is where the truth has it, 1 is best. nil where
  /// either is flat.
  package var likeness: Double? { own > 0 && truth > 0 ? shared / (own * truth).squareRoot() : nil }

  /// `[H - 2, W - 2]` of an image `[H, W, 3]`.
  package static func laplacian(_ image: Tensor) -> Tensor {
    precondition(image.dim == 3 && image.size(2) == 3, "an image is [H, W, 3], not \(image.shape)")
    precondition(image.size(0) >= 3 && image.size(1) >= 3, "\(image.shape) is too small for a Laplacian")
    return withoutGradient {
      let y = image.to(.float32).matmul(Tensor([0.2126, 0.7152, 0.0722] as [Float], [3, 1])).squeeze(-1)
      let (h, w) = (y.size(0) - 2, y.size(1) - 2)
      func part(_ row: Int, _ column: Int) -> Tensor { y.narrow(0, row, h).narrow(1, column, w) }
      return part(0, 1) + part(2, 1) + part(1, 0) + part(1, 2) - part(1, 1) * 4
    }
  }
}
