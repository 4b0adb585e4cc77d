import Datasets
import Face
import Foundation
import Golden
import Media
import Testing
import Torch

/// Where the shared files of other projects' formats are, if they are.
let formats: URL? = {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let named = ProcessInfo.processInfo.environment["LIKENESS_ASSETS"].map { URL(fileURLWithPath: $0) }
  let url = (named ?? root.appending(path: "../shared/assets")).appending(path: "formats")
  return FileManager.default.fileExists(atPath: url.path) ? url : nil
}()

@Suite struct ForeignDatasetTests {
  /// The published ray of AD-NeRF: ((i - cx) / f, -(j - cy) / f, -1) turned by the matrix, from its last column.
  @Test(
    .enabled(if: formats != nil, "skipped: ../shared is absent"),
    arguments: [
      ("adnerf_transforms_val.json", 450, 728), ("radnerf_may_transforms_val_3frames.json", 512, 3),
    ])
  func adNeRFCameras(name: String, size: Int, count: Int) throws {
    let url = try #require(formats).appending(path: name)
    let file = try TransformsFile(url)
    #expect(file.frames.count == count)
    let raw = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    let frames = try #require(raw["frames"] as? [[String: Any]])
    let f = try #require(raw["focal_len"] as? Double), cx = try #require(raw["cx"] as? Double), cy = try #require(raw["cy"] as? Double)
    for k in stride(from: 0, to: count, by: max(1, count / 20)) {
      let m = try #require(frames[k]["transform_matrix"] as? [[Double]])
      let camera = file.camera(k, width: size, height: size)
      for (i, j) in [(0, 0), (17, 300), (size - 1, size - 1)] {
        let d = [(Double(i) - cx) / f, -(Double(j) - cy) / f, -1]
        let ray = camera.ray(column: i, row: j)
        for axis in 0..<3 {
          let turned = (0..<3).reduce(0) { $0 + m[axis][$1] * d[$1] }
          #expect(abs(Double(ray.direction[axis]) - turned) < 2e-6)
          #expect(abs(Double(ray.origin[axis]) - m[axis][3]) < 1e-6)
        }
      }
      #expect(file.frames[k].imageIndex == frames[k]["img_id"] as? Int)
      #expect(file.frames[k].audioIndex == frames[k]["aud_id"] as? Int)
    }
  }

  /// The published ray of NerFACE, ((i - W cx) / fx, -(j - H cy) / fy, -1), mirrored where the focal length is negative.
  @Test(.enabled(if: formats != nil, "skipped: ../shared is absent"))
  func nerFACECameras() throws {
    let url = try #require(formats).appending(path: "TEMPLATE_nerface_transforms_train.json")
    let file = try NerFACETransforms(url)
    #expect(file.frames.count == 3)
    #expect(file.frames[0].expression.count == 76)
    let camera = file.camera(0, width: 512, height: 400)
    let ray = camera.ray(column: 100, row: 30)
    #expect(abs(ray.direction.x - (100 - 256) / 1520) < 1e-6)
    #expect(abs(ray.direction.y - -(30 - 200) / 1520) < 1e-6)
    #expect(ray.direction.z == -1)
    #expect(ray.origin == [0, 0, 0.55])
  }

  @Test func intrinsicsMayBeMissing() throws {
    let scratch = try Scratch()
    let url = scratch.url.appending(path: "transforms_train.json")
    let matrix = "[[1,0,0,0.1],[0,1,0,0.2],[0,0,1,0.5],[0,0,0,1]]"
    for intrinsics in ["", #""intrinsics": null,"#, #""intrinsics": [],"#] {
      let json =
        #"{"camera_angle_x": 0.4, \#(intrinsics) "frames": [{"file_path": "./train/f_0000", "transform_matrix": \#(matrix), "expression": []}]}"#
      try Data(json.utf8).write(to: url)
      let camera = try NerFACETransforms(url).camera(0, width: 200, height: 100)
      #expect(abs(camera.focal.x - 100 / tan(Float(0.2))) < 1e-3)
      #expect(camera.center == [100.5, 50.5])
    }
    try Data(#"{"camera_angle_x": 0.4, "intrinsics": [1, 2], "frames": []}"#.utf8).write(to: url)
    #expect(throws: DatasetError.self) { try NerFACETransforms(url) }
  }

  @Test func foldersOfBothKindsOpen() throws {
    let matrix = "[[1,0,0,0.1],[0,1,0,0.2],[0,0,1,0.5],[0,0,0,1]]"
    let image = Tensor.full([6, 8, 3], 40, .uint8)
    let classes = Tensor((0..<48).map { UInt8($0 % 12) }, [6, 8])
    func write(_ tensor: Tensor, _ url: URL) throws {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try ImageFile.write(tensor, to: url)
    }

    let ad = try Scratch()
    for (name, id) in [("train", 3), ("val", 4)] {
      let json = #"{"focal_len": 9, "cx": 4, "cy": 3, "frames": [{"img_id": \#(id), "aud_id": \#(id), "transform_matrix": \#(matrix)}]}"#
      try Data(json.utf8).write(to: ad.url.appending(path: "transforms_\(name).json"))
      try write(image, ad.url.appending(path: "com_imgs/\(id).jpg"))
      try write(SemanticClass.image(of: classes), ad.url.appending(path: "com_imgs/masks/\(id).png"))
    }
    try write(image, ad.url.appending(path: "bc.jpg"))
    let adNeRF = try Dataset(ad.url)
    #expect(adNeRF.style == .adNeRF)
    #expect(adNeRF.trainIndices == [0] && adNeRF.testIndices == [1])
    #expect(try adNeRF.labels(1).array(UInt8.self) == classes.array(UInt8.self))
    #expect(try adNeRF.image(0).shape == [6, 8, 3])
    #expect(adNeRF.cameraInHead(0).center == [4.5, 3.5])
    #expect(adNeRF.driving(0, width: 76) == [Float](repeating: 0, count: 76))

    let ner = try Scratch()
    for mode in ["train", "val"] {
      let json =
        #"{"camera_angle_x": 0.4, "intrinsics": [-9, 9, 0.5, 0.5], "frames": [{"file_path": "./\#(mode)/f_0000", "transform_matrix": \#(matrix), "expression": [0.5, 0.25]}]}"#
      try Data(json.utf8).write(to: ner.url.appending(path: "transforms_\(mode).json"))
      try write(image, ner.url.appending(path: "\(mode)/\(mode)/f_0000.png"))
      try write(SemanticClass.image(of: classes), ner.url.appending(path: "\(mode)/masks/\(mode)/f_0000.png"))
    }
    try write(image, ner.url.appending(path: "bg/00050.png"))
    let nerFACE = try Dataset(ner.url)
    #expect(nerFACE.style == .nerFACE)
    #expect(try nerFACE.image(1).array(UInt8.self) == image.array(UInt8.self))
    #expect(try nerFACE.labels(0).array(UInt8.self) == classes.array(UInt8.self))
    #expect(try nerFACE.background().shape == [6, 8, 3])
    #expect(Array(nerFACE.driving(0, width: 76).prefix(2)) == [0.5, 0.25])
    #expect(nerFACE.cameraInHead(1).focal == [9, 9])
  }
}
