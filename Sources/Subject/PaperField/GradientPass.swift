import Radiance
import Torch

extension HyperField {
  /// Renders a batch and adds the gradients of its loss to those of the parameters.
  ///
  /// Rays are worked through in chunks whose temporaries stay small; the sum of the chunks' losses is the batch's. The parts
  /// of the field that are constant over a frame are differentiated once, in the end.
  /// - Parameters:
  ///   - batch: In double precision if its tensors are.
  ///   - driving: `[F, D]` or `[F, T, C]`, and `pose` `[F, 3, 4]`, of the frames that `batch.frames` counts.
  ///   - randoms: For the rays in the batch's order.
  ///   - memory: Bytes that one temporary may take, about.
  @discardableResult
  package func accumulateGradients(
    _ batch: RayBatch, driving: Tensor, pose: Tensor, sampling: RaySampling, randoms: RayRandoms, losses: LossConfiguration,
    memory: Int = 16 << 20
  ) -> StepReport {
    let whole = conditioned(driving: driving, pose: pose, .folded, batch.rays.origins.dtype)
    let order = batch.frames.indices.sorted { (batch.frames[$0], $0) < (batch.frames[$1], $1) }
    let inOrder = order.elementsEqual(batch.frames.indices)
    let sorted = inOrder ? batch : batch.gathered(order)
    let randoms = inOrder ? randoms : randoms.gathered(Tensor(order).to(batch.colors.device))
    let task = ChunkTask(batch: sorted, sampling: sampling, randoms: randoms, configuration.classes, losses)
    let chunks = chunks(sorted.frames, sampling, memory)
    // Every lane has leaves of its own: none adds to another's gradients.
    let lanes = Lanes.map(min(Lanes.count, chunks.count)) { lane in
      let work = LaneField(whole)
      let found = stride(from: lane, to: chunks.count, by: Lanes.count).map { task.run(chunks[$0], work.field) }
      return (gradients: work.gradients(), found: found)
    }
    // No rays, nothing learnt.
    guard let first = lanes.first else { return task.report([]) }
    for (lane, _) in lanes.dropFirst() {
      for (sum, gradient) in zip(first.gradients, lane) {
        if let sum, let gradient { withoutGradient { sum.add_(gradient) } }
      }
    }
    push(first.gradients, into: LaneField(whole).sources, driving)
    return task.report(lanes.flatMap(\.found))
  }

  /// Carries the leaves' gradients on to the parameters, and to `driving` where it wants one.
  private func push(_ gradients: [Tensor?], into sources: [Tensor], _ driving: Tensor) {
    let reached = zip(sources, gradients).compactMap { source, gradient in gradient.map { (source, $0) } }
    let parameters = parameters().map(\.tensor) + (driving.requiresGrad ? [driving] : [])
    for (parameter, gradient) in zip(parameters, Torch.gradients(of: reached.map(\.0), for: parameters, with: reached.map(\.1))) {
      guard let gradient else { continue }
      parameter.grad = parameter.grad.map { $0 + gradient } ?? gradient
    }
  }

  /// Runs of rays of one frame with few enough samples that a layer's values take at most `memory` bytes.
  private func chunks(_ frames: [Int], _ sampling: RaySampling, _ memory: Int) -> [Range<Int>] {
    let samples = max(sampling.coarse, sampling.fine)
    let most = max(1, memory / (4 * configuration.widest * samples))
    var ranges: [Range<Int>] = [], start = 0
    while start < frames.count {
      let end = frames[start...].firstIndex { $0 != frames[start] } ?? frames.count
      let pieces = (end - start + most - 1) / most
      ranges += (0..<pieces).map { start + (end - start) * $0 / pieces..<start + (end - start) * ($0 + 1) / pieces }
      start = end
    }
    return ranges
  }
}

/// A field whose frame-constant parts are leaves, to be differentiated by one lane.
private struct LaneField {
  var field: ConditionedField
  /// What the leaves stand for, and the leaves.
  private(set) var sources: [Tensor] = [], leaves: [Tensor] = []

  init(_ whole: ConditionedField) {
    var sources: [Tensor] = [], leaves: [Tensor] = []
    field = whole.mapped { source in
      guard source.requiresGrad else { return source }
      let leaf = source.detach().requiringGrad()
      sources.append(source)
      leaves.append(leaf)
      return leaf
    }
    (self.sources, self.leaves) = (sources, leaves)
    // The grid is large: its gradient is added up in one place, not made anew a chunk.
    let ownGradient = field.grid.evaluation == .folded && field.grid.table.requiresGrad
    field.grid.gradient = ownGradient ? field.grid.table.zerosLike() : nil
  }

  /// One a leaf; nil where it played no part.
  func gradients() -> [Tensor?] {
    if let gradient = field.grid.gradient { field.grid.table.grad = gradient }
    return leaves.map(\.grad)
  }
}

/// The losses of a batch, chunk by chunk.
private struct ChunkTask {
  /// Of a chunk, without history: loss and squared error, and the losses of the classes `[K]`.
  struct Found {
    var sums, classes: Tensor
    var liveSamples: Double
  }
  let batch: RayBatch
  let sampling: RaySampling
  let randoms: RayRandoms
  /// `[R, K]`
  let truth: Tensor
  /// What each ray's errors weigh, `[R]`.
  let weights: (photometric: Tensor, semantic: Tensor)

  init(batch: RayBatch, sampling: RaySampling, randoms: RayRandoms, _ classes: Int, _ losses: LossConfiguration) {
    (self.batch, self.sampling, self.randoms) = (batch, sampling, randoms)
    truth = RayLoss.oneHot(batch.labels, classes: classes).to(batch.colors.dtype)
    weights = RayLoss.weights(truth, losses)
  }

  /// Renders a chunk where it has something to learn and differentiates it.
  func run(_ range: Range<Int>, _ field: ConditionedField) -> Found {
    func cut(_ tensor: Tensor) -> Tensor { tensor.narrow(0, range.lowerBound, range.count) }
    let rays = batch.rays[range], background = batch.background.map(cut), frame = batch.frames[range.lowerBound]
    let live = withoutGradient {
      LiveSamples(field, rays, frame: frame, sampling: sampling, opaqueEnd: background != nil, randoms: randoms[range])
    }
    let passes = field.render(live, rays, frame: frame, background: background, randoms: randoms[range])
    let colors = cut(batch.colors), truth = cut(truth)
    let squared = passes.map { RayLoss.photometric($0.color, colors) }
    let entropy = passes.compactMap { $0.semantics.map { RayLoss.semantic($0, truth) } }
    let errors = sum(squared), scores = sum(entropy)
    let loss = (errors * cut(weights.photometric) + scores * cut(weights.semantic)).sum()
    loss.backward()
    return withoutGradient {
      Found(
        sums: stack([loss.detach(), squared[squared.count - 1].sum()]),
        classes: (errors + scores).unsqueeze(0).matmul(truth).squeeze(0), liveSamples: live.share * Double(range.count))
    }
  }

  private func sum(_ tensors: [Tensor]) -> Tensor { tensors.dropFirst().reduce(tensors[0], +) }

  func report(_ found: [Found]) -> StepReport {
    let totals = sum(found.map(\.sums)).array(Double.self), rays = Double(batch.rays.count)
    return StepReport(
      loss: totals[0], squaredError: totals[1] / (3 * rays), classLosses: sum(found.map(\.classes)).array(),
      classRays: truth.sum(0).array(), liveShare: found.reduce(0) { $0 + $1.liveSamples } / rays)
  }
}
