import Credentials
import Foundation
import Testing
import Torch

struct SigningIdentityTests {
  @Test func isMadeOnceAndKeptSecret() throws {
    try CredentialsTests.withFolder { folder in
      let place = folder.appending(path: "likeness")
      _ = try SigningIdentity(in: place)
      let files = ["chain.pem", "key.pem"].map { place.appending(path: $0) }, first = try files.map { try Data(contentsOf: $0) }
      _ = try SigningIdentity(in: place)
      #expect(try files.map { try Data(contentsOf: $0) } == first)
      let modes = try [files[1], place].map {
        try #require(FileManager.default.attributesOfItem(atPath: $0.path)[.posixPermissions] as? NSNumber).intValue
      }
      #expect(modes == [0o600, 0o700])
    }
  }

  /// What would be refused by whoever reads it is refused before anything is signed.
  @Test func whatWouldNotHoldIsRefused() throws {
    try CredentialsTests.withFolder { folder in
      let (a, b) = (folder.appending(path: "a"), folder.appending(path: "b"))
      for place in [a, b] { _ = try SigningIdentity(in: place) }
      let chain = a.appending(path: "chain.pem"), key = a.appending(path: "key.pem")
      let (goodChain, goodKey) = (try String(contentsOf: chain, encoding: .utf8), try Data(contentsOf: key))
      func refused(_ text: String, now: Date = Date(), _ change: () throws -> Void) throws {
        try change()
        let error = #expect(throws: CredentialsError.self) { try SigningIdentity(in: a, now: now) }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        try Data(goodChain.utf8).write(to: chain)
        try goodKey.write(to: key)
        chmod(key.path, 0o600)
        _ = try SigningIdentity(in: a)
      }
      try refused("can be read by others") { chmod(key.path, 0o644) }
      try refused("is no key that can be used") { try Data("-----BEGIN".utf8).write(to: key) }
      try refused("does not belong to key.pem") { try Data(contentsOf: b.appending(path: "key.pem")).write(to: key) }
      try refused("holds no certificates") { try Data("none".utf8).write(to: chain) }
      try refused("is not whole") {
        let leaf = goodChain.components(separatedBy: "-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
        try Data(leaf.utf8).write(to: chain)
      }
      try refused("has expired", now: Date().addingTimeInterval(4e8)) {}
      try refused("not valid yet", now: Date().addingTimeInterval(-1e6)) {}
      try refused("is missing beside the other") { try FileManager.default.removeItem(at: chain) }
    }
  }
}
