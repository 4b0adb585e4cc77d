import Face
import Foundation
import Media

/// What lies in a dataset folder of one of the three styles, before any image is read.
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
      try self.init(foreign: files)
    }
  }

  /// A folder of another project, by what its file of training frames holds.
  private init(foreign files: DatasetFolder) throws {
    let other = files.url.appending(path: "transforms.json")
    let isThere = FileManager.default.fileExists(atPath: files.trainTransforms.path)
    if !isThere, FileManager.default.fileExists(atPath: other.path) { throw DatasetError.broken(other, Self.otherStyle) }
    let keys: Keys = try JSONFile.read(files.trainTransforms, hint: "a dataset folder has it; likeness process makes one from a video")
    switch (keys.focal_len, keys.camera_angle_x, keys.intrinsics, keys.fl_x) {
    case (_?, _, _, _): try self.init(adNeRF: files)
    case (nil, _, nil, _?): throw DatasetError.broken(files.trainTransforms, Self.otherStyle)
    case (nil, nil, nil, nil):
      throw DatasetError.broken(
        files.trainTransforms,
        "it has neither AD-NeRF's focal_len nor NerFACE's camera_angle_x; likeness process makes a dataset from a video")
    default: try self.init(nerFACE: files.url)
    }
  }
  private static let otherStyle =
    "it is in the style of nerfstudio and INSTA, which is not read; make the dataset from the video with likeness process, or write "
    + "AD-NeRF's transforms_train.json and transforms_val.json"

  /// Tells AD-NeRF's JSON from NerFACE's and from others.
  private struct Keys: Decodable { var focal_len, camera_angle_x, fl_x: Float?, intrinsics: [Float]? }

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
    let sources = [files.trainTransforms, files.heldOutTransforms]
    let parts = try sources.map { try TransformsFile($0) }
    for (part, url) in zip(parts, sources) { try Self.listsFrames(part.frames.count, url) }
    let numbers = parts.flatMap { part in part.frames.map(\.imageIndex) }
    let masks = files.images.appending(path: "masks")
    let labelFolder = FileManager.default.fileExists(atPath: masks.path) ? masks : files.labels
    let (width, height) = try Self.size(of: files.image(numbers[0]))
    var camera = parts[0].camera(0, width: width, height: height)
    camera.cameraToWorld = .identity
    // What is heard in a frame is the row of its aud_id; as a rule that is its img_id.
    let isHeardElsewhere = Set(parts.flatMap { $0.frames.map(\.audioIndex) }).count == numbers.count
    var frames: [TrackFrame] = []
    for (part, url) in zip(parts, sources) {
      try part.check(like: parts[0], width: width, height: height, url)
      try CameraCheck.camera(camera, url)
      for (i, frame) in part.frames.enumerated() {
        let pose = part.camera(i, width: width, height: height).cameraToWorld.inverse
        try CameraCheck.inside(camera, pose, frame: "\(frame.imageIndex)", url)
        frames.append(TrackFrame(index: isHeardElsewhere ? frame.audioIndex : frame.imageIndex, state: FaceState(pose: pose)))
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
    for p in parts { try Self.listsFrames(p.file.frames.count, part(p.mode)) }
    images = parts.flatMap { p in p.file.frames.map { Self.file(folder, p.mode, "", $0.path) } }
    labels = parts.flatMap { p in p.file.frames.map { Self.file(folder, p.mode, "masks", $0.path) } }
    let (width, height) = try Self.size(of: images[0])
    var camera = parts[0].file.camera(0, width: width, height: height)
    camera.cameraToWorld = .identity
    var frames: [TrackFrame] = []
    let expressions = parts[0].file.frames[0].expression.count
    for p in parts {
      let url = part(p.mode)
      try p.file.check(like: parts[0].file, width: width, height: height, url)
      try CameraCheck.camera(camera, url)
      for (i, frame) in p.file.frames.enumerated() {
        guard frame.expression.count == expressions else {
          throw DatasetError.broken(
            url,
            "expression of frame \(frame.path) has \(frame.expression.count) numbers where that of the first training frame has "
              + "\(expressions); all frames must have as many")
        }
        let pose = p.file.camera(i, width: width, height: height).cameraToWorld.inverse
        try CameraCheck.inside(camera, pose, frame: frame.path, url)
        frames.append(TrackFrame(index: frames.count, state: FaceState(expression: frame.expression, pose: pose)))
      }
    }
    let names = (0..<expressions).map { "expression\($0)" }
    track = Track(modelName: "", expressionNames: names, identity: [], camera: camera, fps: 25, frames: frames)
    train = Array(0..<parts[0].file.frames.count)
    test = Array(parts[0].file.frames.count..<frames.count)
    let backgrounds = folder.appending(path: "bg")
    background = backgrounds.appending(path: "00050.png")
    if !FileManager.default.fileExists(atPath: background.path) {
      let others = (try? FileManager.default.contentsOfDirectory(atPath: backgrounds.path)) ?? []
      if let other = others.filter({ $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }).min() {
        background = backgrounds.appending(path: other)
      }
    }
  }

  /// `<base>/<mode>/<folder>/<path>.png`, with the `./` that the files have taken off; masks are PNGs whatever the images are.
  private static func file(_ base: URL, _ mode: String, _ folder: String, _ path: String) -> URL {
    let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    let parent = base.appending(path: mode)
    if folder.isEmpty {
      let isComplete = ["png", "jpg", "jpeg"].contains(URL(filePath: relative).pathExtension.lowercased())
      return parent.appending(path: isComplete ? relative : relative + ".png")
    }
    let ending = [".png", ".jpg", ".jpeg"].first { relative.lowercased().hasSuffix($0) } ?? ""
    return parent.appending(path: folder).appending(path: relative.dropLast(ending.count) + ".png")
  }
  private static func listsFrames(_ count: Int, _ url: URL) throws {
    guard count > 0 else { throw DatasetError.broken(url, "it lists no frames; both files of a dataset must, to train on and to judge by") }
  }
  private static func size(of image: URL) throws -> (width: Int, height: Int) {
    guard FileManager.default.fileExists(atPath: image.path) else {
      throw DatasetError.missing(image, hint: "the dataset lists it as its first frame")
    }
    let pixels = try ImageFile.read(image)
    return (pixels.size(1), pixels.size(0))
  }
}
