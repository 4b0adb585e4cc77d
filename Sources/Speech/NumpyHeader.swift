/// The part of a NumPy array file that says what its bytes mean: one Python dictionary of exactly three entries, read without trust.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NumpyHeader: Equatable {
  enum Number: String, CaseIterable {
    case half = "f2", single = "f4", double = "f8"
    var size: Int {
      switch self {
      case .half: 2
      case .single: 4
      case .double: 8
      }
    }
  }
  var number = Number.single
  var isBigEndian = false
  /// The first index runs fastest.
  var isFortran = false
  var shape: [Int] = []
  /// Where the numbers start.
  var start = 0

  /// What is wrong with a file, and what to do.
  struct Problem: Error, Equatable {
    var what: String
    var remedy = NumpyHeader.writeAgain
  }
  static let writeAgain = "write it again with numpy.save"
  /// Longer headers are damage: three entries do not need it.
  private static let longest = 65536

  /// Checks all of the header and that the numbers fill the file to its end.
  init(_ bytes: UnsafeRawBufferPointer) throws(Problem) {
    guard bytes.count >= 10 else { throw Problem(what: "ends within its header") }
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw Problem(what: "is not a NumPy array file", remedy: "name an .npy file such as AD-NeRF's aud.npy")
    }
    let version = (bytes[6], bytes[7])
    let isShort = version.0 == 1
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw Problem(what: "is of version \(version.0).\(version.1) of the format, which is not known")
    }
    let prefix = isShort ? 10 : 12
    guard bytes.count >= prefix else { throw Problem(what: "ends within its header") }
    let length = (8..<prefix).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length <= Self.longest else { throw Problem(what: "has a header of \(length) bytes, so it is damaged") }
    start = prefix + length
    guard start <= bytes.count else { throw Problem(what: "ends within its header") }
    var dictionary = PythonDictionary(UnsafeRawBufferPointer(rebasing: bytes[prefix..<start]))
    let entries = try dictionary.read()
    guard case .text(let type)? = entries["descr"], case .truth(let order)? = entries["fortran_order"],
      case .counts(let lengths)? = entries["shape"], entries.count == 3
    else { throw Problem(what: "has a header without its descr, fortran_order and shape") }
    (isFortran, shape) = (order, lengths)
    guard let mark = type.first, let kind = Number(rawValue: String(type.dropFirst())), "<>=".contains(mark) else {
      if type.contains("O") {
        throw Problem(
          what: "contains Python objects, which are not read because they can run any code", remedy: "save it as an array of float32")
      }
      throw Problem(what: "contains \(quoted(type)), but floating-point numbers are needed", remedy: "save it as an array of float32")
    }
    (number, isBigEndian) = (kind, mark == ">")
    var size = kind.size
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { throw Problem(what: "claims the impossible shape \(shape)") }
      size = product
    }
    guard size == bytes.count - start else {
      throw Problem(
        what: "contains \(bytes.count - start) bytes of data, but its shape \(shape) needs \(size)", remedy: "copy or write it again")
    }
  }
}

/// Words of a stranger made fit for one line.
func quoted(_ text: String) -> String {
  "\"" + text.unicodeScalars.prefix(40).map { $0.properties.generalCategory == .control ? "?" : String($0) }.joined() + "\""
}

/// A dictionary of text to text, truth values and tuples of counts as Python prints it; nothing else.
private struct PythonDictionary {
  enum Value {
    case text(String), truth(Bool), counts([Int])
  }
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private typealias Problem = NumpyHeader.Problem
  private static let damaged = Problem(what: "has a damaged header")

  mutating func read() throws(NumpyHeader.Problem) -> [String: Value] {
    var entries: [String: Value] = [:]
    try take("{")
    while !has("}") {
      let key = try text()
      try take(":")
      guard entries.updateValue(try value(), forKey: key) == nil else { throw Self.damaged }
      if !has(",") {
        try take("}")
        break
      }
    }
    skip()
    guard place == bytes.count else { throw Self.damaged }
    return entries
  }

  private mutating func skip() {
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x0a { place += 1 }
  }
  private mutating func has(_ word: String) -> Bool {
    skip()
    guard bytes[place...].starts(with: word.utf8) else { return false }
    place += word.utf8.count
    return true
  }
  private mutating func take(_ word: String) throws(NumpyHeader.Problem) { guard has(word) else { throw Self.damaged } }

  private mutating func text() throws(NumpyHeader.Problem) -> String {
    let mark: UInt8
    if has("'") { mark = UInt8(ascii: "'") } else if has("\"") { mark = UInt8(ascii: "\"") } else { throw Self.damaged }
    guard let end = bytes[place...].firstIndex(of: mark), !bytes[place..<end].contains(UInt8(ascii: "\\")) else { throw Self.damaged }
    defer { place = end + 1 }
    return String(decoding: bytes[place..<end], as: UTF8.self)
  }
  private mutating func value() throws(NumpyHeader.Problem) -> Value {
    if has("True") { return .truth(true) }
    if has("False") { return .truth(false) }
    if has("(") {
      var counts: [Int] = []
      while !has(")") {
        counts.append(try count())
        guard counts.count <= 32 else { throw Self.damaged }
        if !has(",") {
          try take(")")
          break
        }
      }
      return .counts(counts)
    }
    // Structured types are lists; what they hold is not read here.
    if has("[") { return .text("a structure") }
    return .text(try text())
  }
  private mutating func count() throws(NumpyHeader.Problem) -> Int {
    skip()
    let digits = bytes[place...].prefix { (0x30...0x39).contains($0) }
    guard let count = Int(String(decoding: digits, as: UTF8.self)) else { throw Self.damaged }
    place += digits.count
    return count
  }
}
