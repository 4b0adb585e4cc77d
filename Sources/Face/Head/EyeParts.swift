import Foundation

/// Lids and eyeballs.
extension HeadMesh {
  /// Two rows of skin between the crease and the margin of the lids, so that a closed lid can be round, and the margin's thickness.
  ///
  /// `clockwise` is how the loops run seen from the front. Returns the rows from the margin outward, for sculpting a blink.
  mutating func addLids(margin: [Int], crease: [Int], center: SIMD3<Float>, clockwise: Bool) -> [[Int]] {
    var rows: [[Int]] = []
    for t in [Float(1) / 3, Float(2) / 3] {
      rows.append(
        margin.indices.map { i in
          let p = mix(positions[margin[i]], positions[crease[i]], t)
          let follows = [Follow(point: margin[i], weight: 1 - t), Follow(point: crease[i], weight: t)]
          return add(Self.above(p, center, 0.04), follows: follows)
        })
    }
    let inner = margin.map { v in
      let d = positions[v] - center
      return add(center + d * (BaseFace.eyeRadius * 0.95 / length(d)), follows: [Follow(point: v, weight: 1)])
    }
    let all = [inner, margin] + rows + [crease]
    for (near, far) in zip(all, all.dropFirst()) {
      if clockwise { join(near, far, closed: true, .eyelid) } else { join(far, near, closed: true, .eyelid) }
    }
    return rows
  }
  /// `p`, but not nearer to the eyeball than a lid's thickness and `more`.
  static func above(_ p: SIMD3<Float>, _ center: SIMD3<Float>, _ more: Float) -> SIMD3<Float> {
    let reach = BaseFace.eyeRadius + BaseFace.lidThickness + more
    let d = p - center
    let l = length(d)
    return l < reach ? center + d * (reach / l) : p
  }

  /// A ball that looks along +z: rows of 16 about the gaze, the fourth is the iris' rim; returns its five iris landmarks.
  mutating func addEyeball(center: SIMD3<Float>) -> [Int] {
    let angles: [Float] = [9.5, 20, 29.5, 35, 50, 70, 92, 115, 145]
    let segments = 16
    let first = add(center + [0, 0, BaseFace.eyeRadius])
    var rows: [[Int]] = []
    for angle in angles {
      let a = angle * .pi / 180
      rows.append(
        (0..<segments).map { s in
          let b = Float(s) / Float(segments) * 2 * .pi
          return add(center + SIMD3(sin(a) * cos(b), sin(a) * sin(b), cos(a)) * BaseFace.eyeRadius)
        })
    }
    let last = add(center - [0, 0, BaseFace.eyeRadius])
    join(rows[0], Array(repeating: first, count: segments), closed: true, .pupil)
    for r in 1..<rows.count { join(rows[r], rows[r - 1], closed: true, r < 3 ? .iris : .sclera) }
    join(Array(repeating: last, count: segments), rows[rows.count - 1], closed: true, .sclera)
    eyes.append(first..<last + 1)
    return [first] + [0, 4, 8, 12].map { rows[2][$0] }
  }
}
