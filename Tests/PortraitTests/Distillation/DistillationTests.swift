import Face
import Foundation
import Generator
import Portrait
import Runs
import Testing
import Torch

@Suite(.serialized) struct DistillationTests {
  private func plan() -> DistillationConfiguration {
    var plan = DistillationConfiguration()
    (plan.field.frequencies, plan.field.displacementDepth, plan.field.displacementWidth, plan.field.displacementSkip) = (4, 3, 48, 0)
    (plan.field.weightDepth, plan.field.weightWidth) = (2, 16)
    (plan.batch, plan.points, plan.held, plan.people) = (8, 200, 12, 50)
    (plan.steps, plan.validateEvery, plan.saveEvery, plan.decay, plan.learningRate) = (120, 1000, 30, 1, 4e-3)
    return plan
  }
  private func run(_ place: URL, _ plan: DistillationConfiguration) throws -> RunFolder {
    try RunFolder.create(
      place, RunRecord(experiment: "mesh", method: "deformation", data: place, configuration: plan))
  }
  private func inFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "distillation-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// A short training comes nearer to the mesh, for people whom it has not seen, and what it leaves is read back as it is.
  @Test func aShortTrainingLearnsTheMeshsMotion() throws {
    try inFolder { folder in
      var plan = DistillationConfiguration()
      (plan.batch, plan.points, plan.held, plan.people) = (16, 160, 12, 1000)
      (plan.decay, plan.lastSoftness, plan.validateEvery, plan.saveEvery) = (0.1, 1, 1000, 1000)
      let whole = try DistillationTrainer(plan, run: run(folder.appending(path: "whole"), plan), warn: { Issue.record("\($0)") })
      let before = whole.judge()
      #expect(abs(before.mean - before.still) < 0.01 * before.still, "networks keep still at first")
      #expect(try whole.train(.steps(260), progress: { _ in }, shouldStop: { false }))
      let after = try #require(whole.errors)
      #expect(after.mean < 0.85 * before.mean, "\(before)\n\(after)")

      let read = try LearnedMotion.read(whole.exported)
      let points = Tensor.rand([1, 50, 3], Generator(seed: 2)) - 0.5
      let (i, e) = (
        Tensor.randn([1, plan.field.identity], Generator(seed: 3)), Tensor.randn([1, plan.field.expression], Generator(seed: 4))
      )
      #expect(
        withoutGradient {
          read.field.move(points, identity: i, expression: e).floats == whole.motion.field.move(points, identity: i, expression: e).floats
        })
    }
  }

  /// A training in two sessions ends where one in a single session does.
  @Test func aTrainingThatGoesOnEndsWhereOneThatNeverStoppedDoes() throws {
    try inFolder { folder in
      let plan = plan(),
        whole = try DistillationTrainer(plan, run: run(folder.appending(path: "whole"), plan), warn: { Issue.record("\($0)") })
      #expect(try whole.train(.steps(40), progress: { _ in }, shouldStop: { false }))
      let place = folder.appending(path: "part")
      do {
        let part = try DistillationTrainer(plan, run: run(place, plan), warn: { Issue.record("\($0)") })
        var looks = 0
        let isDone = try part.train(.steps(40), progress: { _ in }) {
          looks += 1
          return looks > 17
        }
        #expect(!isDone && part.step == 17)
      }
      let record = try RunFolder.resume(place)
      let part = try DistillationTrainer(DistillationConfiguration(record), run: record, warn: { Issue.record("\($0)") })
      #expect(part.step == 17)
      #expect(try part.train(.steps(40), progress: { _ in }, shouldStop: { false }))
      let (a, b) = (whole.motion.field.namedState(), part.motion.field.namedState())
      #expect(a.allSatisfy { name, tensor in tensor.floats == b[name]?.floats })
      #expect(a.contains { $0.value.abs().max().item > 0 })
    }
  }

  @Test func filesOfAnotherShapeAreRefused() throws {
    try inFolder { folder in
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let url = folder.appending(path: "networks.safetensors"), plan = plan()
      func refusal(_ change: (inout [String: Tensor], inout [String: String]) -> Void) throws -> String {
        let trainer = try DistillationTrainer(plan, run: run(folder.appending(path: UUID().uuidString), plan), warn: { _ in })
        try trainer.motion.write(to: url, faceModel: plan.faceModel)
        let file = try Safetensors.read(url)
        var (tensors, words) = (file.tensors.mapValues { $0.clone() }, file.metadata)
        change(&tensors, &words)
        try Safetensors.write(tensors, metadata: words, to: url)
        do {
          _ = try LearnedMotion.read(url)
          return "read"
        } catch { return "\(error)" }
      }
      #expect(try refusal { _, _ in } == "read")
      let cases: [(String, (inout [String: Tensor], inout [String: String]) -> Void)] = [
        ("does not contain the tensors", { tensors, _ in tensors["deformation.weight.layers.0.weight"] = Tensor.zeros([3, 3]) }),
        ("does not contain the tensors", { tensors, _ in tensors["deformation.weight.layers.0.weight"] = nil }),
        ("not finite", { tensors, _ in tensors["deformation.weight.layers.0.bias"]!.fill_(.nan) }),
        ("does not hold networks", { _, words in words["format"] = "likeness.generator" }),
        ("is of version 7", { _, words in words["version"] = "7" }),
        ("was trained for the head model \"ict\"", { _, words in words["face_model"] = "ict" }),
        (
          "its networks see 11 and",
          { _, words in
            words["configuration"] = words["configuration"]!.replacing("\"identity\":\(plan.field.identity)", with: "\"identity\":11")
          }
        ),
        ("cannot be read", { _, words in words["configuration"] = "{}" }),
        (
          "cannot be used",
          { _, words in words["configuration"] = words["configuration"]!.replacing("\"weightWidth\":16", with: "\"weightWidth\":4096") }
        ),
      ]
      for (text, change) in cases {
        let found = try refusal(change)
        #expect(found.contains(text) && found.contains("networks.safetensors") && !found.contains("\n"), "\(text): \(found)")
      }
    }
  }

  @Test func plansThatCannotBeAreRefused() {
    for change: (inout DistillationConfiguration) -> Void in [
      { $0.points = 3 }, { $0.field.identity = 80 }, { $0.learningRate = .nan }, { $0.faceModel = "ict" }, { $0.field.weightWidth = 0 },
      { $0.scatter.lids = -1 },
    ] {
      var plan = DistillationConfiguration()
      change(&plan)
      #expect(throws: PortraitError.self) { try plan.check() }
    }
  }
}
