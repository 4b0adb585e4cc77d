import Crypto
import Foundation

/// The sums that manifests use.
enum Hash: String {
  case sha256, sha384, sha512

  func of(_ data: Data) -> Data {
    switch self {
    case .sha256: Data(Crypto.SHA256.hash(data: data))
    case .sha384: Data(SHA384.hash(data: data))
    case .sha512: Data(SHA512.hash(data: data))
    }
  }
  /// To be fed piece by piece.
  var running: any HashFunction {
    switch self {
    case .sha256: Crypto.SHA256()
    case .sha384: SHA384()
    case .sha512: SHA512()
    }
  }
}

/// A file that is read in pieces, however large it is.
final class PieceReader {
  private let handle: FileHandle
  let count: Int

  /// Throws `CredentialsError` where it cannot be opened.
  init(_ url: URL) throws {
    guard let handle = try? FileHandle(forReadingFrom: url), let end = try? handle.seekToEnd(), let count = Int(exactly: end) else {
      throw CredentialsError(url, "cannot be read", remedy: "name a file that is there")
    }
    (self.handle, self.count) = (handle, count)
  }
  deinit { try? handle.close() }

  /// `length` bytes from `start` on; nil where there are fewer.
  func bytes(_ start: Int, _ length: Int) -> Data? {
    guard start >= 0, length >= 0, start <= count, length <= count - start else { return nil }
    guard length > 0 else { return Data() }
    guard (try? handle.seek(toOffset: UInt64(start))) != nil, let data = try? handle.read(upToCount: length), data.count == length else {
      return nil
    }
    return data
  }
  /// Hands over `range` in pieces of at most a megabyte; false where the file is shorter, or `take` said so.
  func pieces(_ range: Range<Int>, _ take: (Data) throws -> Void) rethrows -> Bool {
    var at = range.lowerBound
    while at < range.upperBound {
      guard let piece = bytes(at, min(1 << 20, range.upperBound - at)) else { return false }
      try take(piece)
      at += piece.count
    }
    return true
  }
  /// The sum of `ranges` in order, each behind its prefix.
  func sum(_ parts: [(prefix: Data, range: Range<Int>)], _ hash: Hash) -> Data? {
    func feed<H: HashFunction>(_ start: H) -> Data? {
      var sum = start
      for part in parts {
        sum.update(data: part.prefix)
        guard pieces(part.range, { sum.update(data: $0) }) else { return nil }
      }
      return Data(sum.finalize())
    }
    return feed(hash.running)
  }
}
