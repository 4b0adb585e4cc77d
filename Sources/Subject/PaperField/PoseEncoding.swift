import Torch

/// The six numbers of a pose: three angles, then the translation.
///
/// `pose` is `[F, 3, 4]`, camera to head. The angles are (atan2(R22, R12), asin(-R02), atan2(R00, -R01)), as AD-NeRF has them: the
/// arguments of the arc tangents are swapped, which makes the code smooth around a frontal head, and weights published for it depend on it.
/// Returns `[F, 6]`.
package func poseVector(_ pose: Tensor) -> Tensor {
  func r(_ row: Int, _ column: Int) -> Tensor { pose[.all, .at(row), .at(column)] }
  let angles = [r(2, 2).atan2(r(1, 2)), (-r(0, 2)).clamp(-1, 1).asin(), r(0, 0).atan2(-r(0, 1))]
  return stack(angles + (0..<3).map { r($0, 3) }, -1)
}
