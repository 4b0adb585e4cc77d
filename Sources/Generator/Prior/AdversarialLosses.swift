import Torch

/// What generator and discriminator pay in the game of Goodfellow et al. 2014, in the form that does not saturate.
package enum AdversarialLoss {
  /// Of the generator for logits `[N, 1]` of its images, per image: `softplus(-D(fake))`.
  package static func generator(_ fake: Tensor) -> Tensor { (-fake).softplus() }
  /// Of the discriminator for logits of made images: `softplus(D(fake))`.
  package static func made(_ fake: Tensor) -> Tensor { fake.softplus() }
  /// Of the discriminator for logits of real images: `softplus(-D(real))`.
  package static func real(_ real: Tensor) -> Tensor { (-real).softplus() }
}

/// R1 (Mescheder et al. 2018): how steep the discriminator is at real images, `|dD / d image|^2 + |dD / d raw|^2`, per image `[N]`.
///
/// `logits` `[N, 1]` must come from `image` and `raw`, which require gradients; the result can itself be differentiated. The loss is
/// `gamma / 2` times its mean.
package func gradientPenalty(_ logits: Tensor, image: Tensor, raw: Tensor) -> Tensor {
  let found = gradients(of: [logits.sum()], for: [image, raw], createGraph: true)
  return found.reduce(Tensor.zeros([logits.size(0)], device: logits.device)) { sum, gradient in
    gradient.map { sum + $0.square().sum(1, 2, 3) } ?? sum
  }
}
