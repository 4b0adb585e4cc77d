import Foundation
import Radiance
import Speech
import Subject
import Talking
import Testing
import Torch

@Suite struct SpeechDriverTests {
  private static func driver(smoothing: Bool = true) -> SpeechDriver {
    var configuration = SpeechConfiguration()
    configuration.smoothing = smoothing
    return SpeechDriver(configuration, channels: 3, driving: 5, Generator(seed: 2))
  }

  /// Eyes and brows are not in the voice.
  @Test(arguments: [false, true]) func saysTheMouthAndLeavesTheRest(smoothing: Bool) {
    let driver = Self.driver(smoothing: smoothing), generator = Generator(seed: 3)
    let windows = Tensor.randn([6, 8, 16, 3], generator) * 4 + 2, driving = Tensor.randn([6, 5], generator)
    driver.prepare(windows.select(1, 0), expressionNames: ["jawOpen", "eyeBlinkLeft", "mouthPucker", "browInnerUp"])
    let spoken = driver(windows, beside: driving)
    #expect(spoken.shape == [6, 5])
    for i in [1, 3, 4] { #expect((spoken[.all, .at(i)] .== driving[.all, .at(i)]).all()) }
    for i in [0, 2] { #expect((spoken[.all, .at(i)] .== driving[.all, .at(i)]).any() == false) }
    // Features in other units are the same to it.
    let louder = Self.driver(smoothing: smoothing)
    louder.prepare(windows.select(1, 0) * 3 - 7, expressionNames: ["jawOpen", "eyeBlinkLeft", "mouthPucker", "browInnerUp"])
    #expect((louder(windows * 3 - 7, beside: driving) - spoken).abs().max().item < 1e-4)
  }

  /// Of general features two of three networks hear the loudness, the first what the network for any voice says.
  @Test(arguments: [1, 2]) func twoOfThreeHearTheLoudness(members: Int) {
    var configuration = SpeechConfiguration()
    (configuration.features, configuration.members) = (SpeechKind.general.rawValue, members)
    let loudness = GeneralFeatures.loudness
    let driver = SpeechDriver(configuration, channels: loudness + 5, driving: 3, Generator(seed: 2))
    let windows = Tensor.randn([2, 8, 16, loudness + 5], Generator(seed: 3)), driving = Tensor.zeros([2, 3])
    func changes(_ range: Range<Int>) -> Double {
      let other = windows.clone()
      other.narrow(3, range.lowerBound, range.count).mul_(2)
      return (driver(other, beside: driving) - driver(windows, beside: driving)).abs().max().item
    }
    #expect(changes(loudness..<loudness + 5) > 1e-5)
    #expect((changes(0..<loudness) > 1e-5) == (members > 1))
  }

  /// A track of another project has no named coefficients: all but gaze and torso is speech's.
  @Test func withoutNamesAllBehindTheTorsoIsSpoken() {
    let driver = SpeechDriver(SpeechConfiguration(), channels: 3, driving: 9, Generator(seed: 2))
    driver.prepare(.randn([4, 16, 3], Generator(seed: 1)), expressionNames: [])
    #expect(driver.spoken.floats == [0, 0, 0, 0, 0, 0, 1, 1, 1])
  }

  /// Coefficients whose names say nothing of the face are all speech's, so that it says something.
  @Test func numberedCoefficientsAreSpoken() {
    let driver = SpeechDriver(SpeechConfiguration(), channels: 3, driving: 5, Generator(seed: 2))
    driver.prepare(.randn([4, 16, 3], Generator(seed: 1)), expressionNames: ["expression0", "expression1", "expression2"])
    #expect(driver.spoken.floats == [1, 1, 1, 0, 0])
  }

  /// No number leaves the range that the training had; scenes of earlier versions know none.
  @Test func heldNumbersStayInTheTrainingsRange() throws {
    var tensors: [String: Tensor] = [
      "background": .zeros([2, 2, 3], .uint8), "identity": .zeros([1]),
      "pose": Tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] as [Float], [4, 4]),
      "driving.mean": .zeros([3]), "driving.spread": .ones([3]), "camera": Tensor([1, 1, 1, 1] as [Float]),
      "driving.lowest": Tensor([-1, -2, 0] as [Float]), "driving.highest": Tensor([1, 3, 0.5] as [Float]),
    ]
    let metadata = ["width": "2", "height": "2", "fps": "25"], url = URL(filePath: "scene.safetensors")
    let far = Tensor([-9, 2, 0.7] as [Float], [1, 3])
    #expect(try SubjectScene(tensors: tensors, metadata: metadata, url).clamped(far).floats == [-1, 2, 0.5])
    (tensors["driving.lowest"], tensors["driving.highest"]) = (nil, nil)
    #expect(try SubjectScene(tensors: tensors, metadata: metadata, url).clamped(far).floats == [-6, 2, 0.7])
    tensors["driving.lowest"] = Tensor([0] as [Float])
    #expect(throws: SubjectError.self) { try SubjectScene(tensors: tensors, metadata: metadata, url) }
  }

  /// Smoothing looks at every neighbour; without it only the frame's own window counts.
  @Test func neighboursCountOnlyWhereTheyAreSmoothed() {
    let windows = Tensor.randn([1, 8, 16, 3], Generator(seed: 3)), driving = Tensor.zeros([1, 5])
    for smoothing in [false, true] {
      let driver = Self.driver(smoothing: smoothing), own = driver(windows, beside: driving)
      for neighbour in 0..<8 {
        let other = windows.clone()
        other.select(1, neighbour).mul_(2)
        let moved = (driver(other, beside: driving) - own).abs().max().item > 1e-6
        #expect(moved == (smoothing || neighbour == 4), "neighbour \(neighbour), smoothing \(smoothing)")
      }
    }
  }

  /// The rays' gradient for the driving numbers, which goes on into the network that hears.
  @Test func raysTellTheDrivingNumbersWhatToBe() {
    let field = SavingsTests.small { $0.templateExtra = .driving }
    let sampling = RaySampling(coarse: 8, fine: 8, densityNoise: 0)
    let batch = SavingsTests.batch(rays: 24, frames: (0..<24).map { $0 / 12 })
    let randoms = RayRandoms.drawn(sampling, rays: 24, Generator(seed: 5))
    let (driving, pose) = SavingsTests.conditions(2)
    let double = driving.to(.float64)
    func loss(_ driving: Tensor) -> Double {
      field.accumulateGradients(batch, driving: driving, pose: pose, sampling: sampling, randoms: randoms, losses: .paper).loss
    }
    let leaf = double.detach().requiringGrad()
    _ = loss(leaf)
    let gradient = leaf.grad
    #expect(gradient != nil)
    let direction = Tensor.randn([2, 5], Generator(seed: 6)).to(.float64), step = 1e-4
    let numeric = (loss(double + direction * step) - loss(double - direction * step)) / (2 * step)
    let analytic = (gradient.map { ($0 * direction).sum().item }) ?? 0
    #expect(abs(numeric - analytic) < 2e-3 * abs(numeric) + 1e-7, "\(numeric) and \(analytic)")
  }
}
