import Face
import Radiance
import Torch

/// The fast field: the paper's deformation into canonical hyper-space, with a template of planes in place of a deep network.
///
/// F_d and F_h share a basis of functions of space, h(x); a frame mixes them: F(x, γ) = A(γ) h(x), as blend shapes do. Evaluated at the
/// nodes of a lattice, samples only read between nodes. In canonical space, density and features come from the product of three
/// planes, the paper's feature grid, a plane over the ambient coordinates, and a small network; a second one makes colour and classes of
/// the features composited along a ray.
package final class HyperPlanes: FrameConditions {
  package let configuration: HyperPlanesConfiguration
  /// h.
  let basis: [Linear]
  package let coefficients: [Linear]
  /// At the lattice's nodes, `[1, Z, Y, X, 1]`: the part of each place that hangs on the torso, before a sigmoid.
  package let torso: Tensor
  /// A level each, `[3, H, W, C]`: (x, y), (x, z), (y, z).
  let planes: [Tensor]
  /// `[1, Z, Y, X, C]`.
  let volume: Tensor
  /// `[1, 1, H, W, C]`.
  let ambient: Tensor
  let point: [Linear]
  let pointCondition: Linear
  /// Colour and classes of a pixel.
  let shading: [Linear]

  /// Where things are: set from the dataset, then part of every checkpoint.
  package let space: HyperSpace
  var meanPose: Tensor { space.meanPose }

  /// How the head moves; nil of a field that was read.
  var _motion: HeadFields?

  /// How many frames it is trained on; 0 until it is.
  var trainingFrames = 0
  /// How many of them the last step has seen.
  var framesOfStep = 0

  /// Changes with the occupancy alone.
  private var _activeNodes: ActiveNodes?
  var activeNodes: ActiveNodes {
    if let _activeNodes { return _activeNodes }
    let fresh = ActiveNodes(self)
    _activeNodes = fresh
    return fresh
  }
  private var _latticePlaces: EncodedPlaces?
  /// All of the lattice's nodes.
  var latticePlaces: EncodedPlaces {
    if let _latticePlaces { return _latticePlaces }
    let fresh = withoutGradient { encode(space.nodes) }
    _latticePlaces = fresh
    return fresh
  }
  private var _baked: BakedPlanes?
  /// Made at the first image after the weights have changed.
  package var baked: BakedPlanes {
    if let _baked { return _baked }
    let fresh = BakedPlanes(self)
    _baked = fresh
    return fresh
  }
  /// Whether the step at hand moves h; else its values are those of the last step that did.
  var learnsFunctions = true
  private var _activeFunctions: Tensor?
  private var functionsHaveChanged = false
  /// h at the active nodes, `[n, K + 4]`, without history; the fields of the head among it stay where they are.
  var activeFunctions: Tensor {
    withoutGradient {
      let places = activeNodes.places
      if let known = _activeFunctions, functionsHaveChanged {
        let (own, carried) = learntFunctions(places)
        known.narrow(1, 0, own.size(1)).copy_(own)
        known.narrow(1, known.size(1) - 4, 4).copy_(carried)
      }
      let functions = _activeFunctions ?? basisFunctions(places)
      (_activeFunctions, functionsHaveChanged) = (functions, false)
      return functions
    }
  }
  /// To be called when the occupancy has changed.
  package func forgetActiveNodes() { (_activeNodes, _activeFunctions) = (nil, nil) }
  /// To be called when h has changed.
  func forgetFunctions() { functionsHaveChanged = true }
  /// To be called when the lattice has been laid out anew.
  func forgetLattice() { _latticePlaces = nil }
  /// To be called when weights have changed.
  func forgetBaked() { _baked = nil }

  static let channels = 5  // displacement, ambient coordinates
  static let relativePose = 12

  package init(_ configuration: HyperPlanesConfiguration, driving: Int, classes: Int, _ generator: Generator) {
    let c = configuration
    self.configuration = c
    let chain = StackConfiguration(layers: c.basis.layers, width: c.basis.width, skip: c.basis.layers)
    basis = stackLayers(chain, input: c.encoding.width(of: 3), generator)
    coefficients = Self.coefficientLayers(c, driving: driving, generator)
    torso = Tensor.zeros([1] + c.lattice.reversed() + [1]).requiringGrad()
    planes = c.planes.enumerated().map { level, side in
      // The product of three reads should start near a fifth, and differ from place to place.
      let start = Tensor.rand([3, side, side, c.planeChannels], generator) * 0.6 + 0.3
      return (level == 0 ? start : start.zerosLike()).requiringGrad()
    }
    volume = (Tensor.randn([1, c.volume[2], c.volume[1], c.volume[0], c.volumeChannels], generator) * 0.01).requiringGrad()
    ambient = (Tensor.randn([1, 1, c.ambient, c.ambient, c.ambientChannels], generator) * 0.01).requiringGrad()
    (point, pointCondition) = Self.pointLayers(c, driving: driving, generator)
    shading = Self.shadingLayers(c, classes: classes, generator)
    space = HyperSpace(c)
    withoutGradient {
      for (_, tensor) in coefficients[1].state() { tensor.mul_(0.05) }
      pointCondition.weight.mul_(0.1)
    }
  }

  static func coefficientLayers(_ c: HyperPlanesConfiguration, driving: Int, _ generator: Generator) -> [Linear] {
    [
      Linear(driving + relativePose, c.coefficients, generator), Linear(c.coefficients, c.functions * channels, generator),
    ]
  }
  static func pointLayers(_ c: HyperPlanesConfiguration, driving: Int, _ generator: Generator) -> (own: [Linear], condition: Linear) {
    let features = c.planeChannels + c.volumeChannels + c.ambientChannels
    let own = [Linear(features, c.hidden, generator), Linear(c.hidden, 1 + c.features, generator)]
    return (own, Linear(driving, c.hidden, bias: false, generator))
  }
  static func shadingLayers(_ c: HyperPlanesConfiguration, classes: Int, _ generator: Generator) -> [Linear] {
    [Linear(c.features + 3, c.shading, generator), Linear(c.shading, 3 + classes, generator)]
  }

  /// All that samples of some frames read, with history.
  package func conditioned(_ signals: FrameSignals, lattice wanted: Bool = true) -> ConditionedPlanes {
    let (mixture, pointBias) = conditions(signals)
    let lattice =
      wanted && configuration.deformation == .lattice ? lattice(mixture, basisFunctions(activeNodes.places), at: activeNodes.nodes) : nil
    return ConditionedPlanes(field: self, mixture: mixture, lattice: lattice, planes: foldedPlanes, pointBias: pointBias)
  }

  /// The levels' planes as one, of the finest one's size.
  var foldedPlanes: Tensor { foldedLevels(planes) }
}
