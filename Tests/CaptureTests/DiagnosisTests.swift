import Capture
import Foundation
import Golden
import Media
import Segmentation
import Testing
import Torch
import Tracking

/// An image of `width` x `height` whose grey level at the centre of a pixel is `value(x, y)`, 0...255.
private func image(_ width: Int, _ height: Int, _ value: (Double, Double) -> Double) -> Tensor {
  var bytes: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      let grey = UInt8(min(max(value(Double(x) + 0.5, Double(y) + 0.5), 0), 255))
      bytes += [grey, grey, grey]
    }
  }
  return Tensor(bytes, [height, width, 3])
}
/// Waves of several directions and lengths, so that every block has texture.
private func texture(_ x: Double, _ y: Double) -> Double {
  128 + 30 * sin(0.19 * x + 0.05 * y) + 30 * sin(0.17 * y - 0.07 * x) + 20 * sin(0.11 * x + 0.13 * y + 1)
}
/// A mask with the person in the middle third.
private func mask(_ width: Int, _ height: Int) -> Tensor {
  let alpha = Tensor.zeros([height, width])
  alpha[.in(height / 3..<height), .in(width / 3..<2 * width / 3)] = Tensor.ones([height - height / 3, 2 * width / 3 - width / 3])
  return alpha
}

@Suite struct ShotTests {
  @Test func cutsAreFoundAndFlashesAreNot() {
    let detector = ShotDetector()
    for t in 0..<80 {
      // A blob swings over a texture: a jump cut at 30, a flash of two frames at 45, another camera from 60.
      let center = (t < 30 ? 45 : 67) + 2 * sin(Double(t) / 8), shift = t < 60 ? 0.0 : 47, light = (45...46).contains(t) ? 90.0 : 0
      let rgb = image(120, 90) { x, y in
        (abs(x - center) < 18 && y > 25 ? 40 + 60 * sin(0.3 * (x - center)) : texture(x + shift, y)) + light
      }
      let alpha = Tensor.zeros([90, 120]), left = Int(center) - 19
      alpha[.in(24..<90), .in(left..<left + 39)] = Tensor.ones([66, 39])
      detector.add(rgb, face: nil, alpha: alpha)
    }
    #expect(detector.cuts.map(\.frame) == [30, 60])
    #expect(detector.cuts.map(\.keepsFraming) == [true, false])
    #expect(detector.shots == [0..<30, 30..<60, 60..<80])
    #expect(detector.takes == [0..<60, 60..<80])
  }

  @Test(.enabled(if: Assets.networksArePresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"))
  func aJumpCutOfANewsClipIsFound() throws {
    let reader = try VideoReader(Assets.video("train_cnn2_25fps.mp4"))
    let detector = ShotDetector(), tracker = try LandmarkTracker()
    while let frame = try reader.next(), frame.index < 200 {
      if frame.index < 150 { continue }
      detector.add(frame.rgb, face: try tracker.track(frame.rgb), alpha: nil)
    }
    #expect(detector.cuts.map { $0.frame + 150 } == [176])
  }
}

@Suite struct CameraMotionTests {
  @Test func aShiftingBackgroundIsACameraThatMoves() {
    let camera = CameraMotion(interval: 1), alpha = mask(200, 150)
    for t in 0..<12 { camera.add(image(200, 150) { texture($0 + 0.8 * Double(t), $1 - 0.3 * Double(t)) }, alpha: alpha) }
    #expect(camera.isMoving)
    // 11 steps of (0.8, 0.3) pixels over 200.
    #expect(abs(camera.wandering - 11 * 0.8544 / 200) < 0.005)
  }

  @Test func aZoomIsACameraThatMoves() {
    let camera = CameraMotion(interval: 1), alpha = mask(200, 150)
    for t in 0..<12 {
      let zoom = 1 + 0.006 * Double(t)
      camera.add(image(200, 150) { texture(100 + ($0 - 100) / zoom, 75 + ($1 - 75) / zoom) }, alpha: alpha)
    }
    #expect(camera.isMoving)
  }

  @Test func aPersonAndPlayOfLightAreNot() {
    let camera = CameraMotion(interval: 1), alpha = mask(200, 150)
    for t in 0..<12 {
      let seconds = Double(t)
      camera.add(
        image(200, 150) { x, y in
          // The person moves, the wall does not, and each of its patches brightens and darkens in its own time.
          if x > 80, x < 120, y > 60 { return texture(x + 5 * seconds, y) }
          return texture(x, y) + 6 * sin(0.5 * seconds + floor(x / 40) * 2 + floor(y / 40))
        }, alpha: alpha)
    }
    #expect(!camera.isMoving)
    #expect(camera.samples > 8)
  }

  @Test(
    .enabled(if: Assets.networksArePresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"),
    arguments: [
      ("hard_lp_s18_movingcam.mp4", true), ("hard_lp_s32_movingcam.mp4", true), ("train_german_20s.mp4", false),
      ("train_obama_20s_avoffset.mp4", false),
    ])
  func movingCamerasAreFlagged(clip: String, moves: Bool) throws {
    let reader = try VideoReader(Assets.video(clip)), segmenter = try PersonSegmenter(), camera = CameraMotion(interval: 1)
    while let frame = try reader.next(), frame.index < 100 {
      if frame.index % 5 == 0 { camera.add(frame.rgb, alpha: try segmenter.alpha(frame.rgb)) }
    }
    #expect(camera.isMoving == moves)
  }
}

@Suite(.enabled(if: Assets.networksArePresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"))
struct DrawingTests {
  @Test(arguments: [
    ("neg_cartoon_yongen.mp4", true), ("train_cnn2_25fps.mp4", false), ("train_lieu_60s_256.mp4", false), ("drive_lp_d9.mp4", false),
    ("drive_retalk_5.mp4", false), ("drive_katiehill_8s.mp4", false),
  ])
  func drawingsAreToldFromFilms(clip: String, drawn: Bool) throws {
    let reader = try VideoReader(Assets.video(clip)), tracker = try LandmarkTracker(), check = DrawingCheck()
    while let frame = try reader.next(), frame.index < 60 {
      if frame.index % 10 == 0, let face = try tracker.track(frame.rgb) { check.add(frame.rgb, face) }
    }
    #expect(check.isDrawing == drawn)
  }
}
