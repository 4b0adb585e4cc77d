import Generator
import Torch

/// Finds a generator's volume of a photo where no encoder is trained: its style vectors first, then the planes themselves.
struct VolumeInversion {
  /// Steps of each part; about half a second each for the generator that comes with the tool, on two cores.
  var styleSteps = 200, planeSteps = 200
  var styleRate = 0.02, planeRate = 0.01
  /// How much planes that differ from the generator's cost.
  var keeping = 0.02

  /// - target: `[1, 3, S, S]` in -1...1 at the size of the generator's images.
  /// - progress: hears of steps done, of all, and of the error (mean absolute difference); returns false to stop.
  func volume(
    of target: Tensor, _ label: CameraLabel, _ generator: TriplaneGenerator, start: Tensor, progress: (Int, Int, Double) -> Bool
  ) -> (ws: Tensor, planes: Tensor)? {
    let learning = generator.parameters().map(\.tensor)
    for tensor in learning { tensor.requiringGrad(false) }
    defer { for tensor in learning { tensor.requiringGrad() } }
    let camera = label.tensor.unsqueeze(0), all = styleSteps + planeSteps
    let ws = start.reshape(1, 1, -1).expand(1, generator.layers, -1).contiguous().clone().requiringGrad()
    let styles = Adam(
      groups: [.init(parameters: [("ws", ws)], learningRate: styleRate, schedule: .exponential(decaySteps: max(styleSteps, 1)))])
    for step in 0..<styleSteps {
      ws.grad = nil
      let made = generator(ws, camera)
      let loss = Self.loss(made, target)
      loss.backward()
      styles.step()
      guard progress(step + 1, all, loss.item) else { return nil }
    }
    let found = ws.detach(), first = withoutGradient { generator.planes(found).contiguous().clone() }
    let planes = first.clone().requiringGrad()
    let second = Adam(
      groups: [.init(parameters: [("planes", planes)], learningRate: planeRate, schedule: .exponential(decaySteps: max(planeSteps, 1)))])
    for step in 0..<planeSteps {
      planes.grad = nil
      let made = generator.render(planes, camera, found)
      let loss = Self.loss(made, target) + (planes - first).square().mean() * keeping
      loss.backward()
      second.step()
      guard progress(styleSteps + step + 1, all, loss.item) else { return nil }
    }
    return (found, planes.detach())
  }

  /// Differences of the image and of its steps between neighboring pixels, and of what the rays saw.
  private static func loss(_ made: GeneratedImage, _ target: Tensor) -> Tensor {
    func steps(_ a: Tensor) -> [Tensor] {
      (2...3).map { axis in a.narrow(axis, 1, a.size(axis) - 1) - a.narrow(axis, 0, a.size(axis) - 1) }
    }
    var sum = (made.image - target).abs().mean()
    for (a, b) in zip(steps(made.image), steps(target)) { sum = sum + (a - b).abs().mean() }
    let side = made.raw.size(2)
    let small = target.size(2) == side ? target : target.interpolate(size: [side, side], .linear, antialias: true)
    return sum + (made.raw - small).abs().mean() * 0.5
  }
}
