import Foundation

/// JSON files of datasets.
enum JSONFile {
  /// Decodes a file; throws `DatasetError` that names it and the key at fault.
  static func read<T: Decodable>(_ url: URL, hint: String) throws -> T {
    guard let data = try? Data(contentsOf: url) else { throw DatasetError.missing(url, hint: hint) }
    do {
      return try JSONDecoder().decode(T.self, from: data)
    } catch let error as DecodingError {
      throw DatasetError.broken(url, unnumbered(data) ?? words(error))
    }
  }

  private static func words(_ error: DecodingError) -> String {
    func path(_ c: DecodingError.Context) -> String {
      c.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
    }
    switch error {
    case .keyNotFound(let key, let context): return "it has no \"\(key.stringValue)\" at \(path(context) + "." + key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context): return "\(path(context)) has the wrong type"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty: return "\(path(context)) is a number that cannot be used"
    default: return "it is not a JSON file"
    }
  }

  /// What Python's json writes for a number that is not finite, and JSON has no word for: where it first stands; nil where there is none.
  private static func unnumbered(_ data: Data) -> String? {
    let spellings = ["-Infinity", "Infinity", "NaN"].map { Array($0.utf8) }
    let bytes = [UInt8](data)
    var readable: [UInt8] = [], found: String?
    var (place, isString) = (0, false)
    while place < bytes.count {
      let byte = bytes[place]
      if isString, byte == UInt8(ascii: "\\"), place + 1 < bytes.count {
        readable += bytes[place...place + 1]
        place += 2
        continue
      }
      if byte == UInt8(ascii: "\"") { isString.toggle() }
      if !isString, let word = spellings.first(where: { bytes[place...].starts(with: $0) }) {
        found = found ?? String(decoding: word, as: UTF8.self)
        readable += Array("null".utf8)
        place += word.count
      } else {
        readable.append(byte)
        place += 1
      }
    }
    guard let found else { return nil }
    let remedy = "\(found), which is not a finite number; remove it or write it anew"
    let all = (try? JSONSerialization.jsonObject(with: Data(readable))) as? [String: Any]
    for (i, frame) in ((all?["frames"] as? [[String: Any]]) ?? []).enumerated() {
      guard let key = frame.keys.sorted().first(where: { frame[$0].map(hasNull) ?? false }) else { continue }
      let name = frame["file_path"] as? String ?? (frame["img_id"] as? Int).map(String.init) ?? "\(i)"
      return "\(key) of frame \(name) holds \(remedy)"
    }
    guard let key = all?.keys.sorted().first(where: { all?[$0].map(hasNull) ?? false }) else { return "it holds \(remedy)" }
    return "\(key) is \(remedy)"
  }
  private static func hasNull(_ value: Any) -> Bool {
    if let list = value as? [Any] { return list.contains(where: hasNull) }
    return value is NSNull
  }
}
