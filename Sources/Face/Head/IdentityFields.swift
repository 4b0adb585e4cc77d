extension BuiltInHead {
  /// The names of all identity modes: those of `IdentityMode.all`, then those that `surfaceModes` adds.
  static var identityNames: [String] { IdentityMode.all.map(\.name) + SurfaceMode.all.map(\.name) }

  /// What each identity mode does to every vertex at coefficient 1, in cm.
  func identityModes(_ surface: inout FaceSurface) -> [[SIMD3<Float>]] {
    var modes = IdentityMode.all.map(displacements)
    var span = FaceSpan()
    for mode in modes { span.add(mode) }
    for mode in SurfaceMode.all {
      // Only what the modes so far cannot do, so that a fit knows which to take.
      let field = span.remainder(of: mode.field(&surface))
      span.add(field)
      let peak = field.map(length).max() ?? 1
      modes.append(displacements(field.map { $0 * (mode.peak / peak) }))
    }
    return modes
  }

  /// A field on the face points taken to the whole head; eyeballs go along with their lids.
  private func displacements(_ field: [SIMD3<Float>]) -> [SIMD3<Float>] {
    var out = displacements(Movement(face: field))
    for (ball, margin) in zip(mesh.eyes, [FaceMeshTopology.rightEye, FaceMeshTopology.leftEye]) {
      let whole = margin.reduce(into: SIMD3<Float>.zero) { $0 += field[$1] } / Float(margin.count)
      for v in ball { out[v] = whole }
    }
    return out
  }

  /// What a mode of space does to every vertex at coefficient 1, in cm; eyeballs only move as a whole, and lids keep their distance.
  private func displacements(_ mode: IdentityMode) -> [SIMD3<Float>] {
    var out = mesh.positions.indices.map { mode.movement(of: mesh.positions[$0], torso: mesh.torso[$0]) }
    for (center, ball) in zip(base.eyeCenters, mesh.eyes) {
      let whole = mode.movement(of: center, torso: 0)
      for v in ball { out[v] = whole }
      for v in out.indices where !ball.contains(v) {
        let near = length(mesh.positions[v] - center)
        if near < 2.2 { out[v].z = mix(whole.z, out[v].z, smoothstep(1.5, 2.2, near)) }
      }
    }
    return out
  }
}

/// What some fields on the face points can do together, as orthonormal fields.
private struct FaceSpan {
  private var basis: [[SIMD3<Float>]] = []

  mutating func add(_ field: [SIMD3<Float>]) {
    let face = Array(field.prefix(FaceMeshTopology.pointCount))
    let rest = remainder(of: remainder(of: face))
    let size = inner(rest, rest)
    guard size > 1e-3, size > inner(face, face) * 1e-3 else { return }
    basis.append(rest.map { $0 / size.squareRoot() })
  }
  /// The field less what least squares makes of it.
  func remainder(of field: [SIMD3<Float>]) -> [SIMD3<Float>] {
    basis.reduce(into: field) { rest, e in
      let share = inner(e, rest)
      for v in rest.indices { rest[v] -= e[v] * share }
    }
  }
  private func inner(_ a: [SIMD3<Float>], _ b: [SIMD3<Float>]) -> Float {
    a.indices.reduce(into: SIMD3<Float>.zero) { $0 += a[$1] * b[$1] }.sum()
  }
}
