import Datasets
import Face
import Foundation
import Golden
import Media
import Testing
import Torch

/// Small datasets of other projects in folders of their own, and what is wrong with some of them.
struct ForeignFolder {
  typealias Object = [String: Any]
  let scratch: Scratch
  var url: URL { scratch.url }

  static let matrix: [[Double]] = [[1, 0, 0, 0.1], [0, 1, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]]
  private static let size = 32

  /// Four frames to train on and two to judge by, in AD-NeRF's style; `change` may spoil an entry of a file.
  static func adNeRF(_ change: (_ part: String, inout Object) -> Void = { _, _ in }) throws -> ForeignFolder {
    let folder = ForeignFolder(scratch: try Scratch())
    for (part, numbers) in [("train", 0..<4), ("val", 4..<6)] {
      var file: Object = ["focal_len": 60.0, "cx": 16.0, "cy": 16.0]
      file["frames"] = numbers.map { ["img_id": $0, "aud_id": $0, "transform_matrix": matrix] as Object }
      change(part, &file)
      try folder.write(file, part)
      for i in numbers { try folder.image("com_imgs/\(i).jpg", "parsing/\(i).png") }
    }
    try ImageFile.write(.full([size, size, 3], 40, .uint8), to: folder.url.appending(path: "bc.jpg"))
    return folder
  }

  /// The same in NerFACE's, with a negative focal length as the published sample has it.
  static func nerFACE(_ change: (_ part: String, inout Object) -> Void = { _, _ in }) throws -> ForeignFolder {
    let folder = ForeignFolder(scratch: try Scratch())
    for (part, numbers) in [("train", 0..<4), ("test", 4..<6)] {
      var file: Object = ["camera_angle_x": 0.5, "intrinsics": [-60.0, 60, 0.5, 0.5]]
      file["frames"] = numbers.map {
        ["file_path": "./f_000\($0)", "expression": [0.5, 0.25, Double($0)], "transform_matrix": matrix] as Object
      }
      change(part, &file)
      try folder.write(file, part)
      for i in numbers { try folder.image("\(part)/f_000\(i).png", "\(part)/masks/f_000\(i).png") }
    }
    try FileManager.default.createDirectory(at: folder.url.appending(path: "bg"), withIntermediateDirectories: true)
    try ImageFile.write(.full([size, size, 3], 40, .uint8), to: folder.url.appending(path: "bg/00050.png"))
    return folder
  }

  func write(_ file: Object, _ part: String) throws {
    try JSONSerialization.data(withJSONObject: file).write(to: url.appending(path: "transforms_\(part).json"))
  }
  private func image(_ image: String, _ labels: String) throws {
    let classes = Tensor((0..<Self.size * Self.size).map { UInt8($0 / Self.size % 12) }, [Self.size, Self.size])
    for (path, pixels) in [(image, Tensor.full([Self.size, Self.size, 3], 40, .uint8)), (labels, SemanticClass.image(of: classes))] {
      let file = url.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try ImageFile.write(pixels, to: file)
    }
  }

  /// What opening it says.
  var complaint: String {
    do { _ = try Dataset(url) } catch { return "\(error)" }
    return ""
  }
}

extension ForeignFolder {
  /// Changes one entry of a frame of a part.
  static func frame(_ number: Int, of part: String = "train", _ key: String, _ value: Any) -> (String, inout Object) -> Void {
    { name, file in
      guard name == part, var frames = file["frames"] as? [Object] else { return }
      frames[number][key] = value
      file["frames"] = frames
    }
  }
  static func entry(_ key: String, _ value: Any?, of part: String? = nil) -> (String, inout Object) -> Void {
    { name, file in if part == nil || part == name { file[key] = value } }
  }
}

@Suite struct DatasetSenseTests {
  private typealias F = ForeignFolder

