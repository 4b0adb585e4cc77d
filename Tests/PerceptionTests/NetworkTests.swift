import Foundation
import Golden
import Perception
import Testing
import Torch

/// Networks with weights computed from their names against what PyTorch makes of the same.
@Suite struct NetworkTests {
  @Test(arguments: Backbone.Kind.allCases) func lpipsIsThePublishedPackages(_ kind: Backbone.Kind) throws {
    let network = LPIPS(kind, Generator(seed: 1))
    var backbone: [String: Tensor] = ["classifier.1.weight": .zeros([2, 2])]
    for (name, tensor) in network.backbone.state() { backbone[name] = Procedural.weight(name, tensor.shape) }
    var heads: [String: Tensor] = [:]
    for (i, layer) in network.heads.layers.enumerated() {
      heads["lin\(i).model.1.weight"] = Procedural.weight("lin\(i).model.1.weight", layer.weight.shape)
    }
    let nowhere = URL(filePath: "/nowhere")
    try network.load(backbone: backbone, from: nowhere)
    try network.load(heads: heads, from: nowhere)
    let (a, b) = (image("in.a", [2, 3, 96, 80]), image("in.b", [2, 3, 96, 80]))
    let expected = try #require(try fixture()["lpips.\(kind)"])
    expectClose(network(a, b), expected, absolute: 1e-6, relative: 1e-5, "\(kind)")
    #expect(network(a, a).abs().max().item == 0)
    let bytes = (a.select(0, 0).permute(1, 2, 0) * 255).to(.uint8)
    #expect(abs(network.distance(bytes, b.select(0, 0).permute(1, 2, 0)) - expected.floats.map(Double.init)[0]) < 2e-3)

    backbone["features.0.bias"] = nil
    #expect(throws: ModelFileError.self) { try network.load(backbone: backbone, from: nowhere) }
    heads["lin0.model.1.weight"] = .zeros([1, 3, 1, 1])
    #expect(throws: ModelFileError.self) { try network.load(heads: heads, from: nowhere) }
  }

  @Test func lpipsGivesGradients() {
    let network = LPIPS(.squeeze, Generator(seed: 1))
    let x = image("in.a", [1, 3, 64, 64]).requiringGrad()
    network(x, image("in.b", [1, 3, 64, 64])).sum().backward()
    #expect((x.grad?.abs().max().item ?? 0) > 0 && network.parameters().isEmpty)
  }

