import ArgumentParser
import Foundation
import Media

/// What the name of an output asks for. Every verb that writes films, images or folders decides it here, before any work.
enum OutputKind: CaseIterable {
  case film, image, folder

  /// The kind that `name` asks for; `ValidationError` says what can be written where that is none of `kinds`.
  ///
  /// A name that ends as media do is never a folder's, unless it ends in a slash: a folder of PNGs called anna.webm is no film.
  init(_ name: String, option: String = "--output", among kinds: Set<OutputKind>) throws {
    if name.isEmpty { throw ValidationError("\(option) is empty; name a file or folder") }
    let ending = URL(filePath: name).pathExtension.lowercased()
    let asked: OutputKind? =
      if name.hasSuffix("/") {
        .folder
      } else if MediaName.films.contains(ending) {
        .film
      } else if MediaName.images.contains(ending) {
        .image
      } else {
        MediaName.isMedia(ending) ? nil : .folder
      }
    guard let asked, kinds.contains(asked) else {
      let choices = Self.allCases.filter(kinds.contains).map(\.remedy)
      throw ValidationError("\(option) \(name) cannot be written; \(choices.joined(separator: ", or "))")
    }
    self = asked
  }
  /// Throws `ValidationError` where `name` is not one that a folder may have.
  static func requireFolder(_ name: String, option: String = "--output") throws {
    _ = try OutputKind(name, option: option, among: [.folder])
  }

  private var remedy: String {
    func list(_ endings: [String]) -> String { endings.map { "." + $0 }.joined(separator: ", ") }
    return switch self {
    case .film: "for a film end the name in one of \(list(MediaName.films))"
    case .image: "for an image end it in one of \(list(MediaName.images))"
    case .folder: "for a folder name it without such an ending"
    }
  }
}
