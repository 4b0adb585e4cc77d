import Foundation
import SwiftASN1
import X509

/// What a certificate may be used for.
struct CertificateUse {
  /// Whether its key may sign.
  let signs: Bool
  /// Whether it is made for e-mail, documents or C2PA.
  let purpose: Bool
  /// Whether it says which key signed it.
  let namesIssuer: Bool

  init(_ certificate: Certificate) {
    let all = certificate.extensions
    signs = (try? all.keyUsage)?.map(\.digitalSignature) ?? false
    // Document signing (RFC 9336), and the purpose that C2PA has for its own.
    let others: [ASN1ObjectIdentifier] = [[1, 3, 6, 1, 5, 5, 7, 3, 36], [1, 3, 6, 1, 4, 1, 62558, 2, 1]]
    let usages = (try? all.extendedKeyUsage).flatMap { $0 }.map(Array.init) ?? []
    purpose = usages.contains { usage in usage == .emailProtection || others.contains { ExtendedKeyUsage.Usage(oid: $0) == usage } }
    namesIssuer = (try? all.authorityKeyIdentifier).flatMap { $0 }?.keyIdentifier != nil
  }
}

/// Certificates, each signed by the next.
struct CertificateChain {
  let certificates: [Certificate]
  init(_ certificates: [Certificate]) { self.certificates = certificates }

  /// Whether it is, up to a root that is signed by itself.
  var isWhole: Bool { isConnected && certificates.last.map { Self.isSigned($0, by: $0) } == true }
  /// Whether each is signed by the next one, which may sign certificates.
  var isConnected: Bool {
    zip(certificates, certificates.dropFirst()).allSatisfy { Self.isSigned($0, by: $1) && Self.maySign($1) }
  }
  /// Whether it ends in one of `roots`, or in a certificate that one of them signed.
  func leads(to roots: [Certificate]) -> Bool {
    guard isConnected, let last = certificates.last else { return false }
    return roots.contains { $0 == last || (Self.isSigned(last, by: $0) && Self.maySign($0)) }
  }
  func isValid(at date: Date) -> Bool { certificates.allSatisfy { $0.notValidBefore <= date && date <= $0.notValidAfter } }

  private static func isSigned(_ certificate: Certificate, by issuer: Certificate) -> Bool {
    certificate.issuer == issuer.subject && issuer.publicKey.isValidSignature(certificate.signature, for: certificate)
  }
  private static func maySign(_ certificate: Certificate) -> Bool {
    guard case .isCertificateAuthority? = try? certificate.extensions.basicConstraints else { return false }
    return (try? certificate.extensions.keyUsage).flatMap { $0 }?.keyCertSign ?? true
  }
}
