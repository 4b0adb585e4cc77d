import Datasets
import Foundation
import Media
import Synthetic
import Testing
import Torch
import Tracking

/// `portrait`, `animate` and what other verbs say of a portrait, of a drawn person.
@Suite(.enabled(if: (try? FaceDetector()) != nil, "skipped: the face networks are absent"))
struct PortraitVerbsTests {
  /// The photo becomes a file, the file a film as long as its driver; a file that is there is kept.
  @Test func aPhotoDoesWhatAFilmDoes() throws {
    try withFolder { folder in
      try Self.draw(into: folder)
      let made = try Tool.run("portrait", "photo.png", "--output", "a.portrait", in: folder)
      #expect(made.status == 0, "\(made.errors)")
      let kept = try Tool.run("portrait", "photo.png", "--output", "a.portrait", in: folder)
      #expect(kept.status == 64 && kept.errors.contains("a.portrait: is there already"), "\(kept.errors)")
      let shown = try Tool.run("animate", "a.portrait", "--driver", "driver.mp4", "--size", "64", "--output", "film.mp4", in: folder)
      #expect(shown.status == 0, "\(shown.errors)")
      let reader = try VideoReader(folder.appending(path: "film.mp4"))
      var count = 0
      while try reader.next() != nil { count += 1 }
      #expect(count == Self.frames)

      for (words, status, text) in [
        (
          ["animate", "a.portrait", "--driver", "driver.mp4", "--photo-face", "2", "--output", "b.mp4"], Int32(64), "leave out --photo-face"
        ),
        (["portrait", "a.portrait", "--face", "2", "--output", "b.portrait"], 64, "leave out --face"),
        (["animate", "a.portrait", "--driver", "driver.mp4", "--output", "driver.mp4"], 64, "is what is read"),
        (["export", "--load", "a.portrait", "--output", "b.safetensors"], 64, "is a portrait"),
        (["render", "--load", "a.portrait", "--audio", "s.wav", "--output", "b.mp4"], 65, "s.wav"),
        (
          ["render", "--load", "a.portrait", "--driver", "driver.mp4", "--frames", "90..99", "--output", "b.mp4"], 65,
          "has no frames 90..99"
        ),
      ] {
        let ending = try Tool.run(words, in: folder)
        #expect(ending.status == status && ending.errors.contains(text), "\(words): \(ending.status) \(ending.errors)")
      }
      let places = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(places == ["a.portrait", "driver.mp4", "film.mp4", "photo.png"])
    }
  }

