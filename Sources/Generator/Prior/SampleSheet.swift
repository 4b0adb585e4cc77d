import Foundation
import Media
import Torch

/// People that a generator makes, always the same, from left to right and as depth maps: one a row.
package struct SampleSheet {
  /// Shares of the largest turn.
  private static let turns = [-1, -0.5, 0, 0.5, 1]
  private let network: TriplaneGenerator
  private let people: Int
  private let isConditionedOnCamera: Bool
  private let truncation: Double
  private let yaw: Double
  private let seed: UInt64
  private let device: Device

  /// `truncation` below 1 draws people towards the mean one; `yaw`, radians, is the largest turn; `seed` says who they are.
  package init(
    _ network: TriplaneGenerator, people: Int, isConditionedOnCamera: Bool, truncation: Double = 1, yaw: Double = 0.7, seed: UInt64 = 6,
    device: Device = .cpu
  ) {
    (self.network, self.people, self.isConditionedOnCamera) = (network, people, isConditionedOnCamera)
    (self.truncation, self.yaw, self.seed, self.device) = (truncation, yaw, seed, device)
  }

  /// All people from each side, `turns` from -1 to 1 times `yaw`.
  private func views(_ turns: [Double]) -> [(label: CameraLabel, made: GeneratedImage)] {
    let sampler = CameraSampler(), z = Tensor.randn([people, network.configuration.latent], Generator(seed: seed)).to(device)
    return withoutGradient {
      let middle = sampler.middle.tensor.to(device).expand(people, CameraLabel.count)
      // Heard once: a face is not to change while the camera goes about it.
      let ws = network.map(z, isConditionedOnCamera ? middle : middle.zerosLike(), truncation: truncation), planes = network.planes(ws)
      return turns.map { turn in
        let label = sampler.label(yaw: turn * yaw, pitch: 0)
        return (label, network.render(planes, label.tensor.to(device).expand(people, CameraLabel.count), ws, draws: .even))
      }
    }
  }
  /// `[N, 3, H, W]` in 0...1 to 0...255, the channels last, on the CPU.
  private static func bytes(_ images: Tensor) -> Tensor {
    (images.permute(0, 2, 3, 1).clamp(0, 1) * 255).round().to(.uint8).to(Device.cpu)
  }

  /// `[people * S, 7 S, 3]` uint8: five images from -`yaw` to `yaw`, then how far the first and the middle one are, near is bright.
  package func image() -> Tensor {
    let made = views(Self.turns).map(\.made)
    return withoutGradient {
      let depths = [made[0], made[Self.turns.count / 2]].map {
        Self.shades($0, network.configuration.rendering).interpolate(size: made[0].image.shape.suffix(2), .nearest)
      }
      let columns = made.map { $0.image * 0.5 + 0.5 } + depths.map { $0.expand($0.size(0), 3, $0.size(2), $0.size(3)) }
      let rows = Self.bytes(cat(columns, 3))
      return rows.reshape(-1, rows.size(2), 3)
    }
  }

  /// The first of them from the front, as a photo of head and shoulders: `[S, S, 3]` uint8, of about 1.5 `size` pixels a side.
  ///
  /// Generators frame heads tightly. Where they draw heads before white, what is around the usual image is drawn by a wider camera, coarsely.
  package func photo(size: Int = 512) -> Tensor {
    withoutGradient {
      let z = Tensor.randn([people, network.configuration.latent], Generator(seed: seed)).narrow(0, 0, 1).to(device)
      let label = CameraSampler().middle, told = label.tensor.unsqueeze(0).to(device)
      let ws = network.map(z, isConditionedOnCamera ? told : told.zerosLike(), truncation: truncation), planes = network.planes(ws)
      func image(_ label: CameraLabel, _ side: Int) -> Tensor {
        let made = network.render(planes, label.tensor.unsqueeze(0).to(device), ws, draws: .even)
        return (made.image * 0.5 + 0.5).interpolate(size: [side, side], .cubic).clamp(0, 1)
      }
      let near = image(label, size)
      guard network.configuration.rendering.whiteBack else { return Self.bytes(near)[.at(0)] }
      let border = size / 4, side = size + 2 * border
      let focal = label.intrinsics.rows[0] * Float(size) / Float(side)
      let wide = image(CameraLabel(cameraToWorld: label.cameraToWorld, intrinsics: CameraLabel.intrinsics(focal: focal)), side)
      // The seam is soft.
      let place = Tensor.arange(size, .float32) + 0.5, inside = place.minimum(Double(size) - place) * (12 / Double(size))
      let ramp = inside.clamp(0, 1), share = (ramp.unsqueeze(0) * ramp.unsqueeze(1)).to(device)
      let middle = wide.narrow(2, border, size).narrow(3, border, size)
      middle.copy_(middle + (near - middle) * share)
      return Self.bytes(wide)[.at(0)]
    }
  }

  /// Writes every view as an image of its own, `person-view.png`, with the cameras in `dataset.json`, as `PosedFolder` reads it; returns how
  /// many. Makes the folder; throws `FileError`. `keep` writes an image, `[S, S, 3]` uint8.
  package func write(to folder: URL, _ keep: (Tensor, URL) throws -> Void = { try ImageFile.write($0, to: $1) }) throws -> Int {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot make the folder", remedy: "name another --output")
    }
    var entries: [PosedFolder.Entry] = []
    for (view, (label, made)) in views(Self.turns).enumerated() {
      let images = withoutGradient { Self.bytes(made.image * 0.5 + 0.5) }
      for person in 0..<people {
        let name = "\(person)-\(view).png"
        try keep(images[.at(person)], folder.appending(path: name))
        entries.append(PosedFolder.Entry(name: name, label: label))
      }
    }
    try PosedFolder.write(entries, to: folder)
    return entries.count
  }

  /// `[N, 1, h, w]` in 0...1: near is 1, far and nothing 0.
  static func shades(_ made: GeneratedImage, _ rendering: RenderingConfiguration) -> Tensor {
    let near = (rendering.far - made.depth) / (rendering.far - rendering.near)
    return (near * made.weights).clamp(0, 1)
  }
}
