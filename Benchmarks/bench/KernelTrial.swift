import Torch

/// A kernel and its twin of plain operators at the same work.
struct KernelTrial {
  /// Leaves that gradients are asked for; none for what has no gradient.
  var inputs: [Tensor] = []
  let kernel, twin: () -> Tensor

  struct Times {
    var kernel, twin: Double
  }

  /// Seconds of the value alone.
  func forward(_ times: Int) -> Times {
    let found = fastest(times, [{ withoutGradient { _ = kernel() } }, { withoutGradient { _ = twin() } }])
    return Times(kernel: found[0], twin: found[1])
  }

  /// Seconds of the value and all gradients.
  func both(_ times: Int) -> Times {
    let upstream = withoutGradient { kernel().onesLike() }
    func passes(_ body: @escaping () -> Tensor) -> () -> Void {
      {
        body().backward(upstream)
        for input in inputs { input.grad = nil }
      }
    }
    let found = fastest(times, [passes(kernel), passes(twin)])
    return Times(kernel: found[0], twin: found[1])
  }

  /// Measures both and adds them as `name, ...`; `bytes` are what a value and what value and gradients read and write at least.
  func run(_ report: Report, _ name: String, bytes: (forward: Double, both: Double)? = nil) {
    let forward = forward(report.times(20))
    report.add("\(name), forward", kernel: forward.kernel, twin: forward.twin)
    if let bytes { report.add("\(name), forward, bytes used", bytes: bytes.forward, in: forward.kernel) }
    guard !inputs.isEmpty else { return }
    let both = both(report.times(20))
    report.add("\(name), forward + backward", kernel: both.kernel, twin: both.twin)
    if let bytes { report.add("\(name), forward + backward, bytes used", bytes: bytes.both, in: both.kernel) }
  }
}
