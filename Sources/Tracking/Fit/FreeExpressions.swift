import Foundation
import Torch

/// Which expression coefficients landmarks can tell, and what is known of them beforehand.
struct FreeExpressions {
  /// Positions among the model's expressions.
  let indices: [Int]
  /// Their shapes, `[468, 3, F]`.
  let basis: Tensor
  /// What the prior adds to the equations: x' P x / 2, `[F, F]` float64.
  let prior: Tensor
  /// The same positions as a tensor.
  let index: Tensor

  /// Lids follow the gaze by themselves, and landmarks see neither tongues nor, from the front, cheeks.
  private static let told = ["eyeLook", "tongueOut", "cheekPuff"]

  /// The expected size of a coefficient; those that another movement can stand in for are kept small.
  private static func deviation(_ name: String) -> Double {
    switch name {
    case "jawOpen": 0.5
    case "mouthClose": 0.08
    case "jawForward", "jawLeft", "jawRight", "noseSneerLeft", "noseSneerRight", "cheekSquintLeft", "cheekSquintRight": 0.12
    case let name where name.hasPrefix("eyeBlink"): 0.7
    case let name where name.hasPrefix("eyeSquint"): 0.12
    case let name where name.hasPrefix("browDown") || name.hasPrefix("eyeWide"): 0.3
    // A raised brow moves its points by little more than a landmark's error, and a narrow prior would halve it.
    case let name where name.hasPrefix("brow"): 0.7
    case let name where name.hasPrefix("mouthSmile") || name == "mouthPucker" || name == "mouthFunnel": 0.3
    default: 0.2
    }
  }
  /// How far the two sides of one movement usually differ.
  private static func asymmetry(_ name: String) -> Double { name.hasPrefix("eyeBlink") ? 0.25 : 0.15 }

  /// `told` are beginnings of further names that are known.
  init(_ model: LandmarkModel, told: [String] = []) {
    let names = model.expressionNames, told = told + Self.told
    indices = names.indices.filter { i in !told.contains { names[i].hasPrefix($0) } }
    index = Tensor(indices.map(Int64.init))
    basis = model.expression.indexSelect(2, index).contiguous()
    let f = indices.count
    var p = [Double](repeating: 0, count: f * f)
    let place = Dictionary(indices.enumerated().map { (names[$1], $0) }, uniquingKeysWith: { a, _ in a })
    for (a, i) in indices.enumerated() {
      p[a * f + a] += 1 / pow(Self.deviation(names[i]), 2)
      guard names[i].hasSuffix("Left"), let b = place[names[i].dropLast(4) + "Right"] else { continue }
      let weight = 1 / pow(Self.asymmetry(names[i]), 2)
      p[a * f + a] += weight
      p[b * f + b] += weight
      p[a * f + b] -= weight
      p[b * f + a] -= weight
    }
    prior = Tensor(p, [f, f])
  }
}
