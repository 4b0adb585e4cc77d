import Dispatch
import Torch

/// Draws triangles into a `RasterImage`: z-buffered, perspective-correct, without gaps or double hits along shared edges.
///
/// Vertices are snapped to 1/4096 of a pixel and edges follow the top-left rule, so that a pixel centre on a shared edge belongs to exactly
/// one triangle. At equal depth the lower index wins, whatever the number of threads.
public struct Rasteriser: Sendable {
  /// Which triangles are left out by the side they show.
  public enum Culling: Sendable {
    case none
    /// Those whose corners run clockwise as seen.
    case back
  }

  /// Pixels per unit of slope, across and down.
  public var focal: SIMD2<Float>
  /// The principal point in pixels; pixel centres lie at +0.5.
  public var center: SIMD2<Float>
  /// Rows of the world-to-camera rotation; the camera looks along -z.
  public var rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
  /// World-to-camera translation.
  public var translation: SIMD3<Float>
  /// What lies nearer than this, along the viewing axis, is cut away.
  public var near: Float = 0.01
  public var culling = Culling.none

  public init(
    focal: SIMD2<Float>, center: SIMD2<Float>,
    rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) = (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)),
    translation: SIMD3<Float> = .zero
  ) {
    self.focal = focal
    self.center = center
    self.rows = rows
    self.translation = translation
  }

  /// The same view on a picture of `factor` times the width and height.
  public func scaled(by factor: Float) -> Rasteriser {
    var scaled = self
    scaled.focal *= factor
    scaled.center *= factor
    return scaled
  }

  /// Draws `vertices [V, 3]` joined by `triangles [F, 3]` into a new picture.
  public func draw(_ vertices: Tensor, _ triangles: Tensor, width: Int, height: Int) -> RasterImage {
    precondition(vertices.dim == 2 && vertices.size(1) == 3 && triangles.dim == 2 && triangles.size(1) == 3, "[V, 3] and [F, 3]")
    let image = RasterImage(width: width, height: height)
    let corners = triangles.array(Int32.self)
    let points = vertices.withElements(Float.self) { flat in
      (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    }
    draw(points, corners, into: image)
    return image
  }

  /// Draws points joined by corner indices, three a triangle, over what `image` held before; the picture is cleared first.
  public func draw(_ points: [SIMD3<Float>], _ corners: [Int32], into image: RasterImage) {
    precondition(corners.count % 3 == 0, "three corners a triangle")
    let seen = points.map(toCamera)
    let faces = corners.count / 3
    let chunk = max(256, (faces + 31) / 32)
    let chunks = (faces + chunk - 1) / chunk
    // Set-up in chunks of triangles, filling in bands of rows: no two tasks write the same memory, and a band goes through the chunks in order.
    let bandHeight = max(16, (image.height + 31) / 32)
    let bands = (image.height + bandHeight - 1) / bandHeight
    let prepared = UnsafeMutableBufferPointer<[ScreenTriangle]>.allocate(capacity: max(1, chunks))
    prepared.initialize(repeating: [])
    defer {
      prepared.deinitialize()
      prepared.deallocate()
    }
    let job = Job(view: self, prepared: prepared, image: image)
    seen.withUnsafeBufferPointer { seen in
      corners.withUnsafeBufferPointer { corners in
        let input = Input(points: seen, corners: corners)
        DispatchQueue.concurrentPerform(iterations: chunks) { c in
          job.prepare(c, input, c * chunk..<min(faces, (c + 1) * chunk))
        }
      }
    }
    DispatchQueue.concurrentPerform(iterations: bands) { b in
      job.fill(rows: b * bandHeight..<min(job.image.height, (b + 1) * bandHeight))
    }
  }

  @inline(__always) func toCamera(_ p: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3((rows.0 * p).sum(), (rows.1 * p).sum(), (rows.2 * p).sum()) + translation
  }

  private struct Input: @unchecked Sendable {
    let points: UnsafeBufferPointer<SIMD3<Float>>
    let corners: UnsafeBufferPointer<Int32>
  }

  /// Plain memory that the tasks share: each writes its own chunk or its own rows only.
  private struct Job: @unchecked Sendable {
    let view: Rasteriser
    let prepared: UnsafeMutableBufferPointer<[ScreenTriangle]>
    let image: RasterImage

    func prepare(_ chunk: Int, _ input: Input, _ faces: Range<Int>) {
      var out: [ScreenTriangle] = []
      out.reserveCapacity(faces.count)
      let setup = TriangleSetup(view: view, width: image.width, height: image.height)
      for f in faces {
        let a = Int(input.corners[3 * f])
        let b = Int(input.corners[3 * f + 1])
        let c = Int(input.corners[3 * f + 2])
        setup.add(Int32(f), input.points[a], input.points[b], input.points[c], to: &out)
      }
      prepared[chunk] = out
    }

    func fill(rows: Range<Int>) {
      let start = rows.lowerBound * image.width
      let count = rows.count * image.width
      for i in start..<start + count {
        image.triangle[i] = -1
        image.depth[i] = 0
        image.barycentrics[i] = .zero
      }
      for chunk in prepared {
        chunk.withUnsafeBufferPointer { all in
          for i in 0..<all.count { all[i].fill(image, rows: rows) }
        }
      }
      // While filling, the depth buffer holds the inverse depth, which is linear on the screen.
      for i in start..<start + count { image.depth[i] = 1 / image.depth[i] }
    }
  }
}
