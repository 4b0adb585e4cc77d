import Crypto
import Foundation
import SwiftASN1
import Torch
import X509

/// Who signs: a key and its chain of certificates, the user's own or made at first use.
package struct SigningIdentity {
  /// As DER, the signer's first.
  let certificates: [Data]
  let key: SigningKey

  /// `chain.pem` and `key.pem` of `folder`, made where neither is there. What is there is checked before anything is signed with it. Throws
  /// `CredentialsError`, or `FileError` where it can be neither read nor made.
  package init(in folder: URL, now: Date = Date()) throws {
    let chain = folder.appendingPathComponent("chain.pem"), key = folder.appendingPathComponent("key.pem")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    // Two commands may come here at once: the second one waits, and finds what the first one made.
    let held = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if held >= 0 { close(held) } }
    flock(held, LOCK_EX)
    let there = [chain, key].map { FileManager.default.fileExists(atPath: $0.path) }
    if there == [false, false] { try Self.make(chain, key, now: now) }
    guard there[0] == there[1] else {
      throw CredentialsError(
        there[0] ? key : chain, "is missing beside the other", remedy: "put both there, or delete both; new ones are made")
    }
    try self.init(chain: chain, key: key, now: now)
  }

  /// Reads and checks both files.
  init(chain: URL, key: URL, now: Date) throws {
    func fault(_ url: URL, _ text: String, _ remedy: String) -> CredentialsError { CredentialsError(url, text, remedy: remedy) }
    var status = stat()
    guard stat(key.path, &status) == 0 else { throw FileError(key, "cannot read", code: errno, kind: .input) }
    guard status.st_mode & 0o077 == 0 else { throw fault(key, "can be read by others", "chmod 600 \(key.relativePath)") }
    guard let pem = try? String(contentsOf: key, encoding: .utf8), let secret = SigningKey(pem: pem) else {
      throw fault(key, "is no key that can be used", "give a P-256 or P-384 key as PEM, without a password")
    }
    guard let text = try? String(contentsOf: chain, encoding: .utf8), let documents = try? PEMDocument.parseMultiple(pemString: text),
      let read = try? documents.map({ try Certificate(pemDocument: $0) }), let leaf = read.first
    else { throw fault(chain, "holds no certificates that can be read", "give the chain as PEM, the signer's first") }
    guard leaf.publicKey == secret.publicKey else {
      throw fault(chain, "its first certificate does not belong to key.pem", "put the signer's certificate first, and its key beside it")
    }
    for certificate in read {
      guard certificate.notValidBefore <= now else {
        throw fault(chain, "holds a certificate that is not valid yet", "check the clock, or wait")
      }
      guard certificate.notValidAfter >= now else { throw fault(chain, "holds a certificate that has expired", "get a new one") }
    }
    let extensions = CertificateUse(leaf)
    guard extensions.signs else {
      throw fault(chain, "its first certificate may not sign (key usage digitalSignature)", "get one that may")
    }
    guard extensions.purpose else {
      throw fault(
        chain, "its first certificate has no extended key usage that C2PA takes", "get one for e-mail protection or document signing")
    }
    guard read.count == 1 || extensions.namesIssuer else {
      throw fault(chain, "its first certificate lacks the authority key identifier", "get one that has it")
    }
    guard CertificateChain(read).isWhole else {
      throw fault(chain, "is not whole: each certificate must be signed by the next, up to the root", "add the missing ones in order")
    }
    certificates = documents.map { Data($0.derBytes) }
    self.key = secret
  }

  /// A root of its own and a certificate signed by it, for ten years. The root's key is forgotten, so that nothing else is ever signed by it.
  private static func make(_ chain: URL, _ key: URL, now: Date) throws {
    let rootKey = P256.Signing.PrivateKey(), leafKey = P256.Signing.PrivateKey()
    let end = now.addingTimeInterval(10 * 365.25 * 86400), start = now.addingTimeInterval(-3600)
    func name(_ common: String) throws -> DistinguishedName {
      try DistinguishedName {
        OrganizationName("Likeness, self-made")
        CommonName(common)
      }
    }
    let rootName = try name("Root of an installation"), identifier = SubjectKeyIdentifier(hash: Certificate.PublicKey(rootKey.publicKey))
    let root = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(rootKey.publicKey), notValidBefore: start,
      notValidAfter: end, issuer: rootName, subject: rootName, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        identifier
      }, issuerPrivateKey: Certificate.PrivateKey(rootKey))
    let leaf = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(leafKey.publicKey), notValidBefore: start,
      notValidAfter: end, issuer: rootName, subject: try name("Signer of an installation"), signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.emailProtection])
        SubjectKeyIdentifier(hash: Certificate.PublicKey(leafKey.publicKey))
        AuthorityKeyIdentifier(keyIdentifier: identifier.keyIdentifier)
      }, issuerPrivateKey: Certificate.PrivateKey(rootKey))
    let pem = try [leaf, root].map { try $0.serializeAsPEM().pemString + "\n" }.joined()
    try AtomicFile.write(Data(pem.utf8), to: chain)
    try writeSecret(leafKey.pemRepresentation + "\n", to: key)
  }
  /// Nobody else can read it, not even while it is written.
  private static func writeSecret(_ text: String, to url: URL) throws {
    let part = url.deletingLastPathComponent().appendingPathComponent(".key-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    let descriptor = open(part.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError(url, "cannot write", code: errno) }
    defer { unlink(part.path) }
    let bytes = Array(text.utf8), written = write(descriptor, bytes, bytes.count), synced = fsync(descriptor)
    close(descriptor)
    guard written == bytes.count, synced == 0, rename(part.path, url.path) == 0 else { throw FileError(url, "cannot write", code: errno) }
  }
}

/// Credentials that cannot be made or read, and what to do.
package struct CredentialsError: KindedError {
  package let description: String
  package let errorKind: ErrorKind
  init(_ url: URL, _ fault: String, remedy: String, kind: ErrorKind = .input) {
    (description, errorKind) = ("\(url.relativePath): \(fault); \(remedy)", kind)
  }
}
