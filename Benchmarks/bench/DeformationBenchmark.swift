import Foundation
import Portrait
import Torch

/// What an expression costs a portrait's image at the published size: the lattice of its deformation, and reading it for every sample; and
/// how far the image is from that of the exact deformation.
enum DeformationBenchmark {
  static func run(_ report: Report, _ subject: PortraitBenchmark.Subject) {
    let generator = subject.generator, random = Generator(seed: 23)
    let alpha = Tensor.randn([1, 80], random) * 0.3, beta = Tensor.randn([1, 64], random) * 0.3
    let field = moving(alpha, beta, random)
    withoutGradient {
      let planes = generator.planes(subject.ws), volume = generator.baked(planes), baker = DeformationBaker(field, identity: alpha)
      let lattice = baker.lattice(expression: beta)
      let found = fastest(
        report.times(5),
        [
          { _ = baker.lattice(expression: beta) }, { _ = generator.render(volume, subject.label, subject.ws) },
          { _ = generator.render(volume, subject.label, subject.ws, deformation: lattice) },
        ])
      report.add("portrait, published size, deformation by an expression", found[0] + max(0, found[2] - found[1]), "s")
      let baked = generator.render(volume, subject.label, subject.ws, deformation: lattice).image.clamp(-1, 1)
      let exact = generator.render(
        planes, subject.label, subject.ws, deformation: { field($0, identity: alpha, expression: beta) }
      ).image.clamp(-1, 1)
      report.add(
        "portrait, published size, deformation through the lattice against exact", -10 * log10((baked - exact).square().mean().item / 4),
        "dB")
    }
    ofPhotos(report)
  }

  /// What moves the volume of a photo, in each of its two ways: the lattice of an expression by the mesh, and by networks.
  private static func ofPhotos(_ report: Report) {
    let plan = DistillationConfiguration(), warp = MeshTeacher().warp(0, of: "lesson", people: 1), random = Generator(seed: 24)
    let alpha = Tensor.randn([1, plan.field.identity], random), beta = Tensor.randn([1, plan.field.expression], random)
    let baker = DeformationBaker(DeformationField(plan.field, random), identity: alpha, extent: 0.48)
    let found = fastest(report.times(5), [{ _ = warp() }, { _ = baker.lattice(expression: beta) }])
    report.add("portrait of a photo, lattice of an expression by the mesh", found[0] * 1e3, "ms")
    report.add("portrait of a photo, lattice of an expression by untrained networks", found[1] * 1e3, "ms", ratio: found[0] / found[1])
  }

  /// A field that moves points by up to 2 hundredths of the box, some places more than others.
  private static func moving(_ alpha: Tensor, _ beta: Tensor, _ random: Generator) -> DeformationField {
    let field = DeformationField(.standard, random), points = Tensor.rand([1, 4000, 3], random) - 0.5
    withoutGradient {
      for (name, tensor) in field.state() where name == "displacement.layers.6.weight" {
        tensor.copy_(Tensor.randn(tensor.shape, random))
        tensor.mul_(0.02 / field.move(points, identity: alpha, expression: beta).abs().max().item)
      }
    }
    return field
  }
}
