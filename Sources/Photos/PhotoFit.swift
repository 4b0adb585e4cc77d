import Face
import Generator
import Torch
import Tracking

/// Fits a head to the landmarks of a generator's photo and says which camera of the generator's saw it.
package final class PhotoFit {
  package struct Result {
    /// The pose is head to camera, and the camera looks along -z with the usual focal length.
    package let state: FaceState
    /// Median distance of fitted landmarks from seen ones over the distance of the eyes.
    package let error: Float
    /// Camera to the generators' box, where the camera truly stands.
    package let cameraToBox: Rigid
  }
  package let head: MorphableModel
  package let placement: StandardPlacement

  package init(_ head: MorphableModel = .builtIn()) {
    self.head = head
    placement = StandardPlacement(LandmarkModel(head))
  }

  /// Of landmarks in pixels of a photo of `size` x `size`. Its focal length is known by convention, so that only a pose, a shape and an
  /// expression are to be found.
  package func callAsFunction(_ landmarks: FaceLandmarks, size: Int) throws -> Result {
    var fit = FaceFit(head)
    fit.knownFocal = Double(CameraLabel.faceFocal) * Double(size)
    (fit.smooth, fit.calibrates) = (false, false)
    let found = try fit.fit([landmarks], width: size, height: size)
    guard let frame = found.frames[0] else { throw CaptureError(.badInput, "the head model does not fit the face") }
    return Result(
      state: FaceState(identity: found.identity, expression: frame.expression, pose: frame.pose, gaze: frame.gaze),
      error: frame.error, cameraToBox: placement.box(frame.pose.inverse))
  }
}
