import Consent
import Credentials
import Foundation
import Media
import Torch

/// What every film and image of a likeness carries: a watermark in its pixels and content credentials in its file. All ways out of the tool
/// go through here.
///
/// Pixels that are measured (figures, validation, the texture's training) are taken before.
package final class OutputMarks {
  /// nil where the user asked for none: then nothing is changed.
  private let manifest: Manifest?
  private let identity: SigningIdentity?
  /// Of films and of images that stand alone; nil for what is measured.
  private let watermarks: (film: Watermark, image: Watermark)?
  /// Hears why a file got no credentials; its pixels are as they should be.
  private let warn: (String) -> Void

  private init(_ manifest: Manifest?, _ identity: SigningIdentity?, _ id: WatermarkID?, warn: @escaping (String) -> Void) {
    (self.manifest, self.identity, self.warn) = (manifest, identity, warn)
    watermarks = id.map { (Watermark($0, for: .film), Watermark($0, for: .image)) }
  }

  /// Nothing is marked.
  package static var none: OutputMarks { OutputMarks(nil, nil, nil, warn: { _ in }) }

  /// Of what `likeness` shows. Throws `FileError` or `CredentialsError` where nothing can be signed here, before any work.
  package convenience init(of likeness: ShownLikeness, by installation: Installation, warn: @escaping (String) -> Void) throws {
    let manifest = Manifest(
      title: likeness.name, source: likeness.source, ingredients: likeness.ingredients, consent: likeness.consent)
    self.init(
      manifest, try SigningIdentity(in: installation.folder), likeness.watermark(of: installation), warn: warn)
  }

  /// Whether frames were large enough for a watermark.
  private var isWatermarked = false

  /// Whether anything is marked.
  package var isOn: Bool { manifest != nil }

  /// The same for what is measured, whose pixels stay as they are.
  package var ofMeasures: OutputMarks { OutputMarks(manifest, identity, nil, warn: warn) }

  /// A frame of a film as it is put out, `[H, W, 3 or 4]` uint8; `frame` counts from 0.
  package func marked(_ image: Tensor, frame: Int) -> Tensor {
    guard let watermarks else { return image }
    guard let marked = Self.mark(image, watermarks.film, frame) else { return image }
    isWatermarked = true
    return marked
  }
  /// nil where it is too small.
  private static func mark(_ image: Tensor, _ watermark: Watermark, _ frame: Int) -> Tensor? {
    let height = image.size(0), width = image.size(1), channels = image.size(2), copy = image.contiguous().clone()
    let isMarked = copy.withMutableElements(UInt8.self) {
      watermark.mark($0, width: width, height: height, channels: channels, frame: frame)
    }
    return isMarked ? copy : nil
  }

  /// Signs the finished film or image at `url`. A file that cannot be signed stays as it is, and `warn` hears of it.
  package func seal(_ url: URL, as name: URL? = nil) {
    guard let manifest, let identity else { return }
    do {
      try ContentCredentials.sign(url, titled(manifest, name ?? url), by: identity)
    } catch {
      warn("\((name ?? url).relativePath): is written, but has no content credentials (\(error))")
    }
  }
  /// Writes an image that stands alone, PNG or JPEG as its name says, marked and signed; `[H, W, 3 or 4]` uint8. Throws what writing throws.
  package func write(_ image: Tensor, to url: URL) throws { try write(image, watermarks?.image, 0, to: url) }
  /// The same of one of a film's frames.
  package func write(_ image: Tensor, to url: URL, frame: Int) throws { try write(image, watermarks?.film, frame, to: url) }

  private func write(_ image: Tensor, _ watermark: Watermark?, _ frame: Int, to url: URL) throws {
    let marked = watermark.flatMap { Self.mark(image, $0, frame) }
    isWatermarked = marked != nil
    try ImageFile.write(marked ?? image, to: url)
    seal(url)
  }

  private func titled(_ manifest: Manifest, _ url: URL) -> Manifest {
    var manifest = manifest
    manifest.title = url.lastPathComponent
    manifest.watermark = isWatermarked ? watermarks?.film.id.text : nil
    return manifest
  }
}

/// Who is shown, as marks say it.
package struct ShownLikeness: Sendable {
  package typealias Source = Manifest.Source
  /// What it is called, of what it came, and whose it is.
  package var name: String
  package var source: Source
  package var consent: ConsentRecord?
  package var ingredients: [Manifest.Ingredient]
  /// What tells the avatar, and this state of it, from others: the same for a run and the file that was made of it.
  private let avatar, run: String

  package init(_ name: String, _ source: Source, consent: ConsentRecord?, avatar: String, run: String) {
    (self.name, self.source, self.consent, self.avatar, self.run) = (name, source, consent, avatar, run)
    // The clip's or photo's name says something about whoever made the avatar; its sum is enough to tell whether it is the same.
    ingredients = consent?.source.map { [Manifest.Ingredient(title: "the clip or photo", sha256: $0)] } ?? []
  }

  func watermark(of installation: Installation) -> WatermarkID {
    func number(_ text: String) -> UInt16 { UInt16(SHA256.hexadecimal(of: text).prefix(3), radix: 16) ?? 0 }
    return WatermarkID(install: installation.number, avatar: number(avatar), run: number(run))
  }
}