  @Test func mobileFaceNet() throws {
    let network = MobileFaceNet(Generator(seed: 1))
    try network.fill()
    let vectors = withoutGradient { network(image("in.face", [2, 3, 112, 96])) }
    expectClose(vectors, try #require(try fixture()["mobilefacenet"]), absolute: 1e-5, "MobileFaceNet")
  }

  @Test func arcFace() throws {
    let network = ArcFace(Generator(seed: 1))
    // The blocks' numbers grow to millions; unscaled, the gates' steps would turn differences of rounding into other vectors.
    try network.fill { $0.contains(".fc") ? 0.03 : 1 }
    let vectors = withoutGradient { network(image("in.square", [1, 3, 112, 112])) }
    expectClose(vectors, try #require(try fixture()["arcface"]), absolute: 1e-5, "ArcFace")
  }

  @Test func faceParser() throws {
    let network = FaceParser(Generator(seed: 1))
    try network.fill()
    let expected = try fixture()
    let scores = withoutGradient { network.scores(Procedural.tensor("in.normal", [1, 3, 128, 96], bound: 2)) }
    let scale = try #require(expected["bisenet.scores"]?.abs().max().item)
    expectClose(
      scores.strided(16), try #require(expected["bisenet.scores"]), absolute: 2e-6 * scale, relative: 1e-4, "scores")
    // The published 19 classes as the 12 of the project: skin, brows, brows, eyes, eyes, glasses, ears x 3, nose, mouth, lips x 2, neck x 2, ...
    let classes: [UInt8] = [0, 1, 5, 5, 4, 4, 3, 6, 6, 6, 2, 7, 8, 8, 10, 10, 11, 9, 9]
    let labels = network(image("in.photo", [3, 512, 512]).permute(1, 2, 0))
    let truth = try #require(expected["bisenet.labels"]).array(UInt8.self).map { classes[Int($0)] }
    let same = zip(labels.unsqueeze(0).unsqueeze(0).strided(16).array(UInt8.self), truth).filter { $0 == $1 }.count
    #expect(same >= truth.count - 2 && Set(truth).count > 1, "\(same) of \(truth.count), \(Set(truth)) classes")
    #expect(network(image("in.photo", [3, 40, 30]).permute(1, 2, 0)).shape == [40, 30])
  }

  @Test func syncNet() throws {
    let network = SyncNet(Generator(seed: 1))
    try network.fill()
    let expected = try fixture()
    withoutGradient {
      func compare(_ tensor: Tensor, _ name: String) {
        let truth = expected[name] ?? .zeros([0])
        expectClose(tensor, truth, absolute: 1e-5 * Double(truth.floats.map(abs).max() ?? 0), relative: 1e-4, name)
      }
      compare(network.embed(lips: Procedural.tensor("in.lips", [1, 3, 5, 224, 224], bound: 1)), "syncnet.lips")
      compare(network.embed(sound: Procedural.tensor("in.cepstra", [2, 1, 13, 20], bound: 10)), "syncnet.sound")
    }
    // The whole measure on made-up frames and noise.
    let frames = 24
    let sound = Procedural.tensor("in.sound", [frames * 640], bound: 8000).floats.map { $0.rounded(.towardZero) / 32768 }
    let cepstra = Cepstra.of(sound)
    expectClose(cepstra.strided(7, 0), try #require(expected["cepstra"]), absolute: 2e-4, relative: 1e-5, "cepstra")
    let small = (image("in.crops", [frames, 14, 14, 3]) * 255).to(.uint8)
    let large = small.unsqueeze(3).unsqueeze(2).expand(frames, 14, 16, 14, 16, 3).reshape(frames, 224, 224, 3)
    var next = 0
    let measured = LipSync.measure(network, sound: sound) {
      defer { next += 1 }
      return next < frames ? large.select(0, next) : nil
    }
    let sync = try #require(measured), truth = try #require(expected["lipsync"]).floats
    #expect(sync.windows == Int(truth[3]) && sync.offset == Int(truth[2]))
    #expect(abs(sync.distance - Double(truth[0])) < 1e-4 * Double(truth[0]) && abs(sync.confidence - Double(truth[1])) < 0.1)
  }

  @Test func cepstraOfLongSounds() {
    let sound = Tensor.randn([61 * 16000], Generator(seed: 5)).floats.map { $0 / 10 }
    let whole = Cepstra.of(sound), part = Cepstra.of(Array(sound[(5990 * 160)...]))
    #expect(whole.shape == [6099, 13] && part.shape == [109, 13])
    // The first sample has none before it.
    expectClose(part.narrow(0, 1, 108), whole.narrow(0, 5991, 108), absolute: 1e-4, "where one minute ends")
    #expect(Cepstra.of([]).shape == [1, 13] && Cepstra.of([0.5]).isContiguous)
  }

  @Test func offsetsOfLipsAndSound() {
    let sound = Tensor.randn([60, 8], Generator(seed: 3))
    // The image of sound i comes three frames later.
    let late = LipSync(sound.roll(3, 0), sound), early = LipSync(sound.roll(-2, 0), sound)
    #expect(late.offset == 3 && early.offset == -2 && late.confidence > 1 && late.windows == 60)
    #expect(LipSync(sound, sound).offset == 0 && LipSync(sound, sound).distance < 1e-4)
    let network = SyncNet(Generator(seed: 1))
    #expect(LipSync.measure(network, sound: [Float](repeating: 0, count: 16000)) { nil } == nil)
    #expect(LipSync.measure(network, sound: []) { .zeros([224, 224, 3]) } == nil)
  }
}

extension Tensor {
  /// Every `step`th element of the last two dimensions.
  func strided(_ step: Int) -> Tensor { strided(step, dim - 2).strided(step, dim - 1) }
  func strided(_ step: Int, _ dim: Int) -> Tensor { call("aten::slice.Tensor", self, dim, Int?.none, Int?.none, step) }
}
