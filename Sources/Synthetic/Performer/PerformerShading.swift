import Face
import Foundation

/// What the surface shows at one place: everything that the light needs to know.
struct PerformerPlace {
  var point = SIMD3<Float>.zero
  var normal = SIMD3<Float>.zero
  /// Where the place rests, in head space.
  var rest = SIMD3<Float>.zero
  var openness: Float = 0
  var part: FacePart

  init(part: FacePart) { self.part = part }
  /// From a sum of places to their mean.
  mutating func divide(by number: Float) {
    point /= number
    rest /= number
    openness /= number
  }
}

/// Light on skin, eyes, teeth, hair and cloth, seen from the origin.
struct PerformerShading: @unchecked Sendable {
  let light: PerformerLight
  let look: PerformerLook
  let shadow: PerformerShadow
  let skin: PerformerSkin
  let collar: PerformerCollar
  let eyes: [PerformerPosed.Eye]
  let pose: Rigid
  let gaze: Matrix3

  @inline(__always) func color(_ place: PerformerPlace, _ material: PerformerGeometry.Material) -> SIMD3<Float> {
    switch material {
    case .skin: skin(place)
    case .eye: eye(place)
    case .teeth, .tongue, .mouth: mouth(place, material)
    case .shirt: collar.isOpen(place.rest) ? skin(place) : cloth(place, collar.albedo(place.rest, collar: false))
    case .collar: cloth(place, collar.albedo(place.rest, collar: true))
    case .cap, .strand, .lash: .zero
    }
  }
  /// What a place is labelled.
  @inline(__always) func semantic(_ rest: SIMD3<Float>, _ part: FacePart, _ material: PerformerGeometry.Material) -> UInt8 {
    switch part {
    case .skin, .eyelid, .brow, .nose, .upperLip, .lowerLip, .scalp: skin.semantic(PerformerChart.place(rest))
    case .torso: (collar.isOpen(rest) ? SemanticClass.neck : .torso).rawValue
    case .hidden: SemanticClass.torso.rawValue
    default: part.semanticClass.rawValue
    }
  }

  // MARK: - Skin

  @inline(__always) func skin(_ place: PerformerPlace) -> SIMD3<Float> {
    let chart = PerformerChart.place(place.rest)
    let paint = skin.sample(chart)
    var albedo = SIMD3(paint.x, paint.y, paint.z)
    var gloss = paint.w
    if place.part == .innerLip {
      albedo = look.lips * 0.8
      gloss = 0.8
    } else if place.part == .ear {
      albedo = mix(look.skin, look.blush, 0.35) * (1 + 0.06 * PerformerNoise.value(place.rest * 30))
      gloss = 0.25
    }
    let n = normalized(place.normal), v = normalized(-place.point)
    let lit = shadow.reach(place.point + 0.012 * n, bias: 0.02)
    // Light that goes a little way through skin: it wraps around the edge of shadow, red farthest.
    let facing = dot(n, light.key.direction)
    let wrap = SIMD3<Float>(0.32, 0.14, 0.09)
    let through = ((SIMD3(repeating: facing) + wrap) / (SIMD3<Float>(repeating: 1) + wrap)).clamped(lowerBound: .zero, upperBound: .one)
    let soft = SIMD3<Float>(0.12, 0.03, 0.015)
    let keyed = through * (SIMD3(repeating: lit) + soft * (1 - lit) * max(0, facing + 0.3))
    let open = 0.25 + 0.75 * place.openness
    var color = albedo * (light.key.color * keyed + light.fill.color * max(0, dot(n, light.fill.direction)) * open)
    color += albedo * light.ambient(n) * (place.openness * (SIMD3<Float>(1.04, 1, 0.98)))
    color += albedo * light.rim.color * max(0, dot(n, light.rim.direction)) * open * 0.5
    let shine =
      lit * gleam(n, v, light.key.direction, gloss) * light.key.color + 0.5 * gleam(n, v, light.fill.direction, gloss) * light.fill.color
    let edge = pow(1 - max(0, dot(n, v)), 4)
    return color + shine + edge * open * (0.35 * light.rim.color * max(0, n.x) + 0.06 * light.sky)
  }

