import Face
import Foundation
import Media
import Perception
import Torch
import Tracking

/// Reads photos: finds the face, cuts it out as the generators' photos are cut, and fits a head to it.
package final class PhotoReader {
  /// Below the first distance of the eyes in pixels a face is refused, below the second something is said.
  static let leastEyes = 16, fewEyes = 48
  /// Pixels of the shorter side, and the longer over it, beyond which nothing is looked for.
  private static let leastSide = 32, mostStretch = 8
  /// Shares of the face and of the square that must, or should, lie within the image; degrees that the head must not, or should not, be
  /// turned away by.
  private static let leastFace: Float = 0.8, leastSquare: Float = 0.75, mostTurn: Float = 70, muchTurn: Float = 45

  /// More faces than the first number are a wall of them if the largest is not larger than most by the factor; or more than the second, if
  /// it is no larger than that share of the image's shorter side: of walls of small ones not all are found.
  private static let (manyFaces, manySmallFaces, standsOut, smallFace) = (16, 7, Float(2), Float(0.12))

  private let tracker: LandmarkTracker
  /// With the older mesh network, which knows faces from the side that the other one does not.
  private let sideways: LandmarkTracker
  private let upright: UprightSearch
  private let human: HumanFace
  package let fit: PhotoFit
  /// Pixels a side of the photos that are cut out.
  package let size: Int

  /// Throws when the networks that find faces are absent.
  package init(_ fit: PhotoFit = PhotoFit(), size: Int = 512) throws {
    (tracker, sideways) = (try LandmarkTracker(), try LandmarkTracker(.attention))
    (upright, human) = (try UprightSearch(), try HumanFace())
    (self.fit, self.size) = (fit, size)
  }

  /// The photo in a file, turned upright as the file says; throws `MediaError`, `FileError` or `PhotoError`.
  package func read(_ url: URL, face: Int? = nil) throws -> PortraitPhoto {
    try read(try ImageFile.read(url), name: url.relativePath, face: face)
  }

  /// The face of `image`, `[H, W, 3]` uint8, which is called `name`; where there are several, the largest or the one that `choice` says,
  /// counted from the left, from 1 on. Throws `PhotoError`.
  package func read(_ image: Tensor, name: String, face choice: Int? = nil) throws -> PortraitPhoto {
    try readUpright(image, name: name, face: choice).photo
  }

  /// The same with the whole image, turned upright.
  package func readUpright(_ image: Tensor, name: String, face choice: Int? = nil) throws -> (photo: PortraitPhoto, image: Tensor) {
    // Long strips would be searched in thousands of squares.
    let (short, long) = (min(image.size(0), image.size(1)), max(image.size(0), image.size(1)))
    guard short >= Self.leastSide, long <= Self.mostStretch * short else { throw PhotoError(name, .shape(image.size(1), image.size(0))) }
    let turns = try upright.quarterTurns(image) ?? 0
    let image = turned(image, quarterTurns: turns)
    let (height, width) = (image.size(0), image.size(1))
    let (face, crop, score) = try humanFace(image, name, choice)
    if choice == nil, Self.isWall(tracker.detections.map { max($0.size.x, $0.size.y) }, side: Float(short)) {
      throw PhotoError(name, .wall(tracker.detections.count))
    }
    var notices = turns == 0 ? [] : [UprightSearch.notice(turns)]
    if tracker.detections.count > 1, choice == nil {
      let middle = (face.box.low + face.box.high) / 2
      notices.append(
        "\(tracker.detections.count) faces were found; the largest one is used, at \(Int(middle.x)), \(Int(middle.y)); --face N takes the N-th from the left"
      )
    }
    let eyes = Int(face.eyeDistance)
    guard eyes >= Self.leastEyes else { throw PhotoError(name, .tiny(eyes)) }
    if eyes < Self.fewEyes { notices.append("the face is small, \(eyes) pixels between the eyes, and will be blurred") }
    let within = face.share(width: width, height: height)
    guard within >= Self.leastFace else { throw PhotoError(name, .cutOff(Int(within * 100))) }
    if score < HumanFace.fairScore {
      notices.append("the face is hard to make out (turned far, covered, dark or painted over); look closely at what comes out")
    }
    if HumanFace.isColorless(image, crop) {
      notices.append("the face has next to no colors, as in a black and white photo or of a statue; so will the avatar")
    }
    let shown = crop.shown(width: width, height: height)
    if shown < Self.leastSquare {
      notices.append("\(Int((1 - shown) * 100)) % of the crop lie outside the image and are blurred")
    }
    let seen = crop.landmarks(face)
    let found = try fit(seen, size: size)
    let place = found.cameraToBox.translation
    let turn = acos(min(1, max(-1, normalized(place).z))) * 180 / .pi
    guard turn <= Self.mostTurn else { throw PhotoError(name, .turned(Int(turn))) }
    if turn > Self.muchTurn { notices.append("the head is turned away by \(Int(turn)) degrees; the side that it hides has to be guessed") }
    let photo = PortraitPhoto(
      name: name, crop: crop, input: crop.cut(image), landmarks: seen, state: found.state, faceModel: fit.head.name,
      fitError: found.error,
      camera: BoxSpace.camera(BoxSpace.normalized(found.cameraToBox), side: size), distance: length(place),
      notices: notices)
    return (photo, image)
  }

  /// Whether faces of these sizes, in an image with this shorter side, are so many and so alike that none of them is meant.
  private static func isWall(_ sizes: [Float], side: Float) -> Bool {
    let sorted = sizes.sorted(), largest = sorted.last ?? 0
    guard sorted.count > manySmallFaces, largest < standsOut * sorted[sorted.count / 2] else { return false }
    return sorted.count > manyFaces || largest < smallFace * side
  }

  /// The largest face, or the one that was chosen, that is a person's; throws `PhotoError`.
  private func humanFace(_ image: Tensor, _ name: String, _ choice: Int?) throws -> (face: FaceLandmarks, crop: PhotoCrop, score: Float) {
    func look(_ choice: Int?) throws -> (face: FaceLandmarks, crop: PhotoCrop)? {
      for one in [tracker, sideways] {
        one.reset()
        one.choice = choice
      }
      guard let face = try tracker.track(image) ?? sideways.track(image) else { return nil }
      var points = FacePoints(mesh: face.points.map { SIMD2($0.x, $0.y) })
      // The standard face's tip of the nose is the foremost point, not the one below it that recognition networks know.
      points.nose = face[4]
      return (face, PhotoCrop(points, size: size))
    }
    guard let first = try look(choice) else {
      if let choice, !tracker.detections.isEmpty { throw PhotoError(name, .fewFaces(choice, tracker.detections.count)) }
      throw PhotoError(name, .noFace)
    }
    // What is too small is refused as that.
    if first.face.eyeDistance < Float(Self.leastEyes) { return (first.face, first.crop, 1) }
    let score = try human.score(image, first.crop)
    if score >= HumanFace.leastScore { return (first.face, first.crop, score) }
    let found = tracker.detections
    guard choice == nil, found.count > 1 else { throw PhotoError(name, .notHuman) }
    // Somebody with a dog that is larger in the photo.
    let fromLeft = found.indices.sorted { found[$0].center.x < found[$1].center.x }
    for (number, _) in fromLeft.enumerated().sorted(by: { $0.element < $1.element }) {
      guard let next = try look(number + 1), next.face.eyeDistance >= Float(Self.leastEyes) else { continue }
      let score = try human.score(image, next.crop)
      if score >= HumanFace.leastScore { return (next.face, next.crop, score) }
    }
    throw PhotoError(name, .notHuman)
  }
}

extension PhotoCrop {
  /// Landmarks of the image, in pixels of the crop.
  package func landmarks(_ face: FaceLandmarks) -> FaceLandmarks {
    let scale = Float(size) / side
    return FaceLandmarks(
      points: face.points.map { p in
        let q = crop(SIMD2(p.x, p.y))
        return [q.x, q.y, p.z * scale]
      }, presence: face.presence)
  }
}

extension FaceLandmarks {
  /// How many of the mesh's points lie within an image of that size, 0...1.
  func share(width: Int, height: Int) -> Float {
    let mesh = points.prefix(LandmarkModel.count)
    return Float(mesh.count { $0.x >= 0 && $0.y >= 0 && $0.x <= Float(width) && $0.y <= Float(height) }) / Float(mesh.count)
  }
}
