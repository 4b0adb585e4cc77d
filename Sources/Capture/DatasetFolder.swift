import Foundation

/// Where things lie in a dataset folder: AD-NeRF's names, and ours for what it lacks.
public struct DatasetFolder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  public var trainTransforms: URL { url.appending(path: "transforms_train.json") }
  public var heldOutTransforms: URL { url.appending(path: "transforms_val.json") }
  public var images: URL { url.appending(path: "com_imgs") }
  public var labels: URL { url.appending(path: "parsing") }
  public var background: URL { url.appending(path: "bc.jpg") }
  public var audio: URL { url.appending(path: "aud.wav") }
  public var track: URL { url.appending(path: "track.safetensors") }
  public var preview: URL { url.appending(path: "preview.mp4") }
  public var report: URL { url.appending(path: "report.json") }

  public func image(_ index: Int) -> URL { images.appending(path: "\(index).jpg") }
  public func labels(_ index: Int) -> URL { labels.appending(path: "\(index).png") }

  /// How many of `count` frames in order of time are for training; the last eighth is held out.
  public static func trainingCount(of count: Int) -> Int { count - count / 8 }

  /// Writes `track.safetensors` and the two JSON files for a track, atomically each.
  public func write(_ track: Track) throws {
    try track.write(to: self.track)
    let split = Self.trainingCount(of: track.frames.count)
    try TransformsFile(track, positions: 0..<split).write(to: trainTransforms)
    try TransformsFile(track, positions: split..<track.frames.count).write(to: heldOutTransforms)
  }
}
