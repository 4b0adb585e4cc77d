import Face
import Torch

/// Follows a face in images as they come: pose, 52 shapes and gaze of each at once, without knowing what comes next.
///
/// One look of the landmark network and one fit a frame, on one thread. Where the face is gone it searches a little in each frame. Use it from
/// one thread.
package final class LiveTracker {
  private let landmarks: LandmarkTracker
  private let head: MorphableModel
  private var fit: LiveFit?
  private var size = (width: 0, height: 0)

  /// `face` says which is followed where there are several, as `LandmarkTracker.choice`; throws when the networks are absent.
  package init(_ head: MorphableModel = .builtIn(), face: Int? = nil) throws {
    self.head = head
    landmarks = try LandmarkTracker()
    landmarks.isLive = true
    landmarks.choice = face
  }

  /// What the face does in `rgb`, `[H, W, 3]` uint8, at a moment that is later than those before; where there is no face what was seen last,
  /// with confidence 0, and nil before there was one. Throws when the networks do not run.
  package func track(_ rgb: Tensor, at seconds: Double) throws -> LiveFace? {
    let (height, width) = (rgb.size(0), rgb.size(1))
    if (width, height) != size {
      reset()
      size = (width, height)
    }
    let now = fit ?? LiveFit(head, width: width, height: height)
    fit = now
    let face = try landmarks.track(rgb)
    return now.update(face, at: seconds, isHurried: landmarks.lookedTwice || face == nil)
  }

  /// Takes the face as it is now for one at rest, whose expressions are 0.
  package func calibrate() { fit?.calibrate() }
  /// Forgets whom it follows, as when somebody else sits down.
  package func reset() {
    landmarks.reset()
    fit = nil
  }

  /// Who is seen, as found so far: coefficients of the model's identity.
  package var identity: [Float] { fit?.identity ?? [] }
  /// The camera as found so far; nil before the first image.
  package var camera: Camera? { fit?.camera }
}
