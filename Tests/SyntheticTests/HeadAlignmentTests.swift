import Capture
import Datasets
import Face
import Foundation
import Media
import Testing
import Torch

@Suite struct HeadAlignmentTests {
  /// Poses that wander off by degrees come back to what the images show.
  @Test func wanderingPosesComeBack() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "likeness-alignment-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let place = DatasetFolder(folder)
    for part in [place.images, place.labels] { try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true) }
    let performer = try performer(seconds: 4, size: 160, seed: 3)
    let truth = performer.truth
    var wandering = truth
    for i in truth.frames.indices {
      let frame = performer.frame(i), t = Float(i)
      try ImageFile.write(frame.rgb, to: place.image(i))
      try ImageFile.write(SemanticClass.image(of: frame.labels), to: place.labels(i))
      let off = Rigid(
        rotation: Matrix3(rotationVector: [0.03 * sin(t / 9), 0.04 * sin(t / 13 + 1), 0]),
        translation: [0.03 * sin(t / 7), 0.02 * cos(t / 11), 0])
      wandering.frames[i].state.pose = truth.frames[i].state.pose * off
    }
    try ImageFile.write(Tensor.zeros([160, 160, 3], .uint8), to: place.background)
    try place.write(wandering)

    let poses = try withoutGradient {
      let dataset = try Dataset(folder)
      let bands = BandImages(count: dataset.count, width: dataset.width, height: dataset.height)
      for i in 0..<dataset.count { bands.set(i, try dataset.image(i)) }
      return try HeadAlignment().poses(dataset, bands, .builtIn())
    }
    let before = distance(wandering.frames.map(\.state.pose), truth), after = distance(poses, truth)
    #expect(before > 1, "the poses were not moved: \(before) pixels")
    #expect(after < 0.5 * before, "\(before) -> \(after) pixels")
  }

  /// How far points about the head are seen from where they truly are, less what all frames have in common: pixels, root mean square.
  private func distance(_ poses: [Rigid], _ truth: Track) -> Float {
    let points: [SIMD3<Float>] = [[-0.7, 0.2, 0], [0.7, 0.2, 0], [0, -0.3, 1], [0, 1, 0.3]], n = Float(poses.count)
    let squares = points.map { point in
      let off = zip(truth.frames, poses).map { truth.camera.project($1.apply(point)) - truth.camera.project($0.state.pose.apply(point)) }
      let mean = off.reduce(.zero, +) / n
      return off.reduce(Float(0)) { $0 + pow($1.x - mean.x, 2) + pow($1.y - mean.y, 2) } / n
    }
    return (squares.reduce(0, +) / Float(points.count)).squareRoot()
  }
}