  @Test func soundFoldersOpen() throws {
    #expect(try F.adNeRF().complaint == "")
    #expect(try F.nerFACE().complaint == "")
    let noAngle = try F.nerFACE(F.entry("intrinsics", nil))
    #expect(noAngle.complaint == "")
    // Three digits are a rotation still.
    #expect(
      try F.adNeRF(F.frame(1, "transform_matrix", [[0.955, -0.296, 0, 0.1], [0.296, 0.955, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]]))
        .complaint == "")
  }

  @Test func countsAreComparedWithEachOther() throws {
    let cases: [(F, [String])] = [
      (try F.nerFACE(F.frame(2, "expression", [1.0])), ["transforms_train.json", "f_0002", "1 numbers", "3"]),
      (try F.nerFACE(F.frame(1, of: "test", "expression", [1.0, 2, 3, 4])), ["transforms_test.json", "f_0005", "4 numbers"]),
      (try F.nerFACE(F.frame(3, "expression", [Double]())), ["f_0003", "0 numbers"]),
      (try F.nerFACE(F.entry("frames", [F.Object](), of: "train")), ["transforms_train.json", "no frames"]),
      (try F.nerFACE(F.entry("frames", [F.Object](), of: "test")), ["transforms_test.json", "no frames"]),
      (try F.nerFACE(F.entry("intrinsics", [-70.0, 70, 0.5, 0.5], of: "test")), ["transforms_test.json", "camera"]),
      (try F.adNeRF(F.entry("frames", [F.Object](), of: "train")), ["transforms_train.json", "no frames"]),
      (try F.adNeRF(F.entry("frames", [F.Object](), of: "val")), ["transforms_val.json", "no frames"]),
      (try F.adNeRF(F.entry("focal_len", 80.0, of: "val")), ["transforms_val.json", "focal_len is 80"]),
      (try F.adNeRF(F.entry("cx", 12.0, of: "val")), ["transforms_val.json", "cx is 12"]),
      (try F.adNeRF(F.frame(0, "img_id", -1)), ["transforms_train.json", "img_id"]),
      (try F.adNeRF(F.frame(0, "aud_id", 1_000_000_000_000)), ["transforms_train.json", "aud_id"]),
    ]
    for (folder, words) in cases {
      let complaint = folder.complaint
      #expect(words.allSatisfy { complaint.contains($0) }, "\(words): \(complaint)")
    }
  }

  @Test func numbersMakeSense() throws {
    func matrix(_ rows: [[Double]]) -> (String, inout F.Object) -> Void { F.frame(2, "transform_matrix", rows) }
    let cases: [(F, [String])] = [
      (try F.adNeRF(matrix([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]])), ["frame 2", "all zeros"]),
      (try F.adNeRF(matrix([[Double]](repeating: [0, 0, 0, 0], count: 4))), ["frame 2", "all zeros"]),
      (try F.adNeRF(matrix([[2, 0, 0, 0.1], [0, 2, 0, 0.2], [0, 0, 2, 5], [0, 0, 0, 1]])), ["frame 2", "no rotation"]),
      (try F.adNeRF(matrix([[1, 0.3, 0, 0.1], [0, 1, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]])), ["frame 2", "no rotation"]),
      (try F.adNeRF(matrix([[-1, 0, 0, 0.1], [0, 1, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]])), ["frame 2", "mirrors"]),
      // Transposed, as programs with row vectors write it.
      (try F.adNeRF(matrix([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0.1, 0.2, 5, 1]])), ["frame 2", "last row"]),
      // OpenCV's axes, and the way back.
      (try F.adNeRF(matrix([[1, 0, 0, 0.1], [0, -1, 0, 0.2], [0, 0, -1, 5], [0, 0, 0, 1]])), ["frame 2", "behind the camera"]),
      (try F.adNeRF(matrix([[1, 0, 0, 0.1], [0, 1, 0, 0.2], [0, 0, 1, -5], [0, 0, 0, 1]])), ["frame 2", "behind the camera"]),
      (try F.adNeRF(matrix([[1, 0, 0, 9], [0, 1, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]])), ["frame 2", "outside"]),
      (try F.nerFACE(matrix([[1, 0, 0, 9], [0, 1, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]])), ["f_0002", "outside"]),
      (try F.nerFACE(matrix([[1, 1, 0, 0.1], [0, 1, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]])), ["f_0002", "no rotation"]),
      (try F.adNeRF(F.entry("focal_len", 2.4)), ["focal length is 2.4"]),
      (try F.adNeRF(F.entry("focal_len", 60_000.0)), ["focal length"]),
      (try F.nerFACE(F.entry("intrinsics", [-2.4, 2.4, 0.5, 0.5])), ["focal length"]),
      (try F.nerFACE(F.entry("intrinsics", [-60.0, 60, 16, 16])), ["principal point"]),
      (try F.nerFACE(F.entry("intrinsics", [-60.0, 60, 3, 0.5])), ["f_0000", "outside"]),
      (try F.nerFACE(F.entry("intrinsics", [-60.0, 60, 256, 256])), ["fractions"]),
      (
        try F.adNeRF { part, file in
          F.entry("cx", 0.5)(part, &file)
          F.entry("cy", 0.5)(part, &file)
        }, ["fractions"]
      ),
      (
        try F.nerFACE { part, file in
          F.entry("intrinsics", nil)(part, &file)
          F.entry("camera_angle_x", 20.0)(part, &file)
        }, ["radians"]
      ),
    ]
    for (folder, words) in cases {
      let complaint = folder.complaint
      #expect(words.allSatisfy { complaint.contains($0) } && complaint.contains("transforms_"), "\(words): \(complaint)")
    }
  }

  /// A negative focal length tells of the world's mirror image: the same pixels see the same points, mirrored.
  @Test func negativeFocalLengthsAreNormalized() throws {
    let turn = Matrix3(yaw: 0.3, pitch: 0.1, roll: -0.05).rows.map(Double.init)
    let rows = [Array(turn[0..<3]) + [1.5], Array(turn[3..<6]) + [0.2], Array(turn[6..<9]) + [5], [0, 0, 0, 1]]
    let folder = try F.nerFACE(F.frame(1, "transform_matrix", rows)), data = try Dataset(folder.url)
    #expect(data.camera.focal == [60, 60] && data.camera.width == 32)
    let seen = data.cameraInHead(1)
    #expect(abs(seen.cameraToWorld.rotation.determinant - 1) < 1e-5)
    for (i, j) in [(0, 0), (31, 4), (11, 29)] {
      let d = [(Double(i) - 16) / -60, -(Double(j) - 16) / 60, -1]
      let ray = seen.ray(column: i, row: j)
      for axis in 0..<3 {
        let published = (0..<3).reduce(0) { $0 + rows[axis][$1] * d[$1] }, sign = axis == 0 ? -1.0 : 1
        #expect(abs(Double(ray.direction[axis]) - sign * published) < 1e-5)
        #expect(abs(Double(ray.origin[axis]) - sign * rows[axis][3]) < 1e-5)
      }
    }
  }

  @Test func otherStylesAndEndingsAreToldOf() throws {
    let other: F.Object = ["fl_x": 600, "fl_y": 600, "cx": 16, "cy": 16, "frames": [F.Object]()]
    let split = try F.adNeRF { _, file in file = other }
    #expect(split.complaint.contains("transforms_train.json") && split.complaint.contains("nerfstudio"))
    let whole = try F.adNeRF()
    for part in ["train", "val"] { try FileManager.default.removeItem(at: whole.url.appending(path: "transforms_\(part).json")) }
    try JSONSerialization.data(withJSONObject: other).write(to: whole.url.appending(path: "transforms.json"))
    #expect(whole.complaint.contains("transforms.json") && whole.complaint.contains("nerfstudio"))
    #expect(try F.adNeRF { _, file in file = ["frames": [F.Object]()] }.complaint.contains("neither AD-NeRF's focal_len nor NerFACE's"))

    let named = try F.nerFACE(F.frame(1, "file_path", "./f_0001.png")), ending = try Dataset(named.url)
    #expect(try ending.image(1).shape == [32, 32, 3] && ending.labels(1).shape == [32, 32])
  }

  @Test func numbersThatJSONLacksAreNamed() throws {
    let folder = try F.adNeRF(F.frame(3, "transform_matrix", [[1, 0, 0, 0.125], [0, 1, 0, 0.2], [0, 0, 1, 5], [0, 0, 0, 1]]))
    let url = folder.url.appending(path: "transforms_train.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    for word in ["NaN", "Infinity", "-Infinity"] {
      try text.replacing("0.125", with: word).write(to: url, atomically: true, encoding: .utf8)
      let complaint = folder.complaint
      #expect(complaint.contains("transform_matrix of frame 3 holds \(word)") && !complaint.contains("not a JSON"), "\(complaint)")
    }
    try text.replacing("60", with: "NaN").write(to: url, atomically: true, encoding: .utf8)
    #expect(folder.complaint.contains("focal_len is NaN"))
  }

  /// AD-NeRF's own face parsing has colours of its own.
  @Test func adNeRFsColorsAreClasses() throws {
    let folder = try F.adNeRF()
    let colors: [[UInt8]] = [[255, 255, 255], [0, 0, 255], [0, 255, 0], [255, 0, 0]]
    func paint(_ colors: [[UInt8]], _ number: Int) throws {
      let pixels = (0..<32 * 32).flatMap { colors[$0 / 32 * colors.count / 32] }
      try ImageFile.write(Tensor(pixels, [32, 32, 3]), to: folder.url.appending(path: "parsing/\(number).png"))
    }
    try paint(colors, 0)
    try paint([[255, 255, 255], [9, 9, 9]], 1)
    let data = try Dataset(folder.url), labels = try data.labels(0)
    for (row, kind) in [(0, SemanticClass.background), (8, .skin), (16, .neck), (31, .torso)] {
      #expect(labels[.at(row), .at(5)].item == Double(kind.rawValue))
    }
    #expect { try data.labels(1) } throws: { "\($0)".contains("1.png") && "\($0)".contains("none of its colours") }
    #expect(try data.labels(2)[.at(7), .at(0)].item == 7)
  }

  /// The same holds for tracks of our own.
  @Test func tracksMakeSense() throws {
    let scratch = try Scratch(), url = scratch.url.appending(path: "track.safetensors")
    let cases: [(String, (inout Track) -> Void)] = [
      ("rotation of frame 2 is no rotation", { $0.frames[2].state.pose.rotation.x *= 2 }),
      ("rotation of frame 2 mirrors", { $0.frames[2].state.pose.rotation.x *= -1 }),
      ("rotation of frame 2 is all zeros", { $0.frames[2].state.pose.rotation = Matrix3(x: .zero, y: .zero, z: .zero) }),
      ("frame 2 the head lies behind", { $0.frames[2].state.pose.translation.z = 3 }),
      ("focal length", { $0.camera.focal = [-50, 50] }), ("fps", { $0.fps = 0 }), ("fps", { $0.fps = .nan }),
      ("index", { $0.frames[1].index = -4 }), ("calibration", { $0.modelName = "builtin" }),
    ]
    for (words, change) in cases {
      var track = Scratch.track(frames: 5, width: 32, height: 32)
      change(&track)
      try track.write(to: url)
      #expect { try Track(url) } throws: { "\($0)".contains(words) && "\($0)".contains("track.safetensors") }
    }
  }

  /// Advice to run `process` again is for folders that it made.
  @Test func whatToDoFitsTheFolder() throws {
    let folder = try F.adNeRF()
    try FileManager.default.removeItem(at: folder.url.appending(path: "parsing/2.png"))
    let data = try Dataset(folder.url)
    #expect { try data.labels(2) } throws: { "\($0)".contains("2.png") && !"\($0)".contains("process again") }
  }

  /// The head's mean place is not that of whichever frame is in the middle.
  @Test func theMeanPoseIsRobust() {
    var track = Scratch.track(frames: 21, width: 32, height: 32)
    for i in track.frames.indices {
      let sway = 0.02 * Float(i % 3 - 1)
      track.frames[i].state.pose = Rigid(rotation: Matrix3(yaw: 0.1 + sway, pitch: 3, roll: 0), translation: [sway, 0.5, -7])
    }
    let expected = Rigid(rotation: Matrix3(yaw: 0.1, pitch: 3, roll: 0), translation: [0, 0.5, -7])
    for i in 8...12 { track.frames[i].state.pose = Rigid(rotation: Matrix3(yaw: 1.2, pitch: 3, roll: 0.5), translation: [2, 0, -9]) }
    let mean = track.meanPose()
    #expect(mean.rotation.angle(to: expected.rotation) < 0.021 && length(mean.translation - expected.translation) < 0.021)
    #expect(track.meanPose([10]).rotation.angle(to: track.frames[10].state.pose.rotation) < 1e-4)
    #expect(track.meanPose([]) == .identity)
  }
}