  /// Specular light of a rough surface: one wide lobe for skin, a narrow one where it is wet (Blinn and Phong, energy held).
  @inline(__always) private func gleam(_ n: SIMD3<Float>, _ v: SIMD3<Float>, _ l: SIMD3<Float>, _ gloss: Float) -> Float {
    let facing = dot(n, l)
    guard facing > 0 else { return 0 }
    let h = normalized(l + v), nh = max(0, dot(n, h)), fresnel = 0.04 + 0.96 * pow(1 - max(0, dot(h, v)), 5)
    let wide = pow(nh, 14) * 0.9, narrow = pow(nh, 70) * 4
    return facing * fresnel * gloss * (wide + gloss * narrow) * 2
  }

  // MARK: - Eyes

  @inline(__always) func eye(_ place: PerformerPlace) -> SIMD3<Float> {
    // Vertices turned with the gaze keep their resting place, so what is painted there turns too.
    let index = place.rest.x < 0 ? 0 : 1
    let eye = eyes[index]
    let local = normalized(place.rest - eye.center)
    let away = acos(max(-1, min(1, local.z)))
    let around = atan2(local.y, local.x)
    let n = normalized(pose.rotation * (gaze * local)), v = normalized(-place.point)
    let iris: Float = 29.5 * .pi / 180, pupil = iris * 0.4
    let veins = PerformerNoise.fractal(local * 14, octaves: 3)
    var albedo = SIMD3<Float>(0.66, 0.63, 0.6) * (1 + 0.05 * veins)
    // Pink towards the corners.
    albedo = mix(albedo, SIMD3(0.55, 0.3, 0.27), 0.55 * smoothstep(0.62, 1.15, away) + 0.1 * max(0, veins))
    let fibres =
      0.6 + 0.5 * PerformerNoise.value(SIMD3(around * 9, away * 7, Float(index))) + 0.25
      * PerformerNoise.value(SIMD3(around * 23, away * 4, 5))
    let t = away / iris
    let tissue = look.iris * (0.75 + 0.65 * max(0.1, fibres)) * (0.8 + 0.6 * smoothstep(0.95, 0.5, t))
    albedo = mix(albedo, tissue, smoothstep(1.04, 0.95, t))
    albedo *= 1 - 0.7 * exp(-pow((t - 1) / 0.09, 2))
    albedo = mix(albedo, SIMD3(repeating: 0.006), smoothstep(pupil * 1.12, pupil * 0.92, away))
    let lidded = lidShade(place, eye)
    let lit = shadow.reach(place.point + 0.01 * n, bias: 0.03) * (0.35 + 0.65 * lidded)
    let facing = max(0, dot(n, light.key.direction) * 0.8 + 0.2)
    var color = albedo * (light.key.color * facing * lit + light.ambient(n) * (0.25 + 0.75 * lidded) * 0.8)
    color += albedo * light.fill.color * max(0, dot(n, light.fill.direction)) * lidded
    // The window in the eye: cornea bulges, so its mirror image of the key light sits high on the iris.
    let bulge = normalized(n + 0.35 * (n - pose.rotation * gaze.z) * smoothstep(iris * 1.2, iris * 0.6, away))
    let h = normalized(light.key.direction + v)
    let glint = smoothstep(0.985, 0.993, dot(bulge, h)) * 1.6 + 0.12 * pow(max(0, dot(bulge, h)), 40)
    let second = smoothstep(0.992, 0.997, dot(bulge, normalized(light.fill.direction + v))) * 0.35
    color += (glint * light.key.color + second) * (0.25 + 0.75 * lidded)
    return color
  }

  /// How far below the shade of the upper lid a place of the eye lies, 0...1.
  @inline(__always) private func lidShade(_ place: PerformerPlace, _ eye: PerformerPosed.Eye) -> Float {
    let p = pose.rotation.transposed * (place.point - pose.translation)
    var nearest: Float = 1
    for k in 1..<max(2, eye.lid.count) where k < eye.lid.count {
      let a = eye.lid[k - 1], b = eye.lid[k], ab = b - a
      let t = max(0, min(1, dot(p - a, ab) / max(dot(ab, ab), 1e-9)))
      nearest = min(nearest, length(p - a - t * ab))
    }
    return smoothstep(0.005, 0.06, nearest)
  }

