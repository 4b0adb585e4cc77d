import Foundation

/// The ways in which heads differ, each a smooth movement of space around the mean head; coefficients within -2...2 are people.
struct IdentityMode {
  let name: String
  /// What a point of the right or left half moves at coefficient 1, in cm; x of the point and of the move count outwards from the middle.
  let move: (_ p: SIMD3<Float>, _ torso: Float) -> SIMD3<Float>

  /// What a point on either side moves at coefficient 1, in cm.
  func movement(of p: SIMD3<Float>, torso: Float) -> SIMD3<Float> {
    let d = move([abs(p.x), p.y, p.z], torso)
    return [p.x < 0 ? -d.x : p.x > 0 ? d.x : 0, d.y, d.z]
  }
  /// A hill of height 1 around a centre, `radii` wide.
  private static func hill(_ p: SIMD3<Float>, _ center: SIMD3<Float>, _ radii: SIMD3<Float>) -> Float {
    let d = (p - center) / radii
    return exp(-dot(d, d))
  }
  /// The height at which the lips meet.
  private static let lips: Float = -3.53

  static var all: [IdentityMode] { skull + face + eyes + nose + mouth + body }

  private static var skull: [IdentityMode] {
    [
      .init(name: "headWidth") { p, torso in [0.045 * p.x * (1 - torso), 0, 0] },
      .init(name: "headHeight") { p, torso in [0, 0.045 * p.y * (1 - torso), 0] },
      .init(name: "headDepth") { p, torso in [0, 0, 0.05 * p.z * (1 - torso)] },
      .init(name: "craniumSize") { p, torso in
        let part = smoothstep(2, 9, p.y) * smoothstep(9, 2, p.z) + smoothstep(0, -8, p.z) * smoothstep(-6, 0, p.y)
        return (p - [0, 3, 0]) * 0.05 * min(1, part) * (1 - torso)
      },
      .init(name: "foreheadHeight") { p, torso in [0, 0.5 * smoothstep(3.5, 9, p.y), 0] },
      .init(name: "foreheadSlope") { p, torso in [0, 0, -0.45 * smoothstep(4, 9, p.y) * smoothstep(-2, 5, p.z)] },
      .init(name: "templeWidth") { p, torso in [0.35 * hill(p, [6.5, 5.5, 3], [3.5, 3, 4]), 0, 0] },
    ]
  }
  private static var face: [IdentityMode] {
    [
      .init(name: "jawWidth") { p, torso in [0.5 * hill(p, [6, -4, 2], [3, 3.5, 4]) * (1 - torso), 0, 0] },
      .init(name: "jawHeight") { p, torso in [0, -0.5 * hill(p, [6, -4, 1.5], [3, 3.5, 4]) * (1 - torso), 0] },
      .init(name: "chinLength") { p, torso in [0, -0.45 * smoothstep(-3.5, -8, p.y) * smoothstep(-3, 4, p.z) * (1 - torso), 0] },
      .init(name: "chinForward") { p, torso in [0, 0, 0.5 * hill(p, [0, -7.5, 6], [4.5, 3, 5]) * (1 - torso)] },
      .init(name: "chinWidth") { p, torso in [0.4 * hill(p, [2.2, -7.5, 5.5], [1.8, 2, 4]) * (1 - torso), 0, 0] },
      .init(name: "cheekboneWidth") { p, torso in
        let h = hill(p, [5.5, 1, 4.5], [3, 2.2, 3.5])
        return [0.35 * h, 0, 0.15 * h]
      },
      .init(name: "cheekFullness") { p, torso in
        let h = hill(p, [4.6, -2.2, 5], [2.4, 2.6, 3])
        return [0.35 * h, 0, 0.3 * h]
      },
      .init(name: "midfaceDepth") { p, torso in [0, 0, 0.4 * hill(p, [3, 0.5, 6.5], [3, 3, 3])] },
      .init(name: "sideDepth") { p, torso in [0, 0, 0.6 * smoothstep(4, 7, p.x) * smoothstep(-4, 1, p.z) * (1 - torso)] },
    ]
  }
  private static var eyes: [IdentityMode] {
    [
      .init(name: "eyeDistance") { p, torso in [0.2 * hill(p, [3.15, 3.4, 5.6], [2.2, 2, 3]), 0, 0] },
      .init(name: "eyeHeight") { p, torso in [0, 0.25 * hill(p, [3.15, 3.4, 5.6], [3, 1.9, 3]), 0] },
      .init(name: "eyeDepth") { p, torso in [0, 0, -0.3 * hill(p, [3.15, 3.4, 5.8], [2.4, 2, 3])] },
      .init(name: "eyeWidth") { p, torso in [0.12 * (p.x - 3.15) * hill(p, [3.15, 3.3, 5.8], [2.2, 1.4, 2.5]), 0, 0] },
      .init(name: "eyeOpening") { p, torso in
        let lid = p.y - 3.3
        return [0, 0.17 * (lid > 0 ? 1 : -0.7) * smoothstep(0, 0.5, abs(lid)) * hill(p, [3.15, 3.3, 6.2], [1.7, 1.5, 2]), 0]
      },
      .init(name: "eyeTilt") { p, torso in [0, 0.13 * (p.x - 3.15) * hill(p, [3.15, 3.3, 5.8], [2.4, 1.8, 3]), 0] },
      .init(name: "browHeight") { p, torso in [0, 0.3 * hill(p, [3, 5.3, 6.7], [3.5, 1.3, 3]), 0] },
      .init(name: "browTilt") { p, torso in [0, 0.14 * (p.x - 3) * hill(p, [3, 5.3, 6.7], [3, 1.3, 3]), 0] },
      .init(name: "browRidge") { p, torso in [0, 0, 0.3 * hill(p, [2.5, 5, 7], [3.5, 1.6, 2.5])] },
    ]
  }
  private static var nose: [IdentityMode] {
    [
      .init(name: "noseLength") { p, torso in [0, -0.35 * hill(p, [0, -1, 8.5], [2.2, 1.9, 3]), 0] },
      .init(name: "noseWidth") { p, torso in [0.28 * hill(p, [1.7, -0.8, 7.5], [1.3, 1.6, 2.2]) * smoothstep(0, 1.4, p.x), 0, 0] },
      .init(name: "noseProtrusion") { p, torso in [0, 0, 0.4 * hill(p, [0, -0.6, 9], [1.9, 2.2, 2.5])] },
      .init(name: "noseBridge") { p, torso in [0, 0, 0.28 * hill(p, [0, 2.2, 8], [1.4, 1.8, 2.5])] },
      .init(name: "noseBridgeWidth") { p, torso in [0.2 * hill(p, [1.2, 2.2, 7], [1, 2, 2]) * smoothstep(0, 0.8, p.x), 0, 0] },
      .init(name: "noseTipUp") { p, torso in [0, 0.28 * hill(p, [0, -0.9, 9.4], [1.3, 1.1, 1.4]), 0] },
    ]
  }
  private static var mouth: [IdentityMode] {
    [
      .init(name: "mouthWidth") { p, torso in [0.11 * p.x * hill(p, [1.8, lips, 6.8], [2.4, 1.7, 3]), 0, 0] },
      .init(name: "mouthHeight") { p, torso in [0, 0.35 * hill(p, [0, lips, 7], [4, 2, 4]), 0] },
      .init(name: "mouthForward") { p, torso in [0, 0, 0.4 * hill(p, [0, lips, 7], [3.2, 2, 4])] },
      .init(name: "upperLip") { p, torso in
        [0, 0.2 * smoothstep(lips + 0.1, lips + 0.8, p.y) * hill(p, [0, lips + 0.8, 7.6], [2.6, 0.8, 1.6]), 0]
      },
      .init(name: "lowerLip") { p, torso in
        [0, -0.22 * smoothstep(lips - 0.1, lips - 1, p.y) * hill(p, [0, lips - 1.1, 7.2], [2.6, 0.9, 1.6]), 0]
      },
      .init(name: "lipCorners") { p, torso in [0, 0.2 * hill(p, [2.6, lips, 6], [1.4, 1, 2]), 0] },
    ]
  }
  private static var body: [IdentityMode] {
    [
      .init(name: "neckWidth") { p, torso in
        let part = smoothstep(-8, -12, p.y) * smoothstep(-21, -15, p.y)
        return [0.1 * p.x * part, 0, 0.1 * (p.z + 5) * part]
      },
      .init(name: "shoulderWidth") { p, torso in [0.07 * p.x * torso * smoothstep(-14, -22, p.y), 0, 0] },
      .init(name: "shoulderHeight") { p, torso in [0, 1.2 * torso * smoothstep(-10, -18, p.y), 0] },
      .init(name: "earSize") { p, torso in
        let ear = hill(p, [8.4, 1.6, -1.8], [1.2, 3.6, 2.6]) * smoothstep(7.4, 8, p.x)
        return [0, 0.12 * (p.y - 1.6) * ear, 0.12 * (p.z + 0.3) * ear]
      },
      .init(name: "earStand") { p, torso in [0.4 * smoothstep(7.5, 9, p.x) * smoothstep(-5, -2, p.y) * (1 - torso), 0, 0] },
    ]
  }
}
