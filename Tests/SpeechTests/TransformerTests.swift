import Foundation
import Golden
import Media
import Speech
import Testing
import Torch

@Suite struct TransformerTests {
  private let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  private func fixture(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Fixtures"))
  }
  /// The weights alone, as they are published; and what the network makes of a sound.
  private func network(
    _ name: String, change: (inout [String: Tensor]) -> Void = { _ in }
  ) throws -> (url: URL, sound: [Float], hidden: Tensor) {
    let file = try Safetensors.read(fixture(name))
    var tensors = file.tensors
    let taken = (tensors.removeValue(forKey: "in.sound"), tensors.removeValue(forKey: "out.hidden"))
    let (sound, hidden) = (try #require(taken.0).floats, try #require(taken.1))
    change(&tensors)
    let url = folder.file("\(name).safetensors")
    try Safetensors.write(tensors, metadata: file.metadata, to: url)
    return (url, sound, hidden)
  }

  @Test(arguments: [SpeechKind.hubert, .wav2vec2])
  func agreesWithTransformers(kind: SpeechKind) throws {
    let (url, sound, hidden) = try network(kind.rawValue)
    let features = try TransformerFeatures(kind, weights: url)
    #expect(features.channels == 16 && features.name == kind.rawValue)
    expectClose(features.whole(sound), hidden, absolute: 2e-5, relative: 1e-5, kind.rawValue)
  }

  /// Noise with a swell, so that every part of it differs.
  private func soundFile(seconds: Double) throws -> URL {
    let count = Int(seconds * 16000)
    let noise = Tensor.randn([count], Generator(seed: 5)).floats
    let samples = noise.enumerated().map { 0.1 * $1 * Float(1 + sin(Double($0) / 3000)) + 0.01 }
    let url = folder.file("noise\(seconds).wav")
    try AudioFile.write(samples, sampleRate: 16000, to: url)
    return url
  }

  @Test func piecesAreTheWhole() throws {
    let url = try soundFile(seconds: 3.01)
    let features = try TransformerFeatures(.hubert, weights: network("hubert").url)
    let whole = try features.pieces(url, core: 1000, margin: 0)
    #expect(whole.shape == [151, 16])
    // With all of the sound around each piece nothing may differ.
    expectClose(try features.pieces(url, core: 40, margin: 200), whole, absolute: 1e-4, relative: 0, "with all around")
    // As the published code takes it, but for silence around it, so that steps stand where frames are.
    let samples = [Float](repeating: 0, count: 40) + (try AudioReader.read(url)) + [Float](repeating: 0, count: 200)
    let plain = features.whole(samples)
    #expect(plain.size(0) == 151 && (plain - whole).abs().max().item < 0.05)
  }

  @Test(arguments: [25, 30, 50.0])
  func twoStepsAFrame(fps: Double) throws {
    let url = try soundFile(seconds: 2)
    let features = try SpeechKind.hubert.features(weights: network("hubert").url)
    let windows = try features.windows(url, fps: fps)
    #expect(windows.shape == [Int(2 * fps), 16, 16])
    #expect((windows[.from(1), .to(14)] - windows[.to(-1), .from(2)]).abs().max().item == 0)
    if fps == 25 {
      let steps = try TransformerFeatures(.hubert, weights: network("hubert").url).pieces(url, core: 500, margin: 125)
      expectClose(windows[.all, .at(8)], steps[.slice(nil, nil, step: 2)], absolute: 1e-5, relative: 0, "the network's own steps")
    }
  }

  @Test func otherNetworksAreRefusedInOneLine() throws {
    let changes: [(String, (inout [String: Tensor]) -> Void)] = [
      ("k_proj.bias is missing", { $0["encoder.layers.1.attention.k_proj.bias"] = nil }),
      ("has no place", { $0["encoder.extra"] = .zeros([1]) }),
      ("weight_v is missing", { $0["encoder.pos_conv_embed.conv.parametrizations.weight.original1"] = nil }),
      ("out_proj.weight is", { $0["encoder.layers.0.attention.out_proj.weight"] = .zeros([16, 4]) }),
      ("not finite", { $0["encoder.layer_norm.bias"] = .full([16], .nan) }),
    ]
    for (expected, change) in changes {
      let url = try network("hubert", change: change).url
      let error = #expect(throws: SpeechError.self) { try SpeechKind.hubert.features(weights: url) }
      let text = error?.description ?? ""
      #expect(text.contains(expected) && text.contains("hubert.safetensors") && !text.contains("\n"), "\(text)")
    }
    #expect(throws: SpeechError.self) { try SpeechKind.wav2vec2.features() }
  }
}
