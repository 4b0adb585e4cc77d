import Torch

/// A person that can be shown doing anything: the avatars of a clip and of a photo conform to this.
package protocol Avatar {
  /// What drives it has to know this.
  var scene: AvatarScene { get }
  /// Draws the person in `state`, whose pose is head to world, as `camera` sees the world, the torso moved by `torso` (a shift in
  /// head units and a roll, as in a track; zero is its mean place).
  ///
  /// `heard`, windows of speech about the frame `[8, T, C]`, says the mouth's coefficients in place of the state's.
  /// Throws where the state does not fit the avatar, for instance with another number of coefficients, or where it cannot be driven so.
  func render(_ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, camera: Camera) throws -> RenderedFrame
}

extension Avatar {
  /// The person in `state` with the torso where it was on average.
  package func render(_ state: FaceState, camera: Camera) throws -> RenderedFrame {
    try render(state, torso: .zero, heard: nil, camera: camera)
  }
}

/// One drawn image.
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
