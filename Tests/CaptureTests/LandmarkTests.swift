import Capture
import Foundation
import Testing
import Torch

/// The networks that `scripts/setup` fetches, absent only before it ran.
let networksArePresent = (try? DependencyFolder.file("litert/libLiteRt.so")) != nil

@Suite(.enabled(if: networksArePresent, "skipped: run scripts/setup first"))
struct LandmarkTests {
  @Test func aFlatPictureHasNoFace() throws {
    let grey = Tensor.full([240, 320, 3], 127, .uint8)
    #expect(try FaceDetector().detect(grey).isEmpty)
    let tracker = try LandmarkTracker()
    #expect(try tracker.track(grey) == nil)
    #expect(try tracker.track(grey) == nil)
  }

  @Test func anAbsentDependencyIsNamedWithItsRemedy() {
    #expect {
      try DependencyFolder.file("mediapipe/no_such_network.tflite")
    } throws: {
      "\($0)".contains("no_such_network.tflite") && "\($0)".contains("scripts/setup")
    }
  }
}
