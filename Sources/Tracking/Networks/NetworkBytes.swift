import Foundation

/// A `.tflite` file in memory.
///
/// LiteRT finds an operator of one's own only if the file asks for its first version, and the published networks ask for the second.
/// The numbers are set right here; what the operator does is ours either way.
final class NetworkBytes {
  let start: UnsafeMutableRawPointer
  let count: Int

  /// Throws when `file` cannot be read or is not a network.
  init(_ file: URL) throws {
    let wrong = CaptureError(.setUp, "\(file.path): not a network in TensorFlow Lite's format; run scripts/setup again")
    guard let data = try? Data(contentsOf: file), data.count > 64, data[4..<8] == Data("TFL3".utf8) else { throw wrong }
    count = data.count
    start = .allocate(byteCount: count, alignment: 64)
    data.withUnsafeBytes { start.copyMemory(from: $0.baseAddress!, byteCount: count) }
    guard setVersions() else { throw wrong }
  }
  deinit { start.deallocate() }

  private func int32(_ at: Int) -> Int? {
    at >= 0 && at + 4 <= count ? Int(start.loadUnaligned(fromByteOffset: at, as: Int32.self)) : nil
  }
  /// Where the field `number` of the flat buffer's table at `table` is; nil where it is absent.
  private func field(_ number: Int, of table: Int) -> Int? {
    guard let back = int32(table) else { return nil }
    let fields = table - back, slot = 4 + 2 * number
    guard fields >= 0, fields + slot + 2 <= count else { return nil }
    func short(_ at: Int) -> Int { Int(start.loadUnaligned(fromByteOffset: at, as: UInt16.self)) }
    guard slot < short(fields), short(fields + slot) != 0 else { return nil }
    return table + short(fields + slot)
  }
  /// Where the offset stored at `at` leads.
  private func followed(_ at: Int?) -> Int? {
    guard let at, let offset = int32(at) else { return nil }
    return at + offset
  }

  /// Sets the version of every operator that has a name of its own to 1; false if the bytes make no sense.
  private func setVersions() -> Bool {
    guard let model = followed(0), let codes = followed(field(1, of: model)), let total = int32(codes), total < 1000 else { return false }
    for k in 0..<total {
      guard let code = followed(codes + 4 + 4 * k) else { return false }
      if field(1, of: code) != nil, let version = field(2, of: code), version + 4 <= count {
        start.storeBytes(of: 1, toByteOffset: version, as: Int32.self)
      }
    }
    return true
  }
}
