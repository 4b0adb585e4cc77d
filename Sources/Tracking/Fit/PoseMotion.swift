import Face
import Foundation
import Torch

/// Heads have mass: their poses have small second differences in time.
package struct PoseMotion {
  /// The number of every frame; triples of consecutive numbers are coupled, gaps are not.
  let times: [Int]
  /// What a second difference is expected to be: of the rotation vector (radians), of x and y and of depth (head units) per frame squared.
  var turn = 0.006, shift = 0.012, depth = 0.03
  /// Differences beyond this many times what is expected count less, so that a quick nod stays one.
  var robust = 3.0

  /// `times` are the frames' numbers.
  package init(times: [Int]) { self.times = times }

  /// Solves the poses' equations A x = b, `[N, 6, 6]` and `[N, 6, 1]` float64, together with the wish that the moved poses are smooth.
  package func solve(_ a: Tensor, _ b: Tensor, _ poses: HeadPoses) -> Tensor {
    let n = times.count
    var system = BandedSystem(size: 6 * n, bandwidth: 17)
    a.withElements(Double.self) { values in
      for i in 0..<n {
        for row in 0..<6 { for column in 0...row { system.add(6 * i + row, 6 * i + column, values[36 * i + 6 * row + column]) } }
      }
    }
    b.withElements(Double.self) { values in for i in values.indices { system.right[i] = values[i] } }
    let turns = poses.rotation.array(Float.self)
    let places = poses.translation.array(Float.self)
    let rotations = (0..<n).map { Matrix3(rows: Array(turns[9 * $0..<9 * $0 + 9])) }
    let weights = [turn, turn, turn, shift, shift, depth].map { 1 / ($0 * $0) }
    for i in stride(from: 1, to: n - 1, by: 1) where times[i + 1] - times[i - 1] == 2 {
      let ahead = (rotations[i + 1] * rotations[i].transposed).rotationVector
      let behind = (rotations[i] * rotations[i - 1].transposed).rotationVector
      var second = (0..<3).map { Double(ahead[$0] - behind[$0]) }
      second += (0..<3).map { Double(places[3 * i + 3 + $0] - 2 * places[3 * i + $0] + places[3 * i - 3 + $0]) }
      for k in 0..<6 {
        let size = abs(second[k]) * weights[k].squareRoot()
        let w = weights[k] * (size > robust ? robust / size : 1)
        let stencil: [(Int, Double)] = [(6 * (i - 1) + k, 1), (6 * i + k, -2), (6 * (i + 1) + k, 1)]
        for (row, x) in stencil {
          system.right[row] -= w * x * second[k]
          for (column, y) in stencil { system.add(row, column, w * x * y) }
        }
      }
    }
    guard let x = system.solved() else { return choleskySolve(a, b) }
    return Tensor(x, [n, 6, 1])
  }
}

extension PoseMotion {
  /// How much more than of a whole film is expected of a frame, since only the past is known.
  private static let surprise = 2.5

  /// What turns and shifts off a pose that was predicted cost, `elapsed` seconds after the last one.
  static func weights(_ pose: Rigid, predicted: Rigid, elapsed: Double) -> [Double] {
    let turn = (predicted.rotation * pose.rotation.transposed).rotationVector, shift = predicted.translation - pose.translation
    let motion = PoseMotion(times: [])
    return [motion.turn, motion.turn, motion.turn, motion.shift, motion.shift, motion.depth].enumerated().map { k, usual in
      let expected = surprise * usual * elapsed / 0.04, off = Double(abs(k < 3 ? turn[k] : shift[k - 3])) / expected
      return 1 / (expected * expected) * (off > motion.robust ? motion.robust / off : 1)
    }
  }
}
