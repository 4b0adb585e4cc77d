import Foundation
import Torch

/// Content credentials (C2PA 2.2) in MP4, MOV, PNG and JPEG files.
package enum ContentCredentials {
  /// Puts a signed manifest into the film or image at `url`, which is replaced whole or not at all. A manifest that it carried is kept as an
  /// ingredient. Throws `CredentialsError` for other files, and `FileError`.
  package static func sign(_ url: URL, _ manifest: Manifest, by identity: SigningIdentity) throws {
    let reader = try PieceReader(url)
    if let head = reader.bytes(0, min(8, reader.count)), head.starts(with: [0x89, 0x50]) || head.starts(with: [0xFF, 0xD8]) {
      guard reader.count < largestImage, let data = reader.bytes(0, reader.count) else { throw unknown(url) }
      return try AtomicFile.write(try sign(data, manifest, by: identity, called: url), to: url)
    }
    guard let film = FilmContainer(reader) else { throw unknown(url) }
    try sign(film, reader, url, ManifestDraft(manifest, by: identity, earlier: film.store.flatMap { JUMBF($0, isFirst: true) }))
  }

  /// The same of an image's bytes, PNG or JPEG; `url` is for the message.
  package static func sign(_ image: Data, _ manifest: Manifest, by identity: SigningIdentity, called url: URL) throws -> Data {
    guard let container = ImageContainer(image) else { throw unknown(url) }
    let draft = ManifestDraft(manifest, by: identity, earlier: container.store.flatMap { JUMBF($0, isFirst: true) })
    var rest = image[..<container.place.lowerBound]
    rest.append(image[container.place.upperBound...])
    let sum = Hash.sha256.of(rest), start = container.place.lowerBound
    // How long the excluded part is depends on the store, whose size does not depend on the number.
    let length = container.replaced(by: try draft.store(dataHash(sum, start, 0))).place.count
    return container.replaced(by: try draft.store(dataHash(sum, start, length))).data
  }

  private static let largestImage = 1 << 28
  private static func unknown(_ url: URL) -> CredentialsError {
    CredentialsError(
      url, "is no film or image that can carry credentials, or is damaged", remedy: "name an MP4, MOV, PNG or JPEG file")
  }

  /// As many bytes whatever the numbers are.
  private static func dataHash(_ sum: Data, _ start: Int, _ length: Int) -> (String, CBOR) {
    let numbers = CBOR.object(["start": .unsigned(UInt64(start)), "length": .unsigned(UInt64(length))])
    let room = 2 * 9 + 16 - numbers.encoded.count
    return (
      "c2pa.hash.data",
      .object([
        "exclusions": .array([numbers]), "name": .text("jumbf manifest"), "alg": .text("sha256"), "hash": .bytes(sum),
        "pad": .bytes(Data(count: max(0, room))),
      ])
    )
  }
  private static func filmHash(_ sum: Data) -> (String, CBOR) {
    (
      "c2pa.hash.bmff.v3",
      .object([
        "exclusions": FilmContainer.exclusions, "alg": .text("sha256"), "hash": .bytes(sum), "name": .text("jumbf manifest"),
      ])
    )
  }

  /// Writes the film anew with room for the manifest behind its first box and the index moved accordingly, then the manifest.
  private static func sign(_ film: FilmContainer, _ reader: PieceReader, _ url: URL, _ draft: ManifestDraft) throws {
    guard !film.boxes.contains(where: { $0.type == "moof" }) else {
      throw CredentialsError(url, "is a film in pieces, which cannot be signed", remedy: "write it as an MP4 with one index")
    }
    let room = FilmContainer.box(try draft.store(filmHash(Data(count: 32))))
    // Behind `ftyp`, which must come first.
    let before = film.boxes.first.map { $0.type == "ftyp" ? $0.range.upperBound : 0 } ?? 0
    let mode = (try? FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions]) as? NSNumber
    try AtomicFile.write(to: url) { part in
      let output = try FileHandle(forWritingTo: part)
      defer { try? output.close() }
      func copy(_ box: FilmContainer.Box) throws {
        guard try reader.pieces(box.range, { try output.write(contentsOf: $0) }) else { throw unknown(url) }
      }
      if before > 0 { try copy(film.boxes[0]) }
      try output.write(contentsOf: room)
      for (i, box) in film.boxes.enumerated() where !(before > 0 && i == 0) && box.range != film.place?.range {
        guard box.type == "moov" else {
          try copy(box)
          continue
        }
        // What lies behind the old manifest moves by the difference; what lies before it by the new one.
        let shift = room.count - (film.place.map(\.range.count) ?? 0)
        guard film.place.map({ $0.range.lowerBound == before }) ?? true, let index = reader.bytes(box.range.lowerBound, box.range.count),
          let moved = FilmContainer.moved(index, by: shift)
        else { throw unknown(url) }
        try output.write(contentsOf: moved)
      }
      try output.synchronize()
      let written = try PieceReader(part)
      guard let laid = FilmContainer(written), let place = laid.place,
        let parts = laid.hashed(FilmContainer.exclusions.elements ?? [], hasPlaces: true, written), let sum = written.sum(parts, .sha256)
      else { throw unknown(url) }
      let box = FilmContainer.box(try draft.store(filmHash(sum)))
      guard box.count == place.range.count else { throw unknown(url) }
      try output.seek(toOffset: UInt64(place.range.lowerBound))
      try output.write(contentsOf: box)
      if let mode { _ = chmod(part.path, mode_t(mode.uint16Value)) }
    }
  }
}
