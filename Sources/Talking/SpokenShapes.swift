import Face
import Torch

/// What of a face can be heard: shapes of the mouth, both sides alike, since a voice has no sides.
package enum SpokenShapes {
  /// ARKit's names without a side, in the order of the network's numbers.
  package static let names = [
    "jawOpen", "jawForward", "mouthClose", "mouthFunnel", "mouthPucker", "mouthPress", "mouthRollLower", "mouthRollUpper", "mouthLowerDown",
    "mouthUpperUp", "mouthStretch", "mouthSmile", "mouthFrown", "mouthDimple", "mouthShrugLower", "mouthShrugUpper", "cheekPuff",
    "tongueOut",
  ]

  /// For each of `names`, the places of its shapes among ARKit's 52: one, or both sides.
  static let places: [[Int]] = names.map { name in
    ExpressionNames.arkit.indices.filter { [name, name + "Left", name + "Right"].contains(ExpressionNames.arkit[$0]) }
  }

  /// ARKit's 52 coefficients of spoken ones, within 0...1; what cannot be heard is 0.
  /// Others are as `extra` says by name.
  package static func arkit(_ spoken: [Float], with extra: [String: Float] = [:]) -> [Float] {
    var all = ExpressionNames.arkit.map { extra[$0] ?? 0 }
    for (value, places) in zip(spoken, places) { for place in places { all[place] = min(max(value, 0), 1) } }
    return all
  }

  /// The spoken coefficients of an expression of these names, the mean of both sides; 0 for what it lacks.
  package static func spoken(_ expression: [Float], names given: [String]) -> [Float] {
    let index = Dictionary(given.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { a, _ in a })
    return names.map { name in
      let found = [name, name + "Left", name + "Right"].compactMap { index[$0.lowercased()] }
      return found.isEmpty ? 0 : found.reduce(0) { $0 + expression[$1] } / Float(found.count)
    }
  }
}

/// How far the lips are apart, and how wide the mouth is, of spoken coefficients: both linear in them on a head of blend shapes.
package struct LipMeasures {
  /// For each spoken shape what it adds, in the distance of the eyes' outer corners.
  package let gap, width: [Float]
  /// Of the mouth at rest.
  package let restingGap: Float

  /// Of the model's mean person.
  package init(_ model: MorphableModel = .builtIn()) {
    let points = model.landmarkShape.mean, eyes = Self.eyes(points)
    restingGap = (points.select(0, 13) - points.select(0, 14)).floats[1] / eyes
    func moved(_ name: String, _ all: [Float]) -> Float {
      [name, name + "Left", name + "Right"].compactMap { model.expressionIndex($0) }.reduce(0) { $0 + all[$1] }
    }
    let (gaps, widths) = Self.ofExpressions(model)
    gap = SpokenShapes.names.map { moved($0, gaps) }
    width = SpokenShapes.names.map { moved($0, widths) }
  }

  /// What each of a model's expressions adds to the lips' distance and to the mouth's width, in the distance of the eyes' outer corners.
  package static func ofExpressions(_ model: MorphableModel) -> (gap: [Float], width: [Float]) {
    let eyes = eyes(model.landmarkShape.mean), all = model.landmarkShape.expression
    func apart(_ a: Int, _ b: Int, _ axis: Int) -> [Float] {
      (all.select(1, a) - all.select(1, b)).select(1, axis).floats.map { $0 / eyes }
    }
    return (apart(13, 14, 1), apart(291, 61, 0))
  }
  /// The distance of the eyes' outer corners among landmarks `[P, 3]`.
  private static func eyes(_ points: Tensor) -> Float { Float((points.select(0, 33) - points.select(0, 263)).square().sum().sqrt().item) }

  /// The lips' distance at spoken coefficients; 0 where they meet.
  package func lipGap(_ spoken: [Float]) -> Float { max(0, restingGap + zip(spoken, gap).reduce(0) { $0 + $1.0 * $1.1 }) }
}
