import Datasets
import Face
import Subject
import Testing
import Torch

@Suite struct BlinkFramesTests {
  /// 100 frames of 80 x 60 pixels, of which those in `shut` have closed eyes.
  private static func track(shut: Range<Int>) -> Track {
    let frames = (0..<100).map { i in
      let blink: Float = shut.contains(i) ? 0.9 : 0.1
      return TrackFrame(
        index: i,
        state: FaceState(identity: [], expression: [0.3, blink, blink], pose: Rigid(rotation: .identity, translation: .zero), gaze: .zero))
    }
    return Track(
      modelName: "builtin", expressionNames: ["jawOpen", "eyeBlinkLeft", "eyeBlinkRight"], identity: [], calibration: [],
      camera: Camera(width: 80, height: 60, focal: [100, 100]), fps: 25, frames: frames)
  }

  @Test func shutEyesAreAQuarterOfAPass() {
    let frames = Array(0..<100)
    for shut in [40..<45, 40..<50] {
      let repeats = BlinkFrames.repeats(frames, Self.track(shut: shut), share: 0.25)
      #expect(repeats.allSatisfy(shut.contains))
      let share = Double(repeats.count + shut.count) / Double(repeats.count + 100)
      #expect(abs(share - 0.25) < 0.02, "\(share) of the frames")
    }
    // One frame alone is not drawn all the time, nor one that is not among the frames.
    #expect(BlinkFrames.repeats(frames, Self.track(shut: 7..<8), share: 0.25) == [Int](repeating: 7, count: 15))
    #expect(BlinkFrames.repeats(Array(50..<100), Self.track(shut: 7..<8), share: 0.25) == [])
    // Nobody blinks, somebody sleeps, nothing is asked for.
    for shut in [0..<0, 0..<100] { #expect(BlinkFrames.repeats(frames, Self.track(shut: shut), share: 0.25) == []) }
    #expect(BlinkFrames.repeats(frames, Self.track(shut: 40..<45), share: 0) == [])
  }

  @Test func aPassHasEveryFrameAndTheRepeats() throws {
    var configuration = RaySamplerConfiguration.paper
    (configuration.rays, configuration.frames) = (4, 1)
    let labels: (Int) -> Tensor = { _ in .full([6, 8], 1, .uint8) }
    let sampler = RaySampler(configuration, frames: [3, 5, 9], repeats: [5, 5], labels: labels), generator = Generator(seed: 1)
    for _ in 0..<3 {
      let pass = try (0..<5).map { _ in try sampler.draw(generator).frames[0] }
      #expect(pass.sorted() == [3, 5, 5, 5, 9])
    }
    // A state goes on where it was, also of a training that had no repeats.
    _ = try sampler.draw(generator)
    for repeats in [[], [5, 5]] {
      let other = RaySampler(configuration, frames: [3, 5, 9], repeats: repeats, labels: labels)
      try other.load(sampler.state())
      let (a, b) = (Generator(seed: 2), Generator(seed: 2))
      let rest = RaySampler(configuration, frames: [3, 5, 9], repeats: [5, 5], labels: labels)
      try rest.load(sampler.state())
      for _ in 0..<4 { #expect(try other.draw(a) == rest.draw(b)) }
    }
    var state = sampler.state()
    state["order"] = Tensor([0, 1, 1, 1, 1] as [Int64])
    #expect(throws: ModuleError.self) { try RaySampler(configuration, frames: [3, 5, 9], repeats: [5, 5], labels: labels).load(state) }
  }

  /// Skin about the eyes counts as eyes, and nothing else does.
  @Test func lidsGetRaysAsEyesDo() {
    let labels = Tensor.full([60, 80], 1, .uint8)
    labels.narrow(0, 0, 14).fill_(9)
    var landmarks = [SIMD2<Float>](repeating: .zero, count: 478)
    for (i, p) in [(33, SIMD2<Float>(15, 25)), (133, [27, 26]), (263, [65, 25]), (362, [53, 26])] { landmarks[i] = p }
    let marked = BlinkFrames.withLids(labels, landmarks), kinds = marked.array(UInt8.self)
    #expect(marked.shape == [60, 80] && kinds[26 * 80 + 21] == 4 && kinds[21 * 80 + 21] == 4 && kinds[26 * 80 + 59] == 4)
    #expect(kinds[26 * 80 + 40] == 1 && kinds[40 * 80 + 21] == 1 && kinds[13 * 80 + 21] == 9)
    let count = kinds.count { $0 == 4 }
    // Two ellipses with half axes of 1.3 and 1 times half the eye's width.
    #expect(abs(Double(count) / (2 * .pi * 1.304 * 36.25) - 1) < 0.05, "\(count) pixels")
    #expect(BlinkFrames.withLids(labels, nil).array(UInt8.self) == labels.array(UInt8.self))
    // Landmarks outside the image, or all in one place, mark nothing and harm nothing.
    #expect(BlinkFrames.withLids(labels, landmarks.map { $0 + [4000, -4000] }).array(UInt8.self) == labels.array(UInt8.self))
    #expect(BlinkFrames.withLids(labels, landmarks.map { _ in [9, 9] }).array(UInt8.self) == labels.array(UInt8.self))
  }
}
