import Foundation

/// The files that are meant by the name of a photo, or of a folder of photos.
struct PhotoFiles {
  enum Entry: Equatable {
    case image(URL)
    /// A folder in the folder, which nobody looks into.
    case folder(URL)
  }
  let found: [Entry]

  /// Everything in a folder, in order of names, but what is hidden: whether it is an image its content will tell. Throws `Failure` where
  /// the folder holds no files.
  init(_ url: URL, called name: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
      found = [.image(url)]
      return
    }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() } catch {
      throw Failure.input("\(name): this folder may not be read; check its permissions")
    }
    found = names.filter { !$0.hasPrefix(".") }.map { inside in
      // As the user would write it.
      let place = URL(filePath: name + (name.hasSuffix("/") ? "" : "/") + inside)
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) && isFolder.boolValue
        ? .folder(place) : .image(place)
    }
    guard found.contains(where: { if case .image = $0 { true } else { false } }) else {
      throw Failure.input("\(name): holds no files; name a folder of photos")
    }
  }
}
