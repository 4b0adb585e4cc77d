import Evaluation
import Face
import Foundation
import Testing
import Torch

@Suite struct TorsoSteadinessTests {
  static let size = 160
  /// The lower half is a torso.
  static var labels: Tensor {
    let labels = Tensor.zeros([size, size], .uint8)
    labels[.in(size / 2..<size)] = Tensor.full([size / 2, size], Double(SemanticClass.torso.rawValue), .uint8)
    return labels
  }

  /// Cloth with a soft pattern, moved to the right by `shift` pixels, before an even wall.
  static func frame(shift: Double) -> Tensor {
    let x = Tensor.arange(size, .float32).unsqueeze(0) - shift, y = Tensor.arange(size, .float32).unsqueeze(1)
    let cloth = 128 + 40 * (x * 0.23).sin() * (y * 0.19).cos() + 30 * (x * 0.11 + y * 0.07).sin()
    let gray = cloth.where(labels .== Double(SemanticClass.torso.rawValue), else: Tensor.full([size, size], 90))
    return gray.round().to(.uint8).unsqueeze(-1).expand(size, size, 3).contiguous()
  }
  static func figures(_ render: (Int) -> Double, truth: (Int) -> Double, frames: [Int] = Array(0..<24)) -> [String: Double] {
    var steadiness = TorsoSteadiness()
    for i in frames { steadiness.add(frame(shift: render(i)), truth: frame(shift: truth(i)), labels: labels, frame: i) }
    return steadiness.figures
  }

  @Test func aTorsoThatMovesAsTheTruthIsSteady() throws {
    let sway = { (i: Int) in 3 * sin(Double(i) * 0.4) }
    let found = Self.figures(sway, truth: sway)
    #expect(found["torso.speed_error"] == 0 && found["torso.shift_error"] == 0)
    #expect(found["torso.change_error"] == 0 && found["background.change_error"] == 0)
    // A sine's mean speed is its amplitude times the frequency times 2 / pi.
    let speed = 3 * 0.4 * 2 / .pi * 1000 / Double(Self.size)
    #expect(try abs(#require(found["torso.speed_truth"]) - speed) < 0.1 * speed)
    #expect(try #require(found["torso.change_truth"]) > 0.005)
  }

  @Test func swimmingShows() throws {
    let found = Self.figures({ 2 * sin(Double($0) * 0.5) }, truth: { _ in 0 })
    let speed = 2 * 0.5 * 2 / .pi * 1000 / Double(Self.size)
    #expect(try abs(#require(found["torso.speed_error"]) - speed) < 0.1 * speed)
    #expect(try abs(#require(found["torso.shift_error"]) - 2 * 2 / .pi * 1000 / Double(Self.size)) < 1)
    #expect(try #require(found["torso.speed_truth"]) < 0.05)
    #expect(try #require(found["torso.change_error"]) > 0.01)
    #expect(found["torso.change_truth"] == 0)
  }

  @Test func aTorsoThatIsMerelyElsewhereIsSteady() throws {
    let found = Self.figures({ _ in 2 }, truth: { _ in 0 })
    #expect(try #require(found["torso.speed_error"]) < 0.05)
    #expect(try #require(found["torso.shift_error"]) < 0.05)
    #expect(found["torso.change_error"] == 0)
  }

  @Test func framesThatDoNotFollowOneAnotherAreNotCompared() {
    let found = Self.figures({ Double($0) }, truth: { _ in 0 }, frames: [0, 2, 4, 6])
    #expect(found["torso.change_error"] == nil && found["torso.speed_error"] == nil)
    #expect(found["torso.shift_error"] != nil)
  }

  @Test func withoutATorsoThereAreNoFigures() {
    var steadiness = TorsoSteadiness()
    for i in 0..<3 {
      steadiness.add(Self.frame(shift: 0), truth: Self.frame(shift: 0), labels: Tensor.zeros([Self.size, Self.size], .uint8), frame: i)
    }
    #expect(steadiness.figures["torso.speed_error"] == nil && steadiness.figures["torso.change_error"] == nil)
    #expect(steadiness.figures["background.change_error"] == 0)
  }
}
