import Capture
import Face
import Torch

/// A photo of a person as a generator wants it: cut out, levelled, with the camera that it was seen with and what the face does in it.
public struct PortraitPhoto {
  /// What the photo is called where something is said of it.
  public let name: String
  public let crop: PhotoCrop
  /// `[1, 3, size, size]` in -1...1.
  public let picture: Tensor
  /// In pixels of the crop.
  public let landmarks: FaceLandmarks
  /// What the face does, of a head fitted to these landmarks; its pose is head to camera.
  public let state: FaceState
  /// The head model's name.
  public let faceModel: String
  /// Median distance of fitted landmarks from seen ones over the distance of the eyes.
  public let fitError: Float
  /// The camera in the generators' box, at their usual distance.
  public let camera: Camera
  /// How far from the box's middle it truly stands, in box units.
  public let distance: Float
  /// What whoever gave the photo should know, each in one line without the photo's name.
  public let notices: [String]

  public init(
    name: String, crop: PhotoCrop, picture: Tensor, landmarks: FaceLandmarks, state: FaceState, faceModel: String, fitError: Float,
    camera: Camera, distance: Float, notices: [String] = []
  ) {
    (self.name, self.crop, self.picture, self.landmarks) = (name, crop, picture, landmarks)
    (self.state, self.faceModel, self.fitError) = (state, faceModel, fitError)
    (self.camera, self.distance, self.notices) = (camera, distance, notices)
  }

  /// The camera as generators take it.
  public var label: CameraLabel { CameraLabel(camera) }
  /// The camera that the state's pose leads to.
  public var fittedCamera: Camera {
    Camera(width: crop.size, height: crop.size, focal: SIMD2(repeating: CameraLabel.faceFocal * Float(crop.size)))
  }
  /// `[size, size, 3]` uint8.
  public var image: Tensor { ((picture[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(.uint8).contiguous() }
}
