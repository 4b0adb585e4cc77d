import Datasets
import Face
import Foundation
import Runs
import Torch

/// What an avatar needs beside its weights, so that it renders where its dataset is not: `scene.safetensors` of a run.
package struct SubjectScene {
  /// `[H, W, 3]` uint8: what is behind the person.
  package var background: Tensor
  /// The camera that filmed, at the training size.
  package var camera: Camera
  package var fps: Double
  package var modelName: String
  package var expressionNames: [String]
  package var identity: [Float]
  /// Where the head was on average, head to world.
  package var pose: Rigid
  /// Mean and spread of the driving numbers over the training frames, `[D]` each.
  var drivingMean, drivingSpread: Tensor
  /// Their medians, `[D]`: the face at rest, its eyes open.
  private var drivingMedian: Tensor
  /// The lowest and the highest that the training frames have of each number, `[D]`, normalized.
  private var lowest, highest: Tensor

  package init(_ dataset: Dataset, drivingWidth: Int) throws {
    let track = dataset.track
    let seen = dataset.driving(width: drivingWidth).indexSelect(0, Tensor(dataset.trainIndices))
    drivingMean = seen.mean(0)
    // A coefficient that hardly moves says little: it must not be blown up to look like one that does. One that moves seldom but far, as lids
    // do, must not be cut off where it does.
    drivingSpread = seen.variance(0, correction: 0).sqrt().clamp(0.03)
    if !dataset.trainIndices.isEmpty {
      let blinks = (0..<drivingWidth).map { i in
        track.expressionNames.indices.contains(i) && track.expressionNames[i].hasPrefix("eyeBlink") ? Float(1) : -.greatestFiniteMagnitude
      }
      let farthest = (seen.amax(0).maximum(Tensor(blinks)) - drivingMean).maximum(drivingMean - seen.amin(0))
      drivingSpread = drivingSpread.maximum(farthest / 5)
    }
    drivingMedian = dataset.trainIndices.isEmpty ? drivingMean : seen.median(0).values
    let normal = (seen - drivingMean) / drivingSpread
    (lowest, highest) = dataset.trainIndices.isEmpty ? Self.wide(drivingMean) : (normal.amin(0), normal.amax(0))
    background = try dataset.background()
    (camera, fps, modelName) = (dataset.camera, track.fps, track.modelName)
    (expressionNames, identity) = (track.expressionNames, track.identity)
    pose = track.meanPose(dataset.trainIndices)
    try check(dataset.folder)
  }

  /// What is written can be read: throws `SubjectError` naming `url` and what is broken.
  private func check(_ url: URL) throws {
    guard camera.focal.x > 0, camera.focal.y > 0 else { throw SubjectError.scene(url, "camera") }
    guard camera.width > 0, camera.height > 0, (0.1...1000).contains(fps), background.shape == [camera.height, camera.width, 3] else {
      throw SubjectError.scene(url, "size")
    }
    let numbers = [drivingMean, drivingSpread, drivingMedian, lowest, highest]
    guard numbers.allSatisfy({ $0.isFinite().all() && $0.shape == drivingMean.shape }), (drivingSpread .> 0).all(),
      drivingMean.numel >= expressionNames.count
    else { throw SubjectError.scene(url, "driving range") }
  }

  /// What drives the avatar has to know.
  package var avatar: AvatarScene {
    AvatarScene(
      camera: camera, fps: fps, pose: pose, modelName: modelName, expressionNames: expressionNames, identity: identity,
      restingExpression: Array(drivingMedian.floats.prefix(expressionNames.count)))
  }

  /// Driving numbers `[.., D]` as the field sees them: those of a typical frame are near 0, with a spread near 1.
  ///
  /// What lies far outside the training is held near its border, where the field still knows what it does.
  package func normalized(_ driving: Tensor) -> Tensor { ((driving - drivingMean) / drivingSpread).clamp(-6, 6) }
  /// `driving` `[.., D]`, normalized, with other `expressions` `[.., Ne]`, plain.
  func driving(_ driving: Tensor, expressions: Tensor) -> Tensor {
    let count = min(driving.size(-1), expressions.size(-1))
    func first(_ tensor: Tensor) -> Tensor { tensor.narrow(-1, 0, count) }
    let normal = ((first(expressions) - first(drivingMean)) / first(drivingSpread)).clamp(-6, 6)
    return cat([normal.to(driving.device), driving.narrow(-1, count, driving.size(-1) - count)], -1)
  }
  /// `expressions` `[M, Ne]` no farther from what the clip shows than driving numbers go.
  func held(_ expressions: Tensor) -> Tensor {
    let count = expressions.size(-1)
    let (mean, spread) = (drivingMean.narrow(0, 0, count), drivingSpread.narrow(0, 0, count) * 6)
    return expressions.maximum(mean - spread).minimum(mean + spread)
  }
  /// The reverse of `normalized`.
  func plain(_ normalized: Tensor) -> Tensor { normalized * drivingSpread + drivingMean }
  /// Normalized driving numbers `[.., D]`, each held at the border of what the training frames had of it: what speech says where the clip
  /// heard nothing alike, times an emphasis, may be no face at all.
  package func clamped(_ normalized: Tensor) -> Tensor { normalized.maximum(lowest).minimum(highest) }

  /// Where nothing is known of the training's range.
  private static func wide(_ like: Tensor) -> (Tensor, Tensor) { (.zeros(like.shape) - 6, .zeros(like.shape) + 6) }

  /// All of it as the tensors and words of a file.
  var tensors: [String: Tensor] {
    [
      "background": background, "identity": Tensor(identity), "pose": Tensor(pose.rows, [4, 4]),
      "driving.median": drivingMedian, "driving.mean": drivingMean, "driving.spread": drivingSpread, "driving.lowest": lowest,
      "driving.highest": highest,
      "camera": Tensor([camera.focal.x, camera.focal.y, camera.center.x, camera.center.y]),
    ]
  }
  var metadata: [String: String] {
    [
      "model": modelName, "expression_names": expressionNames.joined(separator: ","), "fps": String(fps), "width": String(camera.width),
      "height": String(camera.height),
    ]
  }

  static func url(_ run: RunFolder) -> URL { run.url.appending(path: "scene.safetensors") }

  /// Writes the scene, atomically.
  func write(_ run: RunFolder) throws {
    try Safetensors.write(tensors, metadata: metadata.merging(["format": "likeness.scene"]) { $1 }, to: Self.url(run))
  }

  /// Reads what `write` wrote; throws `SubjectError` naming the file and what it lacks.
  static func read(_ run: RunFolder) throws -> SubjectScene {
    let file = try Safetensors.read(url(run))
    return try SubjectScene(tensors: file.tensors, metadata: file.metadata, url(run))
  }

  /// What `tensors` and `words` say, of the file at `url`; throws `SubjectError` naming it and what it lacks.
  package init(tensors: [String: Tensor], metadata: [String: String], _ url: URL) throws {
    func numbers(_ name: String, _ count: Int? = nil) throws -> Tensor {
      guard let found = tensors[name], found.dtype == .float32, count.map({ $0 == found.numel }) ?? (found.dim == 1), found.isFinite().all()
      else { throw SubjectError.scene(url, name) }
      return found
    }
    guard let background = tensors["background"], background.dim == 3, background.dtype == .uint8, background.size(2) == 3 else {
      throw SubjectError.scene(url, "background")
    }
    guard let width = metadata["width"].flatMap(Int.init), let height = metadata["height"].flatMap(Int.init), width > 0, height > 0,
      let fps = metadata["fps"].flatMap(Double.init)
    else { throw SubjectError.scene(url, "size") }
    let c = try numbers("camera", 4).floats, mean = try numbers("driving.mean"), spread = try numbers("driving.spread", mean.numel)
    guard c[0] > 0, c[1] > 0 else { throw c[0] * c[1] < 0 ? SubjectError.mirroredScene(url) : SubjectError.scene(url, "camera") }
    guard spread.dim == 1 else { throw SubjectError.scene(url, "driving range") }
    (self.background, self.fps, drivingMean, drivingSpread) = (background, fps, mean, spread)
    // Scenes of earlier versions have none of these.
    drivingMedian = tensors["driving.median"] == nil ? mean : try numbers("driving.median", mean.numel)
    (lowest, highest) =
      tensors["driving.lowest"] == nil && tensors["driving.highest"] == nil
      ? Self.wide(mean) : (try numbers("driving.lowest", mean.numel), try numbers("driving.highest", mean.numel))
    camera = Camera(width: width, height: height, focal: [c[0], c[1]], center: [c[2], c[3]])
    modelName = metadata["model"] ?? ""
    expressionNames = (metadata["expression_names"] ?? "").split(separator: ",").map(String.init)
    identity = try numbers("identity").floats
    pose = Rigid(rows: try numbers("pose", 16).floats)
    try check(url)
  }
}
