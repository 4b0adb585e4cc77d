import Face
import Foundation
import Torch

/// What is found out about a person's photo once and used for every picture: the volume of the person, and what drives it from rest.
public struct PortraitSession {
  /// The generator's latents, `[1, layers, width]`.
  public var ws: Tensor
  /// Features in the middle of the generator, mended by what the photo shows, `[1, channels, r, r]`, and the planes so far,
  /// `[1, 3 C, r, r]`: what a later adaptation starts from.
  public var feature, image: Tensor
  /// `[1, 3 C, R, R]`
  public var planes: Tensor
  /// The photo's coefficients and gaze of the head model `faceModel`; its pose is head to the photo's camera.
  public var state: FaceState
  public var faceModel: String
  /// The photo's camera, and how far it stood (`PortraitPhoto.distance`).
  public var label: CameraLabel
  public var distance: Float
  /// Where the photo was cut out, and from what.
  public var crop: PhotoCrop
  public var photo: String
  /// The networks that it was made with, and can be drawn by (`PortraitModel.fingerprint`).
  public var model: String

  /// Its tensors by the names in a file.
  var tensors: [String: Tensor] { ["ws": ws, "feature": feature, "image": image, "planes": planes] }
}
