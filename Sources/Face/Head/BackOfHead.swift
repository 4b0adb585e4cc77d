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
      let neckTop = SIMD3<Float>(5.2 * s, -6.6 - 3.2 * k, -3.4 + 5.2 * k)
      let neckBase = SIMD3<Float>(6.5 * s, -15 - 2.2 * k, -5.4 + 6 * k)
      let shoulder = SIMD3<Float>(21 * s, -24.5 - 2 * k, -6.5 + 9.5 * k)
      let cut = SIMD3<Float>(22.5 * s, -46, -6 + 10.5 * k)
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
            // Across the columns only away from the face, whose border is not even.
            let across = min(1, Float(r - 1) / 5)
            let sides = rings[r][(c + 1) % columns] + rings[r][(c + columns - 1) % columns]
            let along = rings[r - 1][c] + rings[r + 1][c]
            p = mix(p, (sides * across + along) / (2 + 2 * across), 0.6)
          }
          rings[r][c] = r == last ? p : volume.onSurface(p, level: levels[r][c])
        }
      }
    }

    let hairline = Self.snapToHairline(&rings, upTo: collar, volume)
    // How far each vertex lies from the border along its strand.
    var way = [[Float](repeating: 0, count: columns)]
    for r in 1...last { way.append((0..<columns).map { way[r - 1][$0] + length(rings[r][$0] - rings[r - 1][$0]) }) }
    var indices = [oval]
    for r in 1...last {
      indices.append(
        (0..<columns).map { c in
          // Skin near the border goes along with the border, less and less.
          let fade = max(0, 1 - way[r][c] / 7)
          let torso = smoothstep(Float(skullRings) - 3, Float(collar) + 1, Float(r))
          return add(rings[r][c], follows: fade > 0 ? [Follow(point: oval[c], weight: fade * fade)] : [], torso: torso)
        })
    }
    for r in 0..<last {
      for c in 0..<columns {
        let d = (c + 1) % columns
        let corners = [(r, c), (r, d), (r + 1, d), (r + 1, c)]
        // The diagonal runs along the hairline where that crosses.
        let flip = hairline.contains([r, c]) && hairline.contains([r + 1, d])
        for t in flip ? [[0, 1, 2], [0, 2, 3]] : [[0, 1, 3], [1, 2, 3]] {
          let (i, j, k) = (corners[t[0]], corners[t[1]], corners[t[2]])
          let part: FacePart = r >= collar ? .torso : Self.part([i, j, k].map { rings[$0.0][$0.1] }, [i, j, k], hairline)
          add(indices[i.0][i.1], indices[j.0][j.1], indices[k.0][k.1], part)
        }
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

  /// How far above the hairline a point of the skull lies: from the nape (z = -12) around the ear to the temple and the forehead.
  private static func aboveHairline(_ p: SIMD3<Float>) -> Float {
    let line: [(z: Float, y: Float)] = [(-12, -5), (-6, -3.5), (-3.4, 0.5), (-1, 1.5), (0, 2), (1.5, 5.2), (4, 7.1), (7.5, 8.3)]
    var height = line[0].y
    for (a, b) in zip(line, line.dropFirst()) where p.z > a.z { height = mix(a.y, b.y, min(1, (p.z - a.z) / (b.z - a.z))) }
    return p.y - height
  }
  /// Moves, where a strand crosses the hairline, its nearest vertex onto it; returns those vertices as (ring, column).
  private static func snapToHairline(_ rings: inout [[SIMD3<Float>]], upTo last: Int, _ volume: HeadVolume) -> Set<SIMD2<Int>> {
    var found = Set<SIMD2<Int>>()
    for c in rings[0].indices {
      let heights = (0..<last).map { aboveHairline(rings[$0][c]) }
      if abs(heights[0]) < 0.9 { found.insert([0, c]) }
      for r in 1..<last - 1 where (heights[r] > 0) != (heights[r + 1] > 0) {
        let t = heights[r] / (heights[r] - heights[r + 1])
        let crossing = volume.onSurface(mix(rings[r][c], rings[r + 1][c], t), level: volume.distance(rings[r][c]))
        let nearest = t < 0.5 ? r : r + 1
        rings[nearest][c] = crossing
        found.insert([nearest, c])
      }
    }
    return found
  }
  /// What a triangle of the back of the head shows: ear under the ear, hair above the hairline, skin at the face's border, else neck.
  private static func part(_ p: [SIMD3<Float>], _ corners: [(Int, Int)], _ hairline: Set<SIMD2<Int>>) -> FacePart {
    let middle = (p[0] + p[1] + p[2]) / 3
    let ear = (middle - [abs(middle.x), 1.3, -1.8]) / [1, 1.9, 0.9]
    if abs(middle.x) > 6, dot(ear, ear) < 1 { return .ear }
    let free = (0..<3).filter { !hairline.contains([corners[$0].0, corners[$0].1]) }
    if (free.isEmpty ? aboveHairline(middle) : free.map { aboveHairline(p[$0]) }.max() ?? 0) > 0 { return .scalp }
    return corners.contains { $0.0 == 0 } ? .skin : .neck
  }
}
