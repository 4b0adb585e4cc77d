import Face
import Foundation

/// A place of a solid surface, with everything that the light needs to know.
struct Place {
  var point = SIMD3<Float>.zero
  var normal = SIMD3<Float>.zero
  /// Rest in head space, and openness.
  var rest = SIMD4<Float>.zero
  /// Place in the atlas, and how far inside the hair.
  var place = SIMD4<Float>.zero
  var part: FacePart

  init(part: FacePart) { self.part = part }
  /// From a sum of places to their mean.
  @inline(__always) mutating func divide(by number: Float) {
    let share = 1 / number
    point *= share
    rest *= share
    place *= share
  }
  var at: SIMD3<Float> { SIMD3(rest.x, rest.y, rest.z) }
  var openness: Float { rest.w }
}

/// Light on skin, eyes, teeth, hair and cloth, as one camera sees it.
struct Shading: @unchecked Sendable {
  let figure: Figure
  let light: Lighting
  let person: Person
  let shadow: ShadowMap
  let noise: NoiseTable
  /// Where the camera is.
  let eye: SIMD3<Float>
  let lidMargins: [[SIMD3<Float>]]
  let gaze: Matrix3

  @inline(__always) func color(_ place: Place, _ material: Material) -> SIMD3<Float> {
    switch material {
    case .skin: skin(place)
    case .eye: eye(place)
    case .teeth, .tongue, .mouth: mouth(place, material)
    case .torso: figure.clothes.isOpen(place.at) ? skin(place) : cloth(place, figure.clothes.albedo(place.at, collar: false))
    case .garment: cloth(place, figure.clothes.albedo(place.at, collar: true))
    case .glasses: frame(place)
    default: .zero
    }
  }
  /// What a place is labelled.
  @inline(__always) func semantic(_ rest: SIMD4<Float>, _ place: SIMD4<Float>, _ part: FacePart, _ material: Material) -> UInt8 {
    switch material {
    case .skin:
      switch part {
      case .ear: return SemanticClass.ears.rawValue
      case .innerLip: return SemanticClass.lips.rawValue
      case .neck: return (place.z > 0.02 && covered ? SemanticClass.hair : .neck).rawValue
      default:
        if place.z > 0.02, covered { return SemanticClass.hair.rawValue }
        return figure.paint.semantic(SIMD2(place.x, place.y))
      }
    case .torso: return (figure.clothes.isOpen(SIMD3(rest.x, rest.y, rest.z)) ? SemanticClass.neck : .torso).rawValue
    case .garment: return SemanticClass.torso.rawValue
    case .glasses: return SemanticClass.glasses.rawValue
    default: return part.semanticClass.rawValue
    }
  }
  /// Whether the scalp within the hairline looks like hair.
  private var covered: Bool { person.hair.kind != .bald || person.hair.crown < 1 }

  @inline(__always) func reach(_ p: SIMD3<Float>, _ n: SIMD3<Float>) -> Float {
    shadow.reach(p + (0.006 + 0.6 * shadow.texel) * n, bias: 0.012 + 0.7 * shadow.texel)
  }

  // MARK: - Skin

