import Consent
import Credentials
import Foundation
import Testing
import Torch

/// Signed films and images, read back, changed, and signed again.
struct CredentialsTests {
  static let files = ["g.png", "g.jpg", "back.mp4", "front.mp4", "co64.mp4"], others = ["other_g.png", "other_g.jpg", "other_back.mp4"]
  static func fixture(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil))
  }
  static func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
  static func manifest() -> Manifest {
    var consent = ConsentRecord(.other, statement: "Films for the course", by: "Anna")
    consent.source = String(repeating: "5", count: 64)
    return Manifest(
      title: "anna", source: .composite, ingredients: [.init(title: "the clip", sha256: consent.source!)], watermark: "0123456789abcdef",
      consent: consent)
  }
  /// A signed copy of a fixture in `folder`.
  static func signed(_ name: String, in folder: URL) throws -> URL {
    let copy = folder.appending(path: name)
    try FileManager.default.copyItem(at: fixture(name), to: copy)
    try ContentCredentials.sign(copy, manifest(), by: SigningIdentity(in: folder))
    return copy
  }

  @Test(arguments: files) func sayWhatWasSaid(_ name: String) throws {
    try Self.withFolder { folder in
      let before = try Data(contentsOf: Self.fixture(name)).count
      #expect(try ContentCredentials.read(Self.fixture(name)).state == .absent)
      let file = try Self.signed(name, in: folder), manifest = Self.manifest()
      let found = try ContentCredentials.read(file)
      #expect(found.state == .valid && found.failures.isEmpty, "\(found.failures)")
      #expect(found.title == "anna" && found.generator == "Likeness 1" && found.watermark == "0123456789abcdef")
      #expect(found.digitalSourceType == "compositeWithTrainedAlgorithmicMedia" && found.ingredients == ["the clip"])
      #expect(found.consent == manifest.consent && ContentCredentials.consent(in: file) == manifest.consent)
      #expect(try ContentCredentials.read(file, roots: [folder.appending(path: "chain.pem")]).state == .trusted)
      let grown = try Data(contentsOf: file).count - before
      #expect(grown > 1000 && grown <= 20_000, "\(grown) bytes")
    }
  }

  @Test(arguments: zip(others, ["g.png", "g.jpg", "back.mp4"])) func thoseOfOthersAreRead(_ name: String, _ plain: String) throws {
    let now = Date(timeIntervalSince1970: 1_796_100_000), file = try Self.fixture(name)
    let found = try ContentCredentials.read(file, now: now)
    #expect(found.state == .valid && found.failures.isEmpty && found.generator == "test 1", "\(found.failures)")
    #expect(found.digitalSourceType == "trainedAlgorithmicMedia")
    #expect(try ContentCredentials.read(file, roots: [Self.fixture("other_root.pem")], now: now).state == .trusted)
    let late = try ContentCredentials.read(file, now: Date(timeIntervalSince1970: 4e9))
    #expect(late.failures == ["signingCredential.expired"])
  }

  /// Signed by others, then by us: both are there and hold, and each is checked.
  @Test(arguments: others) func anEarlierManifestIsKept(_ name: String) throws {
    try Self.withFolder { folder in
      let file = try Self.signed(name, in: folder)
      let found = try ContentCredentials.read(file)
      #expect(found.state == .valid && found.failures.isEmpty, "\(found.failures)")
      #expect(found.ingredients == ["the file as it was before", "the clip"])
      // And once more.
      try ContentCredentials.sign(file, Self.manifest(), by: SigningIdentity(in: folder))
      #expect(try ContentCredentials.read(file).state == .valid)
      // A bit of the earliest manifest's title.
      var bytes = try Data(contentsOf: file)
      let place = try #require(bytes.range(of: Data("org.contentauth".utf8)))
      bytes[place.lowerBound] ^= 1
      try bytes.write(to: file)
      let damaged = try ContentCredentials.read(file)
      #expect(
        damaged.state == .invalid && damaged.failures.contains { $0.hasPrefix("claimSignature.mismatch: urn:c2pa") }, "\(damaged.failures)")
    }
  }

  /// Each byte counts, of what is seen and of what is said.
  @Test(arguments: files + ["other_g.png"]) func aChangedByteIsFound(_ name: String) throws {
    try Self.withFolder { folder in
      let file = try Self.signed(name, in: folder), whole = try Data(contentsOf: file)
      var state: UInt64 = 7
      for _ in 0..<150 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let place = Int(state >> 33) % whole.count
        // Of a film's first box and the unused ones nothing is promised, nor of what pads a manifest.
        if name.hasSuffix("mp4"), Self.isIdle(place, whole) { continue }
        var bytes = whole
        bytes[place] ^= 1 << UInt8(state >> 20 & 7)
        try bytes.write(to: file)
        guard let found = try? ContentCredentials.read(file) else { continue }
        #expect(found.state != .valid && found.state != .trusted || Self.isLoose(place, whole), "byte \(place) of \(whole.count)")
      }
    }
  }
  /// Whether a byte lies in a box that holds nothing.
  private static func isIdle(_ place: Int, _ film: Data) -> Bool {
    var at = 0
    while at + 8 <= film.count {
      let length = film[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      if (at..<at + length).contains(place) { return ["ftyp", "free"].contains(String(decoding: film[at + 4..<at + 8], as: UTF8.self)) }
      at += max(8, length)
    }
    return true
  }
  /// Bytes of the wrapping that say nothing: before the store's label ends, of the boxes' kinds, and a chunk's checksum.
  private static func isLoose(_ place: Int, _ file: Data) -> Bool {
    guard let store = file.range(of: Data("jumb".utf8)) else { return false }
    let length = file[store.lowerBound - 4..<store.lowerBound].reduce(0) { $0 << 8 | Int($1) }, end = store.lowerBound - 4 + length
    if (store.lowerBound - 60..<store.lowerBound + 40).contains(place) || (end..<end + 4).contains(place) { return true }
    // A description's UUID behind its first letters, and its flags.
    let kind = Data([0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71])
    var from = store.lowerBound
    while let found = file.range(of: kind, in: from..<file.count) {
      if (found.lowerBound..<found.upperBound + 1).contains(place) { return true }
      from = found.upperBound
    }
    return false
  }

  /// Nothing crashes or hangs, and nothing that is damaged is called whole.
  @Test(arguments: ["g.png", "g.jpg", "front.mp4", "other_back.mp4"]) func damagedManifestsAreRefused(_ name: String) throws {
    try Self.withFolder { folder in
      let file = try Self.signed(name, in: folder), whole = try Data(contentsOf: file)
      let start = try #require(whole.range(of: Data("jumb".utf8))).lowerBound - 40
      let end = try #require(whole.range(of: Data("c2pa.signature".utf8), options: .backwards)).upperBound + 1000
      var state: UInt64 = 3
      func draw(_ n: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % n
      }
      for round in 0..<130 {
        var bytes = whole
        switch round % 4 {
        case 0: for _ in 0..<1 + draw(8) { bytes[start + draw(end - start)] = UInt8(draw(256)) }
        case 1: bytes.removeSubrange(start + draw(end - start)..<end)
        case 2: bytes = bytes.prefix(draw(bytes.count))
        default:
          let place = start + draw(end - start)
          for k in 0..<4 where place + k < bytes.count { bytes[place + k] = [0xFF, 0x00, 0x7F, 0x01][draw(4)] }
        }
        try bytes.write(to: file)
        _ = try? ContentCredentials.read(file)
        _ = ContentCredentials.consent(in: file)
        _ = try? ContentCredentials.sign(file, Self.manifest(), by: SigningIdentity(in: folder))
      }
    }
  }

  @Test func whatCannotBeSignedStaysAsItIs() throws {
    try Self.withFolder { folder in
      let text = folder.appending(path: "a.png"), pieces = folder.appending(path: "pieces.mp4")
      try Data("no image".utf8).write(to: text)
      try FileManager.default.copyItem(at: Self.fixture("pieces.mp4"), to: pieces)
      for file in [text, pieces] {
        let before = try Data(contentsOf: file)
        #expect(throws: CredentialsError.self) { try ContentCredentials.sign(file, Self.manifest(), by: SigningIdentity(in: folder)) }
        #expect(try Data(contentsOf: file) == before)
      }
      #expect(throws: CredentialsError.self) { try ContentCredentials.read(text) }
      #expect(throws: CredentialsError.self) { try ContentCredentials.read(folder.appending(path: "absent.mp4")) }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }.sorted()
      #expect(names == ["a.png", "chain.pem", "key.pem", "pieces.mp4"])
    }
  }
}
