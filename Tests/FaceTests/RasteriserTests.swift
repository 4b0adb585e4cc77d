import Face
import Foundation
import Testing
import Torch

/// A square view of `size` pixels with focal length `focal`, looking along -z from the origin.
private func view(_ size: Int, focal: Float) -> Rasteriser {
  Rasteriser(focal: SIMD2(focal, focal), center: SIMD2(Float(size) / 2, Float(size) / 2))
}

/// Points and triangles of a sphere with outward faces.
private func sphere(center: SIMD3<Float>, radius: Float, rings: Int) -> ([SIMD3<Float>], [Int32]) {
  let columns = 2 * rings
  var points: [SIMD3<Float>] = []
  var corners: [Int32] = []
  for r in 0...rings {
    for c in 0..<columns {
      let theta = Float.pi * Float(r) / Float(rings)
      let phi = 2 * Float.pi * Float(c) / Float(columns)
      points.append(center + radius * SIMD3(sin(theta) * sin(phi), cos(theta), sin(theta) * cos(phi)))
    }
  }
  for r in 0..<rings {
    for c in 0..<columns {
      let a = Int32(r * columns + c)
      let b = Int32(r * columns + (c + 1) % columns)
      let d = a + Int32(columns)
      let e = b + Int32(columns)
      corners += [a, d, e, a, e, b]
    }
  }
  return (points, corners)
}

@Test func rasterisedTriangleIsWhereItIsProjected() {
  let size = 64
  let points: [SIMD3<Float>] = [SIMD3(-0.8, -0.7, -2), SIMD3(0.9, -0.5, -3), SIMD3(0.1, 0.9, -2.5)]
  let image = RasterImage(width: size, height: size)
  view(size, focal: 50).draw(points, [0, 1, 2], into: image)
  let normal = SIMD3<Double>(cross(points[1] - points[0], points[2] - points[0]))
  var hits = 0
  for j in 0..<size {
    for i in 0..<size {
      // The ray through the pixel's centre, met with the triangle's plane: Cramer's rule for the weights.
      let ray = SIMD3((Double(i) + 0.5 - 32) / 50, -(Double(j) + 0.5 - 32) / 50, -1)
      let distance = (normal * SIMD3<Double>(points[0])).sum() / (normal * ray).sum()
      let p = distance * ray
      let area = (normal * normal).sum()
      let b0 = (normal * cross(SIMD3<Double>(points[2] - points[1]), p - SIMD3<Double>(points[1]))).sum() / area
      let b1 = (normal * cross(SIMD3<Double>(points[0] - points[2]), p - SIMD3<Double>(points[2]))).sum() / area
      let b2 = 1 - b0 - b1
      let at = j * size + i
      if min(b0, b1, b2) > 1e-4 {
        hits += 1
        #expect(image.triangle[at] == 0)
        #expect(abs(Double(image.depth[at]) - distance) < 1e-4)
        let weights = image.barycentrics[at]
        #expect(abs(Double(weights.x) - b0) < 1e-3 && abs(Double(weights.y) - b1) < 1e-3 && abs(Double(weights.z) - b2) < 1e-3)
      } else if min(b0, b1, b2) < -1e-4 {
        #expect(image.triangle[at] == -1 && image.depth[at] == .infinity)
      }
    }
  }
  #expect(hits > 300)
}

