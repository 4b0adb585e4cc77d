import Golden
import Subject
import Testing
import Torch

/// Our operator beside libtorch's, value and gradients, far outside the grid too.
@Suite struct FeatureGridTests {
  @Test(arguments: [Tensor.DType.float32, .float64]) func readsAsGridSamplerDoes(dtype: Tensor.DType) throws {
    let generator = Generator(seed: 1)
    for (channels, size, count) in [(3, [4, 5, 6], 40), (16, [9, 8, 7], 5000), (1, [2, 2, 2], 1)] {
      let grids = (0..<2).map { _ in Tensor.zeros([1, channels] + size, dtype).requiringGrad() }
      withoutGradient { for grid in grids { grid.copy_(Tensor.randn([1, channels] + size, Generator(seed: 2))) } }
      let places = (Tensor.rand([count, 3], generator) * 3 - 1.5).to(dtype)
      let points = (0..<2).map { _ in places.clone().requiringGrad() }
      let upstream = Tensor.randn([count, channels], generator).to(dtype)
      let ours = FeatureGrid(grids[0])(points[0]), theirs = FeatureGrid(grids[1], .plain)(points[1])
      expectClose(ours, theirs, absolute: 1e-5, "\(channels) channels")
      ours.backward(upstream)
      theirs.backward(upstream)
      expectClose(try #require(grids[0].grad), try #require(grids[1].grad), absolute: 1e-4, "\(channels) channels: gradient of the grid")
      expectClose(
        try #require(points[0].grad), try #require(points[1].grad), absolute: 1e-4, "\(channels) channels: gradient of the points")
    }
  }

  @Test func placesThatAreNoNumbersReadNothing() {
    let grid = Tensor.ones([1, 2, 3, 3, 3]).requiringGrad()
    let points = Tensor([Float.nan, 0, 0, 0, .infinity, 0, 0, 0, 1e30, 0, 0, 0], [4, 3]).requiringGrad()
    let features = FeatureGrid(grid)(points)
    #expect(features.floats == [0, 0, 0, 0, 0, 0, 1, 1])
    features.sum().backward()
    #expect(grid.grad?.sum().item == 2)
    #expect(points.grad?.floats.allSatisfy { $0 == 0 } == true)
  }

  @Test func gradientsDoNotDependOnTheThreads() throws {
    let generator = Generator(seed: 3)
    let points = Tensor.rand([20000, 3], generator) * 2 - 1, upstream = Tensor.randn([20000, 4], generator)
    let before = Libtorch.threads
    defer { Libtorch.threads = before }
    let sums = [1, 3, before].map { threads in
      Libtorch.threads = threads
      let grid = Tensor.zeros([1, 4, 6, 6, 6]).requiringGrad()
      FeatureGrid(grid)(points).backward(upstream)
      return grid.grad?.floats
    }
    #expect(sums[0] == sums[1] && sums[0] == sums[2])
  }
}
