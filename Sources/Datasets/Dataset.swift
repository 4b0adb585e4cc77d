import Face
import Foundation
import Media
import Torch

/// A dataset folder: images, labels and background of one person, and what they did. Files are read when they are asked for.
///
/// Reads the folders that `process` writes, and those of AD-NeRF and NerFACE.
package final class Dataset {
  /// Whose folder layout it is.
  package enum Style: String, Sendable { case likeness, adNeRF, nerFACE }

  package let folder: URL
  package let style: Style
  /// Frames in order of time; camera and landmarks are in pixels of `width` x `height`.
  package let track: Track
  /// The fixed camera at `width` x `height`, `cameraToWorld` the identity.
  package var camera: Camera { track.camera }
  package var width: Int { track.camera.width }
  package var height: Int { track.camera.height }
  /// Positions in `track.frames` of the training frames, in order.
  package let trainIndices: [Int]
  /// Positions in `track.frames` of the frames held out for judging, in order.
  package let testIndices: [Int]
  /// Sound at the track's start, where the folder has it.
  package let audio: URL?

  /// Size of the files.
  private let sourceWidth, sourceHeight: Int
  private let imageFiles: [URL]
  private let labelFiles: [URL]
  private let backgroundFile: URL

  /// Opens a folder; with a size, everything is scaled to `width` x `height` as it is read (a size by itself is the longer side).
  ///
  /// Throws `DatasetError` naming the file that is missing or broken.
  package convenience init(_ folder: URL, size: Int? = nil) throws { try self.init(folder, fitting: { Self.fit($0, size) }) }
  package convenience init(_ folder: URL, width: Int, height: Int) throws {
    try self.init(folder, fitting: { _ in (width, height) })
  }

  private init(_ folder: URL, fitting: (Camera) -> (Int, Int)) throws {
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw DatasetError.missing(folder, hint: "likeness process <video> --output <folder> makes a dataset")
    }
    let found = try DatasetContents(folder)
    let (width, height) = fitting(found.track.camera)
    guard width > 0, height > 0 else { throw DatasetError.unusable("images of \(width) x \(height) pixels are not possible") }
    self.folder = folder
    style = found.style
    track = found.track.scaled(width: width, height: height)
    (sourceWidth, sourceHeight) = (found.track.camera.width, found.track.camera.height)
    trainIndices = found.train
    testIndices = found.test
    imageFiles = found.images
    labelFiles = found.labels
    backgroundFile = found.background
    let sound = DatasetFolder(folder).audio
    audio = FileManager.default.fileExists(atPath: sound.path) ? sound : nil
  }

  private static func fit(_ camera: Camera, _ longer: Int?) -> (Int, Int) {
    guard let longer else { return (camera.width, camera.height) }
    let scale = Double(longer) / Double(max(camera.width, camera.height))
    return (Int((Double(camera.width) * scale).rounded()), Int((Double(camera.height) * scale).rounded()))
  }

  /// Every image and label map, and the background, whether or not they are there.
  package var files: [URL] { imageFiles + labelFiles + [backgroundFile] }
  /// Frames in `track.frames`.
  package var count: Int { track.frames.count }

  /// The image at a position in `track.frames`, `[H, W, 3]` uint8.
  package func image(_ position: Int) throws -> Tensor { try read(imageFiles[position]) }
  /// The classes at a position in `track.frames`, `[H, W]` uint8; 255 where a colour stands for no class.
  package func labels(_ position: Int) throws -> Tensor {
    let file = labelFiles[position]
    let image = try ImageFile.read(existing(file))
    var map = SemanticClass.labels(of: image)
    if style != .likeness { map = SemanticClass.adNeRFLabels(of: image, like: map) }
    guard ratio(map.size(1), map.size(0)) else { throw sizeError(file, map) }
    guard (map .!= Double(SemanticClass.unlabelled)).any() else {
      throw DatasetError.broken(
        file,
        "none of its colours belongs to a class; label maps use the twelve colours that process writes, or AD-NeRF's: "
          + "a blue head, a green neck and a red torso on white")
    }
    return ImageScaling.scale(labels: map, width: width, height: height)
  }
  /// What the camera sees without the person, `[H, W, 3]` uint8.
  package func background() throws -> Tensor { try read(backgroundFile) }

  /// Images at positions in `track.frames`, `[N, H, W, 3]` uint8.
  package func images(_ positions: [Int]) throws -> Tensor {
    try Memory.require(numbers: Memory.product(positions.count, height, width) / 4 * 3, for: "the clip of \(positions.count) images")
    return try read(positions, into: .empty([positions.count, height, width, 3], .uint8)) { try image($0) }
  }
  /// Classes at positions in `track.frames`, `[N, H, W]` uint8.
  package func labels(_ positions: [Int]) throws -> Tensor {
    try read(positions, into: .empty([positions.count, height, width], .uint8)) { try labels($0) }
  }
  /// Decodes side by side: a thousand files are most of a minute for one core.
  private func read(_ positions: [Int], into all: Tensor, _ one: (Int) throws -> Tensor) throws -> Tensor {
    let results = withoutGradient {
      Lanes.map { lane in
        Result { for i in stride(from: lane, to: positions.count, by: Lanes.count) { all[.at(i)].copy_(try one(positions[i])) } }
      }
    }
    for result in results { try result.get() }
    return all
  }

  /// Features of a kind that comes from files, as AD-NeRF's folders hold them.
  package var speechFile: URL { folder.appending(path: "aud.npy") }

  /// Expression, gaze and torso shift of a frame, with zeros up to `width` numbers; see `Track.driving`.
  package func driving(_ position: Int, width: Int? = nil) -> [Float] { track.driving(position, width: width) }
  /// The same for all frames, `[N, width]` float32.
  package func driving(width: Int) -> Tensor {
    Tensor((0..<count).flatMap { driving($0, width: width) }, [count, width])
  }
  /// The camera of a frame in head space.
  package func cameraInHead(_ position: Int) -> Camera { track.cameraInHead(position) }

  private func read(_ file: URL) throws -> Tensor {
    let image = try ImageFile.read(existing(file))
    guard ratio(image.size(1), image.size(0)) else { throw sizeError(file, image) }
    return ImageScaling.scale(image, width: width, height: height)
  }
  /// Whether an image of a size can be one of this dataset: its shape is the camera's, or all that is known is its size.
  private func ratio(_ w: Int, _ h: Int) -> Bool { abs(w * sourceHeight - h * sourceWidth) <= max(sourceWidth, sourceHeight) }
  private func sizeError(_ file: URL, _ image: Tensor) -> DatasetError {
    .broken(file, "it is \(image.size(1)) x \(image.size(0)) pixels, but the dataset's images are \(sourceWidth) x \(sourceHeight)")
  }
  private func existing(_ file: URL) throws -> URL {
    guard FileManager.default.fileExists(atPath: file.path) else {
      let remedy =
        style == .likeness ? "run process again with --overwrite" : "copy the whole dataset, or remove that frame from its transforms files"
      throw DatasetError.missing(file, hint: "the dataset is not complete; \(remedy)")
    }
    return file
  }
}
