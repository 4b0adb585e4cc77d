import Foundation
import Testing

import Credentials

struct CBORTests {
  /// Examples of RFC 8949, appendix A.
  private static let examples: [(CBOR, String)] = [
    (.unsigned(0), "00"), (.unsigned(23), "17"), (.unsigned(24), "1818"), (.unsigned(1000), "1903e8"), (.unsigned(1_000_000), "1a000f4240"),
    (.unsigned(.max), "1bffffffffffffffff"), (.negative(0), "20"), (.negative(999), "3903e7"), (.number(1.1), "fb3ff199999999999a"),
    (.bool(false), "f4"), (.bool(true), "f5"), (.null, "f6"), (.bytes(Data([1, 2, 3, 4])), "4401020304"), (.text("IETF"), "6449455446"),
    (.text("水"), "63e6b0b4"), (.array([.unsigned(1), .array([.unsigned(2), .unsigned(3)])]), "8201820203"),
    (.map([.init(key: .text("a"), value: .unsigned(1)), .init(key: .text("b"), value: .array([.unsigned(2)]))]), "a26161016162" + "8102"),
    (.tagged(1, .unsigned(1_363_896_240)), "c11a514b67b0"),
  ]
  private static func bytes(_ text: String) -> Data {
    var data = Data(), rest = text[...]
    while let next = UInt8(rest.prefix(2), radix: 16) {
      data.append(next)
      rest = rest.dropFirst(2)
    }
    return data
  }

  @Test func areWrittenAndReadAsTheStandardSays() {
    for (value, text) in Self.examples {
      #expect(value.encoded == Self.bytes(text), "\(value)")
      #expect(CBOR(Self.bytes(text)) == value)
    }
    // Written by others only: shorter numbers, open lengths.
    #expect(CBOR(Self.bytes("f93c00")) == .number(1))
    #expect(CBOR(Self.bytes("fa47c35000")) == .number(100_000))
    #expect(CBOR(Self.bytes("5f42010243030405ff")) == .bytes(Data([1, 2, 3, 4, 5])))
    #expect(CBOR(Self.bytes("9f018202039f0405ffff"))?.elements?.count == 3)
    #expect(CBOR(Self.bytes("bf61610161629f0203ffff"))?["b"]?.elements?.count == 2)
  }

  @Test func whatIsNoneIsRefused() {
    for text in [
      "", "18", "1900", "41", "6261", "61ff", "8101" + "00", "82", "a101", "1c", "ff", "5f4101", "9f01", "7f4101ff", "f8", "c1", "3f",
    ] {
      #expect(CBOR(Self.bytes(text)) == nil, "\(text)")
    }
    #expect(CBOR(Data(repeating: 0x81, count: 10_000)) == nil)
    // Lengths that no file has.
    #expect(CBOR(Self.bytes("5bffffffffffffffff")) == nil)
    #expect(CBOR(Self.bytes("9bffffffffffffffff")) == nil)
  }
}
