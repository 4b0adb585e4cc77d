import Face
import Torch

/// A landmark model as plain numbers in memory, as one frame's equations read them again and again.
///
/// Unknowns stand in blocks of eight: the free expressions and the pose, then the identity, the focal length's logarithm and the residual.
final class LandmarkBasis {
  typealias Block = SIMD8<Float>

  let model: LandmarkModel
  let free: FreeExpressions
  /// Expressions that are solved for, and how many identity coefficients there are.
  let expressions, identities: Int
  /// Blocks of a frame's own unknowns, and of the person's with the residual.
  let frameBlocks, personBlocks: Int
  /// Of each landmark and axis, the derivatives by a frame's own unknowns and by the person's; zero where they have none.
  private let frame, person: UnsafeMutablePointer<Block>
  /// The prior on the free expressions, row after row.
  let prior: [Double]
  let mean: [Float]
  /// Each expression's and identity coefficient's movement of all landmarks.
  private let expressionShapes, identityShapes: [[Float]]

  init(_ model: LandmarkModel) {
    self.model = model
    free = FreeExpressions(model)
    (expressions, identities) = (free.indices.count, model.identity.size(2))
    (frameBlocks, personBlocks) = ((expressions + 6 + 7) / 8, (identities + 2 + 7) / 8)
    mean = model.mean.floats
    prior = free.prior.array(Double.self)
    let numbers = LandmarkModel.count * 3
    func shapes(_ basis: Tensor) -> [[Float]] {
      let all = basis.permute(2, 0, 1).contiguous().floats
      return (0..<basis.size(2)).map { Array(all[$0 * numbers..<($0 + 1) * numbers]) }
    }
    (expressionShapes, identityShapes) = (shapes(model.expression), shapes(model.identity))
    frame = .allocate(capacity: numbers * frameBlocks)
    person = .allocate(capacity: numbers * personBlocks)
    frame.initialize(repeating: .zero, count: numbers * frameBlocks)
    person.initialize(repeating: .zero, count: numbers * personBlocks)
    for i in 0..<numbers {
      for (j, index) in free.indices.enumerated() { frame[i * frameBlocks + j / 8][j % 8] = expressionShapes[index][i] }
      for j in 0..<identities { person[i * personBlocks + j / 8][j % 8] = identityShapes[j][i] }
    }
  }
  deinit {
    frame.deallocate()
    person.deallocate()
  }

  /// The movements of landmark `k` by a frame's own unknowns, three axes after each other, and by the person's.
  func frame(_ k: Int) -> UnsafePointer<Block> { UnsafePointer(frame + 3 * k * frameBlocks) }
  func person(_ k: Int) -> UnsafePointer<Block> { UnsafePointer(person + 3 * k * personBlocks) }

  /// Landmarks of somebody without expression: mean + calibration + identity.
  func still(identity: [Float], calibration: [Float]) -> [Float] {
    var points = zip(mean, calibration).map { $0 + $1 }
    for (a, shape) in zip(identity, identityShapes) where a != 0 { for i in points.indices { points[i] += a * shape[i] } }
    return points
  }
  /// Moves `points` by the expressions for which `takes` says so.
  func move(_ points: inout [Float], by expression: [Float], where takes: (Int) -> Bool) {
    for (j, shape) in expressionShapes.enumerated() where expression[j] != 0 && takes(j) {
      let e = expression[j]
      for i in points.indices { points[i] += e * shape[i] }
    }
  }
  /// One landmark of `still` moved by the expressions for which `takes` says so.
  func point(_ k: Int, of still: [Float], by expression: [Float], where takes: [Bool]) -> SIMD3<Float> {
    var p = SIMD3(still[3 * k], still[3 * k + 1], still[3 * k + 2])
    for j in expression.indices where takes[j] && expression[j] != 0 {
      let shape = expressionShapes[j]
      p += expression[j] * SIMD3(shape[3 * k], shape[3 * k + 1], shape[3 * k + 2])
    }
    return p
  }
}
