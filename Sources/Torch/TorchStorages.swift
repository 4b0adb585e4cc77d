/// Where the storages of a file of PyTorch's lie.
struct TorchStorages {
  typealias Problem = TorchFileError.Problem
  typealias Opened = (root: PickleMachine.Value, things: [PickleMachine.Thing], places: TorchStorages)

  /// Storages with the checksum that a zip file gives them.
  private var places: [String: (bytes: Range<Int>, checksum: UInt32?)] = [:]

  /// Bytes of `storage` in `file`, checked against the size that the pickle says and against the checksum.
  func range(of storage: PickleStorage, _ file: UnsafeRawBufferPointer) throws(Problem) -> Range<Int> {
    guard let place = places[storage.key] else { throw .damaged("storage \(SafetensorsError.quoted(storage.key)) is missing") }
    guard place.bytes.count == storage.count * storage.dtype.size else {
      throw .damaged("storage \(SafetensorsError.quoted(storage.key)) has \(place.bytes.count) bytes, not \(storage.count) numbers")
    }
    try Self.check(place.bytes, place.checksum, "storage \(SafetensorsError.quoted(storage.key))", file)
    return place.bytes
  }
  private static func check(_ bytes: Range<Int>, _ sum: UInt32?, _ what: String, _ file: UnsafeRawBufferPointer) throws(Problem) {
    guard let sum else { return }
    guard CRC32.sum(UnsafeRawBufferPointer(rebasing: file[bytes])) == sum else { throw .damaged("\(what) does not match its checksum") }
  }

  /// The zip format: `<name>/data.pkl` describes, `<name>/data/<key>` holds the numbers.
  static func zip(_ file: UnsafeRawBufferPointer) throws(Problem) -> Opened {
    let members = try ZipDirectory(file).members
    let folders = members.keys.compactMap { name -> Substring? in
      name.hasSuffix("/data.pkl") && name.dropLast(9).allSatisfy { $0 != "/" } ? name.dropLast(8) : nil
    }
    guard folders.count == 1, let folder = folders.first, let pickle = members[folder + "data.pkl"] else {
      throw .unsupported("it is a zip file of something else: it has no data.pkl")
    }
    if let order = members[folder + "byteorder"], !file[order.bytes].elementsEqual("little".utf8) {
      throw .unsupported("its numbers are big-endian")
    }
    try check(pickle.bytes, pickle.checksum, "its description", file)
    let (made, root, end) = try PickleMachine.run(UnsafeRawBufferPointer(rebasing: file[pickle.bytes]))
    guard end == pickle.bytes.count else { throw .damaged("its pickle continues after its end") }
    var storages = TorchStorages()
    let start = folder + "data/"
    for (name, member) in members where name.hasPrefix(start) {
      storages.places[String(name.dropFirst(start.count))] = (member.bytes, member.checksum)
    }
    return (root, made.things, storages)
  }

  /// The older format: pickles of a magic number, a version, the machine, the content and the storages' keys; then, in that order,
  /// each storage's length and numbers.
  static func old(_ file: UnsafeRawBufferPointer) throws(Problem) -> Opened {
    let version = try PickleMachine.run(file, at: TorchFile.oldStart.count)
    guard case .integer(1001) = version.result else { throw .unsupported("its version is not 1001") }
    let machine = try PickleMachine.run(file, at: version.end)
    if case .thing(let index) = machine.result, case .dictionary(let pairs) = machine.made.things[index] {
      for case (.text("little_endian"), .truth(false)) in pairs { throw .unsupported("its numbers are big-endian") }
    }
    let content = try PickleMachine.run(file, at: machine.end)
    let list = try PickleMachine.run(file, at: content.end)
    guard case .thing(let index) = list.result, case .list(let keys) = list.made.things[index] else {
      throw .damaged("it does not list its storages")
    }
    var storages = TorchStorages()
    var reader = ByteReader(file, at: list.end)
    for key in keys {
      guard case .text(let key) = key else { throw .damaged("the key of a storage in it is not a string") }
      guard let size = content.made.storages[key]?.dtype.size else {
        throw .damaged("storage \(SafetensorsError.quoted(key)) is not described")
      }
      let (bytes, overflow) = Int(truncatingIfNeeded: try reader.number(UInt64.self)).multipliedReportingOverflow(by: size)
      guard !overflow else { throw .short }
      let start = reader.at
      _ = try reader.take(bytes)
      guard storages.places.updateValue((start..<reader.at, nil), forKey: key) == nil else {
        throw .damaged("storage \(SafetensorsError.quoted(key)) occurs in it twice")
      }
    }
    return (content.result, content.made.things, storages)
  }
}
