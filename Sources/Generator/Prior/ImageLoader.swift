import Face
import Foundation
import Media
import Torch

/// Reads what belongs to one image of a folder, at the size it is trained at.
struct ImageLoader {
  let folder: PosedFolder
  let size, depthSize: Int
  let background: ImageBackground

  /// The side of the image's file, which all others must have.
  func side(_ name: String) throws -> Int {
    let url = folder.image(name), image = try ImageFile.read(url)
    guard image.size(0) == image.size(1) else {
      throw PosedFolderError(url, "is \(image.size(1)) x \(image.size(0)) pixels; images must be square: crop them as EG3D does")
    }
    return image.size(0)
  }

  /// `[3, size, size]` uint8; the background is laid in at the size of the file, so that hair keeps its soft edge.
  func image(_ name: String, side: Int, mask: Tensor?) throws -> Tensor {
    var image = try read(folder.image(name), side)
    if background == .white, let mask { image = image.where(mask.unsqueeze(2), else: Tensor.full([1], 255, .uint8)) }
    return resize(image, width: size, height: size).permute(2, 0, 1)
  }

  /// `[side, side]` bool: everything but background.
  func mask(_ name: String, side: Int) throws -> Tensor {
    guard let url = folder.mask(name) else { throw PosedFolderError(folder.image(name), "has no mask; make the population again") }
    return SemanticClass.labels(of: try read(url, side)) .!= Double(SemanticClass.background.rawValue)
  }

  /// `[1, size, size]` uint8.
  func coverage(_ mask: Tensor) -> Tensor {
    let bytes = (mask.to(.uint8) &* 255).unsqueeze(2).expand(mask.size(0), mask.size(1), 3).contiguous()
    return resize(bytes, width: size, height: size)[.all, .all, 0].unsqueeze(0)
  }

  /// `[1, depthSize, depthSize]`, along unit rays: means over what the mask covers, 0 where that is less than half of a pixel.
  func depth(_ entry: PosedFolder.Entry, side: Int, mask: Tensor) throws -> Tensor {
    guard let url = folder.depth(entry.name) else {
      throw PosedFolderError(folder.image(entry.name), "has no depth map; make the population again")
    }
    let steps = try ImageFile.readDeep(url)
    guard steps.shape == [side, side] else {
      throw PosedFolderError(
        url, "is \(steps.size(1)) x \(steps.size(0)) pixels where the image is \(side) x \(side); make the population again")
    }
    let depth = steps.to(.float32) / PosedFolder.depthSteps
    let known = mask.to(.float32) * (depth .> 0).to(.float32), pair = stack([depth * known, known])
    let mean = pair.adaptiveAvgPool2d([depthSize, depthSize])
    let along = (mean[0] / mean[1].clamp(1e-6)).maskedFill(mean[1] .< 0.5, 0)
    return (along * Self.lengths(entry.label, depthSize)).unsqueeze(0)
  }

  /// How much longer the way to a pixel is than its distance along the view axis, `[size, size]`: `|((u - cx) / fx, (v - cy) / fy, 1)|`.
  static func lengths(_ label: CameraLabel, _ size: Int) -> Tensor {
    let v = label.values, centres = (Tensor.arange(size, .float32) + 0.5) / Double(size)
    let x = (centres - Double(v[18])) / Double(v[16]), y = (centres - Double(v[21])) / Double(v[20])
    return (x.square().unsqueeze(0) + y.square().unsqueeze(1) + 1).sqrt()
  }

  /// `[side, side, 3]` uint8.
  private func read(_ url: URL, _ side: Int) throws -> Tensor {
    let image = try ImageFile.read(url)
    guard image.size(0) == side, image.size(1) == side else {
      throw PosedFolderError(
        url, "is \(image.size(1)) x \(image.size(0)) pixels where the first image is \(side) x \(side); scale all to one size")
    }
    return image
  }
}
