import Foundation

/// A value of CBOR (RFC 8949), as manifests are made of.
package indirect enum CBOR: Equatable, Sendable {
  case unsigned(UInt64)
  /// -1 minus the number.
  case negative(UInt64)
  case bytes(Data)
  case text(String)
  case array([CBOR])
  /// Members in the order in which they stand.
  case map([Member])
  case tagged(UInt64, CBOR)
  case bool(Bool)
  case null
  case number(Double)

  package struct Member: Equatable, Sendable {
    package let key, value: CBOR
    package init(key: CBOR, value: CBOR) { (self.key, self.value) = (key, value) }
  }

  /// A map with texts for keys, in this order.
  static func object(_ members: KeyValuePairs<String, CBOR?>) -> CBOR {
    .map(members.compactMap { key, value in value.map { Member(key: .text(key), value: $0) } })
  }
  /// The member of a map with this key; nil where it is none or has none.
  package subscript(key: String) -> CBOR? { self[.text(key)] }
  subscript(key: CBOR) -> CBOR? {
    guard case .map(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
  package var text: String? { if case .text(let text) = self { text } else { nil } }
  package var bytes: Data? { if case .bytes(let bytes) = self { bytes } else { nil } }
  package var elements: [CBOR]? { if case .array(let elements) = self { elements } else { nil } }
  /// A whole number that fits.
  package var int: Int? {
    switch self {
    case .unsigned(let n): Int(exactly: n)
    case .negative(let n): Int(exactly: n).map { -1 - $0 }
    default: nil
    }
  }
}

extension CBOR {
  /// The bytes, each length as short as can be.
  package var encoded: Data {
    var data = Data()
    encode(into: &data)
    return data
  }
  private func encode(into data: inout Data) {
    switch self {
    case .unsigned(let n): Self.head(0, n, &data)
    case .negative(let n): Self.head(1, n, &data)
    case .bytes(let bytes):
      Self.head(2, UInt64(bytes.count), &data)
      data.append(bytes)
    case .text(let text):
      Self.head(3, UInt64(text.utf8.count), &data)
      data.append(contentsOf: text.utf8)
    case .array(let elements):
      Self.head(4, UInt64(elements.count), &data)
      for element in elements { element.encode(into: &data) }
    case .map(let members):
      Self.head(5, UInt64(members.count), &data)
      for member in members {
        member.key.encode(into: &data)
        member.value.encode(into: &data)
      }
    case .tagged(let tag, let value):
      Self.head(6, tag, &data)
      value.encode(into: &data)
    case .bool(let flag): data.append(flag ? 0xF5 : 0xF4)
    case .null: data.append(0xF6)
    case .number(let value):
      data.append(0xFB)
      withUnsafeBytes(of: value.bitPattern.bigEndian) { data.append(contentsOf: $0) }
    }
  }
  private static func head(_ kind: UInt8, _ n: UInt64, _ data: inout Data) {
    func add<T: FixedWidthInteger>(_ mark: UInt8, _ value: T) {
      data.append(kind << 5 | mark)
      withUnsafeBytes(of: value.bigEndian) { data.append(contentsOf: $0) }
    }
    switch n {
    case 0..<24: data.append(kind << 5 | UInt8(n))
    case ...0xFF: add(24, UInt8(n))
    case ...0xFFFF: add(25, UInt16(n))
    case ...0xFFFF_FFFF: add(26, UInt32(n))
    default: add(27, n)
    }
  }
}

extension CBOR {
  /// Reads one value that fills `data`; nil for anything else, and for what is nested or counted beyond reason.
  package init?(_ data: Data) {
    var reader = Reader(bytes: data)
    guard let value = reader.value(depth: 0), reader.at == data.endIndex else { return nil }
    self = value
  }

  private struct Reader {
    let bytes: Data
    var at: Int
    private var left = 200_000
    init(bytes: Data) { (self.bytes, at) = (bytes, bytes.startIndex) }

    private mutating func byte() -> UInt8? {
      guard at < bytes.endIndex else { return nil }
      defer { at += 1 }
      return bytes[at]
    }
    private mutating func take(_ count: UInt64) -> Data? {
      guard count <= UInt64(bytes.endIndex - at) else { return nil }
      defer { at += Int(count) }
      return bytes[at..<at + Int(count)]
    }
    private mutating func number(_ count: Int) -> UInt64? { take(UInt64(count)).map { $0.reduce(0) { $0 << 8 | UInt64($1) } } }

    /// The number behind a head; `isOpen` where the length is told by an end mark.
    private mutating func argument(_ low: UInt8) -> (n: UInt64, isOpen: Bool)? {
      switch low {
      case 0..<24: (UInt64(low), false)
      case 24...27: number(1 << Int(low - 24)).map { ($0, false) }
      case 31: (0, true)
      default: nil
      }
    }
    private mutating func isEnd() -> Bool {
      guard at < bytes.endIndex, bytes[at] == 0xFF else { return false }
      at += 1
      return true
    }

    mutating func value(depth: Int) -> CBOR? {
      left -= 1
      guard depth < 32, left > 0, let head = byte() else { return nil }
      let kind = head >> 5, low = head & 31
      if kind == 7 { return simple(low) }
      guard let (n, isOpen) = argument(low), !isOpen || (2...5).contains(kind) else { return nil }
      switch kind {
      case 0: return .unsigned(n)
      case 1: return .negative(n)
      case 2, 3:
        guard let data = isOpen ? pieces(kind) : take(n) else { return nil }
        return kind == 2 ? .bytes(Data(data)) : String(validating: data, as: UTF8.self).map { .text($0) }
      case 4:
        var elements: [CBOR] = []
        while isOpen ? !isEnd() : UInt64(elements.count) < n {
          guard let element = value(depth: depth + 1) else { return nil }
          elements.append(element)
        }
        return .array(elements)
      case 5:
        var members: [Member] = []
        while isOpen ? !isEnd() : UInt64(members.count) < n {
          guard let key = value(depth: depth + 1), let value = value(depth: depth + 1) else { return nil }
          members.append(Member(key: key, value: value))
        }
        return .map(members)
      default: return value(depth: depth + 1).map { .tagged(n, $0) }
      }
    }
    private mutating func pieces(_ kind: UInt8) -> Data? {
      var all = Data()
      while !isEnd() {
        left -= 1
        guard left > 0, let head = byte(), head >> 5 == kind, let (n, isOpen) = argument(head & 31), !isOpen, let piece = take(n) else {
          return nil
        }
        all.append(piece)
      }
      return all
    }
    private mutating func simple(_ low: UInt8) -> CBOR? {
      switch low {
      case 20: .bool(false)
      case 21: .bool(true)
      case 22, 23: .null
      case 25: number(2).map { .number(Double(Float16(bitPattern: UInt16($0)))) }
      case 26: number(4).map { .number(Double(Float(bitPattern: UInt32($0)))) }
      case 27: number(8).map { .number(Double(bitPattern: $0)) }
      default: nil
      }
    }
  }
}
