import Face
import Foundation
import Generator
import Photos
import Torch

/// What is found out about a person's photo once and used for every image: the volume of the person, and what drives it from rest.
package struct PortraitSession {
  /// The generator's latents, `[1, layers, width]`.
  package var ws: Tensor
  /// Features in the middle of the generator, mended by what the photo shows, `[1, channels, r, r]`, and the planes so far,
  /// `[1, 3 C, r, r]`: what a later adaptation starts from.
  package var feature, image: Tensor
  /// `[1, 3 C, R, R]`
  package var planes: Tensor
  /// The photo's coefficients and gaze of the head model `faceModel`; its pose is head to the photo's camera.
  package var state: FaceState
  package var faceModel: String
  /// The photo's camera, and how far it stood (`PortraitPhoto.distance`).
  package var label: CameraLabel
  package var distance: Float
  /// Where the photo was cut out, and from what.
  package var crop: PhotoCrop
  package var photo: String
  /// The networks that it was made with, and can be drawn by (`PortraitModel.fingerprint`).
  package var model: String

  /// Its tensors by the names in a file.
  var tensors: [String: Tensor] { ["ws": ws, "feature": feature, "image": image, "planes": planes] }
}
