import Radiance

/// Sizes and variants of the fast field.
public struct HyperPlanesConfiguration: Codable, Sendable, Equatable {
  /// Where F_d and F_h are evaluated.
  public enum Deformation: String, Codable, Sendable {
    /// At the samples.
    case exact
    /// At the nodes of a lattice a frame, and between them trilinearly.
    case lattice
  }
  /// A chain of dense layers with leaky ReLUs between them, as wide at its end.
  public struct Basis: Codable, Sendable, Equatable {
    public var layers, width: Int
  }
  public var deformation = Deformation.lattice
  /// Whether F_d moves points, and the torso with the room; without it the template sees head space as it is, as NerFACE's does.
  public var displaces = true
  /// Whether F_h lifts points into the ambient dimensions; without it all of them lie at w = 0.
  public var lifts = true
  /// Nodes along x, y and z.
  public var lattice = [40, 48, 36]
  /// The part of the lattice's nodes along each axis that stands around the face.
  public var latticeFocus = 0.6
  /// The network h of F(x, γ) = A(γ) h(x).
  public var basis = Basis(layers: 3, width: 64)
  /// Encoding of x for it: its shortest wave must be longer than two steps of the lattice.
  public var encoding = FrequencyEncoding(7)
  /// Width of the network A.
  public var coefficients = 128
  /// Nodes along either side of the planes, one number a level; levels are added up.
  public var planes = [64, 256]
  public var planeChannels = 16
  /// The part of the planes' and the volume's nodes that stands around the face.
  public var templateFocus = 0.6
  /// Nodes of the feature grid along x, y and z.
  public var volume = [64, 64, 64]
  public var volumeChannels = 8
  /// Nodes along either side of the plane of the ambient coordinates.
  public var ambient = 64
  public var ambientChannels = 8
  /// Width of the network that makes density and features.
  public var hidden = 64
  /// What is composited.
  public var features = 16
  /// Width of the network that makes a pixel's colour and classes of it.
  public var shading = 64
  /// σ = scale log(1 + e^(x - 1)), per head unit.
  public var densityScale = 10.0
  /// Cells of the occupancy grid along x, y and z.
  public var occupancy = [72, 80, 60]
  /// A cell is empty where no sample of late had this weight in its pixel.
  public var visible = 0.01
  /// Steps between two looks at which cells are empty, and before the first.
  public var refreshEvery = 64, refreshFrom = 256
  /// The way between two samples, head units, and what it is at the start.
  public var step = 0.03, firstStep = 0.08
  /// The part of the training after which it is the former.
  public var narrowing = 0.15
  /// Samples a ray at most, in training and in pictures.
  public var samples = 64, pictureSamples = 64
  /// What the driving numbers (normalized) are disturbed by in training, standard deviation: so that no frame is learnt by heart.
  public var drivingNoise = 0.15
  /// Weights: of the difference between opacity and mask, and of the spread of weights along a ray.
  public var opacityLoss = 0.03, distortionLoss = 0.03

  public init() {}
}
