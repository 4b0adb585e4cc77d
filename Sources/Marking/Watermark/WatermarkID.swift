/// What a watermark says: which installation made the film or image, of which avatar, in which run. 40 bits in all.
package struct WatermarkID: Hashable, Sendable {
  /// 16 bits that stand for the installation.
  package let install: UInt16
  /// 12 bits that stand for the avatar.
  package let avatar: UInt16
  /// 12 bits that stand for the run.
  package let run: UInt16

  /// Takes the lower 12 bits of `avatar` and `run`.
  package init(install: UInt16, avatar: UInt16, run: UInt16) {
    self.install = install
    self.avatar = avatar & 0xFFF
    self.run = run & 0xFFF
  }

  /// Takes the lower 40 bits.
  init(bits: UInt64) {
    self.init(install: UInt16(bits >> 24 & 0xFFFF), avatar: UInt16(bits >> 12 & 0xFFF), run: UInt16(bits & 0xFFF))
  }

  /// Reads what `text` writes, in either case; nil if it is anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 3, 3], parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isHexDigit } }) else { return nil }
    let values = parts.compactMap { UInt16($0, radix: 16) }
    self.init(install: values[0], avatar: values[1], run: values[2])
  }

  /// The three parts in hexadecimal digits, as in "0f3a-01c-7e2".
  package var text: String { zip([install, avatar, run], [4, 3, 3]).map(Self.digits).joined(separator: "-") }

  /// All 40 bits, the installation first.
  var bits: UInt64 { UInt64(install) << 24 | UInt64(avatar) << 12 | UInt64(run) }

  private static func digits(_ value: UInt16, _ count: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: count - digits.count) + digits
  }
}
