import Foundation

/// The boxes of an MP4 or MOV film (ISO/IEC 14496-12): where its manifest stands, and what of it is hashed.
struct FilmContainer {
  struct Box {
    let type: String
    let range: Range<Int>
    /// Of its head, in bytes.
    let head: Int
  }
  let boxes: [Box]
  /// The manifest's box, and the bytes of the store in it.
  let place: Box?
  let store: Data?

  static let manifestUUID: [UInt8] = [0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81]
  private static let purpose = Data("manifest\0".utf8)
  /// Of a manifest, and of an index.
  private static let largest = 1 << 28

  /// nil for a file that is no film, or whose boxes do not fill it.
  init?(_ reader: PieceReader) {
    var boxes: [Box] = [], at = 0
    while at < reader.count {
      guard boxes.count < 1_000_000, let head = reader.bytes(at, min(16, reader.count - at)), head.count >= 8 else { return nil }
      var length = Self.number(head, 0, 4), size = 8
      let type = String(decoding: head[4..<8], as: UTF8.self)
      if length == 1 {
        guard head.count == 16, let long = Int(exactly: head[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) else { return nil }
        (length, size) = (long, 16)
      } else if length == 0 {
        length = reader.count - at
      }
      guard length >= size, length <= reader.count - at else { return nil }
      if boxes.isEmpty, !["ftyp", "moov", "mdat", "wide", "free", "skip"].contains(type) { return nil }
      boxes.append(Box(type: type, range: at..<at + length, head: size))
      at += length
    }
    guard boxes.contains(where: { $0.type == "moov" }) else { return nil }
    var place: Box?, store: Data?
    for box in boxes where box.type == "uuid" && place == nil {
      let start = box.range.lowerBound + box.head
      guard let uuid = reader.bytes(start, min(16, box.range.upperBound - start)), uuid.elementsEqual(Self.manifestUUID),
        box.range.count < Self.largest, let content = reader.bytes(start + 16, box.range.upperBound - start - 16)
      else { continue }
      // Version, flags, what for, and where other hashes would stand.
      let head = 4 + Self.purpose.count + 8
      guard content.count > head, content[4..<4 + Self.purpose.count] == Self.purpose else { continue }
      (place, store) = (box, Data(content[head...]))
    }
    (self.boxes, self.place, self.store) = (boxes, place, store)
  }

  /// A box with `store`.
  static func box(_ store: Data) -> Data {
    var content = Data(manifestUUID)
    content.append(contentsOf: [0, 0, 0, 0])
    content.append(purpose)
    content.append(contentsOf: [UInt8](repeating: 0, count: 8))
    content.append(store)
    return JUMBF.box("uuid", content)
  }

  /// What the assertion says to leave out: the manifest itself, and boxes that say nothing of the film.
  static let exclusions = CBOR.array([
    .object(["xpath": .text("/uuid"), "data": .array([.object(["offset": .unsigned(8), "value": .bytes(Data(manifestUUID))])])]),
    .object(["xpath": .text("/ftyp")]), .object(["xpath": .text("/mfra")]),
  ])

  /// Boxes that say nothing of what is seen and heard.
  private static let idle: Set<String> = ["ftyp", "mfra", "free", "skip"]
  /// The parts of the file to hash in order, each box behind its place where `hasPlaces`, without those that `exclusions` name; nil where
  /// they name what cannot be checked here.
  func hashed(_ exclusions: [CBOR], hasPlaces: Bool, _ reader: PieceReader) -> [(prefix: Data, range: Range<Int>)]? {
    var left: Set<Int> = []
    for exclusion in exclusions {
      guard let path = exclusion["xpath"]?.text, path.hasPrefix("/"), !path.dropFirst().contains("/"), !path.contains("["),
        exclusion["subset"]?.elements?.isEmpty ?? true, exclusion["flags"] == nil || exclusion["flags"] == .null,
        exclusion["version"] == nil || exclusion["version"] == .null
      else { return nil }
      let isManifest = path == "/uuid" && exclusion["data"]?.elements?.contains { $0["value"]?.bytes == Data(Self.manifestUUID) } == true
      guard isManifest || Self.idle.contains(String(path.dropFirst())) else { return nil }
      for (i, box) in boxes.enumerated() where box.type == path.dropFirst() {
        if let length = exclusion["length"]?.int, length != box.range.count { continue }
        let fits = (exclusion["data"]?.elements ?? []).allSatisfy { part in
          guard let offset = part["offset"]?.int, let value = part["value"]?.bytes, offset <= box.range.count else { return false }
          return reader.bytes(box.range.lowerBound + offset, value.count) == value
        }
        if fits { left.insert(i) }
      }
    }
    return boxes.enumerated().filter { !left.contains($0.offset) }.map { _, box in
      var place = Data()
      if hasPlaces { withUnsafeBytes(of: UInt64(box.range.lowerBound).bigEndian) { place.append(contentsOf: $0) } }
      return (place, box.range)
    }
  }

  /// The film's index with every place of images and sound `shift` bytes further; nil where that cannot be said in it.
  static func moved(_ index: Data, by shift: Int) -> Data? {
    var moved = index
    return move(&moved, in: 0..<index.count, by: shift, depth: 0) ? moved : nil
  }
  private static func move(_ data: inout Data, in range: Range<Int>, by shift: Int, depth: Int) -> Bool {
    var at = range.lowerBound
    while at + 8 <= range.upperBound {
      var length = number(data, at, 4), head = 8
      let type = String(decoding: data[at + 4..<at + 8], as: UTF8.self)
      if length == 1 {
        guard at + 16 <= range.upperBound else { return false }
        (length, head) = (number(data, at + 8, 8), 16)
      } else if length == 0 {
        length = range.upperBound - at
      }
      guard length >= head, length <= range.upperBound - at else { return false }
      switch type {
      case "moov", "trak", "mdia", "minf", "stbl":
        guard depth < 8, move(&data, in: at + head..<at + length, by: shift, depth: depth + 1) else { return false }
      case "stco", "co64":
        let width = type == "stco" ? 4 : 8, first = at + head + 8
        guard length >= head + 8 else { return false }
        let count = number(data, at + head + 4, 4)
        guard count <= (length - head - 8) / width else { return false }
        for i in 0..<count {
          let place = first + i * width, value = number(data, place, width) + shift
          guard value >= 0, width == 8 || value <= Int(UInt32.max) else { return false }
          for k in 0..<width { data[place + k] = UInt8(truncatingIfNeeded: value >> (8 * (width - 1 - k))) }
        }
      default: break
      }
      at += length
    }
    return at == range.upperBound
  }
  private static func number(_ data: Data, _ at: Int, _ count: Int) -> Int {
    // Of 64 bits the highest is left out: no file is as large.
    Int(data[at..<at + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & UInt64(Int.max))
  }
}