  /// Of photos and what is none, figures and sheets are written, whole or not at all.
  @Test func manyPhotosAreJudged() throws {
    try withFolder { folder in
      try Self.draw(into: folder)
      try FileManager.default.createDirectory(at: folder.appending(path: "photos"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: folder.appending(path: "photo.png"), to: folder.appending(path: "photos/a.png"))
      try ImageFile.write(Tensor.full([80, 80, 3], 90, .uint8), to: folder.appending(path: "photos/b.png"))
      let words = ["eval", "--photos", "photos", "--driver", "driver.mp4", "--output", "judged"]
      let ending = try Tool.run(words, in: folder)
      #expect(ending.status == 0 && ending.errors.contains("b.png: no face was found"), "\(ending.errors)")
      #expect(ending.output.contains("1 of 2 photos became an avatar, 1 were refused"), "\(ending.output)")
      let made = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "judged").path).sorted()
      #expect(made == ["a--driver.png", "photos.json", "views-1.png", "worst.png"])
      let report = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "judged/photos.json"))) as? [String: Any]
      let rows = report?["photos"] as? [[String: Any]], driven = (rows?.first?["driven"] as? [[String: Any]])?.first
      #expect(report?["made"] as? Int == 1 && report?["refused"] as? Int == 1)
      #expect(
        (driven?["frames"] as? Int ?? 0) > 0 && driven?["lost"] as? Int == 0 && (driven?["aed"] as? Double ?? 1) < 0.2, "\(driven ?? [:])")
      #expect((rows?.last?["refused"] as? String)?.contains("no face") == true)
      let again = try Tool.run(words, in: folder)
      #expect(again.status != 0 && again.errors.contains("judged: exists already"), "\(again.errors)")
      let none = try Tool.run("eval", "--photos", "photos/b.png", "--output", "none", in: folder)
      #expect(none.status == 65 && !FileManager.default.fileExists(atPath: folder.appending(path: "none").path), "\(none.errors)")
      let alone = try Tool.run("eval", "--driver", "driver.mp4", "--data", "x", "--from-frame", "0", in: folder)
      #expect(alone.status == 64 && alone.errors.contains("go with --photos"), "\(alone.errors)")
    }
  }

  /// Figures that are told where to go take their pictures along; the dataset is only read.
  @Test func picturesGoWithTheirFigures() throws {
    try withFolder { folder in
      try Self.draw(into: folder)
      // A clip of somebody who stands still.
      let photo = folder.appending(path: "photo.png"), data = folder.appending(path: "data")
      try TinyDataset.write(to: data, frames: 3, size: try ImageFile.read(photo).size(0))
      for frame in 0..<3 {
        try FileManager.default.removeItem(at: DatasetFolder(data).image(frame))
        try FileManager.default.copyItem(at: photo, to: DatasetFolder(data).image(frame))
      }
      func contents(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path).sorted()
      }
      let before = try contents("data")
      let told = try Tool.run("eval", "--data", "data", "--from-frame", "0", "--size", "64", "--output", "told.json", in: folder)
      #expect(told.status == 0 && told.output.contains("told/contact-sheet.png"), "\(told.errors)")
      #expect(try contents("data") == before && contents("told").contains("motion.csv"))
      let plain = try Tool.run("eval", "--data", "data", "--from-frame", "0", "--size", "64", in: folder)
      #expect(plain.status == 0, "\(plain.errors)")
      #expect(try contents("data") == (before + ["from-frame-0", "from-frame-0.json"]).sorted())
    }
  }

  /// Refused before any work, in one line, and nothing is left.
  @Test func whatCannotBeRead() throws {
    try withFolder { folder in
      try Data("no portrait".utf8).write(to: folder.appending(path: "text.portrait"))
      try ImageFile.write(Tensor.full([4, 2000, 3], 90, .uint8), to: folder.appending(path: "strip.png"))
      let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      for (words, status, text) in [
        (["portrait", "strip.png", "--output", "b.portrait"], Int32(65), "2000 x 4 pixels show no head"),
        (["portrait", "strip.png", "--output", "strip.png", "--overwrite"], 64, "must end in .portrait"),
        (["portrait", "strip.png", "--output", ""], 64, "must end in .portrait"),
        (["portrait", "strip.png", "--output", "none/b.portrait"], 1, "its folder does not exist"),
        (["animate", "text.portrait", "--driver", "d.mp4", "--output", "b.mp4"], 65, "text.portrait: not a valid safetensors file"),
        (["animate", "strip.png", "--driver", "d.mp4", "--output", ""], 64, "--output is empty"),
        (["render", "--load", "none.portrait", "--driver", "d.mp4", "--output", "b.mp4"], 65, "there is no such file"),
      ] {
        let ending = try Tool.run(words, in: folder)
        #expect(ending.status == status && ending.errors.contains(text), "\(words): \(ending.status) \(ending.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    }
  }

  static let frames = 5
  /// photo.png, and driver.mp4 of the same person standing still.
  static func draw(into folder: URL) throws {
    let crowd = try Crowd(PopulationScript(count: 2, views: 2, seed: 21, yaw: 10)), shot = crowd.shot(0)
    let face = crowd.sitter(shot.person).image(shot).rgb, side = face.size(0), border = 64
    let image = Tensor.full([side + 2 * border, side + 2 * border, 3], 128, .uint8)
    image[.in(border..<border + side), .in(border..<border + side)] = face
    try ImageFile.write(image, to: folder.appending(path: "photo.png"))
    let writer = try VideoWriter(
      folder.appending(path: "driver.mp4"), width: image.size(1), height: image.size(0), rate: 25, sound: nil, format: FilmFormat())
    for _ in 0..<frames { try writer.append(image) }
    try writer.finish()
  }
}
