import Torch

/// People that a generator makes, always the same, from left to right and as depth maps: one a row.
public struct SampleSheet {
  /// Shares of the largest turn.
  private static let turns = [-1, -0.5, 0, 0.5, 1]
  private let network: TriplaneGenerator
  private let people: Int
  private let hearsCamera: Bool
  private let truncation: Double
  private let yaw: Double
  private let seed: UInt64
  private let device: Device

  /// `truncation` below 1 draws people towards the mean one; `yaw`, radians, is the largest turn; `seed` says who they are.
  public init(
    _ network: TriplaneGenerator, people: Int, hearsCamera: Bool, truncation: Double = 1, yaw: Double = 0.7, seed: UInt64 = 6,
    device: Device = .cpu
  ) {
    (self.network, self.people, self.hearsCamera) = (network, people, hearsCamera)
    (self.truncation, self.yaw, self.seed, self.device) = (truncation, yaw, seed, device)
  }

  /// `[people * S, 7 S, 3]` uint8: five pictures from -`yaw` to `yaw`, then how far the first and the middle one are, near is bright.
  public func picture() -> Tensor {
    let sampler = CameraSampler(), c = network.configuration
    let z = Tensor.randn([people, c.latent], Generator(seed: seed)).to(device)
    return withoutGradient {
      let middle = sampler.middle.tensor.to(device).expand(people, CameraLabel.count)
      // Heard once: a face is not to change while the camera goes about it.
      let ws = network.map(z, hearsCamera ? middle : middle.zerosLike(), truncation: truncation)
      let planes = network.planes(ws)
      let made = Self.turns.map { turn in
        let label = sampler.label(yaw: turn * yaw, pitch: 0).tensor.to(device).expand(people, CameraLabel.count)
        return network.render(planes, label, ws, draws: .even)
      }
      let depths = [made[0], made[Self.turns.count / 2]].map {
        Self.shades($0, c.rendering).interpolate(size: made[0].image.shape.suffix(2), .nearest)
      }
      let columns = made.map { $0.image * 0.5 + 0.5 } + depths.map { $0.expand($0.size(0), 3, $0.size(2), $0.size(3)) }
      let rows = cat(columns, 3).permute(0, 2, 3, 1)
      return (rows.reshape(-1, rows.size(2), 3).clamp(0, 1) * 255).round().to(.uint8).to(Device.cpu)
    }
  }

  /// `[N, 1, h, w]` in 0...1: near is 1, far and nothing 0.
  static func shades(_ made: GeneratedPicture, _ rendering: RenderingConfiguration) -> Tensor {
    let near = (rendering.far - made.depth) / (rendering.far - rendering.near)
    return (near * made.weights).clamp(0, 1)
  }
}
