import Face
import Foundation
import Torch

/// `track.safetensors`: a track with all its numbers as float32 and the names in the metadata.
extension Track {
  private static let format = "likeness.track"
  private static let version = "1"

  /// Writes the track, atomically.
  package func write(to url: URL) throws {
    let n = frames.count
    let points = frames.first?.landmarks?.count ?? 0
    let keepsLandmarks = points > 0 && frames.allSatisfy { $0.landmarks?.count == points }
    var tensors: [String: Tensor] = [
      "identity": Tensor(identity),
      "calibration": Tensor(calibration.flatMap { [$0.x, $0.y, $0.z] }, [calibration.count, 3]),
      "camera": Tensor([camera.focal.x, camera.focal.y, camera.center.x, camera.center.y]),
      "index": Tensor(frames.map { Int64($0.index) }),
      "expression": Tensor(frames.flatMap(\.state.expression), [n, expressionNames.count]),
      "rotation": Tensor(frames.flatMap(\.state.pose.rotation.rows), [n, 3, 3]),
      "translation": Tensor(frames.flatMap { Self.list($0.state.pose.translation) }, [n, 3]),
      "gaze": Tensor(frames.flatMap { [$0.state.gaze.x, $0.state.gaze.y] }, [n, 2]),
      "torso": Tensor(frames.flatMap { [$0.torso.x, $0.torso.y, $0.torso.z, $0.torso.w] }, [n, 4]),
      "error": Tensor(frames.map(\.error)),
    ]
    if keepsLandmarks {
      tensors["landmarks"] = Tensor(frames.flatMap { ($0.landmarks ?? []).flatMap { [$0.x, $0.y] } }, [n, points, 2])
    }
    let metadata = [
      "format": Self.format, "version": Self.version, "model": modelName, "expression_names": expressionNames.joined(separator: ","),
      "fps": String(fps), "width": String(camera.width), "height": String(camera.height),
    ]
    try Safetensors.write(tensors, metadata: metadata, to: url)
  }

  /// Reads what `write` wrote; throws `DatasetError` naming the file and what is wrong with it.
  package init(_ url: URL) throws {
    let file = try Safetensors.read(url)
    func text(_ key: String) throws -> String {
      guard let value = file.metadata[key] else { throw DatasetError.broken(url, "its metadata has no \"\(key)\"") }
      return value
    }
    func number<T: LosslessStringConvertible>(_ key: String) throws -> T {
      guard let value = T(try text(key)) else { throw DatasetError.broken(url, "its \"\(key)\" is not a number") }
      return value
    }
    guard file.metadata["format"] == Self.format else { throw DatasetError.broken(url, "it is not a track") }
    guard try text("version") == Self.version else {
      throw DatasetError.broken(url, "it was written by another version of this program; run process again")
    }
    let names = try text("expression_names").split(separator: ",").map(String.init)
    let index: [Int64] = try Self.numbers(file, url, "index", [nil])
    let n = index.count
    let camera: [Float] = try Self.numbers(file, url, "camera", [4])
    let expression: [Float] = try Self.numbers(file, url, "expression", [n, names.count])
    let rotation: [Float] = try Self.numbers(file, url, "rotation", [n, 3, 3])
    let translation: [Float] = try Self.numbers(file, url, "translation", [n, 3])
    let gaze: [Float] = try Self.numbers(file, url, "gaze", [n, 2])
    // Tracks of earlier versions know no roll.
    let torsoWidth = file.tensors["torso"].map { $0.dim == 2 ? $0.size(1) : 0 } == 3 ? 3 : 4
    let torso: [Float] = try Self.numbers(file, url, "torso", [n, torsoWidth])
    let error: [Float] = try Self.numbers(file, url, "error", [n])
    let calibration: [Float] = try Self.numbers(file, url, "calibration", [nil, 3])
    let landmarks: [Float]? = file.tensors["landmarks"] == nil ? nil : try Self.numbers(file, url, "landmarks", [n, nil, 2])
    let identity: [Float] = try Self.numbers(file, url, "identity", [nil])
    let points = (landmarks?.count ?? 0) / max(1, 2 * n)
    let width: Int = try number("width")
    let height: Int = try number("height")
    guard width > 0, height > 0, width <= 1 << 15, height <= 1 << 15 else {
      throw DatasetError.broken(url, "its images are \(width) x \(height) pixels")
    }
    let calibrated = calibration.count / 3
    guard try text("model") != "builtin" || calibrated == 0 || calibrated == FaceMeshTopology.pointCount else {
      throw DatasetError.broken(
        url, "its tensor \"calibration\" has \(calibrated) points, and the head model \(FaceMeshTopology.pointCount)")
    }
    let fps: Double = try number("fps")
    guard (0.1...1000).contains(fps) else { throw DatasetError.broken(url, "its \"fps\" is \(fps), not 0.1...1000") }
    guard index.allSatisfy({ (0..<Int64(Self.mostFrames)).contains($0) }) else {
      throw DatasetError.broken(url, "its tensor \"index\" holds frame numbers that are out of range")
    }
    guard camera[0] > 0, camera[1] > 0 else { throw DatasetError.broken(url, "its focal length is not positive") }
    self.init(
      modelName: try text("model"), expressionNames: names, identity: identity, calibration: Self.points(calibration),
      camera: Camera(width: width, height: height, focal: [camera[0], camera[1]], center: [camera[2], camera[3]]),
      fps: fps,
      frames: (0..<n).map { i in
        let pose = Rigid(
          rotation: Matrix3(rows: Array(rotation[9 * i..<9 * i + 9])),
          translation: [translation[3 * i], translation[3 * i + 1], translation[3 * i + 2]])
        let state = FaceState(
          identity: identity, expression: Array(expression[names.count * i..<names.count * (i + 1)]), pose: pose,
          gaze: [gaze[2 * i], gaze[2 * i + 1]])
        let seen = landmarks.map { all in
          (points * i..<points * (i + 1)).map { SIMD2(all[2 * $0], all[2 * $0 + 1]) }
        }
        let t = torso[torsoWidth * i..<torsoWidth * (i + 1)]
        let motion = SIMD4(t[t.startIndex], t[t.startIndex + 1], t[t.startIndex + 2], torsoWidth == 4 ? t[t.startIndex + 3] : 0)
        return TrackFrame(
          index: Int(index[i]), state: state, torso: motion, landmarks: seen,
          error: error[i])
      })
    for frame in frames {
      try CameraCheck.rotation(frame.state.pose.rotation, "the rotation of frame \(frame.index)", url)
      try CameraCheck.before(self.camera, frame.state.pose, frame: "\(frame.index)", url)
    }
  }

  private static func numbers<E: Element>(_ file: Safetensors, _ url: URL, _ name: String, _ shape: [Int?]) throws -> [E] {
    guard let tensor = file.tensors[name] else { throw DatasetError.broken(url, "it has no tensor \"\(name)\"") }
    let fits = tensor.dim == shape.count && zip(tensor.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
    guard fits, tensor.dtype == E.dtype else {
      throw DatasetError.broken(url, "its tensor \"\(name)\" is \(tensor.dtype) \(tensor.shape)")
    }
    guard tensor.isFinite().all() else { throw DatasetError.broken(url, "its tensor \"\(name)\" holds numbers that are not finite") }
    return tensor.array()
  }
  private static func list(_ v: SIMD3<Float>) -> [Float] { [v.x, v.y, v.z] }
  private static func points(_ numbers: [Float]) -> [SIMD3<Float>] {
    (0..<numbers.count / 3).map { [numbers[3 * $0], numbers[3 * $0 + 1], numbers[3 * $0 + 2]] }
  }
}
