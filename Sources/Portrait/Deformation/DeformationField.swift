import Generator
import Torch

/// Where a point of a person with an expression lies in the volume, which has none: x_c = x_d + w(x_d, α) Δx(x_d, α, β).
///
/// Backwards, in the space of the head: turning the head is the camera's affair. α is who it is and β the expression, both standardised as
/// the encoder's statistics say. At the start w is 0.5 and Δx next to nothing, so that points stay where they are.
package final class DeformationField: Module {
  package static var checkpointNames: [String: String] { ["displacementNetwork": "displacement", "weightNetwork": "weight"] }
  let displacementNetwork: ConditionedNetwork
  let weightNetwork: ConditionedNetwork
  private let _configuration: DeformationConfiguration
  private let _encoding: PointEncoding

  package init(_ configuration: DeformationConfiguration = .standard, _ generator: Generator) {
    _configuration = configuration
    _encoding = PointEncoding(configuration.frequencies)
    let c = configuration
    displacementNetwork = ConditionedNetwork(
      points: _encoding.width, condition: c.identity + c.expression, width: c.displacementWidth, depth: c.displacementDepth,
      skip: c.displacementSkip, output: 3, generator)
    weightNetwork = ConditionedNetwork(
      points: _encoding.width, condition: c.identity, width: c.weightWidth, depth: c.weightDepth, skip: nil, output: 1, generator)
    withoutGradient {
      callVoid("aten::uniform_", displacementNetwork.last.weight, -1e-5, 1e-5, generator)
      callVoid("aten::uniform_", displacementNetwork.last.bias!, -1e-5, 1e-5, generator)
      weightNetwork.last.weight.zero_()
      weightNetwork.last.bias!.zero_()
    }
  }
  package var configuration: DeformationConfiguration { _configuration }

  /// Points `[N, P, 3]`, coefficients `[N, identity]` and `[N, expression]`: points of the volume, `[N, P, 3]`.
  ///
  /// `open`: frequencies of the encoding that count, all where it is nil.
  package func callAsFunction(_ points: Tensor, identity: Tensor, expression: Tensor, open: Double? = nil) -> Tensor {
    points + move(points, identity: identity, expression: expression, open: open)
  }
  /// w Δx, `[N, P, 3]`.
  package func move(_ points: Tensor, identity: Tensor, expression: Tensor, open: Double? = nil) -> Tensor {
    let encoded = encode(points, open: open)
    return weight(encoded, identity) * displacement(encoded, identity, expression)
  }
  /// w at points `[N, P, 3]`: `[N, P, 1]`, 0...1.
  package func weight(at points: Tensor, identity: Tensor) -> Tensor { weight(encode(points), identity) }

  func encode(_ points: Tensor, open: Double? = nil) -> Tensor { _encoding(points * (2 / _configuration.boxWarp), open: open) }
  func weight(_ encoded: Tensor, _ identity: Tensor) -> Tensor { weightNetwork(encoded, identity).sigmoid() }
  func displacement(_ encoded: Tensor, _ identity: Tensor, _ expression: Tensor) -> Tensor {
    displacementNetwork(encoded, cat([identity, expression], -1))
  }
}

/// A deformation field's lattices of one person: what does not depend on the expression is worked out once.
package struct DeformationBaker {
  /// Nodes along each side, and where the outermost ones lie.
  package let count: Int, extent: Double
  private let field: DeformationField
  private let identity: Tensor
  /// The nodes that move at all, encoded `[1, n, E]`, which they are `[n]`, and their w `[n, 1]`.
  private let encoded: Tensor, active: Tensor, weight: Tensor

  /// - Parameters:
  ///   - identity: `[1, identity]`.
  ///   - count: 48 is enough for a smooth field; time and memory grow with its cube.
  ///   - extent: nil reaches a little beyond the box, as rays do.
  ///   - least: Nodes with a smaller w stay where they are.
  ///   - offsets: How far each node's place lies from that of the person whom the field knows, `[count, count, count, 3]`: what of a face
  ///     their identity does not say. nil is nothing.
  package init(
    _ field: DeformationField, identity: Tensor, count: Int = 80, extent: Double? = nil, least: Double = 1.0 / 256, offsets: Tensor? = nil
  ) {
    self.count = count
    self.extent = extent ?? 0.6 * field.configuration.boxWarp
    self.field = field
    self.identity = identity
    let nodes = DeformationLattice.nodes(count, extent: self.extent)
    (encoded, active, weight) = withoutGradient {
      let places = offsets.map { nodes - $0.reshape(-1, 3) } ?? nodes
      let encoded = field.encode(places.unsqueeze(0)), weight = field.weight(encoded, identity).reshape(-1)
      let active = (weight .>= least).nonzero().reshape(-1)
      return (encoded.indexSelect(1, active), active, weight.indexSelect(0, active).unsqueeze(1))
    }
  }

  /// The lattice of an expression `[1, expression]`, without history.
  package func lattice(expression: Tensor) -> DeformationLattice {
    withoutGradient {
      let moves = weight * field.displacement(encoded, identity, expression)[.at(0)]
      let all = Tensor.zeros([count * count * count, 3])
      all.indexAdd_(0, active, moves)
      return DeformationLattice(displacement: all.reshape(count, count, count, 3), extent: extent)
    }
  }
}
