import Datasets
import Face
import Foundation
import Media
import Subject
import Testing
import Torch
import likeness

/// Who drives whom, as a user sees it, and what is suggested to do next.
@Suite struct DrivingTests {
  /// The head's mean place is not that of the middle frame, in which the person may look aside.
  @Test func theStillHeadIsWhereItMostlyWas() throws {
    try withFolder { folder in
      try TinyDataset.write(to: folder)
      let names = DatasetFolder(folder)
      var track = try Track(names.track)
      for i in 9...12 { track.frames[i].state.pose = Rigid(rotation: Matrix3(yaw: 1, pitch: 0, roll: 0), translation: [1, 0, -7]) }
      try names.write(track)
      let scene = try SubjectScene(Dataset(folder), drivingWidth: 58)
      #expect(scene.pose.rotation.angle(to: .identity) < 0.03 && length(scene.pose.translation - [0, 0, -7]) < 1e-3)
    }
  }

  @Test func suggestedCommandsCanBePasted() {
    #expect(suggestedCommand("likeness", "eval", "--load", "outputs/anna/1") == "likeness eval --load outputs/anna/1")
    #expect(suggestedCommand("likeness", "my run's") == "likeness 'my run'\\''s'")
    #expect(["", "a b", "$HOME", "a&b", "ä"].map(shellQuoted) == ["''", "'a b'", "'$HOME'", "'a&b'", "'ä'"])
  }

  @Test func ratesMayBeRatios() {
    #expect(Rational(argument: "30000/1001") == Rational(30000, 1001) && Rational(argument: "25") == 25)
    #expect(Rational(argument: "29.97")?.value.rounded() == 30)
    for bad in ["", "a", "1/0", "1/2/3", "30000/", "nan", "inf", "-5", "1/-2"] { #expect(Rational(argument: bad) == nil, "\(bad)") }
  }

  /// A folder in NerFACE's style with a negative focal length, of the frames of the tiny dataset.
  private static func writeNerFACE(_ folder: URL, files: FileManager = .default) throws {
    let tiny = folder.appending(path: "tiny")
    try TinyDataset.write(to: tiny)
    let data = try Dataset(tiny), names = DatasetFolder(tiny)
    for (part, positions) in [("train", data.trainIndices), ("test", data.testIndices)] {
      let place = folder.appending(path: "nf/\(part)")
      try files.createDirectory(at: place.appending(path: "masks"), withIntermediateDirectories: true)
      var frames: [[String: Any]] = []
      for i in positions {
        try ImageFile.write(data.image(i), to: place.appending(path: "f_\(i).png"))
        try files.copyItem(at: names.labels(i), to: place.appending(path: "masks/f_\(i).png"))
        let rows = data.cameraInHead(i).cameraToWorld.rows.map(Double.init)
        frames.append([
          "file_path": "./f_\(i)", "expression": Array(data.driving(i).prefix(52)).map(Double.init),
          "transform_matrix": (0..<4).map { Array(rows[4 * $0..<4 * $0 + 4]) },
        ])
      }
      let f = Double(data.camera.focal.x)
      let file: [String: Any] = ["camera_angle_x": 0.4, "intrinsics": [-f, f, 0.5, 0.5], "frames": frames]
      try JSONSerialization.data(withJSONObject: file).write(to: folder.appending(path: "nf/transforms_\(part).json"))
    }
    try files.createDirectory(at: folder.appending(path: "nf/bg"), withIntermediateDirectories: true)
    try ImageFile.write(data.background(), to: folder.appending(path: "nf/bg/00050.png"))
  }

  /// Whatever trains can be drawn, judged and exported.
  @Test func anAvatarOfAForeignDatasetIsDrawn() throws {
    try withFolder { folder in
      try Self.writeNerFACE(folder)
      let small = ["--preset", "compact", "--set", "mesh.warmUpSteps=0", "--set", "mesh.weight=0", "--set", "rays.rays=32"]
      let trained = try Tool.run(["train", "subject", "--data", "nf", "--output", "a run", "--steps", "2"] + small, in: folder)
      try #require(trained.status == 0, "\(trained.errors)")
      #expect(trained.output.contains("likeness eval --load 'a run/'") || trained.output.contains("likeness eval --load '"))
      let resumed = try Tool.run("train", "subject", "--output", "a run", "--resume", "--steps", "3", in: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")
      let drawn = try Tool.run("render", "--load", "a run", "--frames", "21..22", "--output", "pictures", in: folder)
      #expect(drawn.status == 0, "\(drawn.errors)")
      let exported = try Tool.run("export", "--load", "a run", "--output", "a.safetensors", in: folder)
      #expect(exported.status == 0, "\(exported.errors)")
      let shown = try Tool.run("render", "--load", "a.safetensors", "--track", "nf", "--frames", "21..22", "--output", "others", in: folder)
      #expect(shown.status == 0, "\(shown.errors)")
      // The tiny dataset has names of its own, none of which this avatar knows.
      let foreign = try Tool.run("render", "--load", "a run", "--track", "tiny", "--output", "none", in: folder)
      #expect(
        foreign.status == 65 && foreign.errors.contains("expression0") && foreign.errors.contains("browDownLeft"), "\(foreign.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "none").path))
      let model = try Tool.run("train", "subject", "--data", "nf", "--output", "b", "--steps", "2", in: folder)
      #expect(model.status == 65 && model.errors.contains("of another program") && !model.errors.contains("\"\""), "\(model.errors)")
    }
  }

  /// Generators as they are published come with the way to convert them.
  @Test func publishedGeneratorsAreToldOf() throws {
    try withFolder { folder in
      try Data([0x50, 0x4b, 3, 4] + [UInt8](repeating: 9, count: 60)).write(to: folder.appending(path: "a.zip"))
      try Data([0x80, 3, 0x7d] + [UInt8](repeating: 9, count: 60)).write(to: folder.appending(path: "a.pkl"))
      let zip = try Tool.run("sample", "--load", "a.zip", "--output", "x.png", in: folder)
      #expect(zip.status == 65 && zip.errors.contains("a.zip") && zip.errors.contains("unpack it"), "\(zip.errors)")
      let pickle = try Tool.run("sample", "--load", "a.pkl", "--output", "x.png", in: folder)
      #expect(pickle.status == 65 && pickle.errors.contains("Tools/convert_eg3d.py"), "\(pickle.errors)")
    }
  }
}