  // MARK: - Mouth

  /// Teeth, tongue, gums and cheek walls: darker the deeper they lie behind the lips.
  @inline(__always) func mouth(_ place: PerformerPlace, _ kind: PerformerGeometry.Material) -> SIMD3<Float> {
    let n = normalized(place.normal), v = normalized(-place.point)
    var albedo: SIMD3<Float>, gloss: Float
    switch kind {
    case .teeth:
      // A tooth every 8 mm along the arch, narrower gaps in between.
      let along = atan2(place.rest.x, max(0.05, place.rest.z - 0.3)) * 6.2
      let gap = abs(along - along.rounded())
      albedo = SIMD3<Float>(0.74, 0.68, 0.57) * (1 - 0.45 * smoothstep(0.42, 0.5, gap))
      gloss = 0.9
    case .tongue: (albedo, gloss) = (SIMD3(0.42, 0.14, 0.13) * (1 + 0.2 * PerformerNoise.value(place.rest * 30)), 0.7)
    default: (albedo, gloss) = (SIMD3(0.3, 0.085, 0.08), 0.6)
    }
    let inHead = pose.rotation.transposed * (place.point - pose.translation)
    let depth = max(0, 0.78 - inHead.z)
    let open = exp(-depth * (kind == .teeth ? 1.6 : 3.2)) * (kind == .mouth ? 0.6 : 0.95)
    let lit = shadow.reach(place.point + 0.01 * n, bias: 0.03)
    let facing = max(0, dot(n, light.key.direction))
    var color =
      albedo
      * (light.key.color * facing * lit * 0.8 + light.ambient(n) * open + light.fill.color * max(0, dot(n, light.fill.direction)) * open)
    color += lit * gleam(n, v, light.key.direction, gloss) * light.key.color * 0.8
    return color
  }

  // MARK: - Hair and cloth

  /// Light on a hair: strongest across it, with two highlights along it (Kajiya and Kay 1989, shifted after Marschner et al. 2003).
  @inline(__always) func hair(_ point: SIMD3<Float>, _ normal: SIMD3<Float>, _ tangent: SIMD3<Float>, _ color: SIMD3<Float>) -> SIMD3<Float>
  {
    let v = normalized(-point), t = tangent
    let lit = shadow.reach(point + 0.02 * normal, bias: 0.07)
    func lobe(_ l: SIMD3<Float>, _ shift: Float, _ power: Float) -> Float {
      let h = normalized(l + v), moved = normalized(t + shift * normal), th = dot(moved, h)
      return pow(max(0, 1 - th * th), power / 2)
    }
    func across(_ l: SIMD3<Float>) -> Float {
      let tl = dot(t, l)
      return max(0, 1 - tl * tl).squareRoot() * max(0, min(1, 0.45 + 0.75 * dot(normal, l)))
    }
    var sum = color * (across(light.key.direction) * lit * light.key.color + across(light.fill.direction) * light.fill.color)
    sum += color * light.ambient(normal) * 0.85
    let shine = lobe(light.key.direction, 0.12, 70) * 0.1 * SIMD3<Float>(1, 0.96, 0.9) + lobe(light.key.direction, -0.15, 22) * 0.5 * color
    sum += shine * lit * max(0, min(1, dot(normal, light.key.direction) + 0.25)) * light.key.color
    let behind = max(0, dot(normal, light.rim.direction) + 0.35)
    return sum + behind * light.rim.color * (0.5 * color + 0.06 * lobe(light.rim.direction, 0.1, 30))
  }

  @inline(__always) func cloth(_ place: PerformerPlace, _ albedo: SIMD3<Float>) -> SIMD3<Float> {
    let n = normalized(place.normal), v = normalized(-place.point)
    let lit = shadow.reach(place.point + 0.02 * n, bias: 0.04)
    var color = albedo * light.key.color * max(0, dot(n, light.key.direction)) * lit
    color += albedo * light.fill.color * max(0, dot(n, light.fill.direction)) * (0.3 + 0.7 * place.openness)
    color += albedo * light.ambient(n) * place.openness
    // Fibres stand up and catch light at the edge.
    return color + albedo * 0.5 * pow(1 - max(0, dot(n, v)), 3) * light.sky
  }
}
