import Datasets
import Face
import Foundation
import Golden
import Media
import Testing
import Torch

@Suite struct DatasetTests {
  @Test func trackSurvivesItsFile() throws {
    let folder = try Scratch()
    let track = Scratch.track(frames: 11, width: 64, height: 48)
    let url = folder.url.appending(path: "track.safetensors")
    try track.write(to: url)
    #expect(try Track(url) == track)
  }

  @Test func ourFolderReadsBack() throws {
    let scratch = try Scratch()
    let track = try scratch.writeDataset(frames: 17, width: 64, height: 48)
    let data = try Dataset(scratch.url)
    #expect(data.style == .likeness)
    #expect(data.count == 17)
    #expect(data.trainIndices == Array(0..<15))
    #expect(data.testIndices == [15, 16])
    #expect(data.camera == track.camera)
    #expect(try data.image(3).shape == [48, 64, 3])
    #expect(try data.labels(3).array(UInt8.self) == Scratch.labels(width: 64, height: 48))
    #expect(try data.background().shape == [48, 64, 3])
    #expect(try data.images([0, 2]).shape == [2, 48, 64, 3])
    let drive = data.driving(4, width: 76)
    #expect(drive.count == 76)
    #expect(drive[24] == track.frames[4].state.expression[24])
    #expect(Array(drive[52..<57]) == [0.1, -0.2, 0.5, 0.25, -0.125])
    #expect(drive[58...].allSatisfy { $0 == 0 })
    #expect(data.driving(4).count == 58)
  }

  @Test func everythingScalesTogether() throws {
    let scratch = try Scratch()
    let track = try scratch.writeDataset(frames: 9, width: 64, height: 48)
    let data = try Dataset(scratch.url, size: 32)
    #expect(data.width == 32 && data.height == 24)
    #expect(try data.image(0).shape == [24, 32, 3])
    #expect(try data.labels(0).shape == [24, 32])
    #expect(data.camera.focal == track.camera.focal / 2)
    let full = try #require(track.frames[0].landmarks)
    #expect(data.track.frames[0].landmarks == full.map { $0 / 2 })
    let point = SIMD3<Float>(0.2, 0.1, 0.3)
    let there = track.cameraInHead(0).project(point)
    let here = data.cameraInHead(0).project(point)
    #expect(abs(there.x / 2 - here.x) < 1e-4 && abs(there.y / 2 - here.y) < 1e-4)
  }

  @Test func areaScalingKeepsMeans() {
    let image = Tensor((0..<8 * 12 * 3).map { UInt8($0 % 251) }, [8, 12, 3])
    let half = ImageScaling.scale(image, width: 6, height: 4)
    let mean = image.to(.float32).reshape(4, 2, 6, 2, 3).mean(1, 3)
    #expect((half.to(.float32) - mean).abs().max().item <= 0.5)
    let third = ImageScaling.scale(image, width: 5, height: 3).to(.float32).mean().item
    #expect(abs(third - image.to(.float32).mean().item) < 0.6)
  }

  /// A mouth three pixels high keeps its full length at a quarter of the size.
  @Test func thinMouthsSurviveScaling() {
    var map = [UInt8](repeating: SemanticClass.skin.rawValue, count: 64 * 64)
    for y in 29..<32 { for x in 16..<48 { map[64 * y + x] = SemanticClass.mouthInterior.rawValue } }
    let small = ImageScaling.scale(labels: Tensor(map, [64, 64]), width: 16, height: 16).array(UInt8.self)
    #expect(small.count { $0 == SemanticClass.mouthInterior.rawValue } == 8)
    #expect(small.count { $0 == SemanticClass.skin.rawValue } == 16 * 16 - 8)
  }

  @Test func whatIsMissingOrBrokenIsNamed() throws {
    let scratch = try Scratch()
    _ = try scratch.writeDataset(frames: 9, width: 16, height: 16)
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "no error"
    }
    let files = DatasetFolder(scratch.url)
    #expect(message { _ = try Dataset(scratch.url.appending(path: "nowhere")) }.contains("nowhere: no such file"))
    let data = try Dataset(scratch.url)
    try FileManager.default.removeItem(at: files.image(2))
    #expect(message { _ = try data.image(2) }.contains("2.jpg: no such file"))
    try Data("not a picture".utf8).write(to: files.image(5))
    #expect(message { _ = try data.image(3) }.contains("5.jpg"))
    try ImageFile.write(Tensor.zeros([8, 16, 3], .uint8), to: files.image(6))
    #expect(message { _ = try data.image(4) }.contains("16 x 8 pixels"))
    try Data("{\"focal_len\": 3}".utf8).write(to: files.trainTransforms)
    #expect(message { _ = try Dataset(scratch.url) }.contains("\"cx\""))
    try Data("{".utf8).write(to: files.trainTransforms)
    #expect(message { _ = try Dataset(scratch.url) }.contains("transforms_train.json: it is not a JSON file"))
    try FileManager.default.removeItem(at: files.trainTransforms)
    #expect(message { _ = try Dataset(scratch.url) }.contains("transforms_train.json: no such file"))
    try Data(repeating: 7, count: 100).write(to: files.track)
    #expect(message { _ = try Dataset(scratch.url) }.contains("track.safetensors"))
  }
}

extension Scratch {
  static func track(frames: Int, width: Int, height: Int) -> Track {
    let names = ExpressionNames.arkit
    return Track(
      modelName: "built-in", expressionNames: names, identity: [0.5, -1], calibration: [[1, 2, 3], [4, 5, 6]],
      camera: Camera(width: width, height: height, focal: [100, 100]), fps: 25,
      frames: (0..<frames).map { i in
        let turn = Matrix3(rotationVector: [0.1, 0.02 * Float(i), -0.05])
        return TrackFrame(
          index: i < 3 ? i : i + 2,
          state: FaceState(
            identity: [0.5, -1], expression: names.indices.map { Float($0 + i) / 100 },
            pose: Rigid(rotation: turn, translation: [0.1, -0.2, -8 - Float(i)]), gaze: [0.1, -0.2]),
          torso: [0.5, 0.25, -0.125, 0.03], landmarks: (0..<478).map { [Float($0 % 60), Float($0 / 12)] }, error: 0.01)
      })
  }
  static func labels(width: Int, height: Int) -> [UInt8] { (0..<width * height).map { UInt8($0 % 12) } }

  func writeDataset(frames: Int, width: Int, height: Int) throws -> Track {
    let track = Self.track(frames: frames, width: width, height: height)
    let files = DatasetFolder(url)
    for folder in [files.images, files.labels] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    let map = SemanticClass.image(of: Tensor(Self.labels(width: width, height: height), [height, width]))
    for frame in track.frames {
      try ImageFile.write(Tensor.full([height, width, 3], Double(frame.index), .uint8), to: files.image(frame.index))
      try ImageFile.write(map, to: files.labels(frame.index))
    }
    try ImageFile.write(Tensor.full([height, width, 3], 9, .uint8), to: files.background)
    try files.write(track)
    return track
  }
}
