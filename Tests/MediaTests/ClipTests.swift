import Foundation
import Media
import Testing

@Suite(.enabled(if: Assets.arePresent, "skipped: ../shared is absent")) struct ClipTests {
  @Test func nativeFramesAreAllDelivered() throws {
    for (name, count) in [("drive_retalk_1.mp4", 135), ("drive_retalk_4.mp4", 199), ("drive_tps_7s.mp4", 169), ("drive_may_5s.mp4", 125)] {
      let reader = try VideoReader(Assets.video(name), rate: nil)
      var frames = 0
      var last = -1.0
      while let frame = try reader.next() {
        #expect(frame.time > last)
        last = frame.time
        frames += 1
      }
      #expect(frames == count, "\(name)")
      #expect(reader.damage == nil)
    }
  }
  @Test func constantRate() throws {
    for (name, seconds) in [("drive_retalk_1.mp4", 6.1), ("drive_retalk_4.mp4", 6.633), ("drive_may_5s.mp4", 5)] {
      let reader = try VideoReader(Assets.video(name))
      var frames = 0
      while let frame = try reader.next() {
        #expect(abs(frame.time - Double(frames) / 25) < 1e-9)
        frames += 1
      }
      #expect(abs(Double(frames) - seconds * 25) <= 1.5, "\(name) \(frames) \(reader.counts)")
    }
  }
}
