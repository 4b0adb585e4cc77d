import ArgumentParser
import Driving
import Foundation
import Media

/// What an avatar is shown in front of: an option of the verbs that write its images.
struct BackgroundOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What is behind the person: keep, as it was; blur, as a lens shows it that is focused on the person; a color such as #00b140; an image \
      file, which is cut to the frame; or transparent, for a film ending in .mov (ProRes 4444) or a folder of PNGs.
      """, valueName: "keep|blur|#rrggbb|image|transparent"))
  var background: String?

  private enum Choice { case keep, blur, transparent, color(SIMD3<UInt8>), image(URL) }
  private static let words = "write keep, blur, transparent, a color such as #00b140, or the name of an image file"

  private func choice() throws -> Choice {
    guard let background, background != "keep" else { return .keep }
    if background == "blur" { return .blur }
    if background == "transparent" { return .transparent }
    if background.hasPrefix("#") {
      let digits = background.dropFirst()
      guard digits.count == 6, digits.allSatisfy(\.isHexDigit), let number = UInt32(digits, radix: 16) else {
        throw ValidationError("--background \(background): a color is # and six digits of 0-9 and a-f, such as #00b140")
      }
      return .color([UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)])
    }
    // A word that was misspelt is no file.
    if !FileManager.default.fileExists(atPath: background), !background.contains("/"), !background.contains(".") {
      throw ValidationError("--background \(background): \(Self.words)")
    }
    return .image(URL(filePath: background))
  }

  func validate() throws { _ = try choice() }

  var isTransparent: Bool { background == "transparent" }
  /// Whether anything but the avatar's own background was asked for.
  var isOther: Bool { background != nil && background != "keep" }

  /// Throws `ValidationError` where `output` cannot hold what was asked for, or is the image.
  func check(output: String) throws {
    if isTransparent, try OutputKind(output, among: [.film, .folder]) == .film, URL(filePath: output).pathExtension.lowercased() != "mov" {
      throw ValidationError("--output \(output): holds no transparency; end the name in .mov, or name a folder for PNGs")
    }
    if case .image(let url) = try choice(), isSameFile(url.path, output) {
      throw ValidationError("--output \(output) is what is read; name another file")
    }
  }

  /// Throws `MediaError` where it is an image that cannot be read.
  func backdrop() throws -> Backdrop {
    switch try choice() {
    case .keep: .keep
    case .blur: .blur
    case .transparent: .transparent
    case .color(let color): .color(color)
    case .image(let url): .image(try ImageFile.read(url))
    }
  }
}
