import Face
import Foundation
import Media
import Photos
import Portrait
import Testing
import Torch

/// Real photos, where they are.
@Suite(.enabled(if: photosArePresent, "skipped: ../shared or the networks are absent")) struct PhotoReaderTests {
  private static let good = [
    "frontal_f_yeoh.jpg", "frontal_m_cruise.jpg", "frontal_carell.jpg", "frontal_astronaut_smile_PD.png", "beard_m_bana.png",
    "bw_einstein.jpg", "glasses_m_dark_beard.png", "halfbody_obama_smile_PD.jpg", "pose_f_gadot_3q.jpg", "pose_f_roll.jpg",
  ]

  /// Eyes are level and lie where they lie in the generators' photos; the fitted head is seen where the face is.
  @Test func facesAreCutOutAlike() throws {
    let reader = try PhotoReader()
    for name in Self.good {
      let photo = try reader.read(photo(name))
      let (right, left) = ((photo.landmarks[33] + photo.landmarks[133]) / 2, (photo.landmarks[263] + photo.landmarks[362]) / 2)
      let tilt = abs(atan2(left.y - right.y, left.x - right.x)) * 180 / .pi
      #expect(tilt < 8, "\(name): eyes tilted by \(tilt) degrees")
      let middle = (left + right) / 2
      #expect(abs(middle.x - 256) < 50 && (170...240).contains(middle.y), "\(name): eyes at \(middle)")
      #expect(photo.fitError < 0.05, "\(name): \(photo.fitError)")
      #expect((2.2...3.4).contains(photo.distance), "\(name): \(photo.distance)")
      #expect(photo.input.shape == [1, 3, 512, 512] && photo.input.std(0, 1, 2, 3).item > 0.1)
      let frontal = dot(normalized(photo.camera.position), [0, 0, 1])
      #expect(frontal > (name.hasPrefix("pose") ? 0.6 : 0.85), "\(name): \(photo.camera.position)")
    }
  }

  @Test func whatIsNoFaceIsRefused() throws {
    let reader = try PhotoReader()
    for name in ["neg_coffee.png", "neg_facemask_object.jpg"] {
      #expect { try reader.read(photo(name)) } throws: { error in
        let text = String(describing: error)
        return text.contains(name) && text.contains("no face") && !text.contains("\n")
      }
    }
    // A dog has all that the networks look for, but not in every framing.
    #expect(throws: PhotoError(photo("neg_dog.jpg").relativePath, .notHuman)) { try reader.read(photo("neg_dog.jpg")) }
    let empty = Tensor.zeros([64, 64, 3], .uint8)
    #expect(throws: PhotoError("empty", .noFace)) { try reader.read(empty, name: "empty") }
    #expect(throws: MediaError.self) { try reader.read(photo("no-such-photo.jpg")) }
  }

  /// Who is hard to make out is still a person, and a person beside a larger dog is the one who is meant.
  @Test func peopleAreTakenHoweverTheyLook() throws {
    let reader = try PhotoReader()
    for name in ["makeup_joker_generated.jpg", "pose_m_dark_twofaces.jpg"] {
      #expect(try reader.read(photo(name)).notices.contains { $0.contains("hard to make out") })
    }
    let notices = try reader.read(photo("frontal_f_yeoh.jpg")).notices
    #expect(!notices.contains { $0.contains("hard to make out") || $0.contains("no colors") }, "\(notices)")
    #expect(try reader.read(photo("art_statue.jpg")).notices.contains { $0.contains("no colors") })
    let dog = try ImageFile.read(photo("neg_dog.jpg")), woman = try ImageFile.read(photo("frontal_f_yeoh.jpg"))
    let side = dog.size(0), small = resize(woman, width: side / 2, height: side / 2)
    let both = cat([dog, pad(small, to: side)], 1)
    let found = try reader.read(both, name: "both")
    #expect(found.crop.center.x > Float(dog.size(1)))
  }
  private func pad(_ image: Tensor, to height: Int) -> Tensor {
    let all = Tensor.full([height, image.size(1), 3], 90, .uint8)
    all[.in(0..<image.size(0))] = image
    return all
  }

  /// Among faces of one size nobody is meant, unless a number says who.
  @Test func wallsOfFacesAreRefused() throws {
    let reader = try PhotoReader()
    let image = try ImageFile.read(photo("frontal_f_yeoh.jpg"))
    func wall(_ faces: Int, of side: Int) -> Tensor {
      let one = resize(image, width: side, height: side)
      return cat(Array(repeating: cat(Array(repeating: one, count: faces), 1), count: faces), 0)
    }
    for (faces, side) in [(5, 200), (10, 160)] {
      #expect {
        try reader.read(wall(faces, of: side), name: "wall.png")
      } throws: { error in
        guard let error = error as? PhotoError, case .wall(let count) = error.reason else { return false }
        return count > 7 && "\(error)".contains("--face N")
      }
    }
    #expect(throws: Never.self) { try reader.read(wall(5, of: 200), name: "wall.png", face: 3) }
  }

  @Test func severalFacesAreSaidAndTheLargestIsTaken() throws {
    let photo = try PhotoReader().read(photo("multi_two_people.jpg"))
    #expect(photo.notices.contains { $0.hasPrefix("2 faces") }, "\(photo.notices)")
  }

  /// Half a face, and one of a few pixels.
  @Test func facesThatCannotBeUsedAreRefused() throws {
    let reader = try PhotoReader()
    let image = try ImageFile.read(photo("frontal_f_yeoh.jpg"))
    let half = image.narrow(1, 0, 240).contiguous()
    #expect(throws: PhotoError.self) { try reader.read(half, name: "half") }
    let small = resize(image, width: 48, height: 48)
    let wide = Tensor.full([200, 200, 3], 90, .uint8)
    wide[.in(70..<118), .in(60..<108)] = small
    #expect(throws: PhotoError.self) { try reader.read(wide, name: "small") }
  }

  /// A quarter turn in the image itself, which no file tells, is taken out before the crop.
  @Test func turnedImagesAreLevelled() throws {
    let reader = try PhotoReader()
    let upright = try ImageFile.read(photo("frontal_f_yeoh.jpg"))
    let turned = upright.transpose(0, 1).flip(1).contiguous()
    let a = try reader.read(upright, name: "upright"), b = try reader.read(turned, name: "turned")
    #expect(abs(remainderf(b.crop.roll - a.crop.roll, 2 * .pi)) < 0.1)
    #expect((a.input - b.input).abs().mean().item < 0.12)
  }
}

private let photos =
  (ProcessInfo.processInfo.environment["LIKENESS_ASSETS"].map { URL(filePath: $0) }
  ?? URL(filePath: #filePath).appending(path: "../../../../shared/assets").standardizedFileURL).appending(path: "photo")
private let photosArePresent =
  FileManager.default.fileExists(atPath: photos.path) && (try? DependencyFolder.file("litert/libLiteRt.so")) != nil
private func photo(_ name: String) -> URL { photos.appending(path: name) }
