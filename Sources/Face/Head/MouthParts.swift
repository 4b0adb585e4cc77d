import Foundation

/// What shows when the mouth opens: the lips' inner side, the socket, gums, teeth and tongue.
extension HeadMesh {
  /// The height at which the lips meet, and the depth of their middle.
  private var lipLine: SIMD3<Float> { positions[13] }

  /// Lips turn inwards and end in a bag; its lower half goes with the jaw.
  mutating func addMouthSocket() {
    let loop = FaceMeshTopology.lipsInner
    let line = lipLine
    // Scale in x, distance above or below the lips' line, depth behind the lips, share of the lip's movement and of the jaw's.
    let rings: [(x: Float, y: Float, z: Float, lip: Float, jaw: Float)] = [
      (0.98, 0.10, 0.35, 1, 0), (0.97, 0.55, 0.60, 0.9, 0.1), (1.0, 1.7, 1.1, 0.4, 0.6), (1.1, 2.0, 3.0, 0, 1), (0.9, 1.7, 5.2, 0, 0.7),
      (0.35, 0.7, 6.6, 0, 0.3),
    ]
    var last = loop
    for (k, ring) in rings.enumerated() {
      let row = loop.indices.map { i in
        let p = positions[loop[i]]
        // +1 at the middle of the upper lip, -1 at that of the lower, 0 at the corners.
        let side = i <= 10 ? sin(Float(i) / 10 * .pi) : -sin(Float(i - 10) / 10 * .pi)
        let depth = mix(p.z, line.z - 1.2, min(1, ring.z / 3)) - ring.z
        let share = side < 0 ? ring.jaw : 0
        return add(
          [p.x * ring.x, mix(p.y, line.y, min(1, ring.z / 2)) + ring.y * side, depth],
          follows: [Follow(point: loop[i], weight: ring.lip)], jaw: share * min(1, -side * 1.5 < 0 ? 0 : -side * 1.5))
      }
      // The loop runs clockwise seen from the front, and this is the inside of a bag: its outside faces us.
      join(row, last, closed: true, k < 1 ? .innerLip : .mouthSocket)
      last = row
    }
    let middle = last.map { positions[$0] }.reduce(.zero, +) / Float(last.count)
    let end = add(middle - [0, 0, 0.3])
    join(Array(repeating: end, count: last.count), last, closed: true, .mouthSocket)
  }

  /// A row of twelve teeth in its gum; the lower one goes with the jaw.
  mutating func addTeeth(upper: Bool) {
    let line = lipLine
    let front: Float = upper ? line.z - 0.95 : line.z - 1.15
    let edge: Float = upper ? line.y - 0.12 : line.y - 0.2
    let up: Float = upper ? 1 : -1
    let share: Float = upper ? 0 : 1
    let teeth = 12
    let columns = teeth * 3 + 1
    var rows: [[Int]] = [[], [], [], [], [], []]
    for c in 0..<columns {
      // -1 at the subject's right end of the arch, +1 at the left; teeth grow wider towards the back.
      let t = Float(c) / Float(columns - 1) * 2 - 1
      let arc = t * (upper ? 1 : 0.93) * 2.9
      let x = 2.75 * sin(arc / 2.75 * 0.92)
      let z = front - 0.52 * x * x * (1 + 0.02 * x * x)
      let gap: Float = c % 3 == 0 ? 1 : 0
      // Outwards in the plane of the arch.
      let out = normalized(SIMD3<Float>(1.04 * x, 0, 1))
      let p = SIMD3<Float>(x, edge, z)
      let crown: Float = (upper ? 0.95 : 0.8) - 0.12 * abs(t)
      rows[0].append(add(p + SIMD3(0, up * 0.45, 0) - out * 0.55, jaw: share))
      rows[1].append(add(p + SIMD3(0, up * (0.03 + 0.08 * gap), 0) - out * 0.18, jaw: share))
      rows[2].append(add(p + SIMD3(0, up * 0.08 * gap, 0) - out * (0.02 + 0.06 * gap), jaw: share))
      rows[3].append(add(p + SIMD3(0, up * crown * 0.5, 0) + out * (0.06 - 0.1 * gap), jaw: share))
      rows[4].append(add(p + SIMD3(0, up * (crown - 0.2 * gap), 0) + out * (0.02 - 0.04 * gap), jaw: share))
      rows[5].append(add(p + SIMD3(0, up * (crown + 0.75), 0) - out * 0.1, jaw: share))
    }
    let kind: FacePart = upper ? .upperTeeth : .lowerTeeth
    for r in 1..<rows.count {
      let part = r == 5 ? .gums : kind
      if upper { join(rows[r - 1], rows[r], closed: false, part) } else { join(rows[r], rows[r - 1], closed: false, part) }
    }
  }

  /// The tongue's upper side, from its tip backwards; goes with the jaw. Returns its vertices with their place from root 0 to tip 1.
  mutating func addTongue() -> [(vertex: Int, along: Float)] {
    let line = lipLine
    var made: [(vertex: Int, along: Float)] = []
    var rows: [[Int]] = []
    for r in 0..<8 {
      let t = Float(r) / 7
      var row: [Int] = []
      for c in 0..<9 {
        let s = Float(c) / 4 - 1
        let width: Float = 1.8 * (1 - 0.8 * t * t * t * t).squareRoot()
        let height = -0.85 + 0.45 * sin((1 - t) * 2) - 0.5 * s * s * (1 - 0.5 * t) - 0.15 * (1 - abs(s)) * (1 - t)
        let end: Float = 0.35 * (1 - s * s)
        let v = add([s * width, line.y + height, line.z - 1.75 - (1 - t) * 4.2 + end * t], jaw: 1)
        row.append(v)
        made.append((v, t))
      }
      rows.append(row)
    }
    // The tip's underside.
    let under = rows[7].map { add(positions[$0] - [0, 0.45, 0.25], jaw: 1) }
    made += under.map { ($0, 1) }
    rows.append(under)
    for (back, front) in zip(rows, rows.dropFirst()) { join(front, back, closed: false, .tongue) }
    return made
  }
}
