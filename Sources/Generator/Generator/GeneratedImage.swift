import Torch

/// What a generator draws of a volume.
package struct GeneratedImage {
  /// `[N, 3, H, W]`, about -1...1.
  package var image: Tensor
  /// `[N, 3, h, w]`, the same as the rays see it.
  package var raw: Tensor
  /// `[N, 1, h, w]`, distances from the camera.
  package var depth: Tensor
  /// `[N, C, h, w]`, what super-resolution reads; the raw image is its first three channels.
  package var feature: Tensor
  /// `[N, 1, h, w]`, how much of each ray ends in the volume: no matte, since the volume has a background of its own.
  package var weights: Tensor
}
