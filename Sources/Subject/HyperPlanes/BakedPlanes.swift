import Face
import Radiance
import Torch

/// What images of the fast field are drawn from, made once of the trained field: the basis at the lattice's nodes in place of its
/// network, the planes of all levels as one, in half precision what is only looked up. It needs nothing else of the field.
package final class BakedPlanes: FrameConditions, ImageField {
  let configuration: HyperPlanesConfiguration
  /// The lattice's nodes around occupied cells, `[n]` int64, and the basis there, `[n, K + 4]`.
  let nodes, functions: Tensor
  /// `[3, H, W, C]`, `[1, Z, Y, X, C]`, `[1, 1, H, W, C]`, float16.
  let planes, volume, ambient: Tensor
  let coefficients, point, shading: [Linear]
  let pointCondition: Linear
  /// `[Z, Y, X]` uint8, skip distances, in a box `[2, 3]`.
  let cells, box: Tensor
  let latticeAxes, templateAxes, meanPose: Tensor
  /// See `FrameField.shown`.
  let shown: Tensor?

  /// Pixels between two rays that look ahead in an image, see `FrameField.probes`.
  private static let probes = 4
  /// See `FrameField.stop` and `FrameField.tolerance`: together they differ from none by 50 dB, where images differ from the clip by 30.
  private static let stop = 0.05, tolerance = 8.0 / 255

  /// Shares what it can with `field`: it is to be made anew when weights have changed.
  init(_ field: HyperPlanes) {
    let space = field.space, activeNodes = field.activeNodes
    configuration = field.configuration
    nodes = activeNodes.nodes
    (functions, planes, volume, ambient) = withoutGradient {
      (
        field.basisFunctions(activeNodes.places).detach(), field.foldedPlanes.to(.float16), field.volume.detach().to(.float16),
        field.ambient.detach().to(.float16)
      )
    }
    (coefficients, point, shading, pointCondition) = (field.coefficients, field.point, field.shading, field.pointCondition)
    (cells, box) = (space.cells, space.box)
    (latticeAxes, templateAxes, meanPose) = (space.latticeAxes, space.templateAxes, space.meanPose)
    shown = withoutGradient { space.shownCells(visible: field.configuration.visible) }
  }

  /// Room for a field of such sizes with `nodes` of its lattice's nodes, for `load`.
  init(_ c: HyperPlanesConfiguration, driving: Int, classes: Int, nodes count: Int) {
    configuration = c
    nodes = .zeros([count], .int64)
    functions = .zeros([count, c.functions + 4])
    let side = c.planes.last ?? 0
    planes = .zeros([3, side, side, c.planeChannels], .float16)
    volume = .zeros([1, c.volume[2], c.volume[1], c.volume[0], c.volumeChannels], .float16)
    ambient = .zeros([1, 1, c.ambient, c.ambient, c.ambientChannels], .float16)
    let generator = Generator(seed: 0)
    coefficients = HyperPlanes.coefficientLayers(c, driving: driving, generator)
    (point, pointCondition) = HyperPlanes.pointLayers(c, driving: driving, generator)
    shading = HyperPlanes.shadingLayers(c, classes: classes, generator)
    (cells, box) = (.zeros(Array(c.occupancy.reversed()), .uint8), .zeros([2, 3]))
    (latticeAxes, templateAxes, meanPose) = (.zeros([3, 4]), .zeros([3, 4]), .zeros([3, 4]))
    shown =
      c.templateOccupancy.isEmpty ? nil : .zeros([c.templateOccupancy[2], c.templateOccupancy[1], c.templateOccupancy[0] / 32], .int32)
  }

  package func image(
    _ signals: FrameSignals, view: Tensor, camera: Camera, background: Tensor, depth: DepthRange, sampling: RaySampling
  ) -> RenderedFrame {
    withoutGradient {
      let (mixture, pointBias) = conditions(signals), c = configuration
      let field = FrameField(
        occupancy: OccupancyGrid(cells: cells, box: box), lattice: lattice(mixture, functions, at: nodes)[.at(0)].contiguous(),
        latticeAxes: latticeAxes, planes: planes, volume: volume, axes: templateAxes, ambient: ambient, shown: shown,
        point: (point.map { $0.weight.detach() }, [pointBias[.at(0)], point[1].bias!.detach()]),
        shading: (shading.map { $0.weight.detach() }, shading.map { $0.bias!.detach() }), densityScale: c.densityScale, step: c.step,
        limit: c.imageSamples, stop: Self.stop, probes: Self.probes, tolerance: Self.tolerance, rounds: true)
      let pinhole = Pinhole(focal: SIMD2(camera.focal), center: SIMD2(camera.center))
      let seen = field.frame(
        FrameCamera(pinhole, cameraToWorld: view[.at(0)], width: camera.width, height: camera.height), background: background.contiguous())
      return RenderedFrame(rgb: seen.rgb.clamp(0, 1), labels: seen.labels, depth: seen.depth, opacity: seen.opacity)
    }
  }

  package func check() throws(ModuleError) {
    try checkNumbers()
    try checkSpace(box: box, axes: ["latticeAxes": latticeAxes, "templateAxes": templateAxes])
    let count = Double(configuration.lattice.reduce(1, *))
    guard nodes.numel == 0 || nodes.min().item >= 0 && nodes.max().item < count else { throw .damaged("nodes") }
  }
}
