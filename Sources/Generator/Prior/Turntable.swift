import Foundation
import Torch

/// A walk about people that a generator makes, each seen from both sides before they turn into the next; the last turns into the first.
package struct Turntable {
  /// The share of a person's time after which they begin to turn into the next.
  private static let holds = 0.7
  private let network: TriplaneGenerator
  /// `[people, layers, width]`.
  private let ws: Tensor
  private let yaw: Double
  private let sampler = CameraSampler()

  /// `truncation` below 1 draws people towards the mean one; `yaw`, radians, is the largest turn; `seed` says who they are.
  package init(
    _ network: TriplaneGenerator, people: Int, isConditionedOnCamera: Bool, truncation: Double = 1, yaw: Double = 0.7, seed: UInt64 = 6
  ) {
    (self.network, self.yaw) = (network, yaw)
    let z = Tensor.randn([people, network.configuration.latent], Generator(seed: seed))
    let middle = sampler.middle.tensor.expand(people, CameraLabel.count)
    ws = withoutGradient { network.map(z, isConditionedOnCamera ? middle : middle.zerosLike(), truncation: truncation) }
  }

  /// What is seen at a time counted in people, 0..<people: the image and how far everything is (near is bright), `[S, 2 S, 3]` uint8.
  package func image(at time: Double) -> Tensor {
    let people = ws.size(0), place = Int(time), rest = time - Double(place)
    // Slow at both ends.
    let share = max(0, (rest - Self.holds) / (1 - Self.holds)), eased = share * share * (3 - 2 * share)
    return withoutGradient {
      let w = ws.narrow(0, place % people, 1) * (1 - eased) + ws.narrow(0, (place + 1) % people, 1) * eased
      let label = sampler.label(yaw: yaw * sin(2 * .pi * rest), pitch: 0).tensor.unsqueeze(0)
      let made = network.render(network.baked(network.planes(w)), label, w)
      let depth = SampleSheet.shades(made, network.configuration.rendering).interpolate(size: made.image.shape.suffix(2), .nearest)
      let both = cat([made.image * 0.5 + 0.5, depth.expand(made.image.shape)], 3)[0].permute(1, 2, 0)
      return (both.clamp(0, 1) * 255).round().to(.uint8)
    }
  }
}