@Test func rasterisedSphereHasItsDepth() {
  let size = 128
  let (points, corners) = sphere(center: SIMD3(0.2, -0.1, -6), radius: 1, rings: 180)
  let image = RasterImage(width: size, height: size)
  var camera = view(size, focal: 300)
  camera.culling = .back
  camera.draw(points, corners, into: image)
  let center = SIMD3<Double>(0.2, -0.1, -6)
  var hits = 0
  var worst = 0.0
  for j in 0..<size {
    for i in 0..<size {
      let ray = SIMD3((Double(i) + 0.5 - 64) / 300, -(Double(j) + 0.5 - 64) / 300, -1)
      let a = (ray * ray).sum()
      let b = (ray * center).sum()
      let inside = b * b - a * ((center * center).sum() - 1)
      guard inside > 0.01 else {
        if inside < -0.01 { #expect(image.triangle[j * size + i] == -1) }
        continue
      }
      hits += 1
      worst = max(worst, abs(Double(image.depth[j * size + i]) - (b - inside.squareRoot()) / a))
    }
  }
  #expect(hits > 5000)
  #expect(worst < 1e-3)
}

@Test func attributesFollowThePerspective() {
  // A floor seen at a slant: its coordinates, carried as attributes, must be those of the ray's hit.
  let size = 100
  let floor = Tensor([-2, -1, -1, 2, -1, -1, 2, -1, -20, -2, -1, -20] as [Float], [4, 3])
  let triangles = Tensor([0, 1, 2, 0, 2, 3] as [Int32], [2, 3])
  let image = view(size, focal: 60).draw(floor, triangles, width: size, height: size)
  let hit = image.interpolate(floor, triangles: triangles).floats
  var seen = 0
  for j in 0..<size {
    for i in 0..<size where image.triangle[j * size + i] >= 0 {
      seen += 1
      let distance = 1 / ((Float(j) + 0.5 - 50) / 60)
      let at = 3 * (j * size + i)
      #expect(abs(hit[at] - distance * (Float(i) + 0.5 - 50) / 60) < 2e-3 * distance)
      #expect(abs(hit[at + 2] + distance) < 2e-3 * distance)
    }
  }
  #expect(seen > 1000)
  #expect(image.labels([4, 9]).array(UInt8.self).contains(9))
}

@Test func sharedEdgesAreDrawnOnce() {
  // A fan and a grid of jittered points that fill a square: with depth test off by distance, each pixel must be hit exactly once.
  let size = 97
  let cells = 23
  var points: [SIMD3<Float>] = []
  var corners: [Int32] = []
  var state: UInt64 = 5
  func random() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 24)
  }
  for r in 0...cells {
    for c in 0...cells {
      let edge = r == 0 || c == 0 || r == cells || c == cells
      // Some points exactly on pixel centres, some anywhere.
      var x = Float(c) / Float(cells) * 110 - 6
      var y = Float(r) / Float(cells) * 110 - 6
      if !edge { (x, y) = (r + c) % 3 == 0 ? (x.rounded() + 0.5, y.rounded() + 0.5) : (x + 3 * random() - 1.5, y + 3 * random() - 1.5) }
      points.append(SIMD3((x - Float(size) / 2) / 50, -(y - Float(size) / 2) / 50, -1))
    }
  }
  for r in 0..<cells {
    for c in 0..<cells {
      let a = Int32(r * (cells + 1) + c)
      let b = a + 1
      let d = a + Int32(cells + 1)
      let e = d + 1
      corners += (r + c) % 2 == 0 ? [a, d, e, a, e, b] : [a, d, b, b, d, e]
    }
  }
  let camera = view(size, focal: 50)
  var count = [Int](repeating: 0, count: size * size)
  let image = RasterImage(width: size, height: size)
  for t in 0..<corners.count / 3 {
    camera.draw(points, Array(corners[3 * t..<3 * t + 3]), into: image)
    for i in 0..<size * size where image.triangle[i] >= 0 { count[i] += 1 }
  }
  #expect(count.allSatisfy { $0 == 1 })
  camera.draw(points, corners, into: image)
  #expect(image.triangle.allSatisfy { $0 >= 0 })
}

@Test func trianglesThroughTheCameraAreCut() {
  // A road from behind the camera to far ahead: seen up to the horizon, with the right depth, though two corners lie behind.
  let size = 64
  let points: [SIMD3<Float>] = [SIMD3(-50, -1, 30), SIMD3(50, -1, 30), SIMD3(0, -1, -1000)]
  let image = RasterImage(width: size, height: size)
  view(size, focal: 32).draw(points, [0, 1, 2], into: image)
  for j in 0..<size {
    let i = 32
    let slope = (Float(j) + 0.5 - 32) / 32
    let at = j * size + i
    if slope < 0 {
      #expect(image.triangle[at] == -1)
    } else if 1 / slope < 900 {
      #expect(image.triangle[at] == 0)
      #expect(abs(image.depth[at] * slope - 1) < 0.01)
      let w = image.barycentrics[at]
      let z = w.x * 30 + w.y * 30 + w.z * -1000
      #expect(abs(-z - image.depth[at]) < 0.01 * image.depth[at] + 0.01)
    }
  }
  // And one entirely behind is not seen at all.
  view(size, focal: 32).draw([SIMD3(-1, -1, 5), SIMD3(1, -1, 5), SIMD3(0, 1, 5)], [0, 1, 2], into: image)
  #expect(image.triangle.allSatisfy { $0 == -1 })
}

