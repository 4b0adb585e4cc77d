import CFFmpeg
import Foundation

/// An image of a kind that is packed as films are (AVIF, HEIC), or that only FFmpeg tells from others.
enum ContainedImage {
  /// The names that files of this kind give it in their first box, and what people call it.
  private static let brands: [(name: String, brands: Set<String>)] = [
    ("AVIF", ["avif", "avis"]), ("HEIC", ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]),
  ]

  /// Decodes the first image of `file`, whose bytes begin as none of the usual kinds; throws `MediaError` that says what the file is.
  static func decode(_ file: InputFile) throws -> (frame: Frame, orientation: Orientation?) {
    let name = name(file.head(64))
    let images: ImageStream
    do {
      images = try ImageStream(file.url, threads: 1)
    } catch let error as MediaError {
      if let name { throw unreadable(file.url, name) }
      guard [.notMedia, .audioOnly, .truncated].contains(error.kind) else { throw error }
      throw MediaError(.notMedia, file.url, "is not an image this tool reads: convert it to PNG or JPEG")
    }
    let format = images.demuxer.context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? ""
    guard name != nil || format.hasSuffix("_pipe") else {
      throw MediaError(.notMedia, file.url, "is a film (\(format)), not an image: save a frame of it as PNG or JPEG")
    }
    guard let image = try images.next(), images.corrupt == 0, images.decoder.failures == 0 else {
      if let name { throw unreadable(file.url, name) }
      throw MediaError(.damaged, file.url, "is a damaged image (\(format)): copy it again or save it again")
    }
    return (image.frame, Orientation(images.stream) ?? Orientation(image.frame))
  }

  /// What the first box of a file calls it, where it is an image.
  private static func name(_ head: [UInt8]) -> String? {
    guard head.count >= 16, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let end = min(head.count, head[..<4].reduce(0) { $0 << 8 | Int($1) })
    let words = stride(from: 8, to: max(8, end - 3), by: 4).filter { $0 != 12 }.map { String(decoding: head[$0..<$0 + 4], as: UTF8.self) }
    return brands.first { !$0.brands.isDisjoint(with: words) }?.name
  }
  private static func unreadable(_ url: URL, _ name: String) -> MediaError {
    MediaError(.unsupported, url, "is an image of kind \(name), which this FFmpeg cannot read: convert it to JPEG or PNG")
  }
}
