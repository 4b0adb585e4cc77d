/// Where the members of a zip file lie; only stored members, as PyTorch writes them, are read.
struct ZipDirectory {
  struct Member {
    let name: String
    let bytes: Range<Int>
    let checksum: UInt32
  }
  private(set) var members: [String: Member] = [:]

  static let memberLimit = 200_000

  /// Reads the directory at the end of `file`.
  init(_ file: UnsafeRawBufferPointer) throws(TorchFileError.Problem) {
    let end = try Self.end(file)
    guard end.count <= Self.memberLimit else { throw .limit("more than \(Self.memberLimit) members") }
    var reader = ByteReader(file, at: end.start)
    for _ in 0..<end.count {
      let member = try Self.member(&reader, file, before: end.start)
      guard members.updateValue(member, forKey: member.name) == nil else {
        throw .damaged("\(SafetensorsError.quoted(member.name)) occurs in it twice")
      }
    }
  }

  private static func end(_ file: UnsafeRawBufferPointer) throws(TorchFileError.Problem) -> (start: Int, count: Int) {
    // The record that ends the file is 22 bytes long and may be followed by a comment of up to 65535.
    let lowest = max(file.count - 22 - 65535, 0)
    for at in stride(from: file.count - 22, through: lowest, by: -1) {
      guard has(file, at, 0x0605_4b50), Int(file.loadUnaligned(fromByteOffset: at + 20, as: UInt16.self)) == file.count - at - 22 else {
        continue
      }
      var reader = ByteReader(file, at: at + 10)
      let count = Int(try reader.number(UInt16.self))
      _ = try reader.number(UInt32.self)
      let start = Int(try reader.number(UInt32.self))
      guard count == 0xffff || start == 0xffff_ffff || at >= 20 && has(file, at - 20, 0x0706_4b50) else { return (start, count) }
      // Beyond 4 GB or 65535 members the numbers stand in a larger record, which PyTorch always writes.
      reader.at = at - 20 + 8
      let large = Int(truncatingIfNeeded: try reader.number(UInt64.self))
      guard at >= 20, has(file, at - 20, 0x0706_4b50), has(file, large, 0x0606_4b50) else { throw .damaged("its zip directory is damaged") }
      reader.at = large + 32
      let members = try reader.number(UInt64.self)
      _ = try reader.number(UInt64.self)
      return (Int(truncatingIfNeeded: try reader.number(UInt64.self)), Int(clamping: members))
    }
    throw .short
  }

  private static func has(_ file: UnsafeRawBufferPointer, _ at: Int, _ signature: UInt32) -> Bool {
    at >= 0 && at <= file.count - 4 && UInt32(littleEndian: file.loadUnaligned(fromByteOffset: at, as: UInt32.self)) == signature
  }

  /// Reads one entry of the directory and looks up where the member's bytes begin.
  private static func member(
    _ reader: inout ByteReader, _ file: UnsafeRawBufferPointer, before end: Int
  ) throws(TorchFileError.Problem) -> Member {
    guard has(file, reader.at, 0x0201_4b50) else { throw .damaged("its zip directory is damaged") }
    reader.at += 8
    let flags = try reader.number(UInt16.self)
    let method = try reader.number(UInt16.self)
    reader.at += 4
    let checksum = try reader.number(UInt32.self)
    var sizes = [UInt64(try reader.number(UInt32.self)), UInt64(try reader.number(UInt32.self))]
    let nameLength = Int(try reader.number(UInt16.self))
    let extraLength = Int(try reader.number(UInt16.self))
    let commentLength = Int(try reader.number(UInt16.self))
    reader.at += 8
    var offset = UInt64(try reader.number(UInt32.self))
    let name = try reader.text(nameLength)
    var extra = ByteReader(try reader.take(extraLength))
    _ = try reader.take(commentLength)
    while extra.bytes.count - extra.at >= 4 {
      let kind = try extra.number(UInt16.self)
      var field = ByteReader(try extra.take(Int(try extra.number(UInt16.self))))
      guard kind == 1 else { continue }
      if sizes[1] == 0xffff_ffff { sizes[1] = try field.number() }
      if sizes[0] == 0xffff_ffff { sizes[0] = try field.number() }
      if offset == 0xffff_ffff { offset = try field.number() }
    }
    guard flags & 1 == 0, method == 0, sizes[0] == sizes[1] else {
      throw .unsupported("\(SafetensorsError.quoted(name)) in it is compressed or encrypted, which PyTorch's own files are not")
    }
    let start = Int(clamping: offset)
    guard has(file, start, 0x0403_4b50) else { throw .damaged("its zip directory points to nothing") }
    var local = ByteReader(file, at: start + 26)
    let names = Int(try local.number(UInt16.self))
    let extras = Int(try local.number(UInt16.self))
    _ = try local.take(names + extras)
    let size = Int(clamping: sizes[0])
    guard local.at <= end, size <= end - local.at else { throw .short }
    return Member(name: name, bytes: local.at..<local.at + size, checksum: checksum)
  }
}
