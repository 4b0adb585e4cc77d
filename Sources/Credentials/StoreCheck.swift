import Consent
import Foundation
import X509

/// Checks a store of manifests: signatures, hashes of assertions, the file's own hash, and the manifests of ingredients below.
struct StoreCheck {
  private let store: JUMBF
  private let roots: [Certificate]
  private let now: Date
  /// Whether the file is as the assertion of this label says; nil where that cannot be checked.
  private let isWhole: (_ label: String, _ assertion: CBOR, _ hash: Hash) -> Bool?
  private(set) var report = CredentialsReport()
  private var visited: Set<String> = []
  /// Bytes of assertions so far: a store may name a large one many times.
  private var hashed = 0
  private static let mostHashed = 1 << 28

  init(
    _ store: JUMBF, roots: [Certificate], now: Date, isWhole: @escaping (_ label: String, _ assertion: CBOR, _ hash: Hash) -> Bool?
  ) {
    (self.store, self.roots, self.now, self.isWhole) = (store, roots, now, isWhole)
    guard store.kind == .store, let active = store.children.last(where: { $0.kind == .manifest || $0.kind == .update }) else {
      report.state = .invalid
      report.failures = ["claim.missing"]
      return
    }
    let isTrusted = check(active, isActive: true)
    report.state = report.failures.isEmpty ? isTrusted ? .trusted : .valid : .invalid
  }

  /// Returns whether its signer is known.
  @discardableResult
  private mutating func check(_ manifest: JUMBF, isActive: Bool) -> Bool {
    guard visited.insert(manifest.label).inserted, visited.count < 100 else { return false }
    func fault(_ code: String) -> String { isActive ? code : "\(code): \(manifest.label)" }
    guard let (bytes, claim) = (manifest.child("c2pa.claim.v2", .claim) ?? manifest.child("c2pa.claim", .claim))?.cbor else {
      report.failures.append(fault("claim.missing"))
      return false
    }
    // The claim names its own signature, and so the manifest that it stands in.
    if let url = claim["signature"]?.text, url.contains("/c2pa/"), !url.hasSuffix("/c2pa/\(manifest.label)/c2pa.signature") {
      report.failures.append(fault("claimSignature.missing"))
    }
    let isTrusted = checkSignature(manifest, bytes, isActive: isActive, fault)
    let assertions = manifest.child("c2pa.assertions", .assertions)
    let usual = claim["alg"]?.text.flatMap(Hash.init) ?? .sha256
    let references = ["created_assertions", "gathered_assertions", "assertions"].flatMap { claim[$0]?.elements ?? [] }
    // More than any claim needs would only take time.
    guard (1...500).contains(references.count) else {
      report.failures.append(fault("claim.malformed"))
      return false
    }
    var isBound = false
    for reference in references {
      guard let url = reference["url"]?.text, let wanted = reference["hash"]?.bytes, let hash = Self.hash(reference["alg"], usual) else {
        report.failures.append(fault("claim.malformed"))
        continue
      }
      let label = String(url.split(separator: "/").last ?? "")
      guard let assertion = assertions?.child(label) else {
        report.failures.append(fault("assertion.missing"))
        continue
      }
      hashed += assertion.inside.count
      guard hashed < Self.mostHashed, hash.of(assertion.inside) == wanted else {
        report.failures.append(fault("assertion.hashedURI.mismatch"))
        continue
      }
      isBound = take(assertion, label, usual, isActive: isActive, fault) || isBound
    }
    if isActive {
      (report.title, report.generator) = (claim["dc:title"]?.text, Self.generator(claim))
      if !isBound, manifest.kind == .manifest { report.failures.append(fault("claim.hardBindings.missing")) }
    }
    return isTrusted
  }

