import Face
import Foundation
import Media
import Torch

extension Performer {
  /// Films the performance: an MP4 with sound and, if asked for, a folder with everything that is true.
  ///
  /// The folder gets `truth.safetensors` (a `Track`) and one image a frame in `masks/`; with `depths`, also `depth/`, where a
  /// safetensors file a frame holds `depth` `[H, W]` float32. `seal` gets the finished film before it has its name. `progress` hears the number of frames done.
  /// Throws `MediaError` or `FileError` when the film or the folder cannot be written.
  package func record(
    to url: URL, truth folder: URL? = nil, depths: Bool = false, seal: ((URL) -> Void)? = nil, progress: (Int) -> Void = { _ in }
  ) throws {
    if let folder {
      try FileManager.default.createDirectory(at: folder.appending(path: "masks"), withIntermediateDirectories: true)
      if depths { try FileManager.default.createDirectory(at: folder.appending(path: "depth"), withIntermediateDirectories: true) }
    }
    let lock = try folder.map { try NameLock(filling: $0) }
    defer { lock?.release() }
    let writer = try VideoWriter(
      url, width: camera.width, height: camera.height, rate: Rational(Self.rate), sound: .samples(rate: sound.sampleRate), quality: 16)
    writer.seal = seal
    var heard = 0
    for i in 0..<frameCount {
      let frame = frame(i)
      try writer.append(frame.rgb)
      let until = min(sound.samples.count, Int(Double(i + 1) / Double(Self.rate) * Double(sound.sampleRate)))
      try writer.append(samples: Array(sound.samples[heard..<until]))
      heard = until
      if let folder {
        try ImageFile.write(SemanticClass.image(of: frame.labels), to: folder.appending(path: "masks/\(Self.name(i)).png"))
        if depths { try Safetensors.write(["depth": frame.depth], to: folder.appending(path: "depth/\(Self.name(i)).safetensors")) }
      }
      progress(i + 1)
    }
    if let folder { try truth.write(to: folder.appending(path: "truth.safetensors")) }
    try writer.finish()
  }

  private static func name(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
