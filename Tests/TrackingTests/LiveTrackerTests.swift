import Face
import Golden
import Media
import Testing
import Torch
import Tracking

/// The live tracker on images.
@Suite(.enabled(if: Assets.networksArePresent, "skipped: run scripts/setup first"))
struct LiveTrackerTests {
  @Test func imagesWithoutAFaceAreHarmless() throws {
    let tracker = try LiveTracker(SyntheticClip.head.model)
    for i in 0..<20 {
      let image = Tensor.full([240, 320, 3], i % 2 == 0 ? 0 : 127, .uint8)
      #expect(try tracker.track(image, at: Double(i) / 25) == nil)
    }
    #expect(try tracker.track(.zeros([64, 48, 3], .uint8), at: 1) == nil)
  }

  /// A small face in a large image, which only a close look finds, is found within a second, and so it is after it was gone.
  @Test(.enabled(if: Assets.arePresent, "skipped: ../shared is absent"))
  func aFaceIsFoundPartByPart() throws {
    let photo = try ImageFile.read(Assets.photo("frontal_m_cruise.jpg"))
    let face = resize(photo, width: 150, height: 150 * photo.size(0) / photo.size(1))
    let image = Tensor.full([1080, 1920, 3], 90, .uint8)
    image[.in(500..<500 + face.size(0)), .in(1300..<1450)].copy_(face)
    let empty = Tensor.full([1080, 1920, 3], 90, .uint8), tracker = try LiveTracker(SyntheticClip.head.model)
    for round in 0..<2 {
      var frames = 0
      while try (tracker.track(image, at: Double(10 * round) + Double(frames) / 25)?.confidence ?? 0) == 0, frames < 60 { frames += 1 }
      #expect(frames < 25, "found after \(frames) frames")
      for i in 0..<5 { _ = try tracker.track(empty, at: Double(10 * round + 5) + Double(i) / 25) }
    }
  }

  /// Against the fit of the whole clip: the head's turn from the first frame on, and the jaw and the lids once the face was seen at rest.
  @Test(
    .enabled(if: Assets.landmarkerIsPresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"),
    arguments: [("train_german_20s.mp4", 200), ("train_cnn2_25fps.mp4", 300)])
  func itComesNearTheFitOfTheWholeClip(clip: String, count: Int) throws {
    let reader = try VideoReader(Assets.video(clip)), landmarks = try LandmarkTracker(), head = SyntheticClip.head.model
    let tracker = try LiveTracker(head)
    var seen: [FaceLandmarks?] = [], live: [LiveFace?] = []
    while live.count < count, let frame = try reader.next() {
      seen.append(try landmarks.track(frame.rgb))
      live.append(try tracker.track(frame.rgb, at: frame.time))
    }
    let fit = try FaceFit(head).fit(seen, width: reader.width, height: reader.height)
    let pairs = try zip(live, fit.frames).map { (try #require($0), try #require($1)) }
    let turns = pairs.map { $0.state.pose.rotation.angle(to: $1.pose.rotation) * 180 / .pi }
    #expect(median(turns) < 1.8, "\(clip): \(median(turns)) degrees")
    for (name, least) in [("jawOpen", 0.85), ("eyeBlinkLeft", 0.9), ("eyeBlinkRight", 0.9)] as [(String, Float)] {
      let k = try #require(head.expressionIndex(name))
      let r = correlation(pairs[100...].map { $0.0.state.expression[k] }, pairs[100...].map { $0.1.expression[k] })
      #expect(r > least, "\(clip): \(name) correlates by \(r)")
    }
  }
}
