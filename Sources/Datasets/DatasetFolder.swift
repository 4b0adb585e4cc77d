import Foundation

/// Where things lie in a dataset folder: AD-NeRF's names, and ours for what it lacks.
package struct DatasetFolder: Sendable {
  package let url: URL

  package init(_ url: URL) { self.url = url }

  package var trainTransforms: URL { url.appending(path: "transforms_train.json") }
  package var heldOutTransforms: URL { url.appending(path: "transforms_val.json") }
  package var images: URL { url.appending(path: "com_imgs") }
  package var labels: URL { url.appending(path: "parsing") }
  package var background: URL { url.appending(path: "bc.jpg") }
  package var audio: URL { url.appending(path: "aud.wav") }
  package var track: URL { url.appending(path: "track.safetensors") }
  package var preview: URL { url.appending(path: "preview.mp4") }
  package var report: URL { url.appending(path: "report.json") }

  package func image(_ index: Int) -> URL { images.appending(path: "\(index).jpg") }
  package func labels(_ index: Int) -> URL { labels.appending(path: "\(index).png") }

  /// How many of `count` frames in order of time are for training; the last eighth is held out.
  package static func trainingCount(of count: Int) -> Int { count - count / 8 }

  /// Writes `track.safetensors` and the two JSON files for a track, atomically each.
  package func write(_ track: Track) throws {
    try track.write(to: self.track)
    let split = Self.trainingCount(of: track.frames.count)
    try TransformsFile(track, positions: 0..<split).write(to: trainTransforms)
    try TransformsFile(track, positions: split..<track.frames.count).write(to: heldOutTransforms)
  }
}
