/// A reader of the JSON that safetensors headers are made of: objects, strings, and lists of counts. Anything else is an error.
struct StrictJSON {
  typealias Problem = SafetensorsError.Problem
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Reads an object, calling `member` behind each key's colon.
  mutating func object(_ member: (inout StrictJSON, String) throws(Problem) -> Void) throws(Problem) {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while skip(",")
    try expect("}")
  }

  /// Reads a list of at most `limit` whole numbers that are not negative.
  mutating func counts(limit: Int) throws(Problem) -> [Int] {
    var found: [Int] = []
    try expect("[")
    if skip("]") { return found }
    repeat {
      guard found.count < limit else { throw .header("a list of more than \(limit) numbers") }
      found.append(try count())
    } while skip(",")
    try expect("]")
    return found
  }

  mutating func string() throws(Problem) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      guard at < bytes.count else { throw .header("a string does not end") }
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else { throw .header("a string is not UTF-8") }
        return valid
      case UInt8(ascii: "\\"): text += try escaped()
      case 0..<0x20: throw .header("a control character in a string")
      default: text.append(byte)
      }
    }
  }

  /// Only spaces may follow; writers use them to align the data.
  mutating func end() throws(Problem) {
    guard bytes[at...].allSatisfy({ $0 == UInt8(ascii: " ") }) else { throw .header("text after the closing }") }
  }

  private mutating func count() throws(Problem) -> Int {
    blank()
    let first = at
    var value = 0
    while at < bytes.count, let digit = Int(exactly: bytes[at]).map({ $0 - 48 }), (0...9).contains(digit) {
      let (tens, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, overToo) = tens.addingReportingOverflow(digit)
      guard !over, !overToo else { throw .header("a number beyond 64 bits") }
      value = sum
      at += 1
    }
    guard at > first, at == first + 1 || bytes[first] != 48 else { throw .header("a whole number is missing") }
    return value
  }

  private mutating func escaped() throws(Problem) -> [UInt8] {
    guard at < bytes.count else { throw .header("a string does not end") }
    let letter = bytes[at]
    at += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var code = UInt32(try hexadecimal())
      if code >> 10 == 0x36 {
        guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
          throw .header("half of a surrogate pair")
        }
        at += 2
        let low = UInt32(try hexadecimal())
        guard low >> 10 == 0x37 else { throw .header("half of a surrogate pair") }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else { throw .header("half of a surrogate pair") }
      return Array(String(Character(scalar)).utf8)
    default: throw .header("an unknown escape in a string")
    }
  }

  private mutating func hexadecimal() throws(Problem) -> UInt16 {
    guard at + 4 <= bytes.count else { throw .header("a string does not end") }
    var value: UInt16 = 0
    for byte in bytes[at..<at + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else { throw .header("an unknown escape in a string") }
      value = value << 4 | UInt16(digit)
    }
    at += 4
    return value
  }

  private mutating func blank() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }
  private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    blank()
    guard at < bytes.count, bytes[at] == UInt8(ascii: mark) else { return false }
    at += 1
    return true
  }
  private mutating func expect(_ mark: Unicode.Scalar) throws(Problem) {
    guard skip(mark) else { throw .header("\(mark) is missing at byte \(at)") }
  }
}
