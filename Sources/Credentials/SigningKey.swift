import Crypto
import Foundation
import X509

/// A private key that signs claims: ECDSA over P-256 or P-384.
enum SigningKey {
  case p256(P256.Signing.PrivateKey)
  case p384(P384.Signing.PrivateKey)

  /// nil for any other kind.
  init?(pem: String) {
    if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
      self = .p256(key)
    } else if let key = try? P384.Signing.PrivateKey(pemRepresentation: pem) {
      self = .p384(key)
    } else {
      return nil
    }
  }
  /// COSE's number of the algorithm: ES256, ES384.
  var algorithm: Int {
    switch self {
    case .p256: -7
    case .p384: -35
    }
  }
  var publicKey: Certificate.PublicKey {
    switch self {
    case .p256(let key): Certificate.PublicKey(key.publicKey)
    case .p384(let key): Certificate.PublicKey(key.publicKey)
    }
  }
  /// r and s, one behind the other.
  func sign(_ data: Data) throws -> Data {
    switch self {
    case .p256(let key): try key.signature(for: data).rawRepresentation
    case .p384(let key): try key.signature(for: data).rawRepresentation
    }
  }
}
