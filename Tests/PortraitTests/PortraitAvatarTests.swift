import Face
import Foundation
import Generator
import Photos
import Portrait
import Testing
import Torch
import Tracking

/// Tiny untrained networks from a photo's crop to images.
@Suite struct PortraitAvatarTests {
  private let fit = PhotoFit()
  private let pose = Rigid(rotation: Matrix3(yaw: 0.2, pitch: 0, roll: 0), translation: [0, -0.2, -10.4])

  private func model(_ reading: DetailConfiguration.Reading = .feature, seed: UInt64 = 1) throws -> PortraitModel {
    let configuration = PortraitConfiguration(generator: .tiny, encoder: .tiny, reading: reading, head: fit.head)
    try configuration.check()
    let model = PortraitModel(configuration, Generator(seed: seed))
    withoutGradient { model.average.copy_(Tensor.randn(model.average.shape, Generator(seed: 7))) }
    return model
  }
  private func photo(_ size: Int = 64) -> PortraitPhoto {
    let box = fit.placement.box(pose.inverse)
    let head = fit.head
    return PortraitPhoto(
      name: "folder/anna.jpg", crop: PhotoCrop(center: [100, 90], side: 80, roll: 0.1, size: size),
      input: Tensor.rand([1, 3, size, size], Generator(seed: 3)) * 2 - 1,
      landmarks: FaceLandmarks(points: [SIMD3<Float>](repeating: .zero, count: 478), presence: 1),
      state: FaceState(
        identity: [Float](repeating: 0.1, count: head.identityNames.count),
        expression: [Float](repeating: 0.2, count: head.expressionNames.count), pose: pose),
      faceModel: head.name, fitError: 0.01, camera: BoxSpace.camera(BoxSpace.normalized(box), side: size), distance: length(box.translation)
    )
  }
  private func same(_ a: Tensor, _ b: Tensor) -> Bool { a.shape == b.shape && (a .== b).all() }

  /// Before training every photo is the average face, in either reading, bit for bit.
  @Test(arguments: DetailConfiguration.Reading.allCases) func untrainedPortraitsAreTheAverage(reading: DetailConfiguration.Reading) throws {
    let model = try model(reading)
    let session = try model.session(of: photo())
    #expect((session.ws .== model.average).all())
    let ws = model.average.expand(1, model.configuration.generator.layers, -1).contiguous()
    let coarse = withoutGradient { model.coarse(photo().input, by: .fused) }
    #expect(same(coarse.ws, ws))
    #expect(same(session.planes, coarse.planes.contiguous()))
    let whole = withoutGradient { model.generator.planes(ws, by: .fused) }
    #expect((session.planes - whole).abs().max().item < 1e-4)
  }

  /// What training needs: the loss on fine planes reaches encoder and detail network, and not through the image that is compared.
  @Test func gradientsReachEncoderAndDetail() throws {
    let model = try model()
    let photos = photo().input
    let coarse = model.coarse(photos)
    let seen = model.generator.render(coarse.planes, photo().label.tensor.unsqueeze(0), coarse.ws)
    let refined = model.refine(coarse, photos: photos, seen: seen.image)
    refined.planes.square().mean().backward()
    let grads = Dictionary(uniqueKeysWithValues: model.parameters().map { ($0.name, $0.tensor.grad?.abs().max().item ?? 0) })
    for name in ["encoder.head.weight", "encoder.slot_bias", "detail.gamma.last.weight", "detail.eta.last.weight"] {
      #expect(grads[name]! > 0, "\(name)")
    }
    #expect(grads.filter { $0.key.hasPrefix("generator.superresolution") && $0.value > 0 }.isEmpty)
  }

