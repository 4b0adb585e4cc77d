import Datasets
import Face
import Radiance
import Torch

/// Views of the person from sides that the clip does not show, to be learnt beside it: rays of them before backgrounds of random colors, so
/// that what is the person and what is not is learnt with the color.
package final class SideViews {
  /// `[N, D]` normalized, `[N, 3, 4]` as the filming camera sees the head, `[N, 4]`.
  private let signals: FrameSignals
  /// `[N, 3, 4]`: what looks.
  private let looking: Tensor
  /// `[N * H * W, 3]` times the opacity, `[N * H * W]` and classes `[N * H * W]`, uint8.
  private let colors, opacity, labels: Tensor
  /// How much a ray there tells, `[N * H * W]` uint8.
  private let worth: Tensor
  private let camera: Camera
  private let device: Device
  private var count: Int { signals.count }

  /// Classes count where a pixel shows the person or the background alone.
  private static let (hardly, surely) = (0.05, 0.95)

  /// `views` are as large as the images of `camera`, which filmed. `normalized` makes of the `width` numbers that drive a face, `[N, width]`,
  /// those that the field sees. nil where there are none.
  package init?(
    _ views: [DrawnView], camera film: Camera, width: Int, device: Device = .cpu, normalized: (Tensor) -> Tensor
  ) {
    guard let first = views.first else { return nil }
    (camera, self.device) = (film, device)
    func rows(_ camera: Camera, _ view: DrawnView) -> [Float] { Array(camera.inHead(view.state.pose).cameraToWorld.rows.prefix(12)) }
    let n = views.count
    let driving = views.flatMap { Track.driving($0.state, torso: $0.torso, width: width) }
    signals = FrameSignals(
      driving: normalized(Tensor(driving, [n, width])), pose: Tensor(views.flatMap { rows(film, $0) }, [n, 3, 4]),
      torso: Tensor(views.flatMap { [$0.torso.x, $0.torso.y, $0.torso.z, $0.torso.w] }, [n, 4]))
    looking = Tensor(views.flatMap { rows($0.camera, $0) }, [n, 3, 4])
    func bytes(_ tensor: Tensor) -> Tensor { (tensor.clamp(0, 1) * 255).round().to(.uint8) }
    precondition(first.image.rgb.shape == [film.height, film.width, 3], "views are as large as the images trained on")
    (colors, opacity, labels) = withoutGradient {
      (
        cat(views.map { bytes($0.image.rgb).reshape(-1, 3) }), cat(views.map { bytes($0.image.opacity).reshape(-1) }),
        cat(
          views.map { view in
            let cover = view.image.opacity, unknown = Tensor.full(cover.shape, Double(SemanticClass.unlabelled)).to(.uint8)
            let shown = view.image.labels.where(cover .> Self.surely, else: unknown)
            return shown.zerosLike().where(cover .< Self.hardly, else: shown).reshape(-1)
          })
      )
    }
    // The inside of a mouth is better known from the clip.
    let classes: [SemanticClass] = [.skin, .nose, .glasses, .eyes, .brows, .lips]
    let shown = labels, isFace = classes.reduce(Tensor.zeros(shown.shape, .bool)) { $0 .| (shown .== Double($1.rawValue)) }
    // Where the head turns and the camera stays, the torso is as the clip shows it, better.
    let pixels = film.width * film.height
    let stays = Tensor(views.map { $0.camera.cameraToWorld.rows == film.cameraToWorld.rows }).unsqueeze(1).expand(n, pixels).reshape(-1)
    let isKnown = stays .& (shown .== Double(SemanticClass.torso.rawValue))
    worth = (opacity.to(.float32) / 2).to(.uint8).maximum(isFace.to(.uint8) * Tensor(200)).maskedFill(isKnown, 0)
  }

  /// As many rays of some views, and what is known of these.
  package func draw(rays: Int, views: Int, _ depth: DepthRange, _ generator: Generator) -> (batch: RayBatch, signals: FrameSignals) {
    let pixels = camera.width * camera.height, each = max(1, rays / views)
    let chosen = Tensor.randint(0..<count, [views], generator)
    let position = Tensor.arange(views).unsqueeze(1).expand(views, each).reshape(-1)
    // Of three pixels the one that tells most: of the face, else of the person.
    let view = chosen.indexSelect(0, position), first = view * Tensor(pixels)
    var flat = first
    for number in 0..<3 {
      let other = first + Tensor.randint(0..<pixels, [views * each], generator)
      flat = number == 0 ? other : other.where(worth.indexSelect(0, other) .> worth.indexSelect(0, flat), else: flat)
    }
    let pixel = flat - first
    let cover = opacity.indexSelect(0, flat).to(.float32).unsqueeze(1) / 255
    let behind = Tensor.rand([views * each, 3], generator)
    let shown = colors.indexSelect(0, flat).to(.float32) / 255 + behind * (1 - cover)
    let batch = RayBatch(
      rays: headRays(camera, poses: looking.indexSelect(0, view).to(device), pixels: pixel, depth), frames: position.array(Int.self),
      colors: shown.to(device), labels: labels.indexSelect(0, flat).to(device), background: behind.to(device))
    func those(_ all: Tensor) -> Tensor { all.indexSelect(0, chosen) }
    return (
      batch, FrameSignals(driving: those(signals.driving), pose: those(signals.pose), torso: those(signals.torso)).to(device)
    )
  }

  /// The first twelve of them before gray, in two rows, `[2 H, 6 W, 3]` uint8.
  var sheet: Tensor {
    withoutGradient {
      let size = [count, camera.height, camera.width]
      let cover = opacity.reshape(size + [1]).narrow(0, 0, min(count, 12)).to(.float32) / 255
      let shown = colors.reshape(size + [3]).narrow(0, 0, min(count, 12)).to(.float32) + (1 - cover) * 128
      let images = (0..<12).map { shown[.at($0 % shown.size(0))].clamp(0, 255).round().to(.uint8) }
      return cat([cat(Array(images.prefix(6)), 1), cat(Array(images.suffix(6)), 1)], 0)
    }
  }
}
