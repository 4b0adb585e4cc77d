import Testing
import Torch

/// Expects `tensor`, on any device, to be `expected` within `absolute` plus `relative` of each value.
package func expectClose(
  _ tensor: Tensor, _ expected: Tensor, absolute: Double = 1e-5, relative: Double = 1e-5, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard tensor.shape == expected.shape else {
    Issue.record("\(what): \(tensor.shape) instead of \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  let (tensor, expected) = (tensor.detach().to(.cpu), expected.detach().to(.cpu))
  // Values that are equal count as equal also where they are infinite.
  let same = (tensor .== expected)
  let difference = (tensor - expected).abs().maskedFill(same, 0)
  let excess = (difference - expected.abs().maskedFill(same, 0) * relative).max().item
  #expect(excess <= absolute, "\(what): off by \(difference.max().item)", sourceLocation: sourceLocation)
}

/// Within `relative` of the greatest value, as the golden vectors' README measures.
package func expectNear(
  _ found: Tensor, _ expected: Tensor, relative: Double = 1e-4, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let greatest = expected.abs().maskedFill(expected.isFinite().logicalNot(), 0).max().item
  expectClose(found, expected, absolute: relative * max(greatest, 1e-6), relative: 0, what, sourceLocation: sourceLocation)
}
