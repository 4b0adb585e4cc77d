import Face
import Foundation
import Media
import Photos
import Portrait
import Runs
import Testing
import Torch

/// Glasses of a drawn person, and of real ones where they are.
@Suite(.serialized) struct GlassesTests {
  /// No other color of a drawn person is near it.
  private static let frame = SIMD3<Float>(90, 0, 120) / 255
  private static let shapes: [[String: Float]] = [
    ["browInnerUp": 1, "browOuterUpLeft": 1, "browOuterUpRight": 1], ["browDownLeft": 1, "browDownRight": 1],
    ["eyeBlinkLeft": 1, "eyeBlinkRight": 1], ["cheekSquintLeft": 1, "cheekSquintRight": 1], ["jawOpen": 1],
  ]

  private func pixels(_ frame: RenderedFrame) -> [Bool] {
    let rgb = frame.rgb.floats
    return (0..<rgb.count / 3).map { k in
      let d = SIMD3(rgb[3 * k], rgb[3 * k + 1], rgb[3 * k + 2]) - Self.frame
      return (d * d).sum().squareRoot() < 0.3
    }
  }
  /// How many of `pixels` lie more than one pixel away from all of `others`, in images of `width`.
  private func astray(_ pixels: [Bool], from others: [Bool], width: Int) -> Int {
    pixels.indices.count { k in
      guard pixels[k] else { return false }
      let (x, y) = (k % width, k / width)
      return !(-1...1).contains { dy in
        (-1...1).contains { dx in
          let (u, v) = (x + dx, y + dy)
          return u >= 0 && v >= 0 && u < width && v < pixels.count / width && others[v * width + u]
        }
      }
    }
  }

  /// Whatever the face does, rims and bridge are where they were, to a pixel at 512 x 512, from the front and from aside; the lids close.
  @Test(arguments: [Float(0), 0.4]) func glassesKeepTheirShape(yaw: Float) throws {
    let person = DrawnPerson(size: 512, glasses: .clear), avatar = try PortraitLift(person.photo, model: person.model)
    let camera = person.camera
    func shown(_ changes: [String: Float]) throws -> RenderedFrame {
      var state = person.doing(changes)
      state.pose.rotation = Matrix3(yaw: yaw, pitch: 0, roll: 0) * state.pose.rotation
      return try avatar.render(state, camera: camera)
    }
    let still = try shown([:]), rest = pixels(still)
    #expect(rest.count { $0 } > 1500, "\(rest.count { $0 }) pixels of glasses")
    for changes in Self.shapes {
      let moved = pixels(try shown(changes))
      let (lost, strayed) = (astray(rest, from: moved, width: 512), astray(moved, from: rest, width: 512))
      #expect(lost == 0 && strayed == 0, "\(changes): \(lost) pixels are gone, \(strayed) are elsewhere")
    }
    func eyes(_ frame: RenderedFrame) -> Int { frame.labels.array(UInt8.self).count { $0 == SemanticClass.eyes.rawValue } }
    let shut = eyes(try shown(["eyeBlinkLeft": 1, "eyeBlinkRight": 1]))
    #expect(eyes(still) > 300 && shut * 6 < eyes(still), "\(shut) of \(eyes(still))")
  }

  /// In the photo's own view the avatar shows the glasses that the photo does, and where they are, labels and depth say so.
  @Test func theyAreShownAsInThePhoto() throws {
    let person = DrawnPerson(size: 512, glasses: .clear), avatar = try PortraitLift(person.photo, model: person.model)
    let frame = try avatar.render(avatar.state, camera: person.camera)
    let truth = person.photo.image.to(.float32) / 255
    #expect(-10 * log10((frame.rgb - truth).square().mean().item) > 24)
    let labels = frame.labels.array(UInt8.self), worn = labels.map { $0 == SemanticClass.glasses.rawValue }, seen = pixels(frame)
    #expect(astray(seen, from: worn, width: 512) == 0 && worn.count { $0 } < 3 * seen.count { $0 })
    let camera = person.camera.scaled(width: 90, height: 84)
    var state = person.doing(["jawOpen": 0.5, "eyeBlinkLeft": 0.8])
    state.pose.rotation = Matrix3(yaw: 0.3, pitch: -0.1, roll: 0.1) * state.pose.rotation
    let fused = try avatar.render(state, camera: camera), plain = try avatar.referenceRender(state, camera: camera)
    #expect(((fused.rgb - plain.rgb).abs().max(2).values .> 2e-3).to(.float32).mean().item < 2e-3)
    #expect((fused.labels .== plain.labels).to(.float32).mean().item > 0.998)
    #expect(((fused.depth - plain.depth).abs() .> 1e-3).to(.float32).mean().item < 2e-3)
  }

