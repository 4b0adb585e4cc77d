import Face
import Radiance
import Torch

/// What images of a subject are drawn from: a field, or what was made of one to be drawn alone.
package protocol ImageField: Module {
  /// One frame as `camera` sees it, with camera to head `view` `[1, 3, 4]`, before `plate` `[H, W, 3]`.
  ///
  /// `depth` and `sampling` are for fields that are sampled between depths; others know their own box.
  func image(
    _ signals: FrameSignals, view: Tensor, camera: Camera, background: Tensor, depth: DepthRange, sampling: RaySampling
  ) -> RenderedFrame
  /// Throws `ModuleError.damaged` where a tensor from a file holds what nothing can be drawn from.
  func check() throws(ModuleError)
}

extension ImageField {
  /// All numbers are finite.
  func checkNumbers() throws(ModuleError) {
    for (name, tensor) in state() where tensor.dtype.isFloatingPoint && !tensor.detach().isFinite().all() { throw .damaged(name) }
  }
  package func check() throws(ModuleError) { try checkNumbers() }

  /// A box `[2, 3]` has an inside, and axes `[3, 4]` (see `AxisWarp`) go up.
  func checkSpace(box: Tensor, axes: KeyValuePairs<String, Tensor>) throws(ModuleError) {
    let extent = box[1] - box[0]
    guard extent.min().item > 1e-3, extent.max().item < 100, box.abs().max().item < 1e3 else { throw .damaged("box") }
    for (name, axes) in axes {
      let (inner, outer, extra) = (axes[.all, .at(1)], axes[.all, .at(2)], axes[.all, .at(3)])
      guard inner.min().item >= 0, outer.min().item > 0, extra.min().item >= 0, axes.abs().max().item < 1e4 else { throw .damaged(name) }
    }
  }
}