@Test func nearerTrianglesHideFartherOnesInAnyOrder() {
  let near: [SIMD3<Float>] = [SIMD3(-1, -1, -2), SIMD3(1, -1, -2), SIMD3(0, 1, -2)]
  let far: [SIMD3<Float>] = [SIMD3(-9, -9, -4), SIMD3(9, -9, -4), SIMD3(0, 9, -4)]
  let image = RasterImage(width: 32, height: 32)
  for (points, wanted) in [(near + far, Int32(0)), (far + near, Int32(1))] {
    view(32, focal: 30).draw(points, [0, 1, 2, 3, 4, 5], into: image)
    #expect(image.triangle[16 * 32 + 16] == wanted)
    #expect(image.triangle[1 * 32 + 1] == 1 - wanted)
  }
  var culled = view(32, focal: 30)
  culled.culling = .back
  culled.draw(near + far, [0, 2, 1, 3, 4, 5], into: image)
  #expect(image.triangle[16 * 32 + 16] == 1)
  culled.draw(near + [SIMD3(.nan, 0, -1), SIMD3(0, 0, -1), SIMD3(0, 1, -1)], [0, 1, 2, 3, 4, 5], into: image)
  #expect(image.triangle[16 * 32 + 16] == 0)
}

@Test func rasterisingTenThousandTrianglesIsFast() {
  let (points, corners) = sphere(center: SIMD3(0, 0, -5), radius: 1, rings: 50)
  #expect(corners.count / 3 == 10_000)
  let image = RasterImage(width: 512, height: 512)
  let camera = view(512, focal: 1200)
  var best = Double.infinity
  for _ in 0..<30 {
    let start = DispatchTime.now().uptimeNanoseconds
    camera.draw(points, corners, into: image)
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
  }
  print("10,000 triangles at 512 x 512: \(best) ms")
  // 5 ms on a quiet machine with four cores; a wide margin here, so that only a broken inner loop fails.
  #expect(best < 25)
}

@Test func camerasSeeAlikeProjectedAndRasterised() {
  let pose = Camera.lookAt(eye: [3, 1, 4], target: [0, 0.2, 0])
  let camera = Camera(width: 90, height: 70, focal: [120, 110], center: [43, 37], cameraToWorld: pose)
  let points: [SIMD3<Float>] = [[-0.5, -0.6, 0.2], [0.9, -0.2, 0.1], [0.1, 0.8, -0.3]]
  let vertices = Tensor(points.flatMap { [$0.x, $0.y, $0.z] }, [3, 3])
  let triangles = Tensor([0, 1, 2] as [Int32], [1, 3])
  let image = Rasteriser.draw(vertices, triangles, camera: camera)
  let hit = image.interpolate(vertices, triangles: triangles).floats
  var seen = 0
  for j in 0..<70 {
    for i in 0..<90 where image.triangle[j * 90 + i] == 0 {
      seen += 1
      let at = 3 * (j * 90 + i)
      let back = camera.project(SIMD3(hit[at], hit[at + 1], hit[at + 2]))
      #expect(abs(back.x - Float(i) - 0.5) < 0.01 && abs(back.y - Float(j) - 0.5) < 0.01)
      #expect(abs(back.z - image.depth[j * 90 + i]) < 1e-3)
    }
  }
  #expect(seen > 200)
}

private func cross<T: SIMDScalar & BinaryFloatingPoint>(_ a: SIMD3<T>, _ b: SIMD3<T>) -> SIMD3<T> where SIMD3<T>: Equatable {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}
