import CFFmpeg
import Foundation

/// What the ending of a name promises.
package enum MediaName {
  /// Endings of the films that are written, the usual one first.
  package static let films = ["mp4", "m4v", "mov"]
  /// Endings of the images that are written, the usual one first.
  package static let images = ["png", "jpg", "jpeg"]

  /// Whether files of this ending hold film, sound or images, written here or not, as far as the libraries know.
  package static func isMedia(_ ending: String) -> Bool {
    let ending = ending.lowercased()
    guard !ending.isEmpty else { return false }
    if (films + images + ["heic", "heif", "avif", "webp", "jxl"]).contains(ending) { return true }
    let name = "name." + ending
    var state: UnsafeMutableRawPointer?
    while let format = av_muxer_iterate(&state) {
      if let endings = format.pointee.extensions, av_match_ext(name, endings) != 0 { return true }
    }
    state = nil
    while let format = av_demuxer_iterate(&state) {
      if let endings = format.pointee.extensions, av_match_ext(name, endings) != 0 { return true }
    }
    return false
  }
}
