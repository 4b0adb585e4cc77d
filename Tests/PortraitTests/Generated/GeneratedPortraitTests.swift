import Face
import Foundation
import Generator
import Photos
import Portrait
import Runs
import Testing
import Torch
import Tracking

/// A drawn person as the volume of a tiny generator.
@Suite(.serialized) struct GeneratedPortraitTests {
  private let person = DrawnPerson()
  private let fit = PhotoFit()
  private let side = 128

  /// The middle of the drawn photo.
  private func photo() -> PortraitPhoto {
    let border = Float(person.camera.width - side) / 2
    let points = person.photo.landmarks.points.map { $0 - SIMD3(border, border, 0) }
    let box = fit.placement.box(person.state.pose.inverse)
    let first = Int(border)
    let input =
      person.photo.image.to(.float32).permute(2, 0, 1).unsqueeze(0)[.all, .all, .in(first..<first + side), .in(first..<first + side)]
      / 127.5 - 1
    return PortraitPhoto(
      name: "folder/drawn.png", crop: PhotoCrop(center: [96, 96], side: Float(side), roll: 0, size: side), input: input.contiguous(),
      landmarks: FaceLandmarks(points: points, presence: 1), state: person.state, faceModel: person.model.name, fitError: 0.01,
      camera: BoxSpace.camera(BoxSpace.normalized(box), side: side), distance: length(box.translation))
  }
  private func made(steps: Int = 3, _ hear: (Double) -> Void = { _ in }) throws -> GeneratedPortrait {
    let generator = TriplaneGenerator(.tiny, Generator(seed: 5))
    return try #require(
      try GeneratedPortrait.made(photo(), person.photo, prior: .generator(generator), model: person.model, inversion: (steps, steps)) {
        hear($2)
        return true
      })
  }

  @Test func theSearchComesNearer() throws {
    var errors: [Double] = []
    let avatar = try made(steps: 25) { errors.append($0) }
    #expect(errors.count == 50 && errors[49] < 0.8 * errors[0], "\(errors.first ?? 0) to \(errors.last ?? 0)")
    #expect(avatar.motion == .mesh && avatar.scene.pose == person.state.pose && avatar.photo == "drawn.png")
    let stopped = try GeneratedPortrait.made(
      photo(), person.photo, prior: .generator(TriplaneGenerator(.tiny, Generator(seed: 5))), model: person.model, inversion: (5, 5)
    ) { step, _, _ in step < 3 }
    #expect(stopped == nil)
  }

  /// What is seen where the skin has moved to is what lies where it rests.
  @Test func theMeshMovesTheVolumeBackward() throws {
    let avatar = try made()
    #expect(try avatar.lattice(person.state) == nil)
    let open = person.doing(["jawOpen": 0.7])
    let lattice = try #require(try avatar.lattice(open))
    let head = FittedHead(person.model, identity: person.state.identity, calibration: avatar.calibration)
    let rest = head.landmarks(person.state), moved = head.landmarks(open)
    for point in [17, 152, 199, 61, 4, 10] {
      let now = fit.placement.box(moved[point]), before = fit.placement.box(rest[point])
      let seen = lattice(Tensor([now.x, now.y, now.z], [1, 1, 3])).floats
      let error = length(SIMD3(seen[0], seen[1], seen[2]) - before), way = length(now - before)
      // 0.004 of the box are 1.5 mm.
      #expect(error < 0.004 + 0.1 * way, "landmark \(point): \(error) of \(way)")
      if [17, 152, 199].contains(point) { #expect(way > 0.02) }
    }
    let far = lattice(Tensor([Float(0.45), 0.45, -0.45], [1, 1, 3])).floats
    #expect(far == [0.45, 0.45, -0.45])
  }

  @Test func itMovesAndIsKept() throws {
    let avatar = try made(), url = FileManager.default.temporaryDirectory.appending(path: "generated-\(UUID().uuidString).portrait")
    defer { try? FileManager.default.removeItem(at: url) }
    let camera = avatar.camera.scaled(width: 64, height: 64), open = person.doing(["jawOpen": 0.7])
    let rest = try avatar.render(person.state, camera: camera), moved = try avatar.render(open, camera: camera)
    #expect(rest.rgb.shape == [64, 64, 3] && (rest.rgb - moved.rgb).abs().max().item > 0)
    try avatar.write(to: url)
    #expect(PortraitFile.isPortrait(url) && GeneratedPortrait.isGenerated(url) && !PortraitLift.isLift(url))
    let again = try PortraitFile.read(url)
    #expect(try again.render(open, camera: camera).rgb.floats == moved.rgb.floats)
    #expect(again.camera == avatar.camera && again.scene == avatar.scene && again.calibration == avatar.calibration)
    #expect(throws: (any Error).self) { try PortraitLift(file: url, model: person.model) }
    let whole = try Data(contentsOf: url)
    try whole.prefix(whole.count - 9).write(to: url)
    #expect(throws: (any Error).self) { try PortraitFile.read(url) }
  }

  /// With all networks their own deformation moves it, or the mesh; a generator alone has none.
  @Test func trainedNetworksMoveTheirOwn() throws {
    let configuration = PortraitConfiguration(generator: .tiny, encoder: .tiny, head: fit.head)
    let model = PortraitModel(configuration, Generator(seed: 1))
    let learned = try #require(try GeneratedPortrait.made(photo(), person.photo, prior: .model(model), model: person.model))
    let meshed = try #require(try GeneratedPortrait.made(photo(), person.photo, prior: .model(model), motion: .mesh, model: person.model))
    #expect(learned.motion == .learned && meshed.motion == .mesh)
    let camera = learned.camera.scaled(width: 48, height: 48), open = person.doing(["jawOpen": 0.7])
    #expect(try learned.render(open, camera: camera).rgb.floats != meshed.render(open, camera: camera).rgb.floats)
    let url = FileManager.default.temporaryDirectory.appending(path: "generated-\(UUID().uuidString).portrait")
    defer { try? FileManager.default.removeItem(at: url) }
    try learned.write(to: url)
    #expect(try PortraitFile.read(url).render(open, camera: camera).rgb.floats == learned.render(open, camera: camera).rgb.floats)
    let generator = TriplaneGenerator(.tiny, Generator(seed: 5))
    #expect(throws: PortraitError.self) {
      try GeneratedPortrait.made(photo(), person.photo, prior: .generator(generator), motion: .learned, model: person.model)
    }
  }

  /// A file of networks moves a generator's volume: at the nodes as the networks say of a face without calibration, and so from its file.
  @Test func networksOfTheirOwnFileMoveIt() throws {
    let generator = TriplaneGenerator(.tiny, Generator(seed: 5)), plan = DistillationConfiguration()
    let place = FileManager.default.temporaryDirectory.appending(path: "networks-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let record = try RunRecord(experiment: "mesh", method: "deformation", data: place, configuration: plan)
    let networks = try DistillationTrainer(plan, run: RunFolder.create(place, record), warn: { Issue.record("\($0)") }).motion
    withoutGradient {
      for (name, tensor) in networks.field.state() where name == "displacement.layers.6.weight" { tensor.mul_(4e3) }
    }
    let learned = try #require(
      try GeneratedPortrait.made(
        photo(), person.photo, prior: .generator(generator), networks: networks, model: person.model, inversion: (2, 2)))
    #expect(learned.motion == .learned && learned.motionWords.contains("deformation.safetensors"))
    let open = person.doing(["jawOpen": 0.7])
    let lattice = try #require(try learned.lattice(open)), far = Tensor([Float(0.45), 0.45, -0.45], [1, 1, 3])
    let numbers = networks.statistics.namedState()
    func seen(_ values: [Float], _ kind: String) throws -> Tensor {
      ((Tensor(values) - (try #require(numbers["\(kind)_mean"]))) / (try #require(numbers["\(kind)_scale"]))).unsqueeze(0)
    }
    let alpha = try seen(person.state.identity + person.state.expression + [0, 0], "identity")
    let beta = try seen(open.expression + [0, 0], "expression")
    // There is no calibration far from the skin.
    let n = lattice.moves.size(0), corner = Tensor([Float(-0.48), -0.48, -0.48], [1, 1, 3])
    let expected = withoutGradient { networks.field.move(corner, identity: alpha, expression: beta).floats }
    let found = lattice.moves[.at(0)][.at(0)][.at(0)].floats
    #expect(n == 80 && (0..<3).allSatisfy { abs(found[$0] - expected[$0]) < 1e-6 } && expected.contains { abs($0) > 1e-4 })
    #expect((lattice(far) - far).abs().max().item > 0)

    let url = FileManager.default.temporaryDirectory.appending(path: "generated-\(UUID().uuidString).portrait")
    defer { try? FileManager.default.removeItem(at: url) }
    try learned.write(to: url)
    #expect(try Checkpoint.read(url).metadata["motion"] == learned.motionWords)
    let again = try GeneratedPortrait(file: url, model: person.model), camera = learned.camera.scaled(width: 48, height: 48)
    let image = try learned.render(open, camera: camera).rgb.floats
    #expect(try again.render(open, camera: camera).rgb.floats == image && again.motionWords == learned.motionWords)
    let meshed = try again.moved(by: .mesh)
    #expect(meshed.motion == .mesh && meshed.hasNetworks && meshed.motionWords.contains("mesh"))
    #expect(try meshed.render(open, camera: camera).rgb.floats != image)
    #expect(try meshed.moved(by: .learned).render(open, camera: camera).rgb.floats == image)
    let bare = try made()
    #expect(throws: PortraitError.self) { try bare.moved(by: .learned) }
    #expect(try bare.moved(by: nil, networks: networks).motion == .learned)
  }
}
