import Torch

/// A person that can be shown doing anything: the two avatars, and the drawn mesh, conform to this.
package protocol Avatar {
  /// Draws the person in `state`, whose pose is head to world, as `camera` sees the world.
  ///
  /// Throws when the state does not fit the avatar, for instance with another number of coefficients.
  func render(_ state: FaceState, camera: Camera) throws -> RenderedFrame
}

/// One drawn picture.
package struct RenderedFrame {
  /// `[H, W, 3]` float32 in 0...1.
  package var rgb: Tensor
  /// `[H, W]` uint8, raw values of `SemanticClass`.
  package var labels: Tensor
  /// `[H, W]` float32 along the view axis, in head units; meaningful where opacity is above zero.
  package var depth: Tensor
  /// `[H, W]` float32 in 0...1, how much of the person (not the background) the pixel shows.
  package var opacity: Tensor

  package init(rgb: Tensor, labels: Tensor, depth: Tensor, opacity: Tensor) {
    self.rgb = rgb
    self.labels = labels
    self.depth = depth
    self.opacity = opacity
  }
}
