/// An image of a person before nothing (zeros), with all that it was drawn of: what another avatar can learn from.
package struct DrawnView {
  /// Its pose, head to world, is how the head is held; the camera that filmed stands at the world's origin.
  package var state: FaceState
  /// See `TrackFrame.torso`.
  package var torso: SIMD4<Float>
  /// What looks, which may be aside of what filmed.
  package var camera: Camera
  /// Its colors are multiplied by the opacity.
  package var image: RenderedFrame

  package init(state: FaceState, torso: SIMD4<Float>, camera: Camera, image: RenderedFrame) {
    (self.state, self.torso, self.camera, self.image) = (state, torso, camera, image)
  }
}
