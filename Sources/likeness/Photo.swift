import ArgumentParser
import Evaluation
import Face
import Foundation
import Media
import Photos
import Portrait
import Torch
import Tracking

struct Photo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cut faces out of photos as portrait generators need them, and estimate the camera of each.",
    discussion: """
      The face is found, levelled and cut out in one framing; a head is fitted to it, and that says where the camera stood. The output is
      a folder of images with dataset.json, as EG3D has them, and sheet.png: each photo above, below it the landmarks that were seen (green)
      and the fitted head as the photo's camera sees it (red). Look at it: faces must be upright and the dots on the face.

      What a file is, its content says and not its name. Of a folder every file is tried but hidden ones; folders in it are not looked
      into. Photos that cannot be used are named, with the reason; the others are processed. The folder is there whole or not at all.

      Use only photos of yourself, or of people who have agreed to it.

      Example:
        likeness photo holiday/*.jpg --output photos/
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("Photos, or folders of photos.", valueName: "photo"))
  var photos: [String]
  @Option(help: "Width and height of the crops in pixels.")
  var size = 512
  @Option(
    help: ArgumentHelp("Which face to cut out where there are several, counted from the left; the largest by default.", valueName: "number")
  )
  var face: Int?
  @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"))
  var output: String
  @Flag(help: "Replace a folder of photos of this name.")
  var overwrite = false

  func validate() throws {
    if photos.isEmpty { throw ValidationError("name at least one photo") }
    try OutputKind.requireFolder(output)
    if let face, face < 1 { throw ValidationError("--face counts from 1") }
    if !(64...1024).contains(size) { throw ValidationError("--size must be 64...1024") }
  }

  func run() throws {
    let files = try photos.flatMap { try PhotoFiles(URL(filePath: $0), called: $0).found }
    let reader = try PhotoReader(size: size)
    let folder = try AtomicFolder(URL(filePath: output), .posed, replace: overwrite)
    let set = PhotoSet(folder.url)
    var sheet: [(truth: Tensor, render: Tensor)] = []
    var refused = 0
    for file in files {
      do {
        guard case .image(let url) = file else {
          if case .folder(let url) = file {
            complain("\(url.relativePath): is a folder inside a folder and is skipped; name it to use its photos")
          }
          continue
        }
        let photo = try reader.read(url, face: face)
        try set.add(photo)
        for notice in photo.notices { complain("\(photo.name): \(notice)") }
        print(Self.summary(photo))
        sheet.append((photo.image, PhotoMarks(photo, reader.fit).image))
      } catch let error where PhotoFault.isOfPhoto(error) {
        refused += 1
        complain(oneLine(error))
      }
    }
    guard set.count > 0 else { throw Failure.input("none of \(refused) files can be used; the lines above say why") }
    try set.finish()
    try ImageFile.write(ContactSheet(columns: 8, cell: 192).image(sheet), to: folder.url.appending(path: "sheet.png"))
    try folder.finish()
    print("\(output): \(set.count) photos\(refused > 0 ? ", \(refused) refused" : "")")
  }

  /// Where the camera stood, and how well the head fits: median distance of landmarks over that of the eyes.
  private static func summary(_ photo: PortraitPhoto) -> String {
    let p = normalized(photo.camera.position), degrees = 180 / Float.pi
    let roll = photo.crop.roll * degrees
    return photo.name
      + String(
        format: ": seen from %+.0f degrees aside and %+.0f above, levelled by %+.0f; head fits within %.1f %%", locale: nil,
        atan2(p.x, p.z) * degrees, asin(min(1, max(-1, p.y))) * degrees, roll, photo.fitError * 100)
  }
}

enum PhotoFault {
  /// Whether one photo is at fault, and the others can be done all the same.
  static func isOfPhoto(_ error: any Error) -> Bool {
    if let error = error as? CaptureError { return error.kind == .badInput }
    return error is PhotoError || error is MediaError
  }
}

extension AtomicFolder.Kind {
  /// Images with cameras, as generators are trained on them.
  static let posed = AtomicFolder.Kind("folder of posed images", marker: "dataset.json")
}

/// A photo with dots on it: where landmarks were seen, and where the fitted head has them in the eyes of the photo's camera.
private struct PhotoMarks {
  let image: Tensor
  /// The lines of the face: all points would hide it.
  private static let shown =
    MeshContour.rightEye + MeshContour.leftEye + MeshContour.rightBrow + MeshContour.leftBrow + MeshContour.nose + MeshContour.lipsOuter
    + MeshContour.lipsInner + MeshContour.faceOval

  init(_ photo: PortraitPhoto, _ fit: PhotoFit) {
    var dots: [(SIMD2<Float>, (UInt8, UInt8, UInt8))] = Self.shown.map { (photo.landmarks[$0], (40, 220, 90)) }
    let head = FittedHead(fit.head, identity: photo.state.identity, calibration: [])
    // Through the box and the label, as a generator would see them.
    let camera = photo.label.camera(width: photo.crop.size, height: photo.crop.size)
    let points = head.landmarks(photo.state)
    for k in Self.shown {
      let seen = camera.project(fit.placement.box(points[k]))
      dots.append((SIMD2(seen.x, seen.y), (255, 60, 60)))
    }
    let marked = photo.image.clone(), size = photo.crop.size
    marked.withMutableElements(UInt8.self) { pixels in
      for (p, color) in dots where p.x.isFinite && p.y.isFinite {
        for (dx, dy) in (0..<9).map({ ($0 % 3 - 1, $0 / 3 - 1) }) {
          let (x, y) = (Int(p.x) + dx, Int(p.y) + dy)
          guard (0..<size).contains(x), (0..<size).contains(y) else { continue }
          let at = 3 * (y * size + x)
          (pixels[at], pixels[at + 1], pixels[at + 2]) = color
        }
      }
    }
    image = marked
  }
}