  @inline(__always) func skin(_ place: Place) -> SIMD3<Float> {
    let paint = figure.paint.sample(SIMD2(place.place.x, place.place.y))
    var albedo = SIMD3(paint.x, paint.y, paint.z), gloss = paint.w
    let rest = place.at, grain = noise.sample(rest.x * 70 + rest.z * 31, rest.y * 70 + rest.z * 47)
    switch place.part {
    case .innerLip: (albedo, gloss) = ((person.makeUp.lipstick ?? person.lips) * 0.8, 0.8)
    case .ear: (albedo, gloss) = (mix(person.skin, person.blush, 0.4) * (1 + 0.06 * grain.z), 0.25)
    case .torso: albedo = person.skin * (1 + 0.04 * grain.y)
    default:
      // Roots of hair darken the scalp.
      let edge = place.place.z + 0.03 * grain.y + 0.012 * grain.z
      let density: Float = person.hair.kind == .bald ? 0.6 : person.hair.kind == .shaved ? 0.85 : 0.96
      let roots = smoothstep(-0.05, 0.05, edge) * density * (person.hair.kind == .shaved ? 0.85 + 0.2 * grain.w : 1)
      albedo = mix(albedo, rootColor, roots)
      gloss *= 1 - 0.7 * roots
    }
    let n = normalized(place.normal), v = normalized(eye - place.point)
    let lit = reach(place.point, n)
    // Light that goes a little way through skin: it wraps around the edge of shadow, red farthest.
    let facing = dot(n, light.key.direction)
    let wrap = SIMD3<Float>(0.34, 0.15, 0.09)
    let through = ((SIMD3(repeating: facing) + wrap) / (SIMD3<Float>(repeating: 1) + wrap)).clamped(lowerBound: .zero, upperBound: .one)
    let keyed = through * (SIMD3(repeating: lit) + SIMD3<Float>(0.12, 0.03, 0.015) * ((1 - lit) * max(0, facing + 0.3)))
    let open = 0.25 + 0.75 * place.openness
    var incoming = light.key.color * keyed + light.fill.color * (max(0, 0.85 * dot(n, light.fill.direction) + 0.15) * open)
    // Folds and hollows glow red: light bounces within them.
    let bounce = SIMD3<Float>(1.1, 1, 0.97) * place.openness + SIMD3(0.05, 0.015, 0.008)
    incoming += light.ambient(n).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 9)) * bounce
    incoming += light.rim.color * (max(0, dot(n, light.rim.direction)) * open * 0.6)
    let shine =
      lit * specular(n, v, light.key.direction, gloss) * light.key.color + 0.5 * specular(n, v, light.fill.direction, gloss)
      * light.fill.color
    let edge = power(1 - max(0, dot(n, v)), 4)
    return albedo * incoming + shine + (edge * open)
      * (0.3 * max(0, dot(n, light.rim.direction) + 0.4) * light.rim.color + 0.07 * light.sky)
  }
  private var rootColor: SIMD3<Float> {
    mix(
      mix(person.hairColor, Palette.grey, 0.8 * person.grey) * 0.7, person.skin,
      person.hair.kind == .bald ? 0.55 : person.hair.kind == .shaved ? 0.25 : 0)
  }

  /// Specular light of a rough surface: one wide lobe for skin, a narrow one where it is wet (Blinn and Phong, energy held).
  @inline(__always) private func specular(_ n: SIMD3<Float>, _ v: SIMD3<Float>, _ l: SIMD3<Float>, _ gloss: Float) -> Float {
    let facing = dot(n, l)
    guard facing > 0 else { return 0 }
    let h = normalized(l + v), nh = max(0, dot(n, h)), fresnel = 0.04 + 0.96 * power(1 - max(0, dot(h, v)), 5)
    let wide = power(nh, 14) * 0.9, narrow = power(nh, 70) * 4
    return facing * fresnel * gloss * (wide + gloss * narrow) * 2
  }

  // MARK: - Eyes and mouth

  @inline(__always) func eye(_ place: Place) -> SIMD3<Float> {
    // Vertices turned with the gaze keep their resting place, so what is painted there turns too.
    let index = place.rest.x < 0 ? 0 : 1
    let local = normalized(place.at - figure.eyeCenters[index])
    let away = acos(clamp(local.z, -1, 1)), around = atan2(local.y, local.x)
    let n = normalized(gaze * local), v = normalized(eye - place.point)
    let iris: Float = 29.5 * .pi / 180, pupil = iris * 0.42
    let veins = noise.sample(local.x * 120, local.y * 120)
    var albedo = SIMD3<Float>(0.64, 0.6, 0.57) * (1 + 0.05 * veins.x)
    // Pink towards the corners.
    albedo = mix(albedo, SIMD3(0.52, 0.28, 0.25), 0.5 * smoothstep(0.62, 1.15, away) + 0.1 * max(0, veins.y))
    let fibres = noise.sample(around * 28 + 40 * Float(index), away * 30)
    let t = away / iris
    let tissue = person.iris * (1.0 + 0.3 * fibres.y + 0.25 * fibres.z) * (0.8 + 0.6 * smoothstep(0.95, 0.5, t))
    albedo = mix(albedo, tissue, smoothstep(1.05, 0.94, t))
    let limbus = (t - 1) / 0.1
    albedo *= 1 - 0.65 * exp(-limbus * limbus)
    albedo = mix(albedo, SIMD3(repeating: 0.006), smoothstep(pupil * 1.15, pupil * 0.9, away))
    let lidded = lidShade(place.point, lidMargins[index])
    let lit = reach(place.point, n) * (0.35 + 0.65 * lidded)
    let facing = max(0, dot(n, light.key.direction) * 0.8 + 0.2)
    var color = albedo * (light.key.color * (facing * lit) + light.ambient(n) * ((0.25 + 0.75 * lidded) * 0.85))
    color += albedo * light.fill.color * (max(0, dot(n, light.fill.direction)) * lidded)
    // The window in the eye: cornea bulges, so its mirror image of the key light sits on the iris.
    let bulge = normalized(n + 0.35 * smoothstep(iris * 1.2, iris * 0.6, away) * (n - gaze.z))
    let h = normalized(light.key.direction + v), mirrored = dot(bulge, h)
    let glint = smoothstep(0.982, 0.992, mirrored) * 1.5 + 0.12 * power(max(0, mirrored), 40)
    let second = smoothstep(0.992, 0.997, dot(bulge, normalized(light.fill.direction + v))) * 0.5
    return color + (0.25 + 0.75 * lidded) * (glint * light.key.color + second * light.fill.color)
  }
  /// How far below the shade of the upper lid a point of the eye lies, 0...1.
  @inline(__always) private func lidShade(_ p: SIMD3<Float>, _ lid: [SIMD3<Float>]) -> Float {
    var nearest: Float = 1
    for k in 1..<lid.count {
      let a = lid[k - 1], ab = lid[k] - a, t = clamp(dot(p - a, ab) / max(dot(ab, ab), 1e-9))
      nearest = min(nearest, length(p - a - t * ab))
    }
    return smoothstep(0.005, 0.06, nearest)
  }

  /// Teeth, tongue, gums and cheek walls: darker the deeper they lie behind the lips.
  @inline(__always) func mouth(_ place: Place, _ kind: Material) -> SIMD3<Float> {
    let n = normalized(place.normal), v = normalized(eye - place.point), rest = place.at
    var albedo: SIMD3<Float>, gloss: Float
    switch kind {
    case .teeth:
      // A tooth every 8 mm along the arch, narrower gaps in between.
      let along = atan2(rest.x, max(0.05, rest.z - 0.3)) * 6.2, gap = abs(along - along.rounded())
      let white = mix(SIMD3<Float>(0.9, 0.86, 0.78), SIMD3(0.78, 0.68, 0.5), smoothstep(30, 85, person.age))
      (albedo, gloss) = (white * (1 - 0.32 * smoothstep(0.42, 0.5, gap)), 0.8)
    case .tongue: (albedo, gloss) = (SIMD3(0.42, 0.14, 0.13) * (1 + 0.15 * noise.sample(rest.x * 200, rest.z * 200).z), 0.6)
    default: (albedo, gloss) = (SIMD3(0.3, 0.085, 0.08), 0.5)
    }
    let depth = max(0, 0.78 - place.point.z)
    let open = exp(-depth * (kind == .teeth ? 0.9 : 3.2)) * (kind == .mouth ? 0.55 : 0.95)
    let lit = reach(place.point, n), facing = max(0, dot(n, light.key.direction))
    let fill = light.fill.color * (max(0, dot(n, light.fill.direction)) * open)
    // Lips let some of the light through to the teeth.
    let keyed = facing * (kind == .teeth ? 0.35 + 0.65 * lit : lit) * 0.85 * open
    let color = albedo * (light.key.color * keyed + light.ambient(n) * open + fill)
    return color + (lit * specular(n, v, light.key.direction, gloss) * 0.6) * light.key.color
  }

  // MARK: - Hair, cloth, glasses

  /// Light on a hair: strongest across it, with two highlights along it (Kajiya and Kay 1989, shifted after Marschner et al. 2003).
  @inline(__always)
  func fibre(_ point: SIMD3<Float>, _ normal: SIMD3<Float>, _ t: SIMD3<Float>, _ color: SIMD3<Float>, gloss: Float) -> SIMD3<Float> {
    let v = normalized(eye - point)
    let lit = shadow.reach(point + 0.02 * normal, bias: 0.06 + shadow.texel)
    @inline(__always) func lobe(_ l: SIMD3<Float>, _ shift: Float, _ exponent: Int) -> Float {
      let h = normalized(l + v), th = dot(normalized(t + shift * normal), h)
      return power(max(0, 1 - th * th), exponent / 2)
    }
    @inline(__always) func across(_ l: SIMD3<Float>) -> Float {
      let tl = dot(t, l)
      return max(0, 1 - tl * tl).squareRoot() * clamp(0.45 + 0.75 * dot(normal, l))
    }
    let key = light.key
    var sum = color * ((across(key.direction) * lit) * key.color + across(light.fill.direction) * light.fill.color)
    sum += color * light.ambient(normal) * 0.85
    let shine =
      (lobe(key.direction, 0.12, 70) * 0.09 * gloss) * SIMD3<Float>(1, 0.96, 0.9) + (lobe(key.direction, -0.15, 22) * 0.45 * gloss) * color
    sum += (lit * clamp(dot(normal, key.direction) + 0.25)) * shine * key.color
    let above = lobe(light.up + 0.1 * light.ahead, 0.1, 24) * 0.05 * gloss
    sum += above * light.sky
    let behind = max(0, dot(normal, light.rim.direction) + 0.35)
    return sum + behind * light.rim.color * (0.5 * color + 0.05 * lobe(light.rim.direction, 0.1, 30))
  }

  @inline(__always) func cloth(_ place: Place, _ albedo: SIMD3<Float>) -> SIMD3<Float> {
    let n = normalized(place.normal), v = normalized(eye - place.point)
    let lit = reach(place.point, n)
    var color = albedo * light.key.color * (max(0, dot(n, light.key.direction)) * lit)
    color += albedo * light.fill.color * (max(0, dot(n, light.fill.direction)) * (0.3 + 0.7 * place.openness))
    color += albedo * light.ambient(n).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 9)) * place.openness
    // Fibres stand up and catch light at the edge.
    return color + (0.5 * power(1 - max(0, dot(n, v)), 3)) * albedo * light.sky
  }

  @inline(__always) func frame(_ place: Place) -> SIMD3<Float> {
    guard let style = person.glasses else { return .zero }
    let n = normalized(place.normal), v = normalized(eye - place.point), lit = reach(place.point, n)
    let facing = max(0, dot(n, light.key.direction)) * lit
    let color = style.color * (light.key.color * facing + light.ambient(n) * 0.8 + light.fill.color * max(0, dot(n, light.fill.direction)))
    return color + (lit * specular(n, v, light.key.direction, style.gloss) * 1.5) * light.key.color + 0.05 * style.gloss * light.sky
      * max(0, dot(n, light.up))
  }
  /// What a lens adds to the light that it lets through.
  @inline(__always) func lens(_ point: SIMD3<Float>) -> SIMD3<Float> {
    let n = normalized(SIMD3(0.35 * point.x, 0.3 * point.y, 1)), v = normalized(eye - point)
    let mirrored = 2 * dot(n, v) * n - v
    let fresnel = 0.035 + 0.9 * power(1 - max(0, dot(n, v)), 5)
    let glare = smoothstep(0.93, 0.985, dot(mirrored, light.key.direction))
    return fresnel * (light.ambient(mirrored) * (0.1 + 0.6 * smoothstep(0, 0.35, dot(mirrored, light.up))) + 5 * glare * light.key.color)
  }
}

extension Palette {
  static let grey = linear(196, 192, 188)
}
