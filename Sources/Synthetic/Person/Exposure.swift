import Face
import Foundation
import Torch

/// One image of somebody with everything that is true about it.
package struct PortraitImage {
  /// `[H, W, 3]` uint8.
  package var rgb: Tensor
  /// `[H, W]` uint8, raw values of `SemanticClass`.
  package var labels: Tensor
  /// `[H * W]` distances along the view axis in units of the generators' world, 0 where nothing is.
  package var depth: [Float]
}

/// Draws a posed figure before its backdrop: several samples a pixel, shaded once a pixel for each surface seen there.
final class Exposure {
  /// Samples along each side of a pixel.
  private let side: Int
  private let figure: Figure
  // The figure's own, here so that they cannot change while they are read.
  private let corners: [Int32]
  private let materials: [Material]
  private let parts: [FacePart]
  private let facts: [Figure.Fact]
  private let camera: Camera
  private let fine: RasterImage
  private let lens: RasterImage?
  private let backdrop: [SIMD3<Float>]
  private let shading: Shading
  private let pose: Figure.Pose
  private let lit: [SIMD3<Float>]
  private let curve: DisplayCurve
  private let salt: UInt32

  /// All in head space. `backdrop` has the light behind each pixel; `fine`, to draw into, is as many times wider and higher than the
  /// image as a pixel has samples along its side; `salt` seeds the sensor's noise.
  init(
    _ figure: Figure, pose: Figure.Pose, camera: Camera, light: Lighting, shadow: ShadowMap, backdrop: [SIMD3<Float>], fine: RasterImage,
    salt: UInt32
  ) {
    side = fine.width / camera.width
    self.figure = figure
    (corners, materials, parts, facts) = (figure.corners, figure.materials, figure.parts, figure.facts)
    self.camera = camera
    self.fine = fine
    self.pose = pose
    self.salt = salt
    curve = figure.anatomy.curve
    let view = Rasteriser(camera).scaled(by: Float(side))
    view.draw(pose.points, figure.corners, into: fine)
    lens = figure.glasses.map { glasses in
      let image = RasterImage(width: fine.width, height: fine.height)
      view.draw(glasses.lensPoints, glasses.lensCorners, into: image)
      return image
    }
    self.backdrop = backdrop
    shading = Shading(
      figure: figure, light: light, person: figure.person, shadow: shadow, noise: figure.anatomy.noise, eye: camera.position,
      lidMargins: pose.lidMargins, gaze: pose.gaze)
    lit = Self.light(figure, pose, shading)
  }

  /// The light that every point of the fibres gives back; both edges of a hair give the same.
  private static func light(_ figure: Figure, _ pose: Figure.Pose, _ shading: Shading) -> [SIMD3<Float>] {
    let start = figure.solidCount, count = figure.inks.count
    let gloss: Float = figure.person.hair.kind == .curly ? 0.5 : 1
    // Both edges of a hair lie so near to each other that the light does not tell them apart.
    func isAsBefore(_ i: Int) -> Bool { i > 0 && pose.tangents[i] == pose.tangents[i - 1] && figure.inks[i] == figure.inks[i - 1] }
    return [SIMD3<Float>](unsafeUninitializedCapacity: count) { out, filled in
      Bands.perform(count, of: 4096) { range in
        for i in range {
          if i > range.lowerBound, isAsBefore(i) {
            out[i] = out[i - 1]
          } else {
            var first = i
            while isAsBefore(first) { first -= 1 }
            out[i] = shading.fibre(
              pose.points[start + first], pose.away[first], pose.tangents[first], figure.inks[first],
              gloss: figure.dull.contains(first) ? 0.25 : gloss)
          }
        }
      }
      filled = count
    }
  }

  func image(scale: Float) -> PortraitImage {
    let (width, height) = (camera.width, camera.height)
    let rgb = Tensor.empty([height, width, 3], .uint8), labels = Tensor.empty([height, width], .uint8)
    var depth = [Float](repeating: 0, count: width * height)
    rgb.withMutableElements(UInt8.self) { rgb in
      labels.withMutableElements(UInt8.self) { labels in
        depth.withUnsafeMutableBufferPointer { depth in
          Bands.perform(height, of: 8) { rows in for row in rows { expose(row: row, scale, rgb, labels, depth) } }
        }
      }
    }
    return PortraitImage(rgb: rgb, labels: labels, depth: depth)
  }

