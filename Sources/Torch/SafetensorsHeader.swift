/// The part of a safetensors file that says what its bytes mean: JSON of exactly one form, read without trust.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let dtype: Tensor.DType
    let shape: [Int]
    /// Bytes of the data part, which starts after the header.
    let range: Range<Int>
  }
  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  static let sizeLimit = 100_000_000
  /// libtorch's operators on two tensors take no more.
  static let rankLimit = 64
  static let names: [(String, Tensor.DType)] = [
    ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16), ("F64", .float64), ("I64", .int64), ("I32", .int32), ("I16", .int16),
    ("I8", .int8), ("U8", .uint8), ("BOOL", .bool),
  ]

  /// Reads the JSON in `bytes`, whose tensors must fill `dataSize` bytes from the first to the last without overlap.
  init(_ bytes: UnsafeRawBufferPointer, dataSize: Int) throws(SafetensorsError.Problem) {
    var json = StrictJSON(bytes)
    guard bytes.first == UInt8(ascii: "{") else { throw .header("it does not start with {") }
    var seen: Set<String> = []
    try json.object { (json, name) throws(SafetensorsError.Problem) in
      guard seen.insert(name).inserted else { throw .duplicate(name) }
      if name == "__metadata__" {
        try json.object { (json, key) throws(SafetensorsError.Problem) in
          guard self.metadata.updateValue(try json.string(), forKey: key) == nil else { throw .duplicate(key) }
        }
      } else {
        self.entries.append(try Self.entry(name, &json))
      }
    }
    try json.end()
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var covered = 0
    for entry in entries {
      guard entry.range.upperBound <= dataSize else { throw .outside(entry.name) }
      guard entry.range.lowerBound >= covered else { throw .overlap(entry.name) }
      guard entry.range.lowerBound == covered else { throw .hole(before: entry.name) }
      covered = entry.range.upperBound
    }
    guard covered == dataSize else { throw .trailing(dataSize - covered) }
  }

  private static func entry(_ name: String, _ json: inout StrictJSON) throws(SafetensorsError.Problem) -> Entry {
    var dtype: Tensor.DType?
    var shape: [Int]?
    var offsets: [Int]?
    try json.object { (json, key) throws(SafetensorsError.Problem) in
      switch key {
      case "dtype" where dtype == nil:
        let word = try json.string()
        guard let known = names.first(where: { $0.0 == word }) else { throw .type(name, word) }
        dtype = known.1
      case "shape" where shape == nil: shape = try json.counts(limit: rankLimit)
      case "data_offsets" where offsets == nil: offsets = try json.counts(limit: 2)
      case "dtype", "shape", "data_offsets": throw .duplicate("\(name).\(key)")
      default: throw .header("tensor \(SafetensorsError.quoted(name)) has an unknown member \(SafetensorsError.quoted(key))")
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw .header("tensor \(SafetensorsError.quoted(name)) lacks its dtype, shape or two data_offsets")
    }
    // Lengths of zero count as one here, so that no product of lengths, and so no stride, can overflow.
    var bound = dtype.size
    for length in shape {
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(length, 1))
      guard !overflow else { throw .shape(name) }
      bound = product
    }
    let size = shape.contains(0) ? 0 : bound
    guard offsets[0] <= offsets[1] else { throw .outside(name) }
    guard offsets[1] - offsets[0] == size else { throw .size(name, offsets[1] - offsets[0], size) }
    return Entry(name: name, dtype: dtype, shape: shape, range: offsets[0]..<offsets[1])
  }
}
