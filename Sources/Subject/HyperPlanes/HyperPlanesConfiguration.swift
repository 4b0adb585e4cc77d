import Radiance

/// Sizes and variants of the fast field.
package struct HyperPlanesConfiguration: Codable, Sendable, Equatable {
  /// Where F_d and F_h are evaluated.
  package enum Deformation: String, Codable, Sendable {
    /// At the samples.
    case exact
    /// At the nodes of a lattice a frame, and between them trilinearly.
    case lattice
  }
  /// A chain of dense layers with leaky ReLUs between them, as wide at its end.
  package struct Basis: Codable, Sendable, Equatable {
    package var layers, width: Int
  }
  package var deformation = Deformation.lattice
  /// Whether F_d moves points, and the torso with the room; without it the template sees head space as it is, as NerFACE's does.
  package var displaces = true
  /// Whether F_h lifts points into the ambient dimensions; without it all of them lie at w = 0.
  package var lifts = true
  /// Nodes along x, y and z.
  package var lattice = [40, 48, 36]
  /// The part of the lattice's nodes along each axis that stands around the face.
  package var latticeFocus = 0.6
  /// What of the face's extent the finest part of the lattice covers.
  package var latticeInner = 1.0
  /// Principal fields of the head's motion among the functions that a frame mixes; 0 for none.
  package var headFields = 0
  /// The network h of F(x, γ) = A(γ) h(x).
  package var basis = Basis(layers: 3, width: 64)
  /// Encoding of x for it: its shortest wave must be longer than two steps of the lattice.
  package var encoding = FrequencyEncoding(7)
  /// Steps between two that move h and the part of each place that hangs on the torso; A learns in every one.
  package var basisEvery = 1
  /// Width of the network A.
  package var coefficients = 128
  /// Nodes along either side of the planes, one number a level; levels are added up.
  package var planes = [64, 256]
  package var planeChannels = 16
  /// The part of the planes' and the volume's nodes that stands around the face.
  package var templateFocus = 0.6
  /// Nodes of the feature grid along x, y and z.
  package var volume = [64, 64, 64]
  package var volumeChannels = 8
  /// Nodes along either side of the plane of the ambient coordinates.
  package var ambient = 64
  package var ambientChannels = 8
  /// Width of the network that makes density and features.
  package var hidden = 64
  /// What is composited.
  package var features = 16
  /// Width of the network that makes a pixel's colour and classes of it.
  package var shading = 64
  /// σ = scale log(1 + e^(x - 1)), per head unit.
  package var densityScale = 10.0
  /// Cells of the occupancy grid along x, y and z.
  package var occupancy = [72, 80, 60]
  /// Cells of the template along x, y and z that are told apart by what of late they have shown: images look into no others. None: into all.
  package var templateOccupancy: [Int] = []
  /// A cell is empty where no sample of late had this weight in its pixel.
  package var visible = 0.01
  /// A ray of a step ends at this optical depth, as the least densities of late have it; 0 for none to end so.
  package var rayEnd = 0.0
  /// Steps between two looks at which cells are empty, and before the first.
  package var refreshEvery = 64, refreshFrom = 256
  /// The way between two samples, head units, and what it is at the start.
  package var step = 0.03, firstStep = 0.08
  /// The part of the training after which it is the former.
  package var narrowing = 0.15
  /// Samples a ray at most, in training and in images.
  package var samples = 64, imageSamples = 64
  /// What the driving numbers (normalized) are disturbed by in training, standard deviation: so that no frame is learnt by heart.
  package var drivingNoise = 0.15
  /// Weights: of the difference between opacity and mask, and of the spread of weights along a ray.
  package var opacityLoss = 0.03, distortionLoss = 0.03

  /// The names in config.json.
  enum CodingKeys: String, CodingKey {
    case deformation, displaces, lifts, lattice, latticeFocus, latticeInner, headFields, basis, basisEvery, encoding, coefficients, planes,
      planeChannels, templateFocus, volume
    case volumeChannels, ambient, ambientChannels, hidden, features, shading, densityScale, occupancy, templateOccupancy, visible, rayEnd,
      refreshEvery,
      refreshFrom
    case step, firstStep, narrowing, samples, drivingNoise, opacityLoss, distortionLoss
    case imageSamples = "pictureSamples"
  }

  /// How many functions of position a frame mixes.
  var functions: Int { basis.width + mixedHeadFields }
  /// Fields of the head among them: where nothing is displaced they have no part.
  var mixedHeadFields: Int { displaces ? headFields : 0 }

  package init() {}
}
