import Consent
import Foundation
import Torch

/// What is said of a film or an image: how it came about, from what, and whose likeness it shows.
package struct Manifest: Sendable {
  /// Where the images come from (IPTC's digital source types).
  package enum Source: String, Sendable {
    case trained = "trainedAlgorithmicMedia"
    /// With parts that were filmed or photographed, such as the background.
    case composite = "compositeWithTrainedAlgorithmicMedia"
    /// Drawn by rules that nobody trained.
    case drawn = "algorithmicMedia"

    var uri: String { "http://cv.iptc.org/newscodes/digitalsourcetype/" + rawValue }
  }
  /// Something that went into it, of which only a sum is kept.
  package struct Ingredient: Sendable {
    package let title, sha256: String
    package init(title: String, sha256: String) { (self.title, self.sha256) = (title, sha256) }
  }
  package var title: String
  package var source: Source
  package var ingredients: [Ingredient]
  /// The identity in its watermark, in hexadecimal; nil where it has none.
  package var watermark: String?
  package var consent: ConsentRecord?

  package init(
    title: String, source: Source, ingredients: [Ingredient] = [], watermark: String? = nil, consent: ConsentRecord? = nil
  ) {
    (self.title, self.source, self.ingredients, self.watermark, self.consent) = (title, source, ingredients, watermark, consent)
  }

  static let consentLabel = "io.likeness.consent", watermarkAlgorithm = "io.likeness.watermark.1"
  static let generator = (name: "Likeness", version: "1")
}

/// A manifest on its way into a file: everything but the file's hash is fixed, and so is its size.
struct ManifestDraft {
  private let label = "urn:c2pa:" + UUID().uuidString.lowercased()
  private let instance = "xmp.iid:" + UUID().uuidString.lowercased()
  private let manifest: Manifest
  private let identity: SigningIdentity
  /// The store that the file carried before, and the manifest in it that was the last.
  private let earlier: (store: JUMBF, active: JUMBF)?
  private let date = Date().formatted(.iso8601)

  /// `earlier` becomes an ingredient with all that it holds.
  init(_ manifest: Manifest, by identity: SigningIdentity, earlier store: JUMBF?) {
    (self.manifest, self.identity) = (manifest, identity)
    earlier = store.flatMap { store in store.children.last.map { (store, $0) } }
  }

  /// The store with this assertion of the file's hash.
  func store(_ hash: (label: String, value: CBOR)) throws -> Data {
    var created: [CBOR] = [], boxes: [Data] = []
    func uri(_ label: String, _ box: Data) -> CBOR {
      let sum = Hash.sha256.of(box.dropFirst(8))
      return .object(["url": .text("self#jumbf=c2pa.assertions/\(label)"), "hash": .bytes(sum)])
    }
    func add(_ label: String, _ box: Data) -> CBOR {
      let reference = uri(label, box)
      boxes.append(box)
      created.append(reference)
      return reference
    }
    func cbor(_ label: String, _ value: CBOR) -> CBOR { add(label, JUMBF.cbor(.cbor, label, value)) }

    var inputs: [CBOR] = [], parent: CBOR?
    if let earlier {
      let active = CBOR.object([
        "url": .text("self#jumbf=/c2pa/\(earlier.active.label)"), "hash": .bytes(Hash.sha256.of(earlier.active.inside)),
      ])
      let signature = earlier.active.child("c2pa.signature").map { box in
        CBOR.object([
          "url": .text("self#jumbf=/c2pa/\(earlier.active.label)/c2pa.signature"), "hash": .bytes(Hash.sha256.of(box.inside)),
        ])
      }
      parent = cbor(
        "c2pa.ingredient.v3",
        .object([
          "dc:title": .text("the file as it was before"), "relationship": .text("parentOf"), "activeManifest": active,
          "claimSignature": signature, "validationResults": .object(["activeManifest": Self.unchecked]),
        ]))
    }
    for (i, ingredient) in manifest.ingredients.enumerated() {
      let number = i + (parent == nil ? 0 : 1)
      inputs.append(
        cbor(
          "c2pa.ingredient.v3" + (number == 0 ? "" : "__\(number)"),
          .object([
            "dc:title": .text(ingredient.title), "relationship": .text("inputTo"), "instanceID": .text("sha256:" + ingredient.sha256),
          ])))
    }
    var actions: [CBOR] = []
    let type = CBOR.text(manifest.source.uri), agent = CBOR.object(["name": .text(Manifest.generator.name)])
    if let parent {
      actions.append(
        .object(["action": .text("c2pa.opened"), "when": .text(date), "parameters": .object(["ingredients": .array([parent])])]))
    } else {
      actions.append(
        .object([
          "action": .text("c2pa.created"), "when": .text(date), "softwareAgent": agent, "digitalSourceType": type,
          "parameters": inputs.isEmpty ? nil : .object(["ingredients": .array(inputs)]),
        ]))
    }
    if let watermark = manifest.watermark {
      actions.append(.object(["action": .text("c2pa.watermarked.bound"), "when": .text(date), "softwareAgent": agent]))
      _ = cbor(
        "c2pa.soft-binding",
        .object([
          "alg": .text(Manifest.watermarkAlgorithm),
          "blocks": .array([.object(["scope": .map([]), "value": .text(watermark)])]),
        ]))
    }
    _ = cbor("c2pa.actions.v2", .object(["actions": .array(actions)]))
    if let consent = manifest.consent {
      let text = Data(ConsentFile.text(consent).utf8)
      _ = add(Manifest.consentLabel, JUMBF.superbox(.json, Manifest.consentLabel, [JUMBF.box("json", text)]))
    }
    _ = cbor(hash.label, hash.value)
    let claim = CBOR.object([
      "instanceID": .text(instance),
      "claim_generator_info": .object(["name": .text(Manifest.generator.name), "version": .text(Manifest.generator.version)]),
      "signature": .text("self#jumbf=/c2pa/\(label)/c2pa.signature"), "created_assertions": .array(created),
      "dc:title": .text(manifest.title), "alg": .text("sha256"),
    ]).encoded
    let made = JUMBF.superbox(
      .manifest, label,
      [
        JUMBF.superbox(.assertions, "c2pa.assertions", boxes), JUMBF.superbox(.claim, "c2pa.claim.v2", [JUMBF.box("cbor", claim)]),
        JUMBF.cbor(.signature, "c2pa.signature", try COSESignature.sign(claim, by: identity)),
      ])
    return JUMBF.superbox(.store, "c2pa", (earlier?.store.children.map(\.whole) ?? []) + [made])
  }

  /// Nothing is claimed of an earlier manifest but that it was there: `verify` looks at it itself.
  private static let unchecked = CBOR.object(["success": .array([]), "informational": .array([]), "failure": .array([])])
}
