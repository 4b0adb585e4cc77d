import Consent
import Face
import Foundation
import Generator
import Photos
import Torch

/// A person of one photo as a generator's volume: the paper's own coarse volume, moved by its deformation network or by the head model.
package final class GeneratedPortrait: PhotoAvatar {
  package enum Motion: String, Codable, CaseIterable, Sendable {
    /// Backward through the fitted head model's surface.
    case mesh
    /// By trained networks (D-Net x W-Net).
    case learned

    static let lacksNetworks =
      "deformation=learned needs networks that move volumes: those of a trained portrait model, or a file of train portrait --stage deformation"
  }
  package let camera: Camera
  package let scene: AvatarScene
  package var model: MorphableModel { head.model }
  package var calibration: [SIMD3<Float>] { head.calibration }
  package let photo: String
  package let motion: Motion
  package var consent: ConsentRecord?

  let generator: TriplaneGenerator
  /// `[1, 3 C, R, R]`, `[1, layers, width]`, and what is behind the person, `[S, S, 3]` uint8.
  let planes, ws, plate: Tensor
  /// What the photo shows.
  let state: FaceState
  /// As the volume shows it.
  let head: LiftHead
  /// How far the photo's camera stood, box units.
  let distance: Float
  let learned: LearnedMotion?
  private let placement: StandardPlacement
  private let volume: BakedTriplanes
  private let warp: MeshWarp
  private let baker: DeformationBaker?

  /// - head: as the volume shows it; state: what the photo shows.
  init(
    generator: TriplaneGenerator, planes: Tensor, ws: Tensor, plate: Tensor, head: LiftHead, state: FaceState, distance: Float,
    learned: LearnedMotion?, motion: Motion, camera: Camera, photo: String
  ) throws {
    (self.generator, self.planes, self.ws, self.plate, self.head, self.state) = (generator, planes, ws, plate, head, state)
    (self.distance, self.learned, self.motion, self.camera, self.photo) = (distance, learned, motion, camera, photo)
    let names = head.model.expressionNames
    scene = AvatarScene(
      camera: camera, fps: 25, pose: state.pose, modelName: head.model.name, expressionNames: names, identity: state.identity,
      restingExpression: names.indices.map { state.expression.indices.contains($0) ? state.expression[$0] : 0 })
    placement = PhotoFit(head.model).placement
    volume = generator.baked(planes, skipping: 48)
    let mesh = MeshWarp(head, placement)
    warp = mesh
    // Only what was taught by the mesh was taught without a calibration.
    baker =
      motion == .learned
      ? try learned.map {
        DeformationBaker(
          $0.field, identity: try $0.source(head.source, head.model), count: MeshWarp.count, extent: Double(MeshWarp.extent),
          offsets: $0.source == .shown ? mesh.calibration() : nil)
      } : nil
  }

  package func background(_ camera: Camera) -> Tensor {
    withoutGradient {
      let around = plate.permute(2, 0, 1).unsqueeze(0).to(.float32) / 255
      return around.interpolate(size: [camera.height, camera.width], .linear, antialias: true)[0].permute(1, 2, 0).contiguous()
    }
  }

  /// What is heard is not listened to, and there is no torso to move. A generator that draws its own background is cut out by its depth.
  package func render(
    _ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, background: Tensor?, camera: Camera
  ) throws -> RenderedFrame {
    let expected = scene.expressionNames.count
    guard state.expression.count <= expected else { throw PortraitError.driving(found: state.expression.count, expected: expected) }
    let view = FramedView(camera.inHead(state.pose), placement, home: distance)
    let lattice = try lattice(state)
    let drawn = generator.render(volume, view.label.tensor.unsqueeze(0), ws, deformation: lattice)
    return withoutGradient {
      let isWhite = generator.configuration.rendering.whiteBack
      var frame = view.rendered(
        drawn, home: distance, boxUnit: placement.boxUnit,
        around: isWhite ? background ?? self.background(camera) : self.background(camera),
        beforeWhite: isWhite)
      if let background, !isWhite { frame.rgb = background.lerp(frame.rgb, frame.opacity.unsqueeze(2)) }
      return frame
    }
  }

  /// Where what is seen at a point of the box lies in the volume; nil where nothing moves.
  package func lattice(_ state: FaceState) throws -> DeformationLattice? {
    guard let baker, let learned else { return warp.lattice(state) }
    return baker.lattice(expression: try learned.driving(state, head.model))
  }

  /// The same volume moved in another way; nil of `motion` is learned where `networks` are given, and as it is otherwise. Throws
  /// `PortraitError` where it is to be moved by networks and has none.
  package func moved(by motion: Motion?, networks: LearnedMotion? = nil) throws -> GeneratedPortrait {
    let learned = networks ?? learned, motion = motion ?? (networks == nil ? self.motion : .learned)
    guard motion == .mesh || learned != nil else { throw PortraitError.configuration(Motion.lacksNetworks) }
    let moved = try GeneratedPortrait(
      generator: generator, planes: planes, ws: ws, plate: plate, head: head, state: state, distance: distance, learned: learned,
      motion: motion, camera: camera, photo: photo)
    moved.consent = consent
    return moved
  }
  /// Whether it holds networks that could move it.
  package var hasNetworks: Bool { learned != nil }
  /// What moves it, in words.
  package var motionWords: String {
    motion == .mesh ? "the fitted head's mesh" : "learned networks (\(learned?.name ?? "?"))"
  }
}
