import Radiance

/// What stands between the layers of a network.
package enum Activation: String, Codable, Sendable {
  case relu
  /// With slope 0.01 below zero.
  case leakyRelu
}

/// A chain of dense layers.
package struct StackConfiguration: Codable, Sendable, Equatable {
  package var layers: Int
  package var width: Int
  package var activation: Activation
  /// The layer before which the chain's input is appended to what it has; no such layer, no skip.
  package var skip: Int

  package init(layers: Int, width: Int, activation: Activation = .relu, skip: Int) {
    self.layers = layers
    self.width = width
    self.activation = activation
    self.skip = skip
  }
  /// Whether the chain's input enters `layer`, 0 apart.
  func skips(_ layer: Int) -> Bool { layer == skip && layer > 0 }
}

/// What a frame says to the template beside the canonical point.
package enum TemplateExtra: String, Codable, Sendable {
  /// The paper.
  case none
  /// The published speech-driven networks.
  case pose
  /// The published expression-driven networks.
  case driving
}

/// What classes mean along a ray.
package enum SemanticCompositing: String, Codable, Sendable {
  /// Softmax a sample, then the weighted sum (the published code).
  case probabilities
  /// The weighted sum, then softmax (Eq 6).
  case logits
}

/// What makes a density of a template's number.
package enum DensityActivation: Codable, Sendable, Equatable {
  /// max(0, x), the paper and the published code. Exactly empty where x is negative; a field that has become empty stays so.
  case relu
  /// scale * log(1 + e^(x - 1)): never quite empty, so that a small field with large steps cannot die. `scale` is per unit of length.
  case softplus(scale: Double)
}

/// A grid of learnt features in canonical space.
package struct GridConfiguration: Codable, Sendable, Equatable {
  package var channels: Int
  /// Nodes along x, y and z.
  package var resolution: [Int]
  /// Standard deviation of the features at the start.
  package var initialDeviation: Double
  /// Whether the features enter the trunk too, and so density and classes, not the colour alone.
  package var feedsTrunk: Bool
  /// How much finer the grid is at the middle of canonical space than it would be if its nodes were even, less one; 0 is even.
  package var focus = 0.0

  package init(channels: Int = 32, resolution: [Int] = [32, 32, 32], initialDeviation: Double = 0.01, feedsTrunk: Bool = false) {
    self.channels = channels
    self.resolution = resolution
    self.initialDeviation = initialDeviation
    self.feedsTrunk = feedsTrunk
  }
}

/// A window of speech features a frame, encoded by a small network into the driving vector.
package struct AudioConfiguration: Codable, Sendable, Equatable {
  /// Features a time step.
  package var channels: Int
  package init(channels: Int = 29) { self.channels = channels }
}

/// The sizes and variants of the subject's field.
package struct FieldConfiguration: Codable, Sendable, Equatable {
  /// Length of the driving vector γ.
  package var driving = 76
  /// Set where the driving signal is a window of speech features that a network turns into γ.
  @Nullable package var audio: AudioConfiguration?
  /// Encoding of x and x'.
  package var position = FrequencyEncoding(10)
  /// Encoding of the ray's direction.
  package var direction = FrequencyEncoding(4)
  /// Encoding of the ambient coordinates w.
  package var ambient = FrequencyEncoding(4)
  /// Encoding of the six numbers of the pose; nil where no network sees the pose.
  @Nullable package var pose: FrequencyEncoding? = FrequencyEncoding(0)
  /// W, the number of ambient coordinates.
  package var ambientDimensions = 2
  /// F_d.
  package var deformation = StackConfiguration(layers: 6, width: 128, skip: 4)
  /// Whether the displacement goes through tanh.
  package var squashedDisplacement = false
  /// Whether F_d's last hidden layer is multiplied with a linear function of the frame's condition, which makes the displacement
  /// bilinear in place and expression, as a blend shape is. Free a point: it is folded into the output's weights.
  package var modulatedDisplacement = false
  /// What the displacement is multiplied with in the end.
  package var displacementRange = 1.0
  /// Factor on the first weights and biases of F_d's last layer; below 1 the field starts near the identity.
  package var initialDisplacement = 1.0
  /// F_h.
  package var hyper = StackConfiguration(layers: 4, width: 64, skip: 4)
  /// The template's trunk.
  package var template = StackConfiguration(layers: 8, width: 256, skip: 3)
  package var templateExtra = TemplateExtra.none
  /// Whether one template serves both passes; what it says of the first pass's samples is then used in both.
  package var sharesTemplate = false
  /// The branches for colour and classes.
  package var headLayers = 4
  package var headWidth = 128
  /// K, the number of classes.
  package var classes = 12
  package var semantics = SemanticCompositing.logits
  package var density = DensityActivation.relu
  package var grid = GridConfiguration()
  /// The field sees (x - center) * scale in place of x: with the head's middle and one over its radius, about -1...1.
  package var positionCenter = [0.0, 0.0, 0.0]
  package var positionScale = 1.0

  package init() {}

  /// The paper's sizes: ReLU, W = 2, nothing but the canonical point for the template, pose as six numbers.
  package static var paper: FieldConfiguration { FieldConfiguration() }

  /// What the published speech-driven networks are.
  package static var publishedAudio: FieldConfiguration {
    var c = FieldConfiguration()
    c.audio = AudioConfiguration()
    c.pose = FrequencyEncoding(3, includesInput: false)
    c.squashedDisplacement = true
    c.hyper.layers = 6
    c.template.activation = .leakyRelu
    c.templateExtra = .pose
    c.semantics = .probabilities
    return c
  }

  /// What the published expression-driven networks are.
  package static var publishedExpression: FieldConfiguration {
    var c = publishedAudio
    c.audio = nil
    c.position = FrequencyEncoding(15)
    c.ambient = FrequencyEncoding(15, includesInput: false)
    c.ambientDimensions = 1
    c.template.layers = 4
    c.templateExtra = .driving
    return c
  }

  var poseWidth: Int { pose?.width(of: 6) ?? 0 }
  /// What F_d and F_h see of the frame.
  var conditionWidth: Int { driving + poseWidth }
  /// What the template's trunk sees of a point.
  var templatePoint: Int {
    position.width(of: 3) + ambient.width(of: ambientDimensions) + (grid.feedsTrunk ? grid.channels : 0)
  }
  /// The width of the widest layer's input.
  var widest: Int {
    [
      position.width(of: 3) + max(deformation.width, hyper.width), templatePoint + template.width,
      template.width + direction.width(of: 3) + grid.channels,
    ].max() ?? 0
  }
  /// What the template's trunk sees of the frame.
  var templateCondition: Int {
    switch templateExtra {
    case .none: 0
    case .pose: poseWidth
    case .driving: driving
    }
  }
}
