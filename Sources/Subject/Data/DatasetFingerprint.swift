import Datasets
import Foundation
import Runs

extension Dataset {
  /// Stands for what a training on the folder learns from: the track as it is read, the split, and the names and sizes of the images, labels
  /// and background, with `sound` also of the sound. It stays the same when the folder is moved or copied.
  package func fingerprint(sound: Bool = false) -> String {
    var crc = CRC32C()
    func add(_ numbers: [Float]) { numbers.withUnsafeBytes { crc.update($0) } }
    crc.update("\(track.modelName) \(track.expressionNames) \(track.fps) \(trainIndices) \(testIndices)")
    add([track.camera.focal.x, track.camera.focal.y, track.camera.center.x, track.camera.center.y])
    add(track.identity)
    for frame in track.frames {
      crc.update("\(frame.index)")
      add(track.camera.inHead(frame.state.pose).cameraToWorld.rows)
      add(Track.driving(frame.state, torso: frame.torso))
    }
    for file in files + (sound ? [audio].compactMap(\.self) : []) {
      let size = (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
      crc.update("\(file.lastPathComponent) \(size)")
    }
    return "crc32c:" + String(crc.value, radix: 16)
  }
}
