import Testing

import Marking

@Suite struct WatermarkCodeTests {
  private let id = WatermarkID(install: 0x5A3C, avatar: 0x0F1, run: 0x9E7)

  @Test func anIdentityIsTheSameAfterItsText() {
    #expect(id.text == "5a3c-0f1-9e7")
    #expect(WatermarkID(id.text) == id && WatermarkID("5A3C-0F1-9E7") == id)
    #expect(WatermarkID(install: 0, avatar: 0, run: 0x1FFF).text == "0000-000-fff")
    for text in ["", "5a3c0f19e7", "5a3c-0f1-9e", "5a3c-0f1-9e7-", "5a3g-0f1-9e7", "+a3c-0f1-9e7", "5a3c-0f1-9é7"] {
      #expect(WatermarkID(text) == nil)
    }
  }

  @Test func theCheckSumIsThatOfTheStandard() {
    #expect(WatermarkCode.checkSum("123456789".utf8) == 0x21CF02)
  }

  @Test func wrongBitsAreCorrected() {
    var certainties = WatermarkCode.encode(id).map { $0 == 0 ? Float(1) : -1 }
    #expect(WatermarkCode.decode(certainties) == id)
    for bit in [3, 17, 40, 41, 66, 90, 101, 127] { certainties[bit] *= -0.6 }
    #expect(WatermarkCode.decode(certainties) == id)
  }

  @Test func aDamagedIdentityIsRefused() {
    var certainties = WatermarkCode.encode(id).map { $0 == 0 ? Float(1) : -1 }
    for bit in 20..<50 { certainties[bit] *= -1 }
    #expect(WatermarkCode.decode(certainties) == nil)
    #expect(WatermarkCode.decode((0..<128).map { $0 * 37 % 11 > 5 ? 1 : -1 }) == nil)
  }

  @Test func theTileIsThatOfEveryVersion() {
    #expect(WatermarkTile.known.count { $0 != 0 } == 256)
    for bit in 0..<WatermarkCode.coded { #expect(WatermarkTile.bit.count { $0 == bit } == 6) }
    // FNV-1a: another key or order would no longer find the marks of older versions.
    let sum = WatermarkTile.signs(id).reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64(UInt8(bitPattern: $1))) &* 0x100_0000_01B3 }
    #expect(sum == 18_106_949_192_620_892_213)
  }

  @Test func theChanceIsStated() {
    #expect(WatermarkFinding.falsePositiveRate(WatermarkFinding.threshold) < 1e-6)
    #expect(WatermarkFinding.falsePositiveRate(5) == 1)
  }
}
