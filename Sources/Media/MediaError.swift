import CFFmpeg
import Foundation
import Torch

/// Why a media file could not be read or made, in one line that names the file and what to do; a disk's refusals are `FileError`s.
package struct MediaError: KindedError, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case missing, folder, notAFile, forbidden, empty, notMedia, truncated, audioOnly, noAudio, noFrames, tooLarge, unsupported, damaged
    case badRequest
  }
  package let kind: Kind
  package let url: URL
  package let description: String
  package var errorKind: ErrorKind { .input }

  init(_ kind: Kind, _ url: URL, _ rest: String) {
    self.kind = kind
    self.url = url
    let line = "\(url.path(percentEncoded: false)): \(rest)"
    description = String(line.map { $0.isNewline ? " " : $0 })
  }
}

/// What an FFmpeg status says, in its own words.
func text(ofStatus status: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) {
    av_strerror(status, $0.baseAddress!, 256)
    return String(cString: $0.baseAddress!)
  }
}

/// FFmpeg writes to the terminal unless told otherwise; every door into it evaluates this first.
let ffmpegIsQuiet: Void = av_log_set_level(AV_LOG_QUIET)
