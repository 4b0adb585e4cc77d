import Radiance
import Torch

/// How frames mix the basis, and how their torsos stand.
struct FrameMixture {
  /// A, `[F, 5, K]`.
  var weights: Tensor
  /// `[F, 3, 4]`.
  var torsoFromHead: Tensor
  var count: Int { weights.size(0) }
}

/// What makes the numbers that all samples of a frame share of the frame's signals; the same in training and in images.
protocol FrameConditions: Module {
  var configuration: HyperPlanesConfiguration { get }
  /// A: the frame's condition to `[3 + 2, K]`.
  var coefficients: [Linear] { get }
  /// Density and features of a point; the first layer's bias also depends on the frame.
  var point: [Linear] { get }
  var pointCondition: Linear { get }
  /// `[3, 4]`: camera to head of the mean pose, for which canonical space has the torso.
  var meanPose: Tensor { get }
}

extension FrameConditions {
  /// What frames mix the basis with, and their bias `[F, hidden]` of the first layer of the network of points.
  func conditions(_ signals: FrameSignals) -> (mixture: FrameMixture, pointBias: Tensor) {
    let carried = torsoFromHead(signals)
    let condition = cat([signals.driving, relativePose(carried)], -1)
    let hidden = condition.dense(coefficients[0].weight, coefficients[0].bias!, .relu)
    let weights = hidden.dense(coefficients[1].weight, coefficients[1].bias!)
    return (
      FrameMixture(weights: weights.reshape(signals.count, HyperPlanes.channels, configuration.functions), torsoFromHead: carried),
      signals.driving.matmul(pointCondition.weight.t()) + point[0].bias!
    )
  }

  /// What the last layer of A sees of frames, `[F, coefficients]`.
  func hidden(_ signals: FrameSignals) -> Tensor {
    let condition = cat([signals.driving, relativePose(torsoFromHead(signals))], -1)
    return condition.dense(coefficients[0].weight, coefficients[0].bias!, .relu)
  }

  /// What carries the head's points to where the torso is in canonical space, `[F, 3, 4]`: through the room, where it stands still.
  private func torsoFromHead(_ signals: FrameSignals) -> Tensor {
    let rotation = signals.pose[.all, .all, .to(3)], place = signals.pose[.all, .all, .at(3)]
    let home = meanPose[.all, .to(3)], homePlace = meanPose[.all, .at(3)]
    // camera = Rᵀ (head - t), then back by the torso's own motion, then camera to the mean head.
    let back = home.matmul(rollMatrix(-signals.torso[.all, .at(3)]))
    let turn = back.matmul(rotation.transpose(1, 2))
    let shift = signals.torso[.all, .to(3)].unsqueeze(-1)
    let moved = homePlace - turn.matmul(place.unsqueeze(-1)).squeeze(-1) - back.matmul(shift).squeeze(-1)
    return cat([turn, moved.unsqueeze(-1)], -1)
  }

  /// How a frame's head is held, near zero for the mean pose: `[F, 12]` of `torsoFromHead`.
  private func relativePose(_ torsoFromHead: Tensor) -> Tensor {
    let still = cat([Tensor.eye(3, device: torsoFromHead.device), .zeros([3, 1], device: torsoFromHead.device)], 1)
    return (torsoFromHead - still).reshape(-1, 12)
  }

  /// The mixing weights of frames, `[F, 8, K + 4]`: rows of displacement, ambient coordinates, zeros.
  func mixingWeights(_ mixture: FrameMixture) -> Tensor {
    let (frames, k, device) = (mixture.count, configuration.functions, mixture.weights.device)
    // dx = s ((R - 1) x + t) of the torso.
    let still = Tensor.eye(3, device: device)
    let carried = cat([mixture.torsoFromHead.narrow(-1, 3, 1), mixture.torsoFromHead.narrow(-1, 0, 3) - still], -1)  // [F, 3, 4]
    func none(_ rows: Int) -> Tensor { .zeros([frames, rows, k + 4], device: device) }
    let moves = configuration.displaces ? cat([mixture.weights.narrow(1, 0, 3), carried], -1) : none(3)
    let lifts =
      configuration.lifts ? cat([mixture.weights.narrow(1, 3, 2), .zeros([frames, 2, 4], device: device)], -1) : none(2)
    return cat([moves, lifts, none(3)], 1)
  }

  /// Displacement and ambient coordinates (and three zeros) of places in all frames, from the basis there: `[n, F * 8]`.
  func mixed(_ functions: Tensor, _ mixture: FrameMixture) -> Tensor {
    let weights = mixingWeights(mixture)
    let rows = weights.size(0) * 8
    return fusedMLP(functions, weights: [weights.reshape(rows, -1)], biases: [.zeros([rows], device: functions.device)])
  }

  /// The lattices of frames, `[F, Z, Y, X, 8]`, of the basis' `functions` at some of their `nodes` `[n]`; frames lie side by side in memory.
  func lattice(_ mixture: FrameMixture, _ functions: Tensor, at nodes: Tensor) -> Tensor {
    let size = configuration.lattice.reversed(), own = mixed(functions, mixture)
    let all = Tensor.zeros([configuration.lattice.reduce(1, *), own.size(1)], device: own.device)
    return call("aten::index_copy", all, 0, nodes, own).reshape(size + [mixture.count, 8]).permute(3, 0, 1, 2, 4)
  }
}
