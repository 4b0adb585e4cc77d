import Foundation
import Generator
import Torch

/// The portrait's generator at the published size: planes, rays and super-resolution, beside the same in plain PyTorch.
enum PortraitBenchmark {
  /// A generator with random weights and what it is asked for.
  struct Subject {
    let generator = TriplaneGenerator(.ffhq512, Generator(seed: 21))
    let label: Tensor, ws: Tensor

    init() {
      let values: [Float] = [1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 2.7, 0, 0, 0, 1, 4.2647, 0, 0.5, 0, 4.2647, 0.5, 0, 0, 1]
      label = Tensor(values, [1, 25])
      let (generator, label) = (generator, label)
      ws = withoutGradient { generator.map(Tensor.randn([1, generator.configuration.latent], Generator(seed: 22)), label) }
    }
    func draw() { withoutGradient { _ = generator(ws, label) } }
  }

  static func run(_ report: Report) {
    let subject = Subject(), times = report.times(5)
    let (generator, label, ws) = (subject.generator, subject.label, subject.ws)
    withoutGradient {
      let volume = generator.baked(generator.planes(ws)), feature = generator.render(volume, label, ws).feature
      var lighter = SuperResolutionConfiguration.x8DC
      (lighter.firstChannels, lighter.secondChannels) = (64, 32)
      let light = SuperResolution(
        lighter, features: generator.configuration.decoderFeatures, width: generator.configuration.width, Generator(seed: 24))
      let found = fastest(
        times,
        [
          { _ = generator.planes(ws) }, { _ = generator.superresolution?(feature, raw: feature.narrow(1, 0, 3), ws) },
          { _ = generator.render(volume, label, ws) }, { _ = generator(ws, label) },
          { _ = light(feature, raw: feature.narrow(1, 0, 3), ws) },
        ])
      let ours = ["planes": found[0], "picture": found[1], "cached": found[2], "full": found[3]]
      let peer = try? Peer.run("portrait.py", ["--times", report.isQuick ? "1" : "3"], as: PortraitPeer.self)
      if peer == nil { print("the portrait is not compared with PyTorch: there is none at hand") }
      for (part, name) in [
        ("planes", "planes of a latent vector"), ("picture", "super-resolution, 128 to 512 pixels"),
        ("cached", "a picture of planes that are kept"), ("full", "a picture from a latent vector"),
      ] {
        let time = ours[part] ?? .nan, theirs = peer?[part]
        report.add(
          "portrait, published size, \(name)", time, "s", ratio: theirs.map { $0 / time },
          against: peer.map { "faster than plain PyTorch \($0.torch)" })
      }
      do {
        try LiftBenchmark.run(report, cached: found[2])
      } catch {
        print("a photo's avatar cannot be measured: \(error)")
      }
      report.add(
        "portrait, published size, super-resolution made lighter (64 and 32 channels)", found[4], "s", ratio: found[1] / found[4],
        against: "faster than the generator's own")
    }
    DeformationBenchmark.run(report, subject)
    if let memory = PeakMemory.ofProcess(doing: .portrait) {
      report.add("portrait, published size, a picture from a latent vector, peak memory", memory, "GB")
    }
  }
}

/// What `Benchmarks/peer/portrait.py` prints: seconds.
struct PortraitPeer: Decodable {
  var planes, image, cached, full: Double
  var torch: String

  subscript(part: String) -> Double? { ["planes": planes, "picture": image, "cached": cached, "full": full][part] }
}
