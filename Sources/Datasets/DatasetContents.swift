import Face
import Foundation
import Media

/// What lies in a dataset folder of one of the three styles, before any picture is read.
struct DatasetContents {
  var style: Dataset.Style
  var track: Track
  var train, test: [Int]
  var images, labels: [URL]
  var background: URL

  init(_ folder: URL) throws {
    let files = DatasetFolder(folder)
    if FileManager.default.fileExists(atPath: files.track.path) {
      try self.init(likeness: files)
    } else {
      let keys: Keys = try JSONFile.read(files.trainTransforms, hint: "a dataset folder has it; likeness process makes one from a video")
      if keys.focal_len != nil { try self.init(adNeRF: files) } else { try self.init(nerFACE: folder) }
    }
  }
  /// Tells AD-NeRF's JSON from NerFACE's.
  private struct Keys: Decodable { var focal_len: Float? }

  /// A folder that `process` wrote: the numbers come from the track, the split from the JSON files.
  private init(likeness files: DatasetFolder) throws {
    style = .likeness
    track = try Track(files.track)
    let positions = Dictionary(track.frames.enumerated().map { ($1.index, $0) }, uniquingKeysWith: { a, _ in a })
    func split(_ url: URL) throws -> [Int] {
      try TransformsFile(url).frames.map { frame in
        guard let position = positions[frame.imageIndex] else {
          throw DatasetError.broken(url, "frame \(frame.imageIndex) is not in \(files.track.lastPathComponent)")
        }
        return position
      }
    }
    train = try split(files.trainTransforms)
    test = try split(files.heldOutTransforms)
    guard !train.isEmpty else { throw DatasetError.broken(files.trainTransforms, "it lists no frames") }
    images = track.frames.map { files.image($0.index) }
    labels = track.frames.map { files.labels($0.index) }
    background = files.background
  }

  /// AD-NeRF's own folders: no expressions; masks in `com_imgs/masks`, or in `parsing`.
  private init(adNeRF files: DatasetFolder) throws {
    style = .adNeRF
    let parts = try [files.trainTransforms, files.heldOutTransforms].map { try TransformsFile($0) }
    let numbers = parts.flatMap { part in part.frames.map(\.imageIndex) }
    guard let first = numbers.first else { throw DatasetError.broken(files.trainTransforms, "it lists no frames") }
    let masks = files.images.appending(path: "masks")
    let labelFolder = FileManager.default.fileExists(atPath: masks.path) ? masks : files.labels
    let (width, height) = try Self.size(of: files.image(first))
    var camera = parts[0].camera(0, width: width, height: height)
    camera.cameraToWorld = .identity
    let frames = parts.flatMap { part in
      part.frames.indices.map { i in
        let pose = part.camera(i, width: width, height: height).cameraToWorld.inverse
        return TrackFrame(index: part.frames[i].imageIndex, state: FaceState(pose: pose))
      }
    }
    track = Track(modelName: "", expressionNames: [], identity: [], camera: camera, fps: 25, frames: frames)
    train = Array(0..<parts[0].frames.count)
    test = Array(parts[0].frames.count..<frames.count)
    images = numbers.map { files.image($0) }
    labels = numbers.map { labelFolder.appending(path: "\($0).png") }
    background = files.background
  }

  /// NerFACE's folders; the held-out frames are those of `test`, or of `val` where there is no `test`.
  private init(nerFACE folder: URL) throws {
    style = .nerFACE
    func part(_ mode: String) -> URL { folder.appending(path: "transforms_\(mode).json") }
    let heldOut = FileManager.default.fileExists(atPath: part("test").path) ? "test" : "val"
    let parts = try ["train", heldOut].map { (mode: $0, file: try NerFACETransforms(part($0))) }
    images = parts.flatMap { p in p.file.frames.map { Self.file(folder, p.mode, "", $0.path) } }
    labels = parts.flatMap { p in p.file.frames.map { Self.file(folder, p.mode, "masks", $0.path) } }
    guard let first = images.first else { throw DatasetError.broken(part("train"), "it lists no frames") }
    let (width, height) = try Self.size(of: first)
    var camera = parts[0].file.camera(0, width: width, height: height)
    camera.cameraToWorld = .identity
    var frames: [TrackFrame] = []
    for p in parts {
      for (i, frame) in p.file.frames.enumerated() {
        let pose = p.file.camera(i, width: width, height: height).cameraToWorld.inverse
        frames.append(TrackFrame(index: frames.count, state: FaceState(expression: frame.expression, pose: pose)))
      }
    }
    let names = (0..<(frames[0].state.expression.count)).map { "expression\($0)" }
    track = Track(modelName: "", expressionNames: names, identity: [], camera: camera, fps: 25, frames: frames)
    train = Array(0..<parts[0].file.frames.count)
    test = Array(parts[0].file.frames.count..<frames.count)
    let plates = folder.appending(path: "bg")
    background = plates.appending(path: "00050.png")
    if !FileManager.default.fileExists(atPath: background.path) {
      let others = (try? FileManager.default.contentsOfDirectory(atPath: plates.path)) ?? []
      if let other = others.filter({ $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }).min() { background = plates.appending(path: other) }
    }
  }

  /// `<base>/<mode>/<folder>/<path>.png`, with the `./` that the files have taken off.
  private static func file(_ base: URL, _ mode: String, _ folder: String, _ path: String) -> URL {
    let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    let parent = base.appending(path: mode)
    return (folder.isEmpty ? parent : parent.appending(path: folder)).appending(path: relative + ".png")
  }
  private static func size(of image: URL) throws -> (width: Int, height: Int) {
    guard FileManager.default.fileExists(atPath: image.path) else {
      throw DatasetError.missing(image, hint: "the dataset lists it as its first frame")
    }
    let pixels = try ImageFile.read(image)
    return (pixels.size(1), pixels.size(0))
  }
}
