import Face
import Foundation
import Torch
import Tracking

/// A clip of landmarks whose truth is known: the built-in head, somebody's identity, moving as people do, seen by a camera.
struct SyntheticClip {
  static let head = Head()
  /// The built-in head is made once for all tests.
  struct Head: @unchecked Sendable { let model = MorphableModel.builtIn() }

  var states: [FaceState] = []
  var landmarks: [FaceLandmarks?] = []
  let camera: Camera
  let names = SyntheticClip.head.model.expressionNames

  /// - noise: of the landmarks, and `bias` the same in all frames, both as deviations over the distance of the eyes.
  /// - lashes: how far apart lids that touch are seen, as a share of the open eye.
  /// - winks: every other blink is of the left eye alone.
  /// - somebody: how far the shape is from the mean head, whose lids a blink closes to the last.
  init(
    frames: Int, focal: Float = 2.2, size: Int = 512, noise: Float = 0.003, bias: Float = 0, seed: UInt64 = 1,
    still: Bool = false, lashes: Float = 0, winks: Bool = false, somebody: Double = 0.5
  ) {
    camera = Camera(width: size, height: size, focal: [focal * Float(size), focal * Float(size)])
    let model = Self.head.model
    let generator = Generator(seed: seed)
    let identity = (Tensor.randn([model.identityNames.count], generator) * somebody).floats
    let depth = focal * 6.3 / 1.9
    let eye = 0.63 * focal * Float(size) / depth
    let offsets = (Tensor.randn([478, 2], generator) * Double(bias * eye)).floats
    for i in 0..<frames {
      let t = Float(i) / 25
      var expression = [Float](repeating: 0, count: names.count)
      func set(_ name: String, _ value: Float) { if let k = model.expressionIndex(name) { expression[k] = value } }
      if !still {
        set("jawOpen", 0.3 * max(0, sin(9 * t) + 0.3 * sin(23 * t)))
        set("mouthSmileLeft", 0.3 * max(0, sin(1.7 * t)))
        set("mouthSmileRight", 0.3 * max(0, sin(1.7 * t)))
        set("browInnerUp", 0.5 * max(0, sin(1.1 * t + 2)))
        // A blink of five frames every two seconds.
        let blink: Float = [0.4, 1, 0.9, 0.5, 0.2, 0][min(5, i % 50)]
        set("eyeBlinkLeft", blink)
        set("eyeBlinkRight", winks && i % 100 >= 50 ? 0 : blink)
      }
      let turn = Matrix3(yaw: 0.35 * sin(1.3 * t), pitch: 0.15 * sin(1.9 * t + 1), roll: 0.08 * sin(0.9 * t))
      let pose = Rigid(rotation: turn, translation: [0.2 * sin(t), 0.1 * sin(1.4 * t), -depth + 0.3 * sin(0.7 * t)])
      let state = FaceState(
        identity: identity, expression: expression, pose: pose, gaze: still ? .zero : [0.3 * sin(2 * t), 0.15 * sin(3 * t)])
      states.append(state)
      let points = model.landmarks(
        identity: Tensor(identity), expression: Tensor(expression), gaze: Tensor([state.gaze.x, state.gaze.y]))
      let placed = pose.apply(points)
      var pixels = camera.project(placed).floats
      if lashes > 0 {
        var awake = expression
        for name in ["eyeBlinkLeft", "eyeBlinkRight"] { if let k = model.expressionIndex(name) { awake[k] = 0 } }
        let open = camera.project(pose.apply(model.landmarks(identity: Tensor(identity), expression: Tensor(awake)))).floats
        for loop in [MeshContour.rightEye, MeshContour.leftEye] {
          for k in 1..<8 {
            for axis in 0..<2 {
              let (u, l) = (3 * loop[k] + axis, 3 * loop[16 - k] + axis)
              pixels[u] += lashes * (open[u] - open[l] - pixels[u] + pixels[l])
            }
          }
        }
      }
      let z = placed.floats
      let shake = (Tensor.randn([478, 2], generator) * Double(noise * eye)).floats
      landmarks.append(
        FaceLandmarks(
          points: (0..<478).map { k in
            [
              pixels[3 * k] + shake[2 * k] + offsets[2 * k], pixels[3 * k + 1] + shake[2 * k + 1] + offsets[2 * k + 1],
              -(z[3 * k + 2] + depth) * camera.focal.x / depth,
            ]
          }, presence: 1))
    }
  }

  func truth(_ name: String) -> [Float] { states.map { $0.expression[names.firstIndex(of: name) ?? 0] } }
  func fitted(_ result: FaceFit.Result, _ name: String) -> [Float] {
    result.frames.map { $0?.expression[names.firstIndex(of: name) ?? 0] ?? 0 }
  }
  /// Angles in degrees between true and fitted rotations, sorted.
  func turns(_ result: FaceFit.Result) -> [Float] {
    zip(states, result.frames).compactMap { state, frame in
      frame.map { state.pose.rotation.angle(to: $0.pose.rotation) * 180 / .pi }
    }.sorted()
  }
}

func correlation(_ a: [Float], _ b: [Float]) -> Float {
  let n = Float(a.count)
  let (x, y) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
  var (xy, xx, yy): (Float, Float, Float) = (0, 0, 0)
  for (p, q) in zip(a, b) {
    xy += (p - x) * (q - y)
    xx += (p - x) * (p - x)
    yy += (q - y) * (q - y)
  }
  return xy / (xx * yy).squareRoot()
}
