import Crypto
import Foundation
import SwiftASN1
import X509
import _CryptoExtras

/// A signature over a claim: COSE_Sign1 (RFC 9052) with the chain of certificates in its protected header, its payload left out.
struct COSESignature {
  /// COSE's number of the algorithm.
  let algorithm: Int
  /// The signer's certificate first.
  let chain: [Certificate]
  private let protected: Data
  private let signature: Data

  private static let algorithmLabel = CBOR.unsigned(1), chainLabel = CBOR.unsigned(33)

  /// Signs `claim`; throws what the key throws.
  static func sign(_ claim: Data, by identity: SigningIdentity) throws -> CBOR {
    let chain = CBOR.array(identity.certificates.map { .bytes($0) })
    let header = CBOR.map([
      CBOR.Member(key: algorithmLabel, value: .negative(UInt64(-1 - identity.key.algorithm))), CBOR.Member(key: chainLabel, value: chain),
    ]).encoded
    let signature = try identity.key.sign(Self.signed(header, claim))
    return .tagged(18, .array([.bytes(header), .map([]), .null, .bytes(signature)]))
  }

  /// Reads one; nil for what is none, or holds no certificates.
  init?(_ value: CBOR) {
    var value = value
    if case .tagged(18, let inner) = value { value = inner }
    guard let parts = value.elements, parts.count == 4, let protected = parts[0].bytes, let signature = parts[3].bytes,
      let header = CBOR(protected), let algorithm = header[Self.algorithmLabel]?.int
    else { return nil }
    // Claims of the first version have the chain unprotected.
    let found = [header[Self.chainLabel], header["x5chain"], parts[1][Self.chainLabel], parts[1]["x5chain"]].compactMap { $0 }.first
    let certificates = found.map { $0.elements ?? [$0] } ?? []
    guard (1...16).contains(certificates.count) else { return nil }
    var chain: [Certificate] = []
    for certificate in certificates {
      guard let bytes = certificate.bytes, let read = try? Certificate(derEncoded: Array(bytes)) else { return nil }
      chain.append(read)
    }
    (self.algorithm, self.chain, self.protected, self.signature) = (algorithm, chain, protected, signature)
  }

  enum Verdict { case right, wrong, unknownAlgorithm }
  /// Whether the first certificate's key made it over `claim`.
  func verdict(on claim: Data) -> Verdict {
    let signed = Self.signed(protected, claim), key = chain[0].publicKey
    let isRight: Bool?
    switch algorithm {
    case -7:
      isRight = P256.Signing.PublicKey(key).flatMap { key in
        (try? P256.Signing.ECDSASignature(rawRepresentation: signature)).map { key.isValidSignature($0, for: signed) } ?? false
      }
    case -35:
      isRight = P384.Signing.PublicKey(key).flatMap { key in
        (try? P384.Signing.ECDSASignature(rawRepresentation: signature)).map { key.isValidSignature($0, for: signed) } ?? false
      }
    case -36:
      isRight = P521.Signing.PublicKey(key).flatMap { key in
        (try? P521.Signing.ECDSASignature(rawRepresentation: signature)).map { key.isValidSignature($0, for: signed) } ?? false
      }
    case -8: isRight = Curve25519.Signing.PublicKey(key).map { $0.isValidSignature(signature, for: signed) }
    case -37:
      isRight = _RSA.Signing.PublicKey(key).map {
        $0.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: Crypto.SHA256.hash(data: signed), padding: .PSS)
      }
    default: return .unknownAlgorithm
    }
    return isRight == true ? .right : .wrong
  }

  /// What is signed: RFC 9052, section 4.4.
  private static func signed(_ header: Data, _ claim: Data) -> Data {
    CBOR.array([.text("Signature1"), .bytes(header), .bytes(Data()), .bytes(claim)]).encoded
  }
}
