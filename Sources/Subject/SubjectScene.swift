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

  public init(_ dataset: Dataset) throws {
    let track = dataset.track
    background = try dataset.background()
    (camera, fps, modelName) = (dataset.camera, track.fps, track.modelName)
    (expressionNames, identity) = (track.expressionNames, track.identity)
    pose = dataset.trainIndices.isEmpty ? .identity : track.frames[dataset.trainIndices[dataset.trainIndices.count / 2]].state.pose
  }

  static func url(_ run: RunFolder) -> URL { run.url.appending(path: "scene.safetensors") }

  /// Writes the scene, atomically.
  func write(_ run: RunFolder) throws {
    try Safetensors.write(
      [
        "background": background, "identity": Tensor(identity), "pose": Tensor(pose.rows, [4, 4]),
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
    return SubjectScene(
      background: background,
      camera: Camera(width: width, height: height, focal: [c[0], c[1]], center: [c[2], c[3]]), fps: fps,
      modelName: file.metadata["model"] ?? "",
      expressionNames: (file.metadata["expression_names"] ?? "").split(separator: ",").map(String.init),
      identity: file.tensors["identity"]?.floats ?? [], pose: Rigid(rows: try tensor("pose", 16)))
  }

  private init(
    background: Tensor, camera: Camera, fps: Double, modelName: String, expressionNames: [String], identity: [Float], pose: Rigid
  ) {
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

  public var description: String {
    switch self {
    case .scene(let url, let part):
      "\(url.path): its \(part) is missing or broken; the run cannot be rendered, train it again"
    case .driving(let found, let expected):
      "\(found) expression coefficients drive an avatar that was trained with \(expected); use a track made with the same face model"
    case .noFrames(let what): "\(what) has no frames to train on; run process on a longer clip"
    case .noModel(let name):
      "the dataset was tracked with the face model \"\(name)\", which is not built in; train with --set mesh.warmUpSteps=0 --set mesh.weight=0"
    }
  }
}
