import Face
import Foundation
import Generator
import Photos
import Torch

/// A person of one photo, drawn in any pose and with any expression.
///
/// A state's pose and expression count; who it is was said by the photo. `RenderedFrame` is filled as far as the volume knows:
/// - colours everywhere; where the camera sees more than the volume shows, `surroundings`;
/// - depth along the view axis in head units;
/// - opacity is how much of a pixel's ray ends near the head: the volume holds a background of its own and no matte;
/// - labels are 255, which says nothing, where opacity is at least a half, and background elsewhere.
package final class PortraitAvatar: Avatar {
  package let model: PortraitModel
  package let session: PortraitSession
  /// At the size of the generator's images; at rest is what the photo shows.
  package let scene: AvatarScene
  /// Whether images are drawn with half as many rays each way while head or camera move, and finely once they stand still.
  package var halvesWhileMoving = false
  /// What is around the volume's image, red, green and blue in 0...1.
  package var surroundings = SIMD3<Float>(repeating: 0.5)
  private let placement: StandardPlacement
  private let volume: BakedTriplanes
  private let baker: DeformationBaker
  private var last: CameraLabel?

  /// `fit` is what photos are fitted with. Throws `PortraitError` where the session was made with other networks.
  package init(_ model: PortraitModel, _ session: PortraitSession, _ fit: PhotoFit = PhotoFit()) throws(PortraitError) {
    try session.check(model)
    (self.model, self.session) = (model, session)
    guard fit.head.name == session.faceModel else { throw .otherFaceModel(found: session.faceModel, expected: fit.head.name) }
    let expression = session.state.expression
    scene = AvatarScene(
      camera: Self.camera(size: model.configuration.generator.imageResolution), fps: 25, pose: session.state.pose,
      modelName: session.faceModel,
      expressionNames: fit.head.expressionNames, identity: session.state.identity,
      restingExpression: fit.head.expressionNames.indices.map { expression.indices.contains($0) ? expression[$0] : 0 })
    placement = fit.placement
    volume = model.generator.baked(session.planes, skipping: 48)
    baker = try model.baker(session.state)
  }

  /// The camera that the photo's head was fitted with, for images of `size` x `size`: a head in the session's pose is seen by it as in the
  /// photo.
  package static func camera(size: Int) -> Camera {
    Camera(width: size, height: size, focal: SIMD2(repeating: CameraLabel.faceFocal * Float(size)))
  }

  /// Throws `PortraitError` where the state has another number of coefficients than the photo's head.
  /// What is heard is not listened to, and there is no torso to move.
  package func render(_ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, camera: Camera) throws -> RenderedFrame {
    let view = FramedView(camera.inHead(state.pose), placement, home: session.distance)
    let moves = last.map { $0 != view.label } ?? false
    last = view.label
    let full = model.configuration.generator.rendering.resolution
    let rays = halvesWhileMoving && moves ? max(full / 2, 4) : full
    let lattice = baker.lattice(expression: try model.statistics.expression(state))
    let drawn = model.generator.render(volume, view.label.tensor.unsqueeze(0), session.ws, resolution: rays, deformation: lattice)
    return withoutGradient {
      let around = Tensor([surroundings.x, surroundings.y, surroundings.z]).expand([camera.height, camera.width, 3])
      return view.rendered(drawn, home: session.distance, boxUnit: placement.boxUnit, around: around)
    }
  }
}