  private func expose(
    row: Int, _ scale: Float, _ rgb: UnsafeMutableBufferPointer<UInt8>, _ labels: UnsafeMutableBufferPointer<UInt8>,
    _ depth: UnsafeMutableBufferPointer<Float>
  ) {
    let width = camera.width, n = side, count = side * side
    var kinds = [UInt8](repeating: 0, count: count), at = [Int](repeating: 0, count: count)
    for column in 0..<width {
      for k in 0..<count {
        at[k] = (n * row + k / n) * n * width + n * column + k % n
        kinds[k] = 0
      }
      var sum = SIMD3<Float>.zero, left: UInt32 = (1 << UInt32(count)) - 1, bare: Float = 0
      for k in 0..<count where left & (1 << k) != 0 {
        let f = Int(fine.triangle[at[k]])
        if f < 0 {
          bare += 1
          continue
        }
        let material = materials[f], far = fine.depth[at[k]]
        if material.isFibre {
          sum += fibre(f, fine.barycentrics[at[k]])
          kinds[k] = Self.kind(material)
          continue
        }
        // The samples of the same surface are shaded as one.
        var place = Place(part: parts[f]), number: Float = 0
        for m in k..<count where left & (1 << m) != 0 {
          let g = Int(fine.triangle[at[m]])
          guard g >= 0, materials[g] == material, abs(fine.depth[at[m]] - far) < 0.05 else { continue }
          left &= ~(1 << m)
          number += 1
          gather(g, fine.barycentrics[at[m]], &place, &kinds[m])
        }
        place.divide(by: number)
        sum += number * shading.color(place, material)
      }
      if bare > 0 { sum += bare * backdrop[row * width + column] }
      var light = sum / Float(count)
      if let lens { look(through: lens, at, &light, &kinds) }
      finish(light, row, column, rgb)
      label(kinds, at, row * width + column, scale, labels, depth)
    }
  }

  @inline(__always) private static func kind(_ material: Material) -> UInt8 {
    switch material {
    case .lash: SemanticClass.eyes.rawValue
    case .beard: SemanticClass.skin.rawValue
    default: SemanticClass.hair.rawValue
    }
  }
  @inline(__always) private func fibre(_ f: Int, _ w: SIMD3<Float>) -> SIMD3<Float> {
    let start = facts.count
    let a = Int(corners[3 * f]) - start, b = Int(corners[3 * f + 1]) - start, c = Int(corners[3 * f + 2]) - start
    return w.x * lit[a] + w.y * lit[b] + w.z * lit[c]
  }
  /// Adds one sample's place, and tells its class.
  @inline(__always) private func gather(_ f: Int, _ w: SIMD3<Float>, _ sum: inout Place, _ kind: inout UInt8) {
    let a = Int(corners[3 * f]), b = Int(corners[3 * f + 1]), c = Int(corners[3 * f + 2])
    let rest = w.x * facts[a].rest + w.y * facts[b].rest + w.z * facts[c].rest
    let place = w.x * facts[a].place + w.y * facts[b].place + w.z * facts[c].place
    sum.rest += rest
    sum.place += place
    sum.point += w.x * pose.points[a] + w.y * pose.points[b] + w.z * pose.points[c]
    sum.normal += w.x * pose.normals[a] + w.y * pose.normals[b] + w.z * pose.normals[c]
    kind = shading.semantic(rest, place, parts[f], materials[f])
  }

  /// Lays a lens over the samples behind it.
  private func look(through lens: RasterImage, _ samples: [Int], _ light: inout SIMD3<Float>, _ kinds: inout [UInt8]) {
    guard let style = figure.person.glasses else { return }
    var share: Float = 0, at = -1
    for (k, sample) in samples.enumerated() where lens.triangle[sample] >= 0 && lens.depth[sample] < fine.depth[sample] {
      share += 1 / Float(side * side)
      at = sample
      if style.isDark { kinds[k] = SemanticClass.glasses.rawValue }
    }
    guard share > 0 else { return }
    let place = SIMD2(Float(at % lens.width) + 0.5, Float(at / lens.width) + 0.5) / Float(side)
    light = mix(light, light * style.through + shading.lens(camera.unproject(place, depth: lens.depth[at])), share)
  }

  /// Exposes, adds the sensor's noise and rounds.
  @inline(__always) private func finish(_ light: SIMD3<Float>, _ row: Int, _ column: Int, _ rgb: UnsafeMutableBufferPointer<UInt8>) {
    // A film's shoulder: highlights run out softly.
    let one = SIMD3<Float>(repeating: 1), safe = light.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 50))
    let exposed = safe * (one + 0.25 * safe) / (one + 0.42 * safe)
    let at = 3 * (row * camera.width + column)
    let noise = NoiseTable.hash(UInt32(row * camera.width + column), salt) - 0.5
    var value = curve(exposed) + 2 * noise + 0.5
    value = value.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))
    rgb[at] = UInt8(value.x)
    rgb[at + 1] = UInt8(value.y)
    rgb[at + 2] = UInt8(value.z)
  }

  /// The class that most samples show, and how far its nearest sample is.
  private func label(
    _ kinds: [UInt8], _ samples: [Int], _ at: Int, _ scale: Float, _ labels: UnsafeMutableBufferPointer<UInt8>,
    _ depth: UnsafeMutableBufferPointer<Float>
  ) {
    var best = kinds[0], most = 0
    for k in kinds.indices where k == 0 || kinds[k] != best {
      var votes = 0
      for kind in kinds where kind == kinds[k] { votes += 1 }
      if votes > most { (best, most) = (kinds[k], votes) }
    }
    labels[at] = best
    guard best != 0 else { return }
    var nearest = Float.infinity
    for (k, sample) in samples.enumerated() where kinds[k] == best {
      nearest = min(nearest, fine.depth[sample])
      // A dark lens stands before what is drawn behind it.
      if let lens, best == SemanticClass.glasses.rawValue { nearest = min(nearest, lens.depth[sample]) }
    }
    depth[at] = nearest.isFinite ? nearest * scale : 0
  }
}
