import Dispatch
import Face
import Foundation
import Torch

/// One frame of the performer with everything that is true about it.
package struct PerformerFrame {
  /// `[H, W, 3]` uint8.
  package var rgb: Tensor
  /// `[H, W]` uint8, raw values of `SemanticClass`.
  package var labels: Tensor
  /// `[H, W]` float32 along the view axis in head units, infinity on the background.
  package var depth: Tensor
}

/// Draws a posed figure before its backdrop: four samples a pixel, shaded once a pixel for each surface seen there.
final class PerformerFilm {
  private let camera: Camera
  private let look: PerformerLook
  private let skin: PerformerSkin
  private let collar: PerformerCollar
  private let geometry: PerformerGeometry
  private let backdrop: PerformerBackdrop
  private let light = PerformerLight()
  private let shadow: PerformerShadow
  private let fine: RasterImage
  private let view: Rasteriser
  private let encode = SRGBTable()

  init(camera: Camera, figure: PerformerFigure, look: PerformerLook, center: SIMD3<Float>) {
    self.camera = camera
    self.look = look
    skin = figure.skin
    collar = figure.collar
    geometry = figure.geometry
    backdrop = PerformerBackdrop(width: camera.width, height: camera.height, seed: look.seed)
    shadow = PerformerShadow(direction: light.key.direction, center: center - [0, 0.4, 0.2], radius: 2.7)
    fine = RasterImage(width: camera.width * 2, height: camera.height * 2)
    view = Rasteriser(camera).scaled(by: 2)
  }

  /// The frame of a posed figure; `index` seeds the sensor's noise.
  func shoot(_ posed: PerformerPosed, index: Int) -> PerformerFrame {
    shadow.draw(posed.points, geometry.casters)
    view.draw(posed.points, geometry.corners, into: fine)
    let shading = PerformerShading(
      light: light, look: look, shadow: shadow, skin: skin, collar: collar, eyes: posed.eyes, pose: posed.pose, gaze: posed.gaze)
    let (width, height) = (camera.width, camera.height)
    let rgb = Tensor.empty([height, width, 3], .uint8), labels = Tensor.empty([height, width], .uint8)
    let depth = Tensor.empty([height, width])
    rgb.withMutableElements(UInt8.self) { rgb in
      labels.withMutableElements(UInt8.self) { labels in
        depth.withMutableElements(Float.self) { depth in
          let hair = litHair(posed, shading)
          let job = PerformerExposure(
            shading: shading, geometry: geometry, posed: posed, hair: hair, fine: fine, backdrop: backdrop, encode: encode,
            grain: Int32(truncatingIfNeeded: Int(look.seed % 1000) * 7919 + index), rgb: rgb, labels: labels, depth: depth)
          DispatchQueue.concurrentPerform(iterations: (height + 7) / 8) { band in
            for row in band * 8..<min(height, band * 8 + 8) { job.expose(row: row) }
          }
        }
      }
    }
    return PerformerFrame(rgb: rgb, labels: labels, depth: depth)
  }

  /// The light that every vertex of the hair gives back.
  private func litHair(_ posed: PerformerPosed, _ shading: PerformerShading) -> [SIMD3<Float>] {
    let geometry = self.geometry
    let count = geometry.hairColors.count, chunk = 2048
    return [SIMD3<Float>](unsafeUninitializedCapacity: count) { out, filled in
      let lit = Shared(out)
      DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { c in
        for i in c * chunk..<min(count, (c + 1) * chunk) {
          let v = geometry.hairStart + i
          lit.memory[i] = shading.hair(posed.points[v], posed.normals[v], posed.tangents[i], geometry.hairColors[i])
        }
      }
      filled = count
    }
  }
}

/// What one frame's rows are made from; every task writes its own rows only.
private struct PerformerExposure: @unchecked Sendable {
  let shading: PerformerShading
  let geometry: PerformerGeometry
  let posed: PerformerPosed
  let hair: [SIMD3<Float>]
  let fine: RasterImage
  let backdrop: PerformerBackdrop
  let encode: SRGBTable
  let grain: Int32
  let rgb: UnsafeMutableBufferPointer<UInt8>
  let labels: UnsafeMutableBufferPointer<UInt8>
  let depth: UnsafeMutableBufferPointer<Float>