  /// Behind dark lenses nothing is seen to move.
  @Test func darkLensesHideTheEyes() throws {
    let person = DrawnPerson(size: 512, glasses: .dark), avatar = try PortraitLift(person.photo, model: person.model)
    let rest = try avatar.render(person.state, camera: person.camera), lenses = pixels(rest)
    #expect(lenses.count { $0 } > 8000, "\(lenses.count { $0 })")
    var state = person.doing(["eyeBlinkLeft": 1, "eyeBlinkRight": 1, "browInnerUp": 1])
    state.gaze = [0.4, 0.2]
    let moved = pixels(try avatar.render(state, camera: person.camera))
    let (lost, strayed) = (astray(lenses, from: moved, width: 512), astray(moved, from: lenses, width: 512))
    // A rim that is brighter than its lens and darker than the skin is no line: pieces of it stay with the brows.
    #expect(lost == 0 && strayed * 30 < lenses.count { $0 }, "\(lost) pixels are gone, \(strayed) are elsewhere")
  }

  /// A face without glasses has none in its avatar.
  @Test func aBareFaceIsLeftAlone() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "bare-\(UInt32.random(in: 0 ... .max)).portrait")
    defer { try? FileManager.default.removeItem(at: url) }
    for (glasses, rows) in [(nil, 2), (DrawnPerson.Glasses.clear, 3)] {
      let person = DrawnPerson(size: 512, glasses: glasses)
      try PortraitLift(person.photo, model: person.model).write(to: url)
      let file = try Checkpoint.read(url)
      #expect(file.tensors["texture"]?.size(0) == rows * 512 + 128)
      #expect((file.tensors["kinds"]?.select(1, 0).max().item == 4) == (glasses != nil))
    }
  }

  /// Wires and clear rims are found in films that had no part in the fit, and none on bare faces.
  @Test(.enabled(if: photosArePresent, "skipped: ../shared or the networks are absent"))
  func wiresAreFoundInFilms() throws {
    let reader = try PhotoReader(), model = MorphableModel.builtIn(), assets = photos.deletingLastPathComponent()
    func wears(_ image: Tensor, _ name: String) throws -> Bool {
      GlassesGradients(plate: try reader.lifted(image, name: name).glassesPlate(model)).score > 0
    }
    for (film, frame, isWorn) in [
      ("drive_lp_d9.mp4", 29, true), ("drive_lp_d12.mp4", 9, true), ("drive_lp_d19.mp4", 12, true), ("drive_retalk_5.mp4", 6, true),
      ("drive_may_5s.mp4", 35, false), ("drive_tps_7s.mp4", 8, false), ("drive_mead_W009_neutral.mp4", 5, false),
    ] {
      let video = try VideoReader(assets.appending(path: "video/\(film)"))
      for _ in 0..<frame { _ = try video.next() }
      let found = try wears(try #require(try video.next()).rgb, film)
      #expect(found == isWorn, "\(film)")
    }
    for name in ["male_84.jpg", "male_64.jpg", "male_50.jpg", "female_34.jpg", "female_98.jpg"] {
      let found = try wears(try ImageFile.read(assets.appending(path: "portraits/\(name)")), name)
      #expect(!found, "\(name)")
    }
  }

  /// Rims of thick, thin and dark glasses are found in real photos, and not in wrinkles, bags below eyes, brows and paint.
  @Test(.enabled(if: photosArePresent, "skipped: ../shared or the networks are absent"))
  func realGlassesAreFound() throws {
    let reader = try PhotoReader()
    let worn = ["glasses_f_thick.jpg", "glasses_m_dark_beard.png", "glasses_m_strong_frames.jpg", "glasses_m_tinted_goatee.jpg"]
    for name in worn + ["frontal_f_yeoh.jpg", "bw_einstein.jpg", "makeup_joker_generated.jpg", "occl_f_cap.jpg", "expr_f_mouth_wide.png"] {
      let avatar = try PortraitLift(try reader.lifted(try ImageFile.read(photos.appending(path: name)), name: name))
      let frame = try avatar.render(avatar.state, camera: avatar.camera)
      let seen = frame.labels.array(UInt8.self).count { $0 == SemanticClass.glasses.rawValue }
      #expect(worn.contains(name) ? seen > 800 : seen == 0, "\(name): \(seen) pixels of glasses")
    }
  }
}

private let photos =
  (ProcessInfo.processInfo.environment["LIKENESS_ASSETS"].map { URL(filePath: $0) }
  ?? URL(filePath: #filePath).appending(path: "../../../../../shared/assets").standardizedFileURL).appending(path: "photo")
private let photosArePresent =
  FileManager.default.fileExists(atPath: photos.path) && (try? DependencyFolder.file("litert/libLiteRt.so")) != nil
