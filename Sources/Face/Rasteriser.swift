import Dispatch
import Torch

/// Draws triangles into a `RasterImage`: z-buffered, perspective-correct, without gaps or double hits along shared edges.
///
/// Vertices are snapped to 1/4096 of a pixel and edges follow the top-left rule, so that a pixel centre on a shared edge belongs to exactly
/// one triangle. At equal depth the lower index wins, whatever the number of threads.
package struct Rasteriser: Sendable {
  /// Which triangles are left out by the side they show.
  package enum Culling: Sendable {
    case none
    /// Those whose corners run clockwise as seen.
    case back
  }

  /// Pixels per unit of slope, across and down.
  package var focal: SIMD2<Float>
  /// The principal point in pixels; pixel centres lie at +0.5.
  package var center: SIMD2<Float>
  /// Rows of the world-to-camera rotation; the camera looks along -z.
  package var rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
  /// World-to-camera translation.
  package var translation: SIMD3<Float>
  /// What lies nearer than this, along the viewing axis, is cut away.
  package var near: Float = 0.01
  package var culling = Culling.none

  package init(
    focal: SIMD2<Float>, center: SIMD2<Float>,
    rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) = (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)),
    translation: SIMD3<Float> = .zero
  ) {
    self.focal = focal
    self.center = center
    self.rows = rows
    self.translation = translation
  }

  /// The view of a camera.
  package init(_ camera: Camera) {
    let back = camera.worldToCamera, r = back.rotation.transposed
    self.init(focal: camera.focal, center: camera.center, rows: (r.x, r.y, r.z), translation: back.translation)
  }

  /// Draws `vertices [V, 3]`, in the world, joined by `triangles [F, 3]`, as `camera` sees them.
  package static func draw(_ vertices: Tensor, _ triangles: Tensor, camera: Camera) -> RasterImage {
    Rasteriser(camera).draw(vertices, triangles, width: camera.width, height: camera.height)
  }

  /// The same view on an image of `factor` times the width and height.
  package func scaled(by factor: Float) -> Rasteriser {
    var scaled = self
    scaled.focal *= factor
    scaled.center *= factor
    return scaled
  }

  /// Draws `vertices [V, 3]` joined by `triangles [F, 3]` into a new image.
  package func draw(_ vertices: Tensor, _ triangles: Tensor, width: Int, height: Int) -> RasterImage {
    precondition(vertices.dim == 2 && vertices.size(1) == 3 && triangles.dim == 2 && triangles.size(1) == 3, "[V, 3] and [F, 3]")
    let image = RasterImage(width: width, height: height)
    let corners = triangles.array(Int32.self)
    let points = vertices.withElements(Float.self) { flat in
      (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    }
    draw(points, corners, into: image)
    return image
  }

  /// Draws points joined by corner indices, three a triangle, over what `image` held before; the image is cleared first.
  package func draw(_ points: [SIMD3<Float>], _ corners: [Int32], into image: RasterImage) {
    precondition(corners.count % 3 == 0, "three corners a triangle")
    let seen = points.map(toCamera)
    let faces = corners.count / 3
    let chunk = max(256, (faces + 31) / 32)
    let chunks = (faces + chunk - 1) / chunk
    // Set-up in chunks of triangles, filling in bands of rows: no two tasks write the same memory, and a band goes through the chunks in order.
    let bandHeight = max(16, (image.height + 31) / 32)
    let bands = (image.height + bandHeight - 1) / bandHeight
    let prepared = UnsafeMutableBufferPointer<Chunk>.allocate(capacity: max(1, chunks))
    prepared.initialize(repeating: Chunk())
    defer {
      prepared.deinitialize()
      prepared.deallocate()
    }
    let job = Job(view: self, prepared: prepared, image: image, bandHeight: bandHeight, bands: bands)
    seen.withUnsafeBufferPointer { seen in
      corners.withUnsafeBufferPointer { corners in
        let input = Input(points: seen, corners: corners)
        DispatchQueue.concurrentPerform(iterations: chunks) { c in
          job.prepare(c, input, c * chunk..<min(faces, (c + 1) * chunk))
        }
      }
    }
    DispatchQueue.concurrentPerform(iterations: bands) { b in
      job.fill(band: b)
    }
  }

  /// A world point in camera coordinates.
  @inline(__always) package func toCamera(_ p: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3((rows.0 * p).sum(), (rows.1 * p).sum(), (rows.2 * p).sum()) + translation
  }

  private struct Input: @unchecked Sendable {
    let points: UnsafeBufferPointer<SIMD3<Float>>
    let corners: UnsafeBufferPointer<Int32>
  }

  /// A run of triangles ready to be filled, and which of them reach into which band of rows.
  private struct Chunk {
    var triangles: [ScreenTriangle] = []
    /// Places in `triangles`, band after band, in order within each.
    var order: [Int32] = []
    /// Where each band begins in `order`, and its end.
    var starts: [Int32] = []
  }

  /// Plain memory that the tasks share: each writes its own chunk or its own rows only.
  private struct Job: @unchecked Sendable {
    let view: Rasteriser
    let prepared: UnsafeMutableBufferPointer<Chunk>
    let image: RasterImage
    let bandHeight: Int
    let bands: Int

    func prepare(_ chunk: Int, _ input: Input, _ faces: Range<Int>) {
      var triangles: [ScreenTriangle] = []
      triangles.reserveCapacity(faces.count)
      let setup = TriangleSetup(view: view, width: image.width, height: image.height)
      for f in faces {
        let a = Int(input.corners[3 * f]), b = Int(input.corners[3 * f + 1]), c = Int(input.corners[3 * f + 2])
        setup.add(Int32(f), input.points[a], input.points[b], input.points[c], to: &triangles)
      }
      var starts = [Int32](repeating: 0, count: bands + 1)
      for triangle in triangles {
        for band in reach(triangle) { starts[band + 1] += 1 }
      }
      for band in 0..<bands { starts[band + 1] += starts[band] }
      var next = starts
      var order = [Int32](repeating: 0, count: Int(starts[bands]))
      for (i, triangle) in triangles.enumerated() {
        for band in reach(triangle) {
          order[Int(next[band])] = Int32(i)
          next[band] += 1
        }
      }
      prepared[chunk] = Chunk(triangles: triangles, order: order, starts: starts)
    }

    private func reach(_ triangle: ScreenTriangle) -> ClosedRange<Int> {
      let first = Int(triangle.rows.0) / bandHeight
      return first...max(first, Int(triangle.rows.1) / bandHeight)
    }

    func fill(band: Int) {
      let rows = band * bandHeight..<min(image.height, (band + 1) * bandHeight)
      let start = rows.lowerBound * image.width, count = rows.count * image.width
      for i in start..<start + count {
        image.triangle[i] = -1
        image.depth[i] = 0
        image.barycentrics[i] = .zero
      }
      for chunk in prepared {
        chunk.triangles.withUnsafeBufferPointer { triangles in
          for k in Int(chunk.starts[band])..<Int(chunk.starts[band + 1]) { triangles[Int(chunk.order[k])].fill(image, rows: rows) }
        }
      }
      // While filling, the depth buffer holds the inverse depth, which is linear on the screen.
      for i in start..<start + count { image.depth[i] = 1 / image.depth[i] }
    }
  }
}
