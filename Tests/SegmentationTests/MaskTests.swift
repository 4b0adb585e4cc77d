import Face
import Golden
import Media
import Segmentation
import Testing
import Torch
import Tracking

@Suite(.enabled(if: Assets.networksArePresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"))
struct MaskTests {
  /// On a frame of a clip: each class is where that part of a head is, and no class that the frame shows is missing.
  @Test(arguments: ["train_cnn2_25fps.mp4", "train_german_20s.mp4", "train_obama_20s_avoffset.mp4", "train_wojtek_noaudio.mp4"])
  func classesAreWhereTheyBelong(clip: String) throws {
    let reader = try VideoReader(Assets.video(clip)), tracker = try LandmarkTracker(), masks = try SemanticMasks()
    let rgb = try #require(try reader.next()).rgb
    let face = try #require(try tracker.track(rgb))
    let (labels, alpha) = try masks.masks(rgb, face)
    #expect(labels.shape == [rgb.size(0), rgb.size(1)] && labels.dtype == .uint8)
    #expect(alpha.min().item >= 0 && alpha.max().item <= 1)

    func at(_ p: SIMD2<Float>) -> SemanticClass? { SemanticClass(rawValue: UInt8(labels[.at(Int(p.y)), .at(Int(p.x))].item)) }
    let down = face[152] - face[10]
    #expect(at((face[50] + face[205]) / 2) == .skin && at((face[280] + face[425]) / 2) == .skin)
    #expect(at(face[4]) == .nose)
    #expect(at(face[468]) == .eyes && at(face[473]) == .eyes)
    #expect(at((face[105] + face[52]) / 2) == .brows && at((face[334] + face[282]) / 2) == .brows)
    #expect(at((face[17] + face[14]) / 2) == .lips)
    #expect(at(face[10] - 0.2 * down) == .hair)
    #expect(at(face[152] + 0.06 * down) == .neck)
    #expect(at(SIMD2(face[152].x - 1.1 * face.eyeDistance, Float(rgb.size(0)) - 3)) == .torso)
    #expect(at(SIMD2(3, 3)) == .background && at(SIMD2(Float(rgb.size(1)) - 4, 3)) == .background)
    for part in [SemanticClass.ears, .hair, .neck, .torso] {
      #expect((labels .== Double(part.rawValue)).sum().item > 150, "\(part) is missing")
    }
  }

  /// Few pixels change their class for one frame and change back: boundaries follow the head, and do not flicker.
  @Test func masksDoNotFlicker() throws {
    let reader = try VideoReader(Assets.video("train_obama_20s_avoffset.mp4"))
    let tracker = try LandmarkTracker(), masks = try SemanticMasks()
    var seen: [Tensor] = []
    for _ in 0..<12 {
      let rgb = try #require(try reader.next()).rgb
      seen.append(try masks.masks(rgb, try #require(try tracker.track(rgb))).labels.to(.float32))
    }
    let shares = (2..<seen.count).map { t in
      let changed = (seen[t - 1] - seen[t - 2]).abs() .> 0.5, back = (seen[t] - seen[t - 2]).abs() .< 0.5
      return (changed .& back).to(.float32).mean().item
    }
    #expect(shares.reduce(0, +) / Double(shares.count) < 0.003)
  }

  @Test func peopleAreCutOut() throws {
    let segmenter = try PersonSegmenter()
    for (photo, inside, outside) in [("frontal_m_cruise.jpg", (256, 256), (10, 10)), ("halfbody_obama_smile_PD.jpg", (450, 800), (20, 20))]
    {
      let alpha = try segmenter.alpha(try ImageFile.read(Assets.photo(photo)))
      segmenter.reset()
      #expect(alpha[.at(inside.1), .at(inside.0)].item > 0.95)
      #expect(alpha[.at(outside.1), .at(outside.0)].item < 0.2)
    }
  }
}
