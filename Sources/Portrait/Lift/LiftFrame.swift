import Face
import Torch

/// A frame of a lifted photo, ready to be drawn.
struct LiftFrame {
  /// What stays from frame to frame.
  let tensors: [String: Tensor]
  /// How the head model's vertices have moved, in head space.
  let moved: [SIMD3<Float>]
  /// To camera.
  let head, torso: Rigid
  /// Where the photo shows the head, to camera.
  let still: Rigid
  let camera: Camera
  /// How far the right and the left lid are closed, the light inside the mouth, and how far the lips are parted; 0...1.
  let controls: SIMD4<Float>
  /// The lips' inner border in head space, from the right corner over the upper lip, 20 points.
  let lips: [SIMD2<Float>]
  /// `[H, W, 3]`, 0...1.
  let plate: Tensor

  /// With the fused kernel.
  func draw() -> RenderedFrame {
    withoutGradient {
      let t = tensors
      let flat = moved.flatMap { [$0.x, $0.y, $0.z] }
      let poses = (head.rows.prefix(12) + torso.rows.prefix(12) + still.rows.prefix(12)).map { $0 }
      let found = callAll(
        "likeness::lift_frame", t["base"]!, t["links"]!, t["shares"]!, t["numbers"]!, t["triangles"]!, t["kinds"]!, t["texture"]!,
        Tensor(flat, [moved.count, 3]), Tensor(poses, [3, 3, 4]),
        Tensor([camera.focal.x, camera.focal.y, camera.center.x, camera.center.y]),
        Tensor([controls.x, controls.y, controls.z, controls.w]),
        Tensor(lips.flatMap { [$0.x, $0.y] }, [lips.count, 2]), plate
      ).compactMap(\.self)
      return RenderedFrame(rgb: found[0], labels: found[1], depth: found[2], opacity: found[3])
    }
  }
}
