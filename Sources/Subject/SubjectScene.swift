import Capture
import Face
import Foundation
import Runs
import Torch

/// What an avatar needs beside its weights, so that it renders where its dataset is not: `scene.safetensors` of a run.
public struct SubjectScene {
  /// `[H, W, 3]` uint8: what is behind the person.
  public var background: Tensor
  /// The camera that filmed, at the training size.
  public var camera: Camera
  public var fps: Double
  public var modelName: String
  public var expressionNames: [String]
  public var identity: [Float]
  /// Where the head was on average, head to world.
  public var pose: Rigid
  /// Mean and spread of the driving numbers over the training frames, `[D]` each.
  var drivingMean, drivingSpread: Tensor

  public init(_ dataset: Dataset, drivingWidth: Int) throws {
    let track = dataset.track
    let seen = dataset.driving(width: drivingWidth).indexSelect(0, Tensor(dataset.trainIndices))
    drivingMean = seen.mean(0)
    // A coefficient that hardly moves says little: it must not be blown up to look like one that does.
    drivingSpread = seen.variance(0, correction: 0).sqrt().clamp(0.03)
    background = try dataset.background()
    (camera, fps, modelName) = (dataset.camera, track.fps, track.modelName)
    (expressionNames, identity) = (track.expressionNames, track.identity)
    pose = dataset.trainIndices.isEmpty ? .identity : track.frames[dataset.trainIndices[dataset.trainIndices.count / 2]].state.pose
  }

  /// Driving numbers `[.., D]` as the field sees them: those of a typical frame are near 0, with a spread near 1.
  ///
  /// What lies far outside the training is held at its border, where the field still knows what it does.
  func normalized(_ driving: Tensor) -> Tensor { ((driving - drivingMean) / drivingSpread).clamp(-6, 6) }

  static func url(_ run: RunFolder) -> URL { run.url.appending(path: "scene.safetensors") }

  /// Writes the scene, atomically.
  func write(_ run: RunFolder) throws {
    try Safetensors.write(
      [
        "background": background, "identity": Tensor(identity), "pose": Tensor(pose.rows, [4, 4]),
        "driving.mean": drivingMean, "driving.spread": drivingSpread,
        "camera": Tensor([camera.focal.x, camera.focal.y, camera.center.x, camera.center.y]),
      ],
      metadata: [
        "format": "likeness.scene", "model": modelName, "expression_names": expressionNames.joined(separator: ","), "fps": String(fps),
        "width": String(camera.width), "height": String(camera.height),
      ], to: Self.url(run))
  }

  /// Reads what `write` wrote; throws `SubjectError` naming the file and what it lacks.
  static func read(_ run: RunFolder) throws -> SubjectScene {
    let url = url(run)
    let file = try Safetensors.read(url)
    func tensor(_ name: String, _ count: Int) throws -> [Float] {
      guard let found = file.tensors[name], found.dtype == .float32, found.numel == count else { throw SubjectError.scene(url, name) }
      return found.floats
    }
    guard let background = file.tensors["background"], background.dim == 3, background.dtype == .uint8, background.size(2) == 3 else {
      throw SubjectError.scene(url, "background")
    }
    guard let width = file.metadata["width"].flatMap(Int.init), let height = file.metadata["height"].flatMap(Int.init),
      let fps = file.metadata["fps"].flatMap(Double.init), background.size(0) == height, background.size(1) == width
    else { throw SubjectError.scene(url, "size") }
    let c = try tensor("camera", 4)
    guard let mean = file.tensors["driving.mean"], let spread = file.tensors["driving.spread"], mean.shape == spread.shape, mean.dim == 1,
      (spread .> 0).all()
    else { throw SubjectError.scene(url, "driving range") }
    return SubjectScene(
      background: background,
      camera: Camera(width: width, height: height, focal: [c[0], c[1]], center: [c[2], c[3]]), fps: fps,
      modelName: file.metadata["model"] ?? "",
      expressionNames: (file.metadata["expression_names"] ?? "").split(separator: ",").map(String.init),
      identity: file.tensors["identity"]?.floats ?? [], pose: Rigid(rows: try tensor("pose", 16)), drivingMean: mean, drivingSpread: spread)
  }

  private init(
    background: Tensor, camera: Camera, fps: Double, modelName: String, expressionNames: [String], identity: [Float], pose: Rigid,
    drivingMean: Tensor, drivingSpread: Tensor
  ) {
    (self.drivingMean, self.drivingSpread) = (drivingMean, drivingSpread)
    (self.background, self.camera, self.fps, self.modelName) = (background, camera, fps, modelName)
    (self.expressionNames, self.identity, self.pose) = (expressionNames, identity, pose)
  }
}

/// What can be wrong with a trained subject avatar or what it is driven by.
public enum SubjectError: Error, CustomStringConvertible {
  case scene(URL, String)
  case driving(found: Int, expected: Int)
  case noFrames(String)
  case noModel(String)
  /// Numbers of identity and of expression coefficients.
  case otherModel(found: (Int, Int), expected: (Int, Int))

  public var description: String {
    switch self {
    case .scene(let url, let part):
      "\(url.path): its \(part) is missing or broken; the run cannot be rendered, train it again"
    case .driving(let found, let expected):
      "\(found) expression coefficients drive an avatar that was trained with \(expected); use a track made with the same face model"
    case .noFrames(let what): "\(what) has no frames to train on; run process on a longer clip"
    case .otherModel(let found, let expected):
      "the dataset's head has \(found.0) identity and \(found.1) expression coefficients, the built-in head of this version "
        + "\(expected.0) and \(expected.1); run process again"
    case .noModel(let name):
      "the dataset was tracked with the face model \"\(name)\", which is not built in; train with --preset compact --set mesh.warmUpSteps=0 --set mesh.weight=0"
    }
  }
}
