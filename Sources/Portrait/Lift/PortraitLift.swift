import Consent
import Face
import Foundation
import Generator
import Media
import Torch

/// A person made from one photo: the photo on the fitted head and on a sheet for hair and clothes, moved by the head model.
package final class PortraitLift: BackedAvatar {
  /// What the avatar is usually seen with.
  package let camera: Camera
  /// At rest is what the face does in the photo, and its head is where the photo shows it.
  package let scene: AvatarScene
  private var pose: Rigid { head.source.pose }
  /// What the face does in the photo, and where.
  package var state: FaceState { head.source }
  /// The head model that moves it.
  package var model: MorphableModel { head.model }
  /// What fits of this person take beside the identity (see `FaceFit.Person`).
  package var calibration: [SIMD3<Float>] { head.calibration }
  /// The last part of the photo's name.
  package let photo: String
  package var consent: ConsentRecord?
  /// The camera of the whole photo that the texture was made from.
  let source: Camera

  let head: LiftHead
  /// Tensors as `likeness::lift_frame` takes them, and "texture", "plate".
  let tensors: [String: Tensor]
  /// How far the torso goes along when the neck's root moves.
  private static let torsoFollow: Float = 0.2
  private static let neckRoot: SIMD3<Float> = [0, -1.3, -0.55]
  private var plates: (camera: Camera, plate: Tensor)?

  init(head: LiftHead, tensors: [String: Tensor], source: Camera, camera: Camera, photo: String) {
    (self.head, self.tensors, self.source, self.camera, self.photo) = (head, tensors, source, camera, photo)
    let names = head.model.expressionNames, state = head.source
    scene = AvatarScene(
      camera: camera, fps: 25, pose: state.pose, modelName: head.model.name, expressionNames: names, identity: state.identity,
      restingExpression: names.indices.map { state.expression.indices.contains($0) ? state.expression[$0] : 0 }, restingGaze: state.gaze)
  }

  /// Makes it from a photo; throws `PortraitError` where it was read with another head model.
  package convenience init(_ photo: LiftPhoto, model: MorphableModel = .builtIn()) throws {
    guard photo.faceModel == model.name else { throw PortraitError.otherFaceModel(found: photo.faceModel, expected: model.name) }
    let built = withoutGradient { LiftBuilder(photo, model: model) }
    var tensors = built.mesh.tensors
    tensors["texture"] = built.texture.tensor
    tensors["plate"] = built.plate
    self.init(
      head: built.head, tensors: tensors, source: photo.camera, camera: photo.frame, photo: URL(filePath: photo.name).lastPathComponent)
  }

  /// What is heard is not listened to, and the torso follows the head a little, by itself.
  package func render(
    _ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, background: Tensor?, camera: Camera
  ) throws -> RenderedFrame {
    try frame(state, background, camera: camera).draw()
  }
  /// The same by the formulas as they are written down, slowly, for tests of the kernel.
  package func referenceRender(_ state: FaceState, camera: Camera) throws -> RenderedFrame {
    try frame(state, nil, camera: camera).referenceDraw()
  }

  /// Where `vertices` of the head model are drawn, in head space; nil for those that no vertex of the drawn surface lies on.
  package func drawn(_ vertices: [Int], _ state: FaceState) -> [SIMD3<Float>?] {
    let base = tensors["base"]!.floats, links = tensors["links"]!.array(Int32.self), shares = tensors["shares"]!.floats
    let moved = head.movement(state)
    var places: [Int: SIMD3<Float>] = [:]
    for v in 0..<base.count / 3 {
      guard let k = (4 * v..<4 * v + 4).first(where: { shares[$0] > 0.999 }), places[Int(links[k])] == nil else { continue }
      places[Int(links[k])] = SIMD3(base[3 * v], base[3 * v + 1], base[3 * v + 2]) + shares[k] * moved[Int(links[k])]
    }
    return vertices.map { places[$0] }
  }

  /// All that a frame is drawn from.
  func frame(_ state: FaceState, _ background: Tensor?, camera: Camera) throws -> LiftFrame {
    guard state.expression.count <= scene.expressionNames.count else {
      throw PortraitError.driving(found: state.expression.count, expected: scene.expressionNames.count)
    }
    let moved = head.movement(state)
    let open = head.openings(moved), gap = head.lipGap(moved), restingGap = head.lipGap([])
    func closed(_ open: Float) -> Float { 1 - smoothstep(0.25, 0.75, open) }
    let toCamera = camera.worldToCamera
    let follow = (state.pose.apply(Self.neckRoot) - pose.apply(Self.neckRoot)) * Self.torsoFollow
    let torso = Rigid(rotation: pose.rotation, translation: pose.translation + follow)
    return LiftFrame(
      tensors: tensors, moved: moved, head: toCamera * state.pose, torso: toCamera * torso, still: toCamera * pose, camera: camera,
      controls: [
        closed(open.x), closed(open.y), MouthInside.light(gap: gap, width: head.mouthWidth(moved) / head.mouthWidth([])),
        smoothstep(0.01, 0.06, gap - restingGap),
      ],
      lips: head.lips(moved), plate: background ?? self.background(camera))
  }

  /// What is behind the person, as large as the camera's image; it does not move with the camera.
  package func background(_ camera: Camera) -> Tensor {
    var still = camera
    still.cameraToWorld = .identity
    if let plates, plates.camera == still { return plates.plate }
    let all = tensors["plate"]!
    let plane = PixelPlane(width: all.size(1), height: all.size(0), channels: 3, all.array(UInt8.self).map { Float($0) / 255 })
    let scale = source.focal / still.focal
    var values = [Float](repeating: 0, count: still.width * still.height * 3)
    for y in 0..<still.height {
      for x in 0..<still.width {
        let p = (SIMD2(Float(x) + 0.5, Float(y) + 0.5) - still.center) * scale + source.center
        for c in 0..<3 { values[(y * still.width + x) * 3 + c] = plane.read(p, c) }
      }
    }
    let made = Tensor(values, [still.height, still.width, 3])
    plates = (still, made)
    return made
  }
}
