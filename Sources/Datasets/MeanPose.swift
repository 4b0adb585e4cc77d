import Face

extension Track {
  /// Where the head is on average in the frames at `positions` (all without), head to world: the median of its places and of its turns, so
  /// that neither a glance aside nor lost frames draw it away. The identity where there are no frames.
  package func meanPose(_ positions: [Int]? = nil) -> Rigid {
    let poses = positions?.map { frames[$0].state.pose } ?? frames.map(\.state.pose)
    guard let first = poses.first else { return .identity }
    func median(_ vectors: [SIMD3<Float>]) -> SIMD3<Float> {
      func middle(_ numbers: [Float]) -> Float {
        let sorted = numbers.sorted(), half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
      }
      return [middle(vectors.map(\.x)), middle(vectors.map(\.y)), middle(vectors.map(\.z))]
    }
    // Turns are told from the estimate so far: near it they add up like vectors.
    var rotation = first.rotation
    for _ in 0..<8 {
      let step = median(poses.map { (rotation.transposed * $0.rotation).rotationVector })
      rotation = (rotation * Matrix3(rotationVector: step)).orthonormalized
      if length(step) < 1e-5 { break }
    }
    return Rigid(rotation: rotation, translation: median(poses.map(\.translation)))
  }
}
