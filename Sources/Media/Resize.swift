import CFFmpeg
import Foundation
import Torch

/// A rectangle of whole pixels; it may leave the image.
package struct PixelBox: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int
  package init(x: Int, y: Int, width: Int, height: Int) {
    precondition(width > 0 && height > 0, "a box of \(width) x \(height) pixels")
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }
}

/// `image`, `[H, W, 3]` uint8, scaled to `[height, width, 3]` uint8: area averages where it shrinks, bicubic where it grows.
package func resize(_ image: Tensor, width: Int, height: Int) -> Tensor {
  precondition(image.dim == 3 && image.size(2) == 3 && image.dtype == .uint8, "resize takes [H, W, 3] uint8")
  precondition(width > 0 && height > 0, "resize to \(width) x \(height)")
  let (oldHeight, oldWidth) = (image.size(0), image.size(1))
  if width == oldWidth && height == oldHeight { return image }
  let isSmaller = width < oldWidth || height < oldHeight
  let flags = (isSmaller ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
  guard
    let scaler = sws_getContext(
      Int32(oldWidth), Int32(oldHeight), AV_PIX_FMT_RGB24, Int32(width), Int32(height), AV_PIX_FMT_RGB24, flags, nil, nil, nil)
  else { fatalError("cannot scale \(oldWidth) x \(oldHeight) to \(width) x \(height)") }
  defer { sws_freeContext(scaler) }
  let result = pixels(height, width, 3)
  result.withMutableElements(UInt8.self) { out in
    image.withElements(UInt8.self) { source in
      var from: UnsafePointer<UInt8>? = source.baseAddress
      var to: UnsafeMutablePointer<UInt8>? = out.baseAddress
      var fromRow = Int32(oldWidth * 3)
      var toRow = Int32(width * 3)
      _ = sws_scale(scaler, &from, &fromRow, 0, Int32(oldHeight), &to, &toRow)
    }
  }
  return result
}

/// The part of `image`, `[H, W, C]`, inside `box`, as `[box.height, box.width, C]`; outside the image its border pixels repeat.
package func crop(_ image: Tensor, to box: PixelBox) -> Tensor {
  let (height, width) = (image.size(0), image.size(1))
  if box.x >= 0, box.y >= 0, box.x + box.width <= width, box.y + box.height <= height {
    return image.narrow(0, box.y, box.height).narrow(1, box.x, box.width).contiguous()
  }
  let rows = Tensor((box.y..<box.y + box.height).map { min(max($0, 0), height - 1) })
  let columns = Tensor((box.x..<box.x + box.width).map { min(max($0, 0), width - 1) })
  return image.indexSelect(0, rows).indexSelect(1, columns)
}
