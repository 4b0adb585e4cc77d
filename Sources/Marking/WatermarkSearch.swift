import Foundation
import Media
import Torch

/// Looks for a watermark in a film or an image.
enum WatermarkSearch {
  /// nil where none is found. Throws `MediaError` where the file is neither. `progress` hears how many seconds of a film were looked at.
  static func look(in url: URL, progress: (Double) -> Void) throws -> WatermarkFinding? {
    var detector = WatermarkDetector()
    if ImageFile.isImage(url) {
      detector.add(try ImageFile.read(url), time: nil)
    } else {
      let reader = try VideoReader(url, rate: nil)
      var seconds = 0.0
      while detector.finding == nil, seconds < longest, let frame = try reader.next() {
        seconds = frame.time
        detector.add(frame.rgb, time: frame.time)
        progress(seconds)
      }
    }
    return detector.result()
  }
  /// Of a film, in seconds: a film that is marked is so from its first frames on.
  private static let longest = 160.0
}

extension WatermarkDetector {
  /// `[H, W, 3 or 4]` uint8.
  fileprivate mutating func add(_ image: Tensor, time: Double?) {
    let image = image.contiguous(), (height, width, channels) = (image.size(0), image.size(1), image.size(2))
    image.withBytes { add($0.bindMemory(to: UInt8.self), width: width, height: height, channels: channels, time: time) }
  }
}
