import Torch

/// What a generator draws of a volume.
public struct GeneratedPicture {
  /// `[N, 3, H, W]`, about -1...1.
  public var image: Tensor
  /// `[N, 3, h, w]`, the same as the rays see it.
  public var raw: Tensor
  /// `[N, 1, h, w]`, distances from the camera.
  public var depth: Tensor
  /// `[N, C, h, w]`, what super-resolution reads; the raw picture is its first three channels.
  public var feature: Tensor
  /// `[N, 1, h, w]`, how much of each ray ends in the volume: no matte, since the volume has a background of its own.
  public var weights: Tensor
}
