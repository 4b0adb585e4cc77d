import Foundation
import Segmentation
import Testing

/// Holes that are filled by what goes on around them.
@Suite struct PatchFillTests {
  private static let side = 96
  /// Stripes six pixels wide, and a hole in their middle.
  private static func striped() -> (truth: [Float], image: [Float], unknown: [Bool]) {
    let truth = (0..<side * side).flatMap { k -> [Float] in
      let isLight = k % side / 6 % 2 == 0
      return isLight ? [0.8, 0.7, 0.6] : [0.2, 0.25, 0.3]
    }
    let unknown = (0..<side * side).map { k in (30..<62).contains(k % side) && (28..<70).contains(k / side) }
    var image = truth
    for k in unknown.indices where unknown[k] { for c in 0..<3 { image[3 * k + c] = 0.5 } }
    PullPush.fill(&image, unknown.map { $0 ? 0 : 1 }, side, side)
    return (truth, image, unknown)
  }
  private static func error(_ a: [Float], _ b: [Float], _ unknown: [Bool]) -> Float {
    let all = unknown.indices.filter { unknown[$0] }.flatMap { k in (0..<3).map { abs(a[3 * k + $0] - b[3 * k + $0]) } }
    return all.reduce(0, +) / Float(all.count)
  }

  /// Stripes go on where a smooth fill is gray, and what is seen stays as it is.
  @Test func stripesGoOn() {
    let (truth, guess, unknown) = Self.striped()
    var image = guess
    #expect(PatchFill.fill(&image, unknown: unknown, barred: unknown.map { _ in false }, Self.side, Self.side))
    #expect(Self.error(image, truth, unknown) < 0.05, "\(Self.error(image, truth, unknown))")
    #expect(Self.error(guess, truth, unknown) > 0.15)
    #expect(unknown.indices.allSatisfy { unknown[$0] || image[3 * $0] == truth[3 * $0] })
    var again = guess
    _ = PatchFill.fill(&again, unknown: unknown, barred: unknown.map { _ in false }, Self.side, Self.side)
    #expect(again == image)
  }

  /// Nothing comes from where it is barred.
  @Test func whatIsBarredIsNotCopied() {
    var (_, image, unknown) = Self.striped()
    var barred = [Bool](repeating: false, count: unknown.count)
    for k in barred.indices where k % Self.side > 70 && !unknown[k] {
      barred[k] = true
      (image[3 * k], image[3 * k + 1], image[3 * k + 2]) = (1, 0, 0)
    }
    _ = PatchFill.fill(&image, unknown: unknown, barred: barred, Self.side, Self.side)
    #expect(unknown.indices.allSatisfy { !unknown[$0] || image[3 * $0 + 1] > 0.15 })
  }

  /// Where hardly anything is seen the guess stays.
  @Test func tooLittleIsKnown() {
    var (_, image, unknown) = Self.striped()
    for k in unknown.indices where k > 300 { unknown[k] = true }
    let before = image
    #expect(!PatchFill.fill(&image, unknown: unknown, barred: unknown.map { _ in false }, Self.side, Self.side))
    #expect(image == before)
  }
}
