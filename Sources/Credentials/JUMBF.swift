import Foundation

/// A superbox of JUMBF (ISO/IEC 19566-5): a description with a kind and a label, then contents or further superboxes.
struct JUMBF: Sendable {
  /// What a superbox holds, by the first four letters of its UUID.
  enum Kind: String, Sendable {
    case store = "c2pa"
    case manifest = "c2ma"
    case update = "c2um"
    case assertions = "c2as"
    case claim = "c2cl"
    case signature = "c2cs"
    case cbor = "cbor"
    case json = "json"
    case other = ""
  }
  let kind: Kind
  let label: String
  let children: [JUMBF]
  /// The first content box, such as the bytes of CBOR; nil where there is none.
  let content: Data?
  /// The type of that box.
  private let contentType: String
  /// All behind the superbox's length and type: what hashes are taken of.
  let inside: Data
  /// The superbox as it stands.
  var whole: Data { Self.box("jumb", inside) }

  func child(_ label: String) -> JUMBF? { children.first { $0.label == label } }
  /// The same where it is of this kind too.
  func child(_ label: String, _ kind: Kind) -> JUMBF? { children.first { $0.label == label && $0.kind == kind } }
  /// The value in its box of CBOR.
  var cbor: (bytes: Data, value: CBOR)? {
    guard contentType == "cbor", let content, let value = CBOR(content) else { return nil }
    return (Data(content), value)
  }

  /// Makes a superbox with one content box of this type, or with superboxes.
  static func superbox(_ kind: Kind, _ label: String, _ contents: [Data]) -> Data {
    var description = Data(kind.rawValue.utf8)
    description.append(contentsOf: [0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71])
    // It may be asked for, and has a label.
    description.append(3)
    description.append(contentsOf: label.utf8)
    description.append(0)
    return box("jumb", contents.reduce(box("jumd", description)) { $0 + $1 })
  }
  static func cbor(_ kind: Kind, _ label: String, _ value: CBOR) -> Data { superbox(kind, label, [box("cbor", value.encoded)]) }
  static func box(_ type: String, _ content: Data) -> Data {
    var data = Data(capacity: content.count + 8)
    withUnsafeBytes(of: UInt32(content.count + 8).bigEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: type.utf8)
    data.append(content)
    return data
  }

  /// Reads a superbox that fills `data`, or with `isFirst` the one that it begins with; nil for anything else, and for what is nested
  /// beyond reason.
  init?(_ data: Data, isFirst: Bool = false) {
    var budget = 20_000
    guard let (type, content, end) = Self.next(data[...]), type == "jumb", isFirst || end == data.endIndex,
      let found = JUMBF(inside: content, depth: 0, &budget)
    else { return nil }
    self = found
  }

  private init?(inside: Data, depth: Int, _ budget: inout Int) {
    budget -= 1
    guard depth < 12, budget > 0, let (type, description, end) = Self.next(inside), type == "jumd", description.count >= 17 else {
      return nil
    }
    let start = description.startIndex
    kind = Kind(rawValue: String(decoding: description[start..<start + 4], as: UTF8.self)) ?? .other
    let flags = description[start + 16]
    if flags & 2 != 0 {
      let rest = description[(start + 17)...]
      guard let zero = rest.firstIndex(of: 0), let label = String(validating: rest[..<zero], as: UTF8.self) else { return nil }
      self.label = label
    } else {
      label = ""
    }
    var children: [JUMBF] = [], content: Data?, contentType = "", at = end
    while at < inside.endIndex {
      guard let (type, data, next) = Self.next(inside[at...]) else { return nil }
      if type == "jumb" {
        guard let child = JUMBF(inside: data, depth: depth + 1, &budget) else { return nil }
        children.append(child)
      } else if content == nil {
        (content, contentType) = (data, type)
      }
      at = next
    }
    (self.children, self.content, self.contentType, self.inside) = (children, content, contentType, inside)
  }

  /// The box that `data` begins with, and where it ends.
  private static func next(_ data: Data) -> (type: String, content: Data, end: Int)? {
    guard data.count >= 8 else { return nil }
    let start = data.startIndex
    var length = data[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }, head = 8
    let type = String(decoding: data[start + 4..<start + 8], as: UTF8.self)
    if length == 1 {
      guard data.count >= 16, let long = Int(exactly: data[start + 8..<start + 16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) else {
        return nil
      }
      (length, head) = (long, 16)
    } else if length == 0 {
      length = data.count
    }
    guard length >= head, length <= data.count else { return nil }
    return (type, data[start + head..<start + length], start + length)
  }
}
