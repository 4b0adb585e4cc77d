import Face
import Generator
import Torch
import Tracking

/// A photo of a person as a generator wants it: cut out, levelled, with the camera that it was seen with and what the face does in it.
package struct PortraitPhoto {
  /// What the photo is called where something is said of it.
  package let name: String
  package let crop: PhotoCrop
  /// `[1, 3, size, size]` in -1...1.
  package let input: Tensor
  /// In pixels of the crop.
  package let landmarks: FaceLandmarks
  /// What the face does, of a head fitted to these landmarks; its pose is head to camera.
  package let state: FaceState
  /// The head model's name.
  package let faceModel: String
  /// Median distance of fitted landmarks from seen ones over the distance of the eyes.
  package let fitError: Float
  /// The camera in the generators' box, at their usual distance.
  package let camera: Camera
  /// How far from the box's middle it truly stands, in box units.
  package let distance: Float
  /// What whoever gave the photo should know, each in one line without the photo's name.
  package let notices: [String]

  package init(
    name: String, crop: PhotoCrop, input: Tensor, landmarks: FaceLandmarks, state: FaceState, faceModel: String, fitError: Float,
    camera: Camera, distance: Float, notices: [String] = []
  ) {
    (self.name, self.crop, self.input, self.landmarks) = (name, crop, input, landmarks)
    (self.state, self.faceModel, self.fitError) = (state, faceModel, fitError)
    (self.camera, self.distance, self.notices) = (camera, distance, notices)
  }

  /// The camera as generators take it.
  package var label: CameraLabel { CameraLabel(camera) }
  /// The camera that the state's pose leads to.
  package var fittedCamera: Camera {
    Camera(width: crop.size, height: crop.size, focal: SIMD2(repeating: CameraLabel.faceFocal * Float(crop.size)))
  }
  /// `[size, size, 3]` uint8.
  package var image: Tensor { ((input[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(.uint8).contiguous() }
}