  func expose(row: Int) {
    let width = backdrop.width, stride = 2 * width
    for column in 0..<width {
      let first = 2 * row * stride + 2 * column
      let samples = SIMD4<Int>(first, first + 1, first + stride, first + stride + 1)
      var light = SIMD3<Float>.zero, kinds = SIMD4<UInt8>(repeating: 0), left: UInt8 = 0b1111
      for k in 0..<4 where left & (1 << k) != 0 {
        let f = Int(fine.triangle[samples[k]])
        if f < 0 {
          light += backdrop.pixels[row * width + column]
          continue
        }
        // The samples of the same surface are shaded as one.
        let material = geometry.materials[f], far = fine.depth[samples[k]]
        var place = PerformerPlace(part: geometry.parts[f]), ink = SIMD3<Float>.zero, number: Float = 0
        for m in k..<4 where left & (1 << m) != 0 {
          let g = Int(fine.triangle[samples[m]])
          guard g >= 0, geometry.materials[g] == material, abs(fine.depth[samples[m]] - far) < 0.05 else { continue }
          left &= ~(1 << m)
          number += 1
          gather(g, fine.barycentrics[samples[m]], material, &place, &ink, &kinds[m])
        }
        if material == .cap || material == .strand || material == .lash {
          light += ink
        } else {
          place.divide(by: number)
          light += number * shading.color(place, material)
        }
      }
      finish(light / 4, row, column)
      label(kinds, samples, row * width + column)
    }
  }

  /// Adds one sample's place, or the hair's light there, and tells its class.
  @inline(__always)
  private func gather(
    _ f: Int, _ weight: SIMD3<Float>, _ material: PerformerGeometry.Material, _ place: inout PerformerPlace, _ ink: inout SIMD3<Float>,
    _ kind: inout UInt8
  ) {
    let a = Int(geometry.corners[3 * f]), b = Int(geometry.corners[3 * f + 1]), c = Int(geometry.corners[3 * f + 2])
    switch material {
    case .cap, .strand:
      let start = geometry.hairStart
      ink += weight.x * hair[a - start] + weight.y * hair[b - start] + weight.z * hair[c - start]
      kind = SemanticClass.hair.rawValue
    case .lash:
      ink += SIMD3(0.012, 0.009, 0.008)
      kind = SemanticClass.eyes.rawValue
    default:
      let rest = weight.x * geometry.rest[a] + weight.y * geometry.rest[b] + weight.z * geometry.rest[c]
      place.rest += rest
      place.point += weight.x * posed.points[a] + weight.y * posed.points[b] + weight.z * posed.points[c]
      place.normal += weight.x * posed.normals[a] + weight.y * posed.normals[b] + weight.z * posed.normals[c]
      place.openness += weight.x * geometry.openness[a] + weight.y * geometry.openness[b] + weight.z * geometry.openness[c]
      kind = shading.semantic(rest, geometry.parts[f], material)
    }
  }

  /// Exposes, adds the sensor's noise and rounds.
  private func finish(_ light: SIMD3<Float>, _ row: Int, _ column: Int) {
    let width = backdrop.width
    let x = 2 * (Float(column) + 0.5) / Float(width) - 1, y = 2 * (Float(row) + 0.5) / Float(backdrop.height) - 1
    var exposed = light * (1.02 - 0.12 * (x * x + y * y))
    // A film's shoulder: highlights run out softly.
    exposed = exposed * (SIMD3<Float>(repeating: 1) + 0.25 * exposed) / (SIMD3<Float>(repeating: 1) + 0.42 * exposed)
    let at = 3 * (row * width + column)
    let noise = PerformerNoise.hash(Int32(column), Int32(row), grain) + PerformerNoise.hash(Int32(row), Int32(column) ^ 0x5555, grain) - 1
    var value = encode.encode(exposed) + 3.2 * noise + 0.5
    value = value.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))
    rgb[at] = UInt8(value.x)
    rgb[at + 1] = UInt8(value.y)
    rgb[at + 2] = UInt8(value.z)
  }

  /// The class that most samples show, and how far its nearest sample is.
  private func label(_ kinds: SIMD4<UInt8>, _ samples: SIMD4<Int>, _ at: Int) {
    var best = kinds[0], most = 0
    for k in 0..<4 {
      let votes = (0..<4).reduce(0) { $0 + (kinds[$1] == kinds[k] ? 1 : 0) }
      if votes > most { (best, most) = (kinds[k], votes) }
    }
    labels[at] = best
    depth[at] = best == 0 ? .infinity : (0..<4).reduce(Float.infinity) { kinds[$1] == best ? min($0, fine.depth[samples[$1]]) : $0 }
  }
}
