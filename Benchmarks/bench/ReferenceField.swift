import Radiance
import Subject
import Torch

/// The paper's field at the paper's sizes, before any training, and rays to render with it.
struct ReferenceField {
  let field: HyperField
  let sampling = RaySampling()
  let driving, pose: Tensor
  private let generator = Generator(seed: 1)

  init() {
    field = HyperField(.paper, generator)
    driving = .randn([1, field.configuration.driving], generator)
    pose = .rand([1, 3, 4], generator)
  }

  /// Raises the raw density everywhere, so that no sample can be left out.
  func fill() {
    withoutGradient { for (name, tensor) in field.state() where name.hasSuffix("fc_alpha.bias") { tensor.add_(Tensor(Float(1))) } }
  }

  func batch(_ count: Int) -> RayBatch {
    let directions = Tensor.randn([count, 3], generator) * 0.1 + Tensor([0, 0, -1] as [Float])
    let origins = Tensor.zeros([count, 3]) + Tensor([0, 0, 0.5] as [Float])
    return RayBatch(
      rays: Rays(origins: origins, directions: directions, near: 0.2, far: 0.8), frames: [Int](repeating: 0, count: count),
      colors: .rand([count, 3], generator), labels: .randint(0..<12, [count], generator), background: .rand([count, 3], generator))
  }

  /// Strips of a 512x512 image, four pixels wide and as high as it, evenly spread over its width.
  func image(strips: Int) -> RayBatch {
    let side = 512, count = strips * 4 * side
    let directions = (0..<strips).flatMap { strip in
      (0..<side).flatMap { y in
        (0..<4).flatMap { x -> [Float] in
          let column = (2 * strip + 1) * side / 8 / strips * 4 + x
          return [(Float(column) + 0.5 - 256) / 1280, (255.5 - Float(y)) / 1280, -1]
        }
      }
    }
    let origins = Tensor([0, 0, 0.5] as [Float]).unsqueeze(0).expand(count, 3).contiguous()
    return RayBatch(
      rays: Rays(origins: origins, directions: Tensor(directions, [count, 3]), near: 0.2, far: 0.8),
      frames: [Int](repeating: 0, count: count), colors: .rand([count, 3], generator),
      labels: .randint(0..<12, [count], generator), background: .rand([count, 3], generator))
  }

  /// A step's gradients, as training computes them.
  func step(_ batch: RayBatch) -> StepReport {
    let report = field.accumulateGradients(
      batch, driving: driving, pose: pose, sampling: sampling, randoms: .drawn(sampling, rays: batch.rays.count, generator), losses: .paper)
    forget()
    return report
  }

  /// The same, layer by layer as published, with all samples' history at once.
  func plainStep(_ batch: RayBatch) {
    let passes = field.conditioned(driving: driving, pose: pose, .plain)
      .render(
        batch.rays, sampling: sampling, background: batch.background, randoms: .drawn(sampling, rays: batch.rays.count, generator))
    let truth = RayLoss.oneHot(batch.labels, classes: field.configuration.classes)
    let losses = passes.compactMap { pass in
      pass.semantics.map { RayLoss.total(color: pass.color, semantics: $0, trueColor: batch.colors, truth: truth, .paper) }
    }
    stack(losses).sum().backward()
    forget()
  }

  func pixels(_ batch: RayBatch, _ evaluation: FieldEvaluation) {
    withoutGradient {
      _ = field.conditioned(driving: driving, pose: pose, evaluation).pixels(batch.rays, sampling: sampling, background: batch.background)
    }
  }

  private func forget() { for (_, tensor) in field.parameters() { tensor.grad = nil } }
}
