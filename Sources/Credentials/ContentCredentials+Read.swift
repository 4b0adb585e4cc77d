import Consent
import Foundation
import SwiftASN1
import X509

extension ContentCredentials {
  /// Reads and checks what a film or image carries; `roots` are PEM files whose certificates are trusted. Throws `CredentialsError` for files
  /// of other kinds and for damaged ones.
  package static func read(_ url: URL, roots: [URL] = [], now: Date = Date()) throws -> CredentialsReport {
    let trusted = try roots.flatMap { file in
      guard let text = try? String(contentsOf: file, encoding: .utf8), let documents = try? PEMDocument.parseMultiple(pemString: text),
        let certificates = try? documents.map({ try Certificate(pemDocument: $0) })
      else { throw CredentialsError(file, "holds no certificates that can be read", remedy: "give certificates as PEM") }
      return certificates
    }
    let reader = try PieceReader(url)
    if let image = try image(url, reader) {
      guard let bytes = image.store else { return CredentialsReport() }
      return check(bytes, trusted, now) { label, assertion, hash in
        label == "c2pa.hash.data" ? isWhole(assertion, hash, reader, but: image.place) : nil
      }
    }
    guard let film = FilmContainer(reader) else { throw unreadable(url) }
    guard let bytes = film.store else { return CredentialsReport() }
    return check(bytes, trusted, now) { label, assertion, hash in
      guard ["c2pa.hash.bmff", "c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3"].contains(label), assertion["merkle"] == nil,
        let parts = film.hashed(assertion["exclusions"]?.elements ?? [], hasPlaces: label != "c2pa.hash.bmff", reader),
        let wanted = assertion["hash"]?.bytes
      else { return nil }
      return reader.sum(parts, hash) == wanted
    }
  }

  /// The record of consent in a file, unchecked; nil where there is none. Looks at the manifest only.
  package static func consent(in url: URL) -> ConsentRecord? {
    guard let reader = try? PieceReader(url) else { return nil }
    let bytes = (try? image(url, reader))?.store ?? FilmContainer(reader)?.store
    guard let bytes, let store = JUMBF(bytes, isFirst: true),
      let text = store.children.last?.child("c2pa.assertions")?.child(Manifest.consentLabel)?.content
    else { return nil }
    return ConsentFile.record(in: [ConsentFile.key: String(decoding: text, as: UTF8.self)])
  }

  private static func unreadable(_ url: URL) -> CredentialsError {
    CredentialsError(url, "is no film or image that can be read, or is damaged", remedy: "name an MP4, MOV, PNG or JPEG file")
  }
  /// nil where the file is no image.
  private static func image(_ url: URL, _ reader: PieceReader) throws -> ImageContainer? {
    guard let head = reader.bytes(0, min(8, reader.count)), head.starts(with: [0x89, 0x50]) || head.starts(with: [0xFF, 0xD8]) else {
      return nil
    }
    guard reader.count < 1 << 28, let data = reader.bytes(0, reader.count), let image = ImageContainer(data) else { throw unreadable(url) }
    return image
  }
  private static func check(
    _ bytes: Data, _ roots: [Certificate], _ now: Date, _ isWhole: @escaping (String, CBOR, Hash) -> Bool?
  ) -> CredentialsReport {
    guard let store = JUMBF(bytes, isFirst: true) else {
      var damaged = CredentialsReport()
      (damaged.state, damaged.failures) = (.invalid, ["claim.missing"])
      return damaged
    }
    return StoreCheck(store, roots: roots, now: now, isWhole: isWhole).report
  }
  /// Whether the file without the excluded parts has the sum that the assertion says. Parts outside of the manifest must not be excluded:
  /// what nobody hashes can be changed by anybody.
  private static func isWhole(_ assertion: CBOR, _ hash: Hash, _ reader: PieceReader, but place: Range<Int>) -> Bool? {
    guard let wanted = assertion["hash"]?.bytes else { return false }
    var parts: [(prefix: Data, range: Range<Int>)] = [], at = 0
    for exclusion in assertion["exclusions"]?.elements ?? [] {
      guard let start = exclusion["start"]?.int, let length = exclusion["length"]?.int, start >= at, length >= 0,
        start >= place.lowerBound, start <= reader.count, length <= reader.count - start, start + length <= place.upperBound
      else { return false }
      parts.append((Data(), at..<start))
      at = start + length
    }
    parts.append((Data(), at..<reader.count))
    return reader.sum(parts, hash) == wanted
  }
}
