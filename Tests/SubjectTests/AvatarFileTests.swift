import Face
import Foundation
import Radiance
import Runs
import Subject
import Testing
import Torch

@Suite struct AvatarFileTests {
  /// An untrained avatar of the fast field, baked, in a folder that is gone afterwards.
  static func withFile(_ body: (_ file: URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "subject-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let field = HyperPlanesTests.field(), url = folder.appending(path: "good.safetensors")
    var configuration = SubjectConfiguration.fast
    configuration.planes = field.configuration
    configuration.field.driving = 6
    let pose = Rigid(rotation: .identity, translation: [0, 0, -7])
    let scene = try SubjectScene(
      tensors: [
        "background": .full([24, 32, 3], 90, .uint8), "identity": Tensor([0.5, 1] as [Float]), "pose": Tensor(pose.rows, [4, 4]),
        "driving.mean": .zeros([6]), "driving.spread": .ones([6]), "camera": Tensor([50, 50, 16, 12] as [Float]),
      ], metadata: ["model": "builtin", "expression_names": "a,b,c,d", "fps": "25", "width": "32", "height": "24"], url)
    let record = try RunRecord(experiment: "anna", method: "subject", data: folder, configuration: configuration)
    try AvatarFile(record: record, configuration: configuration, scene: scene, step: 7, field: field.baked).write(to: url)
    try body(url)
  }
  static let state = FaceState(expression: [0.5, -1, 0.3, 0], pose: Rigid(rotation: .identity, translation: [0, 0, -7]))

  @Test func comesBackAsItWas() throws {
    try Self.withFile { url in
      let avatar = try SubjectAvatar(file: url)
      #expect(avatar.step == 7 && avatar.record.experiment == "anna" && avatar.record.data == "")
      #expect(avatar.scene.identity == [0.5, 1] && avatar.scene.expressionNames == ["a", "b", "c", "d"] && avatar.scene.fps == 25)
      let field = HyperPlanesTests.field(), camera = avatar.scene.camera
      let signals = FrameSignals(
        driving: Tensor([0.5, -1, 0.3, 0, 0, 0] as [Float], [1, 6]), pose: HyperPlanesTests.camera, torso: .zeros([1, 4]))
      let background = Tensor.full([24, 32, 3], 90, .uint8).to(.float32) / 255
      let settings = avatar.configuration
      let own = field.image(
        signals, view: signals.pose, camera: camera, background: background, depth: settings.depth, sampling: settings.sampling)
      let shown = try avatar.render(Self.state, camera: camera)
      #expect((own.rgb .== shown.rgb).all() && (own.labels .== shown.labels).all() && (own.depth .== shown.depth).all())
      #expect(shown.opacity.max().item > 0.3)
    }
  }

  /// Whoever made a file that does not fit, by accident or on purpose, gets a line that names it.
  @Test func badFilesAreToldOf() throws {
    try Self.withFile { url in
      let good = try Checkpoint.read(url), bytes = try Data(contentsOf: url)
      let bad = url.deletingLastPathComponent().appending(path: "bad.safetensors")
      func refused(_ what: String, _ metadata: String = "") {
        do {
          _ = try SubjectAvatar(file: bad)
          Issue.record("\(what) was taken")
        } catch {
          #expect(
            "\(error)".contains("bad.safetensors") && (metadata.isEmpty || "\(error)".contains(metadata)) && !"\(error)".contains("\n"),
            "\(what): \(error)")
        }
      }
      for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
        try bytes.prefix(length).write(to: bad)
        refused("\(length) bytes")
      }
      var flipped = bytes
      flipped[bytes.count - 1000] ^= 4
      try flipped.write(to: bad)
      refused("a flipped bit", "export it again")
      try Data("no".utf8).write(to: bad)
      refused("text")
      for length in [50_000_000, UInt64.max] {
        try (withUnsafeBytes(of: length) { Data($0) } + bytes.dropFirst(8)).write(to: bad)
        refused("a header of \(length) bytes")
      }
      try Safetensors.write(["x": Tensor([1 as Float])], to: bad)
      refused("foreign tensors", "not a valid avatar")
      try Checkpoint(step: 1, tensors: ["model.x": Tensor([1 as Float])]).write(to: bad)
      refused("a run's checkpoint", "name the run's folder")

      func write(_ change: (inout [String: Tensor], inout [String: String]) -> Void) throws {
        var (tensors, metadata) = (good.tensors, good.metadata)
        change(&tensors, &metadata)
        try Checkpoint(step: good.step, tensors: tensors, metadata: metadata).write(to: bad)
      }
      for name in good.tensors.keys.sorted() {
        let tensor = try #require(good.tensors[name])
        try write { tensors, _ in tensors[name] = nil }
        // Files of earlier versions know no median.
        if name != "scene.driving.median" { refused("without \(name)") }
        try write { tensors, _ in tensors[name] = cat([tensor.reshape(-1), tensor.reshape(-1)]).unsqueeze(0) }
        refused("\(name) twice as long")
        guard tensor.dtype.isFloatingPoint else { continue }
        for poison in [Double.nan, .infinity] {
          try write { tensors, _ in
            let changed = tensor.clone()
            changed.reshape(-1).narrow(0, tensor.numel - 1, 1).fill_(poison)
            tensors[name] = changed
          }
          refused("\(name) with \(poison)")
        }
      }
      let nodes = try #require(good.tensors["model.nodes"])
      for shift in [1_000_000, -1_000_000] {
        try write { tensors, _ in tensors["model.nodes"] = nodes + Tensor(shift) }
        refused("nodes outside of the lattice", "nodes is damaged")
      }
      try write { tensors, _ in tensors["model.box"] = Tensor.zeros([2, 3]) }
      refused("a flat box", "box is damaged")
      try write { tensors, _ in tensors["model.templateAxes"] = Tensor.zeros([3, 4]) }
      refused("axes without a slope", "templateAxes is damaged")
      try write { _, metadata in metadata["version"] = "2" }
      refused("a newer file", "update Likeness")
      try write { _, metadata in metadata["content"] = "soup" }
      refused("other content", "export it again")
      try write { _, metadata in metadata["content"] = "weights" }
      refused("weights that are none", "export it again")
      try write { _, metadata in metadata["record"] = "{" }
      refused("a record that is cut off", "export it again")
      for (old, new) in [
        (#""lattice":[14,16,12]"#, #""lattice":[14]"#), (#""planes":[8,24]"#, #""planes":[8,4096]"#), (#""width":64"#, #""width":-3"#),
        (#""volume":[8,8,8]"#, #""volume":[512,512,512]"#), (#""classes":12"#, #""classes":100000"#), (#""driving":6"#, #""driving":7"#),
        (#""pictureSamples":64"#, #""pictureSamples":"many""#), (#""planeChannels":16"#, #""planeChannels":1000000000000000"#),
      ] {
        try write { _, metadata in
          let record = metadata["record"] ?? ""
          metadata["record"] = record.replacing(old, with: new)
          #expect(metadata["record"] != record, "\(old) is not in \(record)")
        }
        refused(new)
      }
      for (name, value) in [("width", "99999999999"), ("height", "-24"), ("fps", "nan"), ("fps", "0")] {
        try write { _, metadata in metadata["scene." + name] = value }
        refused("\(name) \(value)")
      }
      // Found when it is to move.
      try write { _, metadata in metadata["scene.expression_names"] = "a,b" }
      let other = try SubjectAvatar(file: bad)
      #expect(throws: SubjectError.self) { try other.render(Self.state, camera: other.scene.camera) }
    }
  }

  /// Finite numbers of any size draw something, or are refused; nothing crashes.
  @Test func wildNumbersDoNotCrash() throws {
    try Self.withFile { url in
      let good = try Checkpoint.read(url), wildFile = url.deletingLastPathComponent().appending(path: "wild.safetensors")
      var drawn = 0
      for name in good.tensors.keys.sorted() where name != "model.nodes" {
        let tensor = try #require(good.tensors[name])
        for wild in tensor.dtype.isFloatingPoint ? [tensor.dtype == .float16 ? 6e4 : 3e38, -6e4, 0] : [255.0, 1] {
          var tensors = good.tensors
          tensors[name] = Tensor.full(tensor.shape, wild, tensor.dtype)
          try Checkpoint(step: good.step, tensors: tensors, metadata: good.metadata).write(to: wildFile)
          guard let avatar = try? SubjectAvatar(file: wildFile) else { continue }
          let image = try avatar.render(Self.state, camera: Camera(width: 32, height: 24, focal: [50, 50]))
          #expect(image.rgb.shape == [24, 32, 3])
          drawn += 1
        }
      }
      #expect(drawn > 20)
    }
  }
}
