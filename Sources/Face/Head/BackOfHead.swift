import Foundation

/// Everything that continues the face at its border: scalp, nape, throat, neck and torso, as rings of 36 around the border.
extension HeadMesh {
  /// Grows rings from the face oval over the solid down to a cut through the chest.
  mutating func addBackOfHead() {
    let volume = HeadVolume()
    let oval = FaceMeshTopology.faceOval
    let columns = oval.count
    let skullRings = 13
    let neckRings = 4
    let torsoRings = 9
    let collar = skullRings + neckRings
    let last = collar + torsoRings

    var rings = [oval.map { positions[$0] }] + Array(repeating: [SIMD3<Float>](repeating: .zero, count: columns), count: last)
    for c in 0..<columns {
      // The angle about the neck: 0 at the throat, +pi/2 at the subject's left, pi at the nape.
      let angle = Float(18 - c) / 18 * .pi
      let (s, k) = (sin(angle), cos(angle))
      let neckTop = SIMD3<Float>(5.4 * s, -6.6 - 3.2 * k, -3.6 + 5.4 * k)
      let neckBase = SIMD3<Float>(6.9 * s, -15.6 - 2.2 * k, -6.2 + 6.3 * k)
      let shoulder = SIMD3<Float>(21 * s, -25 - 2 * k, -7.5 + 9.5 * k)
      let cut = SIMD3<Float>(22.5 * s, -46, -7 + 10.5 * k)
      let start = rings[0][c]
      for r in 1...last {
        let p: SIMD3<Float>
        if r <= skullRings {
          p = aroundSkull(start, neckTop, column: c, Float(r) / Float(skullRings))
        } else if r <= collar {
          p = mix(neckTop, neckBase, Float(r - skullRings) / Float(neckRings))
        } else {
          let t = Float(r - collar) / Float(torsoRings) * 2
          p = t < 1 ? mix(neckBase, shoulder, t) : mix(shoulder, cut, t - 1)
        }
        rings[r][c] = p
      }
    }
    // The face does not lie exactly on the solid: the first rings lead from one to the other.
    let levels = (0...last).map { r in
      (0..<columns).map { c in
        let fade = max(0, 1 - Float(r) / 7)
        return volume.distance(rings[0][c]) * fade * fade * (3 - 2 * fade)
      }
    }
    for round in 0..<40 {
      for r in 1...last {
        for c in 0..<columns {
          var p = rings[r][c]
          if r != last, r != collar, round > 0 {
            let around = rings[r][(c + 1) % columns] + rings[r][(c + columns - 1) % columns]
            p = mix(p, (around + rings[r - 1][c] + rings[r + 1][c]) / 4, 0.6)
          }
          rings[r][c] = r == last ? p : volume.onSurface(p, level: levels[r][c])
        }
      }
    }

    var indices = [oval]
    for r in 1...last {
      indices.append(
        (0..<columns).map { c in
          // Skin near the border goes along with the border, less and less.
          let fade = max(0, 1 - Float(r) / 8)
          let torso = smoothstep(Float(skullRings) - 3, Float(collar) + 1, Float(r))
          return add(rings[r][c], follows: fade > 0 ? [Follow(point: oval[c], weight: fade * fade)] : [], torso: torso)
        })
    }
    for r in 0..<last {
      let near = indices[r]
      let far = indices[r + 1]
      join(near, far, closed: true) { i in
        let j = (i + 1) % columns
        let middle = (rings[r][i] + rings[r][j] + rings[r + 1][i] + rings[r + 1][j]) / 4
        return r >= collar ? .torso : Self.headPart(middle, ring: r, column: i)
      }
    }
  }

  /// Where a strand from the border to the neck lies at `t`: over the skull in the upper half, under the jaw in the lower one.
  private func aroundSkull(_ start: SIMD3<Float>, _ end: SIMD3<Float>, column: Int, _ t: Float) -> SIMD3<Float> {
    // 1 at the hairline's middle, 0 at the ears and below.
    let over = max(0, cos(Float(column) / 36 * 2 * .pi) + 0.05) / 1.05
    let side: Float = column == 0 || column == 18 ? 0 : (column < 18 ? 1 : -1)
    let center = SIMD3<Float>(0, 4.3, -1.9)
    let low = mix(start, end, 0.5) + SIMD3<Float>(side * 0.6, -0.4, 0)
    let high = center + SIMD3(side * 7.4 * (1 - over * over).squareRoot(), 9.5 * over, -6.5) * 1.9
    let middle = mix(low, high, smoothstep(0, 0.35, over))
    let u = 1 - t
    return start * (u * u) + middle * (2 * u * t) + end * (t * t)
  }

  /// Scalp above the hairline, neck below the jaw, skin between.
  private static func headPart(_ p: SIMD3<Float>, ring: Int, column: Int) -> FacePart {
    // The hairline from the nape (z = -12) around the ear to the temple and the forehead.
    let line: [(z: Float, y: Float)] = [(-12, -5), (-6, -4), (-3.2, 0.5), (-0.5, 3.5), (1.5, 5.5), (4, 7.2), (7.5, 8.3)]
    var height = line[0].y
    for (a, b) in zip(line, line.dropFirst()) where p.z > a.z { height = mix(a.y, b.y, min(1, (p.z - a.z) / (b.z - a.z))) }
    if p.y > height { return .scalp }
    return p.y > -3.2 && p.z > -2.5 || ring == 0 ? .skin : .neck
  }
}
