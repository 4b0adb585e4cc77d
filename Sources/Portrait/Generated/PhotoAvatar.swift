import Consent
import Face
import Foundation
import Generator
import Torch

/// An avatar of one photo, whatever its volume is made from: what else is to be known of it to compare it with a film of the person.
package protocol PhotoAvatar: BackedAvatar, AnyObject {
  /// What it is usually seen with.
  var camera: Camera { get }
  /// The head model that moves it.
  var model: MorphableModel { get }
  /// What fits of this person take beside the identity.
  var calibration: [SIMD3<Float>] { get }
  /// Whose likeness it is; nil in files of earlier versions.
  var consent: ConsentRecord? { get set }
  /// Writes it as one file, atomically; throws `FileError`.
  func write(to url: URL) throws
}

extension PortraitLift: PhotoAvatar {}

/// Files of avatars of one photo, of either kind.
package enum PortraitFile {
  /// Whether a file says of itself that it holds one; reads its header only.
  package static func isPortrait(_ url: URL) -> Bool { PortraitLift.isLift(url) || GeneratedPortrait.isGenerated(url) }
  /// Throws what reading it throws.
  package static func read(_ url: URL) throws -> any PhotoAvatar {
    if GeneratedPortrait.isGenerated(url) { return try GeneratedPortrait(file: url) }
    return try PortraitLift(file: url)
  }
}
