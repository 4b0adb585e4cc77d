import Golden
import Radiance
import Testing
import Torch

/// Rays of different lengths composited by our operator, beside plain tensors.
@Suite struct RayCompositingTests {
  /// Samples of rays with the given numbers of them, from a seed.
  private struct Samples {
    var density, lengths, depths, features, starts: Tensor

    init(_ counts: [Int], channels: Int, _ dtype: Tensor.DType, seed: UInt64) {
      let generator = Generator(seed: seed), count = counts.reduce(0, +)
      density = (Tensor.rand([count], generator) * 8 - 2).relu().to(dtype).to(.test)
      lengths = (Tensor.rand([count], generator) * 0.2 + 0.01).to(dtype).to(.test)
      // Depths rise within a ray; those of all rays together do so too.
      depths = (Tensor.rand([count], generator) * 0.3 + 0.01).cumsum(0).to(dtype).to(.test) + 5
      features = Tensor.randn([count, channels], generator).to(dtype).to(.test)
      starts = Tensor(counts.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + Int32($1)) }).to(.test)
    }
    func run(_ compositing: (Tensor, Tensor, Tensor, Tensor, Tensor) -> CompositedRays) -> CompositedRays {
      compositing(density, lengths, depths, features, starts)
    }
  }
  private func ours(_ samples: Samples) -> CompositedRays {
    samples.run { composite(density: $0, lengths: $1, depths: $2, features: $3, starts: $4) }
  }
  private func twin(_ samples: Samples) -> CompositedRays {
    samples.run { referenceComposite(density: $0, lengths: $1, depths: $2, features: $3, starts: $4) }
  }
  /// One number of everything that has a gradient, each part weighted differently.
  private func loss(_ rays: CompositedRays) -> Tensor {
    let generator = Generator(seed: 9)
    func weight(_ like: Tensor) -> Tensor { Tensor.randn(like.shape, generator).to(like.dtype).to(like.device) }
    return (rays.features * weight(rays.features)).sum() + (rays.transmittance * weight(rays.transmittance)).sum()
      + (rays.distortion * weight(rays.distortion)).sum()
  }

  @Test(arguments: [Tensor.DType.float32, .float64]) func isWhatPlainTensorsGive(dtype: Tensor.DType) throws {
    for (counts, channels) in [([3], 2), ([0, 5, 0, 1, 16, 0], 16), ((0..<300).map { $0 * 7 % 33 }, 5)] {
      var samples = Samples(counts, channels: channels, dtype, seed: 3)
      samples.density = samples.density.requiringGrad()
      samples.features = samples.features.requiringGrad()
      let found = ours(samples), expected = twin(samples)
      let what = "\(counts.count) rays, \(channels) channels"
      expectClose(found.weights, expected.weights, "\(what): weights")
      expectClose(found.features, expected.features, "\(what): features")
      expectClose(found.transmittance, expected.transmittance, "\(what): transmittance")
      expectClose(found.depth, expected.depth, "\(what): depth")
      expectClose(found.distortion, expected.distortion, absolute: 2e-5, "\(what): distortion")
      #expect(!found.depth.requiresGrad && !found.weights.requiresGrad)
      let inputs = [samples.density, samples.features]
      let gradients = zip(Torch.gradients(of: [loss(found)], for: inputs), Torch.gradients(of: [loss(expected)], for: inputs))
      for ((a, b), name) in zip(gradients, ["density", "features"]) {
        expectClose(try #require(a), try #require(b), absolute: 3e-5, relative: 1e-4, "\(what): gradient of \(name)")
      }
    }
  }

  @Test func gradientsAreTheSlopes() throws {
    var samples = Samples([4, 0, 3], channels: 2, .float64, seed: 5)
    samples.density = (samples.density + 0.5).requiringGrad()
    samples.features = samples.features.requiringGrad()
    let gradients = Torch.gradients(of: [loss(ours(samples))], for: [samples.density, samples.features])
    for (path, gradient) in zip([\Samples.density, \.features], gradients) {
      let slopes = (0..<samples[keyPath: path].numel).map { i in
        let ends = [1e-5, -1e-5].map { step in
          var moved = samples
          let flat = samples[keyPath: path].detach().flatten().clone()
          flat.narrow(0, i, 1).add_(Tensor(step))
          moved[keyPath: path] = flat.reshape(samples[keyPath: path].shape)
          return loss(ours(moved)).item
        }
        return (ends[0] - ends[1]) / 2e-5
      }
      expectClose(try #require(gradient).flatten(), Tensor(slopes), absolute: 1e-7, relative: 1e-6, "slopes")
    }
  }

  /// A wall hides what stands behind it, however dense: no gradient is lost to a number that is none.
  @Test func wallsAreOpaque() throws {
    var samples = Samples([3], channels: 1, .float32, seed: 1)
    samples.density = Tensor([0, 1e30, 5] as [Float]).requiringGrad()
    let rays = ours(samples)
    #expect(rays.weights.floats == [0, 1, 0] && rays.transmittance.item == 0)
    (rays.features.sum() + rays.distortion.sum()).backward()
    let gradient = try #require(samples.density.grad).floats
    #expect(gradient.allSatisfy(\.isFinite) && gradient[1] == 0 && gradient[2] == 0)
  }

  @Test func resultsDoNotDependOnTheThreads() {
    var samples = Samples((0..<3000).map { $0 * 11 % 29 }, channels: 16, .float32, seed: 7)
    samples.density = samples.density.requiringGrad()
    samples.features = samples.features.requiringGrad()
    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    let found = [1, 2, 4].map { threads in
      Libtorch.threads = threads
      let rays = ours(samples)
      let gradients = Torch.gradients(of: [loss(rays)], for: [samples.density, samples.features])
      return ([rays.features, rays.transmittance, rays.depth, rays.distortion, rays.weights] + gradients.compactMap(\.self)).map(\.floats)
    }
    #expect(found[0] == found[1] && found[0] == found[2])
  }

  @Test func wrongShapesEndTheProgram() async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let three = Tensor.ones([3]), features = Tensor.ones([3, 2]), starts = Tensor([0, 2] as [Int32])
      _ = composite(density: three, lengths: three, depths: three, features: features, starts: starts)
    }
    let said = String(decoding: end.map { Array($0.standardErrorContent) } ?? [], as: UTF8.self)
    #expect(said.contains("composite: starts must rise from 0 to the number of samples, 3"))
  }

  @Test func noSamplesAndNoRays() {
    let empty = Samples([0, 0], channels: 3, .float32, seed: 1), rays = ours(empty)
    #expect(rays.features.floats == [Float](repeating: 0, count: 6) && rays.transmittance.floats == [1, 1] && rays.depth.floats == [0, 0])
    #expect(ours(Samples([], channels: 3, .float32, seed: 1)).features.shape == [0, 3])
  }
}
