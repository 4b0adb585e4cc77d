import Foundation

/// Where an image's file keeps its manifest: a chunk of a PNG, segments of a JPEG. Everything else is hashed.
struct ImageContainer {
  enum Kind { case png, jpeg }
  let kind: Kind
  /// The whole file.
  let data: Data
  /// The bytes of the store that is there, and where it stands with all that wraps it; an empty range where one would go.
  let store: Data?
  let place: Range<Int>

  /// nil for a file that is neither, or is damaged before its manifest.
  init?(_ data: Data) {
    self.data = data
    if data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      kind = .png
      guard let found = Self.png(data) else { return nil }
      (store, place) = found
    } else if data.starts(with: [0xFF, 0xD8]) {
      kind = .jpeg
      guard let found = Self.jpeg(data) else { return nil }
      (store, place) = found
    } else {
      return nil
    }
  }

  /// The file with another store in the place of the one that is there, and where that stands.
  func replaced(by store: Data) -> (data: Data, place: Range<Int>) {
    let wrapped = kind == .png ? Self.chunk(store) : Self.segments(store)
    var changed = data[..<place.lowerBound]
    changed.append(wrapped)
    changed.append(data[place.upperBound...])
    return (Data(changed), place.lowerBound..<place.lowerBound + wrapped.count)
  }

  private static func png(_ data: Data) -> (Data?, Range<Int>)? {
    var at = 8, behindHead: Int?
    while let length = number(data, at, 4), let end = Optional(at + 12 + length), end <= data.count {
      let type = data[at + 4..<at + 8]
      if type.elementsEqual("caBX".utf8) { return (Data(data[at + 8..<at + 8 + length]), at..<end) }
      if type.elementsEqual("IHDR".utf8) { behindHead = end }
      if type.elementsEqual("IEND".utf8) { break }
      at = end
    }
    return behindHead.map { (nil, $0..<$0) }
  }
  private static func chunk(_ store: Data) -> Data {
    var content = Data("caBX".utf8)
    content.append(store)
    var chunk = Data(capacity: content.count + 8)
    for value in [UInt32(store.count), checksum(content)] {
      withUnsafeBytes(of: value.bigEndian) { chunk.append(contentsOf: $0) }
      if value == UInt32(store.count), chunk.count == 4 { chunk.append(content) }
    }
    return chunk
  }
  private static func checksum(_ data: Data) -> UInt32 {
    data.reduce(0xFFFF_FFFF as UInt32) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    } ^ 0xFFFF_FFFF
  }

  /// JUMBF in JPEG (ISO/IEC 19566-5, annex D): APP11 with "JP", an instance, the piece's number, and in each piece the box's own head.
  private static func jpeg(_ data: Data) -> (Data?, Range<Int>)? {
    var at = 2, store = Data(), place: Range<Int>?, behindHead = 2
    while at + 4 <= data.count, data[at] == 0xFF {
      let mark = data[at + 1]
      guard mark != 0xDA, mark != 0xD9, let length = number(data, at + 2, 2), length >= 2, at + 2 + length <= data.count else { break }
      let end = at + 2 + length, content = data[at + 4..<end]
      if mark == 0xE0, at == 2 { behindHead = end }
      if mark == 0xEB, content.count >= 16, content.starts(with: [0x4A, 0x50]) {
        let start = content.startIndex
        let isFirst = place == nil
        // The pieces of one store follow each other.
        if isFirst || place?.upperBound == at, content[start + 12..<start + 16].elementsEqual("jumb".utf8) {
          store.append(content[(start + (isFirst ? 8 : 16))...])
          place = (place?.lowerBound ?? at)..<end
        }
      }
      at = end
    }
    if let place { return (store, place) }
    return (nil, behindHead..<behindHead)
  }
  private static func segments(_ store: Data) -> Data {
    let head = store.prefix(8), body = store.dropFirst(8), most = 65000
    var all = Data(), at = body.startIndex, number: UInt32 = 1
    repeat {
      let piece = body[at..<min(at + most, body.endIndex)]
      all.append(contentsOf: [0xFF, 0xEB])
      withUnsafeBytes(of: UInt16(2 + 8 + 8 + piece.count).bigEndian) { all.append(contentsOf: $0) }
      all.append(contentsOf: [0x4A, 0x50, 0x02, 0x11])
      withUnsafeBytes(of: number.bigEndian) { all.append(contentsOf: $0) }
      all.append(head)
      all.append(piece)
      at = piece.endIndex
      number += 1
    } while at < body.endIndex
    return all
  }

  private static func number(_ data: Data, _ at: Int, _ count: Int) -> Int? {
    guard at + count <= data.count else { return nil }
    return data[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
  }
}
