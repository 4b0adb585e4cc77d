import Generator
import Golden
import Testing
import Torch

@Suite struct ResamplingTests {
  @Test(.golden("01_upfirdn2d", of: .portrait))
  func filters() throws {
    for file in try GoldenFile.all("01_upfirdn2d", of: .portrait, on: .test) {
      let x = try file["in.x"], (h, w) = (x.size(2), x.size(3))
      for (name, expected) in try file.results {
        let filter = file.tensors["in.f4"], asymmetric = file.tensors["in.f_asym"]
        let what = "\(file.name) \(name)"
        // How often each side has grown, rounded.
        let (up, left) = ((x: expected.size(3) / w, y: expected.size(2) / h), (x: w / expected.size(3), y: h / expected.size(2)))
        let found: Tensor? =
          switch name {
          case "filter2d_f4": filter.map { x.smoothed($0) }
          case "downsample2d_f4": filter.map { x.downsampled($0, by: left) }
          case "sep8_up2": file.tensors["in.f_sep8"].map { x.upsampled($0, by: up) }
          case "asym_flip": asymmetric.map { x.resampled($0, Resampling(padding: [1, 1, 1, 1], flips: true)) }
          case "none_pad":
            x.resampled(nil, Resampling(up: up, padding: padding(around: (up.y * h, up.x * w), for: expected)))
          case _ where name.hasPrefix("asym_up2_down3"):
            asymmetric.map {
              x.resampled($0, Resampling(up: (2, 2), down: (3, 3), padding: listed(file.note) ?? [3, -1, 2, 1], gain: 1.5))
            }
          case _ where name.hasPrefix("upsample2d"): filter.map { x.upsampled($0, by: up) }
          default: nil
          }
        expectNear(try #require(found, "\(what) is a case that is not known"), expected, what)
      }
    }
  }
  /// The same on all sides, or what is missing behind.
  private func padding(around size: (h: Int, w: Int), for result: Tensor) -> [Int] {
    let (h, w) = (result.size(2) - size.h, result.size(3) - size.w)
    return [w / 2, w - w / 2, h / 2, h - h / 2]
  }
  /// `padding=[3,-1,2,1]` in a note.
  private func listed(_ note: String) -> [Int]? {
    note.firstMatch(of: /padding=\[(-?\d+), ?(-?\d+), ?(-?\d+), ?(-?\d+)\]/).map { match in
      [match.1, match.2, match.3, match.4].compactMap { Int($0) }
    }
  }

  @Test(.golden("03_conv2d_resample", of: .portrait))
  func convolutions() throws {
    for file in try GoldenFile.all("03_conv2d_resample", of: .portrait, on: .test) {
      let x = try file["in.x"], filter = try file["in.f"]
      for (name, expected) in try file.results {
        let weight = try name.contains("1x1") ? file["in.w1"] : file["in.w3"]
        let up = name.hasPrefix("up2") ? 2 : 1, down = name.hasPrefix("down2") ? 2 : 1
        // A transposed convolution is a true one unless it says otherwise.
        let flips = up == 2 && weight.size(-1) > 1 ? name.hasSuffix("_flip") : !name.hasSuffix("_noflip")
        let found = x.convolved(weight, filter: filter, up: up, down: down, padding: weight.size(-1) / 2, flips: flips)
        expectNear(found, expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden("17_filtered_resizing", of: .portrait))
  func resizing() throws {
    for file in try GoldenFile.all("17_filtered_resizing", of: .portrait, on: .test) {
      let x = try file["in.x"]
      for (name, expected) in try file.results {
        let side = expected.size(-1)
        let way: FilteredResizing =
          switch name.prefix(while: { $0.isLetter }) {
          case "aa": .antialiased
          case "none": .plain
          case "mix": .mixed(file.number("mix", in: name) ?? 0.5)
          default: .classic
          }
        expectNear(way(x, side), expected, "\(file.name) \(name)")
      }
    }
  }

  @Test func imagesAreDoubledAsTheFilterDoes() {
    let x = Tensor.randn([2, 3, 5, 7], Generator(seed: 1))
    expectClose(x.doubled(), x.upsampled(binomialFilter()), "doubled")
  }

  @Test func convolutionsHaveSecondDerivatives() {
    let generator = Generator(seed: 2)
    let layer = EqualisedConvolution(4, 3, kernel: 3, activation: .lrelu, down: 2, clamp: 256, generator)
    let x = Tensor.randn([2, 4, 8, 8], generator).requiringGrad()
    let slope = gradients(of: [layer(x).square().sum()], for: [x], createGraph: true)[0]
    let second = slope.flatMap { gradients(of: [$0.square().sum()], for: [layer.weight])[0] }
    #expect(second.map { $0.abs().max().item > 0 } == true)
  }
}