  @Test func imagesComeInAnySize() throws {
    let model = try model()
    let session = try model.session(of: photo())
    let avatar = try PortraitAvatar(model, session, fit)
    var state = session.state
    for (width, height) in [(64, 64), (100, 40), (31, 77)] {
      let camera = Camera(width: width, height: height, focal: SIMD2(repeating: 200))
      let frame = try avatar.render(state, camera: camera)
      #expect(frame.rgb.shape == [height, width, 3] && frame.depth.shape == [height, width] && frame.opacity.shape == [height, width])
      #expect(frame.labels.shape == [height, width] && frame.labels.dtype == .uint8)
      #expect(frame.rgb.min().item >= 0 && frame.rgb.max().item <= 1 && frame.rgb.isFinite().all())
      #expect(frame.opacity.min().item >= 0 && frame.opacity.max().item <= 1)
      #expect(same(frame.rgb, try avatar.render(state, camera: camera).rgb))
    }
    // Far away there is more to see than the volume.
    state.pose.translation = [0, 0, -60]
    let far = try avatar.render(state, camera: Camera(width: 64, height: 64, focal: SIMD2(repeating: 270)))
    #expect(abs(far.rgb[0, 0, 0].item - 0.5) < 1e-6 && far.opacity[0, 0].item == 0 && far.labels[0, 0].item == 0)
    state.expression.removeLast()
    #expect(throws: PortraitError.driving(found: state.expression.count, expected: state.expression.count + 1)) {
      try avatar.render(state, camera: PortraitAvatar.camera(size: 64))
    }
  }

  /// Half the rays while something moves, all of them once it stands still.
  @Test func movingImagesMayBeCoarser() throws {
    let model = try model()
    let session = try model.session(of: photo())
    let fine = try PortraitAvatar(model, session, fit), quick = try PortraitAvatar(model, session, fit)
    quick.halvesWhileMoving = true
    let camera = PortraitAvatar.camera(size: 64)
    var state = session.state
    _ = try quick.render(state, camera: camera)
    state.pose.rotation = Matrix3(yaw: 0.4, pitch: 0, roll: 0)
    let exact = try fine.render(state, camera: camera).rgb
    #expect(!same(try quick.render(state, camera: camera).rgb, exact))
    #expect(same(try quick.render(state, camera: camera).rgb, exact))
  }

  /// Expressions move what is seen once the field has learnt to; who it is does not count.
  @Test func expressionsMoveTheVolume() throws {
    let model = try model()
    withoutGradient {
      let last = "displacement.layers.\(model.configuration.deformation.displacementDepth)."
      for (name, tensor) in model.deformation.parameters() where name.hasPrefix(last) {
        // Far enough to be seen, not so far that everything leaves the box.
        tensor.copy_(Tensor.randn(tensor.shape, Generator(seed: 5)) * 0.2)
      }
    }
    let session = try model.session(of: photo())
    let avatar = try PortraitAvatar(model, session, fit)
    let camera = PortraitAvatar.camera(size: 64)
    var state = session.state
    let rest = try avatar.render(state, camera: camera).rgb
    state.identity = []
    #expect(same(try avatar.render(state, camera: camera).rgb, rest))
    state.expression[10] = 1
    #expect(!same(try avatar.render(state, camera: camera).rgb, rest))
  }

  @Test func sessionsAreKept() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "anna.safetensors")
    let model = try model()
    let session = try model.session(of: photo())
    try session.write(to: file)
    let read = try PortraitSession.read(file)
    #expect(same(read.planes, session.planes) && same(read.ws, session.ws) && same(read.feature, session.feature))
    #expect(read.state == session.state && read.label == session.label && read.crop == session.crop && read.distance == session.distance)
    #expect(read.photo == "anna.jpg", "the folder is nobody's affair")
    let camera = PortraitAvatar.camera(size: 64)
    let before = try PortraitAvatar(model, session, fit).render(session.state, camera: camera).rgb
    #expect(same(try PortraitAvatar(model, read, fit).render(read.state, camera: camera).rgb, before))
    let text = String(decoding: try Data(contentsOf: file).prefix(20_000), as: UTF8.self)
    #expect(text.contains("synthetic") && text.contains("agreed") && !text.contains("folder/anna"))

    // Other networks do not draw it.
    let other = try self.model(seed: 9)
    #expect(throws: PortraitError.otherModel("anna.jpg")) { try PortraitAvatar(other, read, fit) }
    // Nor is anything damaged taken.
    let bytes = try Data(contentsOf: file)
    for damage in [bytes.prefix(bytes.count - 100), bytes.prefix(5), Data()] {
      try damage.write(to: file)
      #expect { try PortraitSession.read(file) } throws: { String(describing: $0).contains("anna") }
    }
    for place in [40, bytes.count / 3, bytes.count - 9] {
      var flipped = bytes
      flipped[place] ^= 0x10
      try flipped.write(to: file)
      #expect { try PortraitSession.read(file) } throws: { String(describing: $0).contains("anna") }
    }
  }

  @Test func modelsAreKept() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "model.safetensors")
    let model = try model()
    try PortraitModelFile.write(model, to: file)
    let read = try PortraitModelFile.read(file)
    #expect(read.configuration == model.configuration && read.fingerprint() == model.fingerprint())
    try PortraitModelFile.write(model, to: file, half: true)
    #expect(try PortraitModelFile.read(file).fingerprint() != model.fingerprint())
    // Not a model, and one whose configuration promises more than there is.
    try Safetensors.write(["x": Tensor.zeros([2])], to: file)
    #expect(throws: PortraitError.self) { try PortraitModelFile.read(file) }
    var huge = model.configuration
    huge.encoder.depth = 128
    huge.encoder.width = 4096
    try Safetensors.write(
      model.namedState(),
      metadata: [
        "format": "likeness.portrait-model", "version": "1",
        "configuration": String(decoding: try JSONEncoder().encode(huge), as: UTF8.self),
      ], to: file)
    #expect { try PortraitModelFile.read(file) } throws: { String(describing: $0).contains("needs at least") }
  }

  @Test func statisticsStandardise() throws {
    let statistics = CoefficientStatistics(identity: 3, expression: 4)
    let data = Tensor([1, 2, 0, 3, 2, 0] as [Float], [2, 3])
    statistics.learn(identity: data, expression: Tensor([0, 1, 0, 0, 1, 1, 0, 0.5] as [Float], [2, 4]))
    let a = try statistics.identity(FaceState(identity: [3, 5])).floats
    #expect(a == [1, 3, 0])
    let b = try statistics.expression(FaceState(expression: [1, 1], gaze: [0, 0.25])).floats
    #expect(b == [1, 0, 0, 0])
    #expect(throws: PortraitError.self) { try statistics.identity(FaceState(identity: [1, 2, 3, 4])) }
  }
}
