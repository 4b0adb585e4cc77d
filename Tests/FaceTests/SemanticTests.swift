import Face
import Testing
import Torch

struct SemanticTests {
  @Test func imagesComeBackExactly() {
    let labels = Tensor((0..<36).map { UInt8($0 % 12) }, [4, 9])
    let image = SemanticClass.image(of: labels)
    #expect(image.shape == [4, 9, 3] && image.dtype == .uint8)
    #expect(SemanticClass.labels(of: image).array(UInt8.self) == labels.array(UInt8.self))
  }
  @Test func unknownColorsAreUnlabelled() {
    let image = Tensor([1, 0, 0, 0, 0, 0, 204, 0, 0, 255, 255, 255] as [UInt8], [1, 4, 3])
    #expect(SemanticClass.labels(of: image).array(UInt8.self) == [255, 0, SemanticClass.hair.rawValue, 255])
    let back = SemanticClass.labels(of: SemanticClass.image(of: Tensor([255, 3] as [UInt8], [1, 2])))
    #expect(back.array(UInt8.self) == [255, 3])
  }
  @Test func colorsAreThePublishedOnesRedFirst() {
    #expect(SemanticClass.skin.color == [0, 0, 204] && SemanticClass.hair.color == [204, 0, 0])
    #expect(SemanticClass.neck.color == [51, 153, 255])
    #expect(Set(SemanticClass.allCases.map(\.color)).count == 12)
    // As the published datasets list them: blue, green, red.
    let published: [[UInt8]] = [
      [0, 0, 0], [204, 0, 0], [76, 153, 0], [204, 204, 0], [51, 51, 255], [0, 255, 255], [102, 51, 0], [102, 204, 0], [255, 255, 0],
      [0, 0, 204], [255, 153, 51], [0, 204, 0],
    ]
    for (one, triple) in zip(SemanticClass.allCases, published) {
      #expect([one.color.z, one.color.y, one.color.x] == triple, "\(one)")
    }
  }
  @Test func celebAMaskHQMapsToTwelve() {
    #expect(SemanticClass.celebAMaskHQNames.count == 19 && Set(SemanticClass.biSeNetNames) == Set(SemanticClass.celebAMaskHQNames))
    let all = Tensor((0..<20).map { UInt8($0) }, [20])
    let mapped = SemanticClass.labels(of: all, names: SemanticClass.biSeNetNames).array(UInt8.self)
    #expect(mapped == [0, 1, 5, 5, 4, 4, 3, 6, 6, 6, 2, 7, 8, 8, 10, 10, 11, 9, 9, 255])
  }
  @Test func oneHotLeavesUnlabelledEmpty() {
    let hot = SemanticClass.oneHot(Tensor([2, 255] as [UInt8], [2]))
    #expect(hot.shape == [2, 12] && hot[0, 2].item == 1 && hot[0].sum().item == 1 && hot[1].sum().item == 0)
  }
}

struct ExpressionNamesTests {
  @Test func fiftyTwoNamesWithMirrors() {
    #expect(ExpressionNames.arkit.count == 52 && Set(ExpressionNames.arkit).count == 52)
    #expect(ExpressionNames.arkit.allSatisfy { ExpressionNames.arkit.contains(ExpressionNames.mirrored($0)) })
    #expect(ExpressionNames.fromICT("mouthSmile_L") == "mouthSmileLeft" && ExpressionNames.fromICT("jawOpen") == "jawOpen")
  }
}