  private mutating func checkSignature(_ manifest: JUMBF, _ claim: Data, isActive: Bool, _ fault: (String) -> String) -> Bool {
    guard let value = manifest.child("c2pa.signature", .signature)?.cbor?.value, let signature = COSESignature(value) else {
      report.failures.append(fault("claimSignature.missing"))
      return false
    }
    switch signature.verdict(on: claim) {
    case .right: break
    case .wrong: report.failures.append(fault("claimSignature.mismatch"))
    case .unknownAlgorithm: report.failures.append(fault("algorithm.unsupported"))
    }
    let chain = CertificateChain(signature.chain), use = CertificateUse(signature.chain[0])
    if !use.signs || !use.purpose || !chain.isConnected { report.failures.append(fault("signingCredential.invalid")) }
    if !chain.isValid(at: now) {
      // A time stamp could say that it was valid then; those are not read.
      report.failures.append(fault("signingCredential.expired"))
    }
    if isActive { report.signer = "\(signature.chain[0].subject)" }
    return chain.leads(to: roots)
  }

  /// Reads an assertion of a manifest; returns whether it binds the manifest to the file.
  private mutating func take(_ assertion: JUMBF, _ label: String, _ usual: Hash, isActive: Bool, _ fault: (String) -> String) -> Bool {
    let name = label.components(separatedBy: "__")[0]
    if isActive, name == Manifest.consentLabel, let text = assertion.content {
      report.consent = ConsentFile.record(in: [ConsentFile.key: String(decoding: text, as: UTF8.self)])
      return false
    }
    guard let content = assertion.content, assertion.kind == .cbor, let value = CBOR(content) else { return false }
    if name.hasPrefix("c2pa.hash."), isActive {
      guard let hash = Self.hash(value["alg"], usual), let isWhole = isWhole(name, value, hash) else {
        report.notes.append("\(name) cannot be checked by this tool")
        report.failures.append("assertion.hash.unsupported")
        return true
      }
      if !isWhole {
        report.failures.append(name.hasPrefix("c2pa.hash.bmff") ? "assertion.bmffHash.mismatch" : "assertion.dataHash.mismatch")
      }
      return true
    }
    if name.hasPrefix("c2pa.ingredient") { walk(value, isActive: isActive) }
    guard isActive else { return false }
    if name.hasPrefix("c2pa.actions") {
      let actions = value["actions"]?.elements ?? []
      report.digitalSourceType = actions.lazy.compactMap { $0["digitalSourceType"]?.text }.first
        .map { String($0.split(separator: "/").last ?? "") }
    }
    if name == "c2pa.soft-binding", value["alg"]?.text == Manifest.watermarkAlgorithm {
      report.watermark = value["blocks"]?.elements?.first?["value"]?.text
    }
    return false
  }

  /// The manifest of an ingredient, if it brought one.
  private mutating func walk(_ ingredient: CBOR, isActive: Bool) {
    if isActive, report.ingredients.count < 100 { report.ingredients.append(ingredient["dc:title"]?.text ?? "without a title") }
    guard let reference = ingredient["activeManifest"] ?? ingredient["c2pa_manifest"], let url = reference["url"]?.text else { return }
    let label = url.components(separatedBy: "/c2pa/").last?.components(separatedBy: "/").first ?? ""
    guard let below = store.child(label) else { return report.failures.append("ingredient.manifest.missing: \(label)") }
    if let wanted = reference["hash"]?.bytes, let hash = Self.hash(reference["alg"], .sha256), hash.of(below.inside) != wanted {
      report.failures.append("ingredient.manifest.mismatch: \(label)")
    }
    check(below, isActive: false)
  }

  /// The hash that is named, or the usual one; nil for one that is not known.
  private static func hash(_ name: CBOR?, _ usual: Hash) -> Hash? { name?.text.map { Hash(rawValue: $0) } ?? usual }
  private static func generator(_ claim: CBOR) -> String? {
    let info = claim["claim_generator_info"], first = info?.elements?.first ?? info
    guard let name = first?["name"]?.text else { return claim["claim_generator"]?.text }
    return [name, first?["version"]?.text].compactMap { $0 }.joined(separator: " ")
  }
}
